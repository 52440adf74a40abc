#!/bin/sh
# How long 'clasp server' takes until it is ready, and 'clasp set' and 'clasp --version' to their end, beside a Java
# that does nothing: medians of several rounds, one of each in turn.
#
#   scripts/start-times.sh [ROUNDS] [CLASP]      7 rounds of ./clasp, unless something else is said
#
# Needs Linux. The ratios say more than the milliseconds: what else the machine does counts for all of them.

root=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
rounds=${1:-7}
clasp=${2:-$root/clasp}

# shellcheck source=scripts/jdk.sh
. "$root/scripts/jdk.sh"
# Of a package it is the Java in it.
bare=$(dirname "$(dirname "$(readlink -f "$clasp")")")/runtime/bin/java
[ -x "$bare" ] || bare=$(find_jdk25)/bin/java || exit 1

work=$(mktemp -d) || exit 1
servers=
trap 'kill $servers 2>/dev/null; rm -rf "$work"' EXIT
mkfifo "$work/pipe" || exit 1

# milliseconds since COUNT nanoseconds of the clock
since() {
  echo $((($(date +%s%N) - $1) / 1000000))
}

# timed NAME COMMAND...: a run to its end.
timed() {
  name=$1
  shift
  begin=$(date +%s%N)
  "$@" >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 1
  }
  since "$begin" >>"$work/$name"
}

# A server until its first line; $pid and $url are its own.
start_server() {
  begin=$(date +%s%N)
  "$clasp" server --port 0 --log-level error >"$work/pipe" &
  pid=$!
  servers="$servers $pid"
  exec 3<"$work/pipe"
  read -r line <&3 || exit 1
  taken=$(since "$begin")
  url=$(echo "$line" | grep -o 'ws://[^ ,]*')
}

resident() {
  sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

median() {
  sort -n "$work/$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

"$clasp" --version || exit 1
start_server
first=$pid
router=$url
round=0
while [ "$round" -lt "$rounds" ]; do
  round=$((round + 1))
  timed bare "$bare" -version
  timed version "$clasp" --version
  timed set "$clasp" set --server "$router" /start/times "$round"
  start_server
  echo "$taken" >>"$work/server"
  kill "$pid"
  wait "$pid"
done

one=$(median bare)
echo "load: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) processors"
for name in bare version set server; do
  this=$(median "$name")
  echo "$name $this $one" | awk '{ printf "%-8s %6d ms  %5.1f times a bare Java\n", $1, $2, $2 / $3 }'
done
echo "resident memory of a server that $rounds clients have visited: $(($(resident "$first") / 1024)) MiB"
