#!/bin/sh
# Builds twice from what is committed, in two folders, and compares every jar and package byte by byte.
#
#   scripts/reproducible.sh [--offline]
#   scripts/reproducible.sh --packages
#
# With --packages nothing is built: what the last build left in cli/target/dist is packaged twice, and the packages are
# compared. That takes minutes less, and says nothing about jars.
#
# Without the cache of classes (clasp.aot): the JVM writes it differently each time. It holds nothing but what the JVM
# made of the jars and of itself, and is thrown away and made anew without harm.

root=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
offline=
only_packages=
case ${1-} in
  '') ;;
  --offline) offline=$1 ;;
  --packages) only_packages=yes ;;
  *)
    echo "usage: scripts/reproducible.sh [--offline | --packages]" >&2
    exit 2
    ;;
esac

work=$root/target/reproducible
rm -rf "$work"
mkdir -p "$work" || exit 1
# The image names the commit that it is of, and somebody may commit meanwhile.
revision=$(git -C "$root" rev-parse HEAD) || exit 1

# built NAME TIMEZONE UMASK: a build in a folder of its own.
built() {
  if [ -n "$only_packages" ]; then
    echo "== Packaging in $1"
    (umask "$3" && cd "$root" && TZ=$2 ./package --no-build --no-cache --out "$work/$1/packages") || exit 1
    return
  fi
  git clone -q --no-hardlinks "$root" "$work/$1" || exit 1
  git -C "$work/$1" checkout -q "$revision" || exit 1
  echo "== Building in $1"
  (umask "$3" && cd "$work/$1" && TZ=$2 ./package ${offline:+"$offline"} --no-cache --out "$work/$1/packages") || exit 1
}

built one UTC 022
built a/second/one Pacific/Auckland 077

differences=0
count=0
# compare FILE: below both folders.
compare() {
  count=$((count + 1))
  cmp -s "$work/one/$1" "$work/a/second/one/$1" && return
  differences=$((differences + 1))
  echo "differs: $1"
  case $1 in
    *.jar | *.zip)
      for side in one a/second/one; do
        (mkdir -p "$work/unpacked/$side" && cd "$work/unpacked/$side" && unzip -qq -o "$work/$side/$1")
      done
      diff -rq "$work/unpacked/one" "$work/unpacked/a/second/one" | sed 's/^/  /' | head -n 10
      rm -rf "$work/unpacked"
      ;;
  esac
}

for file in "$work"/one/cli/target/dist/lib/*.jar "$work"/one/packages/clasp*; do
  [ -f "$file" ] && compare "${file#"$work/one/"}"
done

echo "$count files compared, $differences differ"
if [ "$differences" -gt 0 ]; then
  echo "What was built is in $work."
  exit 1
fi
rm -rf "$work"
