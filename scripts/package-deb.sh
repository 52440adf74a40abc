# shellcheck shell=sh
# shellcheck disable=SC2154 # the variables are those of ./package
# The Debian package of the staged program. Sourced by ./package.

# Level 1 of xz: a fifth larger than the usual level, and made in a third of its time.
make_deb() {
  command -v dpkg-deb >/dev/null || die "dpkg-deb is missing: install the package dpkg, or leave the Debian package out: ./package tar image"
  step "Debian package"
  tree=$work/deb
  mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$tree/usr/lib/clasp" "$tree/usr/share/doc/clasp" \
    "$tree/usr/share/lintian/overrides" "$tree/usr/lib/systemd/system" "$tree/etc/clasp" || exit 1
  # Without the hard links that jlink made between licences: they say more than is meant.
  cp -R --preserve=mode,timestamps "$stage/bin" "$stage/lib" "$stage/runtime" "$tree/usr/lib/clasp/" || exit 1
  for program in clasp clasp-router clasp-relay clasp-service; do
    ln -s "../lib/clasp/bin/$program" "$tree/usr/bin/$program"
  done
  cp -Rp "$stage/share/bash-completion" "$stage/share/zsh" "$stage/share/fish" "$stage/share/man" "$tree/usr/share/" || exit 1
  mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
  gzip -n -9 "$tree/usr/share/man/man1/clasp.1"
  for program in clasp-router clasp-relay clasp-service; do
    ln -s clasp.1.gz "$tree/usr/share/man/man1/$program.1.gz"
  done
  cp -Rp "$stage"/share/doc/clasp/* "$tree/usr/share/doc/clasp/" || exit 1
  rm "$tree/usr/share/doc/clasp/LICENSE-MIT" "$tree/usr/share/doc/clasp/LICENSE-APACHE"
  gzip -n -9 "$tree/usr/share/doc/clasp/CHANGELOG.md"
  deb_changelog | gzip -n -9 >"$tree/usr/share/doc/clasp/changelog.gz"
  deb_copyright >"$tree/usr/share/doc/clasp/copyright"
  cp "$root/deploy/systemd/clasp.service" "$tree/usr/lib/systemd/system/" || exit 1
  cp "$root/deploy/package/clasp.yaml" "$tree/etc/clasp/" || exit 1
  cp "$root/deploy/debian/lintian-overrides" "$tree/usr/share/lintian/overrides/clasp" || exit 1

  printf '/etc/clasp/clasp.yaml\n' >"$tree/DEBIAN/conffiles"
  for script in postinst prerm postrm; do
    install -m 755 "$root/deploy/debian/$script" "$tree/DEBIAN/$script" || exit 1
  done
  size=$(du -sk --apparent-size "$tree" | cut -f1)
  sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$size/" -e "s/@DEPENDS@/$(deb_depends)/" \
    "$root/deploy/debian/control.in" >"$tree/DEBIAN/control" || exit 1
  chmod -R go-w,a+rX "$tree"
  (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' md5sum >DEBIAN/md5sums) || exit 1
  find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz -z1 --build "$tree" "$out/clasp_${version}_$arch.deb" >/dev/null || die "dpkg-deb failed"
}

# The C library that the programs in the package were linked with, at least.
deb_depends() {
  newest=$(find "$stage/runtime" "$stage/lib/native" -type f \( -name '*.so' -o -path '*/bin/*' \) -exec grep -aoh 'GLIBC_2\.[0-9]*' {} + |
    sed 's/GLIBC_//' | sort -V | tail -n 1)
  printf 'libc6 (>= %s)' "${newest:-2.17}"
}

# In the form that Debian's tools read; what has changed is in the other file.
deb_changelog() {
  printf 'clasp (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- %s  %s\n' "$version" \
    "$(sed -n 's/^Maintainer: //p' "$root/deploy/debian/control.in")" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

deb_copyright() {
  cat <<'TEXT'
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: clasp
Comment: The licences of the libraries in /usr/lib/clasp/lib are in /usr/share/doc/clasp/third-party and
 are listed in /usr/share/doc/clasp/dependencies.md; those of the Java runtime are in
 /usr/lib/clasp/runtime/legal.

Files: *
Copyright: the authors of CLASP for Java
License: MIT or Apache-2.0

License: Apache-2.0
 On Debian systems the text of this licence is in /usr/share/common-licenses/Apache-2.0.

License: MIT
TEXT
  sed -e 's/^$/./' -e 's/^/ /' "$root/LICENSE-MIT"
}
