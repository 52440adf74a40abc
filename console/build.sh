#!/bin/sh
# Builds or tests the page; Maven calls it.
#
#   build.sh build    the files of the page, into target/classes/META-INF/clasp-console
#   build.sh test     types, accessibility hints and unit tests

cd "$(dirname "$0")" || exit 1

fail() {
  printf 'console: %s\n' "$*" >&2
  exit 1
}

{ command -v node && command -v npm; } >/dev/null ||
  fail "npm is missing: install Node.js 20 or newer with npm (Debian, Ubuntu: apt-get install npm; macOS: brew install node; others: https://nodejs.org)."
node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' ||
  fail "Node.js $(node --version) is too old: install version 20 or newer (https://nodejs.org)."

# The copy of the lock file is written last, so an interrupted installation is begun again.
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --no-audit --no-fund --loglevel=error || fail "npm ci failed; what it said is above."
  cp package-lock.json node_modules/.installed || exit 1
fi

case ${1-} in
  build)
    npm run --silent build || fail "the page could not be built; the reason is above."
    ;;
  test)
    npm run --silent check || fail "the page has type errors or warnings; they are above."
    npm run --silent test || fail "tests of the page failed; they are above."
    ;;
  *)
    fail "say build or test."
    ;;
esac
