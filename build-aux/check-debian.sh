#!/bin/sh
# build-aux/check-debian.sh TARBALL: builds the Debian packages of a release in a scratch folder and asks lintian about them. Needs
# debhelper, dpkg-dev and the build dependencies of packaging/debian/control; lintian is asked where it is there.
set -eu
tarball=$(realpath "${1:?the archive of make dist}")
work=$(mktemp -d "${TMPDIR:-/tmp}/seqgloss-debian.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
version=$(basename "$tarball" .tar.xz)
cp "$tarball" "$work/$(echo "$version" | tr - _).orig.tar.xz"
tar -xf "$tarball" -C "$work"
cp -R "$work/$version/packaging/debian" "$work/$version/debian"
cd "$work/$version"
DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-nocheck} parallel=$(nproc)" dpkg-buildpackage -us -uc -b > ../log 2>&1 || { tail -n 40 ../log; exit 1; }
cd ..
for package in seqgloss libseqgloss0 libseqgloss-dev; do
  dpkg-deb -I "$package"_*.deb | grep -E '^ (Package|Version|Depends):'
  dpkg-deb -c "$package"_*.deb > "$package.list"
done
# Each file where it belongs.
grep -q 'usr/bin/seqgloss$' seqgloss.list
grep -q 'usr/share/man/man1/seqgloss-sis.1.gz$' seqgloss.list
grep -q 'usr/share/zsh/vendor-completions/_seqgloss$' seqgloss.list
grep -q 'libseqgloss.so.0$\|libseqgloss.so.0 ->' libseqgloss0.list
grep -q 'pkgconfig/seqgloss.pc$' libseqgloss-dev.list
# The packages alone, unpacked: the command finds its motifs and its data.
mkdir root
for package in seqgloss libseqgloss0; do dpkg-deb -x "$package"_*.deb root; done
LD_LIBRARY_PATH=$(dirname "$(ls root/usr/lib/*/libseqgloss.so.0)") root/usr/bin/seqgloss compare TGCTGANTCAGCA | head -n 3
if command -v lintian > /dev/null; then
  lintian --allow-root --suppress-tags initial-upload-closes-no-bugs,bad-distribution-in-changes-file ./*.changes | tee lintian.log
  ! grep '^E:' lintian.log
fi
