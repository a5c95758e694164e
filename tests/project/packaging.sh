#!/bin/sh
# tests/project/packaging.sh: recipes of packages say the same as configure.ac and build-aux/apt-packages.txt; what is installed is versioned.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
p=$src/packaging
version=$(sed -n 's/^AC_INIT(\[seqgloss\], \[\([^]]*\)\].*/\1/p' "$src/configure.ac")
sed 's/#.*//' "$src/build-aux/apt-packages.txt" | awk 'NF { print $1 }' | sort > "$work/apt"

versions() {
  grep -qx "{% set version = \"$version\" %}" "$p/bioconda/meta.yaml" && grep -q "^seqgloss ($version-" "$p/debian/changelog" &&
    grep -q "^version: *\"\{0,1\}$version" "$src/CITATION.cff" && [ "$("$seqgloss" --version | head -n 1)" = "seqgloss $version" ]
}
# Containers read the list itself.
containers() { for f in Dockerfile seqgloss.def; do grep -q 'build-aux/apt-packages.txt' "$p/$f" && grep -q 'runtime.txt' "$p/$f" || return 1; done; }
# Debian builds with the libraries of the list, and with nothing else.
debian() {
  sed -n '/^Build-Depends/,/^Standards/p' "$p/debian/control" | tr ',' '\n' | sed -e 's/Build-Depends://' -e 's/Standards.*//' -e 's/[<(].*//' |
    awk 'NF { print $1 }' | grep -v '^debhelper' | sort > "$work/debian"
  grep -v '^libc6-dev$' "$work/apt" | grep -E '^lib.*-dev$|^zlib1g-dev$|^scdoc$|^check$|^pkg-config$|^protobuf-c-compiler$' | diff - "$work/debian"
}
# The recipe has a package for each library; libc6-dev comes with the compiler.
conda() {
  for pair in libhts-dev:htslib zlib1g-dev:zlib libhdf5-dev:hdf5 libprotobuf-c-dev:protobuf-c libjansson-dev:jansson \
    libzip-dev:libzip libcairo2-dev:cairo libbigwig-dev:libbigwig; do
    grep -qx "${pair%%:*}" "$work/apt" && grep -qx "    - ${pair##*:}" "$p/bioconda/meta.yaml" || { echo "$pair"; return 1; }
  done
  [ "$(grep -cE '^lib.*-dev$|^zlib1g-dev$' "$work/apt")" = 9 ]
}
# What the library needs at run time is what containers install.
runtime() {
  objdump -p "$SEQGLOSS_LIB" "$SEQGLOSS_BUILD/.libs/seqgloss" | awk '$1 == "NEEDED" { print $2 }' |
    grep -Ev '^(libseqgloss|libc|libm|libpthread|ld-linux.*|libasan|libubsan|libgcc_s)\.so' | sort -u > "$work/needed"
  sed 's/#.*//' "$p/runtime.txt" | awk 'NF' | sort > "$work/have"
  for lib in $(cat "$work/needed"); do
    file=$(ldconfig -p | awk -v l="$lib" '$1 == l { print $NF; exit }')
    dpkg -S "$(readlink -f "$file")" 2> /dev/null || dpkg -S "*/$(basename "$(readlink -f "$file")")"
  done | sed 's/:.*//' | grep -v ' ' | sort -u > "$work/want"
  diff "$work/want" "$work/have"
}
soname() { [ "$(objdump -p "$SEQGLOSS_LIB" | awk '$1 == "SONAME" { print $2 }')" = libseqgloss.so.0 ]; }
# A program needs our library alone; who links statically gets all that the library was built with.
pc() {
  PKG_CONFIG_PATH=$SEQGLOSS_BUILD; export PKG_CONFIG_PATH
  [ "$(pkg-config --modversion seqgloss)" = "$version" ] && pkg-config --libs seqgloss | grep -q -e '-lseqgloss' || return 1
  ! pkg-config --libs seqgloss | grep -E -e '-l(hts|z|hdf5|jansson|zip|cairo|BigWig)' &&
    pkg-config --cflags seqgloss > /dev/null || return 1
  pkg-config --static --libs seqgloss > "$work/static" || return 1
  for lib in $(objdump -p "$SEQGLOSS_LIB" | awk '$1 == "NEEDED" { print $2 }' | grep -Ev '^(libc|libpthread|ld-linux.*|libasan|libubsan|libgcc_s)\.so'); do
    lib=${lib#lib} lib=${lib%%.so*}
    grep -q -e "-l${lib%_serial}\( \|\$\)" "$work/static" || { echo "no $lib:"; cat "$work/static"; return 1; }
  done
}
linter() {
  for f in "$p/bioconda/build.sh" "$src/build-aux/check-root.sh" "$src/build-aux/check-dist.sh"; do bash -n "$f" || return 1; done
}

if [ -d "$p" ]; then
  check "one version everywhere" versions
  check "containers read the package list" containers
  check "Debian's build dependencies are those of the list" debian
  check "the recipe has a package for each library" conda
  check "scripts parse" linter
else
  skip "packaging" "not in this source"
fi
if command -v objdump > /dev/null && [ -f "$SEQGLOSS_LIB" ]; then
  check "soname" soname
  if command -v pkg-config > /dev/null; then check "seqgloss.pc" pc; fi
  if grep -q '^ID=debian' /etc/os-release 2> /dev/null && grep -q 'VERSION_ID="12"' /etc/os-release && [ -n "$(command -v dpkg)" ]; then
    check "containers install the libraries that the build is linked with" runtime
  else skip "containers install the libraries" "not Debian 12"; fi
else
  skip "soname, seqgloss.pc" "no objdump"
fi
finish
