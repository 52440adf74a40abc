# shellcheck shell=sh
# shellcheck disable=SC2154 # the variables are those of ./package
# The folder of the program with all that it needs, and the archive of it. Sourced by ./package.

# Modules that no class names, but libraries ask for by name: certificates and signatures of older JDKs, and names
# of servers.
MORE_MODULES=java.management,java.naming,jdk.crypto.ec

# stage_program: makes $stage.
stage_program() {
  step "Putting the program together"
  dist=$root/cli/target/dist
  mkdir -p "$stage/bin" "$stage/lib/native" || exit 1

  # Our own jars and those of others, without the native libraries of other processors.
  for jar in "$dist"/lib/*.jar; do
    case $jar in
      *-linux-"$jar_arch".jar | *-linux-"$(uname -m)".jar) unpack_natives "$jar" ;;
      *-linux-*.jar) continue ;;
    esac
    cp "$jar" "$stage/lib/" || exit 1
  done
  # The child that in_background starts writes its words there.
  mkdir -p "$root/target"
  raise_class_version "$stage/lib"/picocli-*.jar
  (cd "$stage/lib" && ls ./*.jar | sed 's:^\./::' >classpath)
  cp "$root/scripts/launch.sh" "$stage/lib/" || exit 1
  install -m 755 "$root/deploy/package/clasp" "$stage/bin/clasp" || exit 1
  for other in router relay service; do
    ln -s clasp "$stage/bin/clasp-$other"
  done

  chmod 644 "$stage"/lib/native/*.so

  make_runtime
  add_papers
  chmod -R go-w,a+rX "$stage"
  find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  # After the time stamps: the cache is for jars of exactly this size and time, at any place.
  [ -z "$cache" ] || make_package_cache
  (cd "$stage" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | sed 's:^\./::' | xargs -d '\n' sha256sum -- >SHA256SUMS) || exit 1
  find "$stage" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# unpack_natives JAR: Netty's libraries, so that nothing is unpacked when the program starts: file systems may be
# read-only, and folders for temporary files may forbid programs.
unpack_natives() {
  if unzip -Z1 "$1" 'META-INF/native/*.so' >/dev/null 2>&1; then
    unzip -qq -o -j "$1" 'META-INF/native/*.so' -d "$stage/lib/native" || exit 1
  fi
}

# A Java of the modules that the program uses.
make_runtime() {
  modules=$("$jdk/bin/jdeps" -q --multi-release 25 --ignore-missing-deps --print-module-deps \
    --class-path "$stage/lib/*" "$stage"/lib/clasp-*.jar) || die "jdeps could not read the jars: $modules"
  "$jdk/bin/jlink" --add-modules "$modules,$MORE_MODULES" --no-header-files --no-man-pages \
    --output "$stage/runtime" || die "jlink could not make a Java of $modules,$MORE_MODULES"
}

# Licences, the list of contents, and what helps to install.
add_papers() {
  doc=$stage/share/doc/clasp
  mkdir -p "$doc/third-party" "$stage/share/systemd" "$stage/share/examples" "$stage/share/man/man1" \
    "$stage/share/bash-completion/completions" "$stage/share/zsh/site-functions" "$stage/share/fish/vendor_completions.d"
  cp "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$root/CHANGELOG.md" "$root/SECURITY.md" "$root/docs/dependencies.md" "$doc/" || exit 1
  for jar in "$stage"/lib/*.jar; do
    base=${jar##*/}
    case $base in
      clasp-console-*) unzip -qq -o -j "$jar" 'META-INF/clasp-console/THIRD-PARTY-NOTICES.txt' -d "$doc/third-party/console" || exit 1 ;;
      clasp-*) ;;
      *)
        papers=$(unzip -Z1 "$jar" | grep -E '^(META-INF/)?(license/)?[^/]*(LICEN[CS]E|NOTICE|COPYING|license\.)[^/]*$')
        if [ -n "$papers" ]; then
          printf '%s\n' "$papers" | (cd "$work" && xargs -d '\n' unzip -qq -o -j "$jar" -d "$doc/third-party/${base%.jar}") || exit 1
        fi
        ;;
    esac
  done
  if [ -f "$root/cli/target/dist/clasp.cdx.json" ]; then
    cp "$root/cli/target/dist/clasp.cdx.json" "$doc/" || exit 1
  else
    say "there is no list of contents (SBOM) in this package: its plugin needs a network"
  fi
  cp "$root"/deploy/systemd/*.service "$stage/share/systemd/" || exit 1
  cp "$root/deploy/package/clasp.yaml" "$stage/share/examples/" || exit 1
  "$stage/bin/clasp" completion bash >"$stage/share/bash-completion/completions/clasp" &&
    "$stage/bin/clasp" completion zsh >"$stage/share/zsh/site-functions/_clasp" &&
    "$stage/bin/clasp" completion fish >"$stage/share/fish/vendor_completions.d/clasp.fish" &&
    manual_page >"$stage/share/man/man1/clasp.1" || die "the packaged program does not run"
}

# The help as a manual page.
manual_page() {
  printf '.TH CLASP 1 "" "clasp %s" "User Commands"\n.SH NAME\nclasp \\- router and tools for the signals of a show\n' "$version"
  printf '.SH SYNOPSIS\n.B clasp\n.I COMMAND\n.RI [ OPTION ...]\n.SH DESCRIPTION\n.nf\n'
  CLASP_JAVA_OPTS='' "$stage/bin/clasp" --help --color never </dev/null | sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g'
  printf '.fi\n'
}

# Classes as the JVM needs them, for a fast start (JEP 514). Without it everything works, only later.
make_package_cache() {
  step "Training: classes as the JVM needs them"
  class_path=$(sed "s:^:$stage/lib/:" "$stage/lib/classpath" | paste -sd: -)
  # shellcheck disable=SC2086 # the flags are separate words
  in_background "$stage/runtime/bin/java" $JVM_ACCESS -Djava.library.path="$stage/lib/native" \
    -XX:AOTCacheOutput="$stage/lib/clasp.aot" -cp "$class_path" dev.clasp.cli.Training ||
    die "the training run failed; what it said is at the end of $build_log"
  chmod 644 "$stage/lib/clasp.aot"
  rm -f "$stage"/lib/clasp.aot.*
}

# archive FOLDER FILE ENTRY...: always the same bytes for the same files.
archive() {
  tar --create --directory "$1" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
    --mtime="@$SOURCE_DATE_EPOCH" --file "$2" "$3" || exit 1
}

make_tar() {
  step "Archive"
  archive "$work" "$work/$name.tar" "$name"
  gzip -n -6 -c "$work/$name.tar" >"$out/$name.tar.gz" || exit 1
  rm -f "$work/$name.tar"
}
