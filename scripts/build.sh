# shellcheck shell=sh
# Building what ./clasp runs. Sourced by ./clasp and ./verify, with root (the project) and jdk set.
#
# The jars are copied to target/launch, a folder of their own that is replaced as a whole: a server that is
# running keeps its open jars when another terminal builds again.

launch=${root:?}/target/launch
stamp=$launch/built
build_log=$root/target/build.log
# Classes as the JVM needs them, for a fast start (JEP 514). Without it everything works, only later.
aot_cache=$launch/clasp.aot
# Netty's libraries for this machine.
natives=$launch/native
lock=$root/target/build.lock

# shellcheck source=scripts/launch.sh
. "$root/scripts/launch.sh"

say() {
  printf 'clasp: %s\n' "$*" >&2
}

die() {
  say "$*"
  exit 1
}

# True when there is no build, or a source is newer than it. A folder counts too: it changes when a file is removed.
is_stale() {
  [ -f "$stamp" ] || return 0
  [ -n "$(find "$root"/*/src/main "$root"/console "$root"/pom.xml "$root"/*/pom.xml \
    \( -name node_modules -o -name target -o -name dist \) -prune \
    -o \( -type f -o -path '*/src/*' \) -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# The process that builds holds the lock: a symbolic link to its process id, because making one is atomic.
take_lock() {
  told=
  until ln -s "$$" "$lock" 2>/dev/null; do
    owner=$(readlink "$lock") || continue
    if ! kill -0 "$owner" 2>/dev/null; then
      rm -f "$lock"
    else
      [ -n "$told" ] || say "waiting for the build in another terminal (process $owner) ..."
      told=yes
      sleep 1
    fi
  done
}

require_build_tools() {
  command -v mvn >/dev/null || die "Maven is missing: install it (Debian, Ubuntu: apt-get install maven; macOS: brew install maven)."
  if grep -q '^ *<module>console</module>' "$root/pom.xml" && ! command -v npm >/dev/null; then
    die "npm is missing: install Node.js 20 or newer with npm (Debian, Ubuntu: apt-get install npm; others: https://nodejs.org)."
  fi
}

# in_background COMMAND...: waits for it. In the background, because the shell runs its traps only between
# commands and during wait.
in_background() {
  "$@" >>"$build_log" 2>&1 </dev/null &
  child=$!
  wait "$child" && ended=0 || ended=$?
  child=
  return "$ended"
}

# Builds if something changed. Concurrent callers wait for one of them.
build_if_stale() {
  is_stale || return 0
  require_build_tools
  mkdir -p "$root/target" || exit 1
  take_lock
  child=
  trap 'rm -f "$lock"' EXIT
  trap 'kill $child 2>/dev/null; exit 130' INT
  trap 'kill $child 2>/dev/null; exit 143' TERM HUP
  if is_stale; then
    build
  fi
  rm -f "$lock"
  trap - EXIT INT TERM HUP
}

build() {
  if [ -f "$stamp" ]; then
    say "sources changed, building ..."
  else
    say "building for the first time, this takes a minute or two ..."
  fi
  rm -rf "$launch".new
  mkdir -p "$launch".new || exit 1
  # Made before the build, so that a file saved during it counts as newer.
  touch "$launch.new/built"
  : >"$build_log"
  if ! in_background run_maven; then
    errors=$(sed -n -e '/Failed to execute goal/q' -e '/^\[ERROR\]/p' "$build_log" | head -n 20)
    printf '%s\n' "${errors:-$(tail -n 30 "$build_log")}" >&2
    die "the build failed; everything it said is in $build_log"
  fi
  cp -R "$root/cli/target/dist/lib" "$launch.new/lib" || exit 1
  raise_class_version "$launch.new/lib"/picocli-*.jar
  take_natives "$launch.new"
  rm -rf "$launch"
  mv "$launch.new" "$launch"
  make_aot_cache
}

run_maven() {
  cd "$root" && exec env JAVA_HOME="${jdk:?}" mvn -pl cli -am -Dmaven.test.skip=true package
}

# Lets old class files into the cache. When it fails, the jar stays as it is.
raise_class_version() {
  in_background "${jdk:?}/bin/java" "$root/scripts/RaiseClassVersion.java" "$1" "$1.raised" &&
    mv "$1.raised" "$1"
  rm -f "$1.raised"
}

# take_natives FOLDER: Netty's libraries for this machine, so that they are not unpacked at each start. When it
# fails, Netty does.
take_natives() {
  case $(uname -s)/$(uname -m) in
    Linux/x86_64) machine=linux-x86_64 ;;
    Linux/aarch64) machine=linux-aarch_64 ;;
    *) return 0 ;;
  esac
  mkdir -p "$1/native" || return 0
  for jar in "$1"/lib/netty-*-"$machine".jar; do
    (cd "$1/native" && "${jdk:?}/bin/jar" --extract --file "$jar" META-INF/native) 2>>"$build_log"
  done
  mv "$1"/native/META-INF/native/*.so "$1/native/" 2>>"$build_log"
  rm -rf "$1/native/META-INF"
}

# The cache is valid only for these jars at this place and for this JDK; for others the JVM ignores it. It is made
# last, and appears at once: who starts meanwhile runs without it.
make_aot_cache() {
  # shellcheck disable=SC2086 # the flags are separate words
  in_background "${jdk:?}/bin/java" $JVM_ACCESS -Djava.library.path="$natives" -XX:AOTCacheOutput="$aot_cache.new" \
    -cp "$launch/lib/*" dev.clasp.cli.Training &&
    mv "$aot_cache.new" "$aot_cache"
  rm -f "$aot_cache".new*
}
