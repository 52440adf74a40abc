#!/bin/sh
# Prints what CHANGELOG.md says about a version, for the page of a release.
#
#   scripts/release-notes.sh [VERSION]     the version of the pom, unless another is named; "Unreleased" too

root=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
version=${1:-$(sed -n 's:^ *<version>\([^<]*\)</version>.*:\1:p' "$root/pom.xml" | head -n 1)}

notes=$(awk -v wanted="[$version]" '
  /^## / { inside = index($2, wanted) == 1; next }
  /^\[[^]]*\]: / { next }
  inside { print }
' "$root/CHANGELOG.md" | sed -e '/./,$!d')
if [ -z "$notes" ]; then
  echo "CHANGELOG.md has no section ## [$version], or nothing in it" >&2
  exit 1
fi
printf '%s\n' "$notes"
