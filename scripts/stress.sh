#!/bin/sh
# Runs the jcstress tests of the router and the client for longer than ./verify does: scripts/stress.sh [MINUTES]
cd "$(dirname "$0")/.." || exit 1
case ${1-5} in
'' | *[!0-9]*)
  echo "usage: scripts/stress.sh [MINUTES]" >&2
  exit 2
  ;;
esac
# Twelve tests, each for the same share of the time in iterations of two seconds.
exec mvn -q -pl stress -am -Dmaven.test.skip=true \
  -Dstress.iterations=$((${1-5} * 60 / 12 / 2)) -Dstress.time=2000 verify
