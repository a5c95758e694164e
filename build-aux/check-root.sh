#!/bin/bash
# build-aux/check-root.sh TARBALL [ROOT]: the README on a bare machine. Makes a minimal Debian in ROOT (default: a folder that is removed
# afterwards), unpacks the release in it, and runs the commands of the section "Install" of its README, the tests included; then looks at
# what the program is linked with, runs seqgloss demo, and builds the recipe of packaging/bioconda into a prefix of its own.
#
# Needs root and debootstrap. The mirror is $DEBIAN_MIRROR, or the first that apt of this machine is configured with; its
# configuration is taken over. $SUITE is bookworm if not said otherwise. CHECK=no leaves `make check` out.
set -euo pipefail
tarball=$(realpath "${1:?the archive of make dist}")
root=${2:-$(mktemp -d "${TMPDIR:-/tmp}/seqgloss-root.XXXXXX")}
suite=${SUITE:-bookworm}
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)}
[ -n "$mirror" ] || { echo "no mirror: set DEBIAN_MIRROR" >&2; exit 1; }
clean() {
  umount "$root/proc" 2> /dev/null || true
  [ "${2:-}" ] || rm -rf --one-file-system "$root"
}
# shellcheck disable=SC2064
trap "clean x ${2:-}" EXIT

say() { printf '== %s\n' "$*"; }
inside() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
  MAKEFLAGS="-j$(nproc)" "$@"; }

say "a minimal Debian $suite"
[ -x "$root/usr/bin/apt-get" ] || debootstrap --variant=minbase "$suite" "$root" "$mirror" > "$root.log" 2>&1 || { tail "$root.log"; exit 1; }
rm -f "$root.log"
mkdir -p "$root/proc" && mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/" 2> /dev/null || true
if [ -z "${DEBIAN_MIRROR:-}" ]; then
  rm -rf "$root/etc/apt/sources.list"
  cp -R /etc/apt/sources.list* /etc/apt/apt.conf.d "$root/etc/apt/"
fi
inside apt-get update -q > /dev/null

say "the README's section Install"
mkdir -p "$root/root/src"
tar -xf "$tarball" -C "$root/root/src" --strip-components=1 --no-same-owner
# The commands of its second block: nobody but root is there, and a release has its configure.
awk '/^## Install/ { on = 1 } on && /^```/ { if (++n == 2) exit; next } on && n == 1' "$root/root/src/README.md" |
  sed -e 's/^sudo //' -e 's/ sudo / /' -e '/^\.\/bootstrap/d' -e 's/apt-get install/apt-get install -q -y --no-install-recommends/' > "$root/root/commands"
grep -q '^make check' "$root/root/commands" || { echo "no 'make check' in the README's commands"; exit 1; }
[ "${CHECK:-yes}" = yes ] || sed -i '/^make check/d' "$root/root/commands"
sed 's/  *# .*//; s/^/+ /' "$root/root/commands"
inside sh -ec 'cd /root/src && . /root/commands' > "$root/root/log" 2>&1 || { grep -E '^(FAIL|ERROR|not ok)' "$root/root/log" | head -n 20; tail -n 30 "$root/root/log"; exit 1; }
grep -E '^# (TOTAL|PASS|SKIP|FAIL|ERROR):' "$root/root/log" | tail -n 6 || true

say "what it is linked with"
inside seqgloss --version
# The libraries that configure.ac looks for; anything else would have come in unnoticed.
inside ldd /usr/local/lib/libseqgloss.so.0 | tee "$root/root/ldd" | grep 'not found' && exit 1
inside sh -c 'apt-get install -q -y --no-install-recommends binutils > /dev/null && objdump -p /usr/local/lib/libseqgloss.so.0 /usr/local/bin/seqgloss' |
  awk '$1 == "NEEDED" { print $2 }' | sort -u > "$root/root/needed"
if grep -Ev '^(libseqgloss|libhts|libz|libhdf5_serial|libjansson|libzip|libprotobuf-c|libcairo|libBigWig|libm|libc)\.so|^ld-linux' "$root/root/needed"
then echo "unexpected: the libraries above"; exit 1; fi
tr '\n' ' ' < "$root/root/needed"; echo

say "seqgloss demo, from the installation"
inside seqgloss demo -o /root/demo > "$root/root/demo.log" 2>&1 || { tail -n 20 "$root/root/demo.log"; exit 1; }
tail -n 3 "$root/root/demo.log"

say "packaging/bioconda/build.sh"
rm -rf "$root/root/conda" && mkdir "$root/root/conda"
tar -xf "$tarball" -C "$root/root/conda" --strip-components=1 --no-same-owner
inside sh -ec 'cd /root/conda && export PREFIX=/opt/conda SRC_DIR=/root/conda CPU_COUNT=$(nproc) && mkdir -p $PREFIX && bash -e packaging/bioconda/build.sh' \
  > "$root/root/conda.log" 2>&1 || { tail -n 30 "$root/root/conda.log"; exit 1; }
# The tests of the recipe, a command a line.
sed -n '/^test:/,/^about:/s/^    - //p' "$root/root/src/packaging/bioconda/meta.yaml" > "$root/root/tests"
inside sh -ec 'export PATH=/opt/conda/bin:$PATH PREFIX=/opt/conda; cd /tmp; . /root/tests' > "$root/root/conda.log" 2>&1 || { tail -n 30 "$root/root/conda.log"; exit 1; }
echo "built and tested in its prefix"
say "done"
