# shellcheck shell=sh
# Finding a JDK 25. Sourced by ./clasp and ./verify.

# shellcheck disable=SC2034 # used by those who source this
JDK_ADVICE="install one (Debian, Ubuntu: temurin-25-jdk or openjdk-25-jdk; others: https://adoptium.net) or point CLASP_JAVA_HOME to it"

# is_jdk25 FOLDER: looks at the release file, which is much faster than starting a JVM.
is_jdk25() {
  [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[".]' "$1/release" 2>/dev/null
}

# Prints the home of a JDK 25, or fails.
find_jdk25() {
  if [ -n "${CLASP_JAVA_HOME-}" ]; then
    is_jdk25 "$CLASP_JAVA_HOME" && printf '%s\n' "$CLASP_JAVA_HOME"
    return
  fi
  java_on_path=$(command -v java) && java_on_path=$(readlink -f "$java_on_path")
  for home in "${JAVA_HOME-}" "${java_on_path%/bin/java}" \
    /usr/lib/jvm/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
    "$HOME"/.jdks/*; do
    if is_jdk25 "$home"; then
      printf '%s\n' "$home"
      return
    fi
  done
  return 1
}
