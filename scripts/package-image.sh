# shellcheck shell=sh
# shellcheck disable=SC2154 # the variables are those of ./package
# The container image of the staged program. Sourced by ./package.
#
# No registry is asked for a base: the base is the C library and what else the Java runtime is linked with, taken from
# the Debian packages of this machine, with their licences. There is no shell in it.

# Libraries that Java opens only where there is a screen or a sound card.
NOT_IN_THE_IMAGE='/(libawt_xawt|libjawt|libsplashscreen|libjsound)\.so$'

make_image() {
  command -v dpkg-query >/dev/null || die "the image takes the C library from Debian packages, and this is no Debian: leave it out: ./package tar deb, or use deploy/docker/Dockerfile"
  [ -d "$root/tools/target/lib" ] || die "the program that writes images has not been built: run ./package without --no-build"
  step "Container image"
  revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
  make_base
  image_java_options >"$stage/lib/java.options"
  chmod 644 "$stage/lib/java.options"
  touch -d "@$SOURCE_DATE_EPOCH" "$stage/lib/java.options"
  rm -f "$out/clasp-$version-image-$arch.tar"
  "$jdk/bin/java" -XX:+UseSerialGC -cp "$root/tools/target/lib/*" dev.clasp.tools.Image \
    "$stage" "$work/base.tar" "$arch" "$version" "$revision" "$SOURCE_DATE_EPOCH" "$out/clasp-$version-image-$arch.tar" ||
    die "the image could not be written"
  rm -f "$stage/lib/java.options"
}

# What the launcher says on its command line, as there is no shell to run it. An argument file of java: each word on a
# line, backslashes and quotation marks would have to be escaped, and there are none.
image_java_options() {
  # shellcheck disable=SC2086 # each flag is a word
  printf '%s\n' $JVM_ACCESS -Xlog:disable -Xlog:all=error:stderr
  [ -z "$cache" ] || printf '%s\n' -XX:AOTCache=/opt/clasp/lib/clasp.aot
  # Three quarters of what the container may use; the rest is for threads, code and buffers. Out of memory is the end:
  # whoever runs containers starts another.
  printf '%s\n' -XX:+UseG1GC -XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData \
    -Djava.library.path=/opt/clasp/lib/native -cp
  sed 's:^:/opt/clasp/lib/:' "$stage/lib/classpath" | paste -sd: -
}

# make_base: $work/base.tar, an image of one layer in the form of docker save, which Jib reads.
make_base() {
  base=$work/base
  mkdir -p "$base/etc/clasp" "$base/data" "$base/tmp" "$base/proc" "$base/dev" "$base/sys" "$base/usr/share/doc"
  chmod 1777 "$base/tmp"
  printf 'root:x:0:0:root:/:/sbin/nologin\nclasp:x:10001:10001:clasp:/data:/sbin/nologin\n' >"$base/etc/passwd"
  printf 'root:x:0:\nclasp:x:10001:\n' >"$base/etc/group"
  printf 'hosts: files dns\n' >"$base/etc/nsswitch.conf"
  libraries=$(find "$stage/runtime" "$stage/lib/native" -type f \( -name '*.so' -o -path '*/runtime/bin/java' \) |
    grep -Ev "$NOT_IN_THE_IMAGE" | xargs -d '\n' ldd 2>/dev/null | grep -v "$stage" |
    sed -n 's:^.*[[:space:]]\(/[^ ]*\) (0x.*:\1:p' | sort -u)
  [ -n "$libraries" ] || die "ldd found no libraries of the Java runtime"
  packages=
  for library in $libraries; do
    real=$(readlink -f "$library")
    mkdir -p "$base${library%/*}"
    cp "$real" "$base$library" || exit 1
    package=$(dpkg-query -S "$real" 2>/dev/null | sed -n '1s/:.*//p')
    [ -n "$package" ] || package=$(dpkg-query -S "$library" 2>/dev/null | sed -n '1s/:.*//p')
    [ -n "$package" ] || die "no Debian package has $library"
    case " $packages " in
      *" $package "*) ;;
      *) packages="$packages $package" ;;
    esac
  done
  # Names of servers are looked up by parts of the C library that are opened by name.
  for package in $packages; do
    mkdir -p "$base/usr/share/doc/$package"
    cp -L "/usr/share/doc/$package/copyright" "$base/usr/share/doc/$package/" || exit 1
  done
  # shellcheck disable=SC2086 # each package is a word
  base_contents $packages >"$base/usr/share/doc/base.cdx.json"
  find "$base" -type f ! -path '*/lib*/*' -exec chmod 644 {} +
  find "$base" -type d ! -path "$base/tmp" -exec chmod 755 {} +
  find "$base" -path '*/lib*/*' -type f -exec chmod 755 {} +

  image=$work/base-image
  mkdir -p "$image"
  # /data belongs to the user of the image; all else to root.
  tar --create --directory "$base" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
    --mtime="@$SOURCE_DATE_EPOCH" --exclude=./data --file "$image/layer.tar" . &&
    chmod 750 "$base/data" &&
    tar --append --directory "$base" --format=gnu --owner=10001 --group=10001 --numeric-owner \
      --mtime="@$SOURCE_DATE_EPOCH" --file "$image/layer.tar" ./data || exit 1
  sum=$(sha256sum "$image/layer.tar" | cut -d' ' -f1)
  cat >"$image/config.json" <<JSON
{"architecture": "$arch", "os": "linux", "created": "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)",
 "config": {},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$sum"]},
 "history": [{"created_by": "Debian packages:$packages"}]}
JSON
  printf '[{"Config": "config.json", "RepoTags": ["clasp-base:%s"], "Layers": ["layer.tar"]}]\n' "$version" >"$image/manifest.json"
  tar --create --directory "$image" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
    --mtime="@$SOURCE_DATE_EPOCH" --file "$work/base.tar" manifest.json config.json layer.tar || exit 1
}

# base_contents PACKAGE...: a list in the form of CycloneDX, for what is not in that of the program.
base_contents() {
  printf '{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [\n'
  printf '  {"type": "platform", "name": "%s", "version": "%s"}' \
    "$(sed -n 's/^IMPLEMENTOR="\(.*\)"/\1/p' "$jdk/release") OpenJDK" "$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$jdk/release")"
  for package; do
    package_version=$(dpkg-query -W -f '${Version}' "$package:$arch" 2>/dev/null || dpkg-query -W -f '${Version}' "$package")
    printf ',\n  {"type": "library", "name": "%s", "version": "%s", "purl": "pkg:deb/debian/%s@%s?arch=%s"}' \
      "$package" "$package_version" "$package" "$(printf %s "$package_version" | sed 's/+/%2B/g')" "$arch"
  done
  printf '\n]}\n'
}
