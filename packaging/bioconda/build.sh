#!/bin/bash
# packaging/bioconda/build.sh: builds and installs seqgloss into $PREFIX.
set -euo pipefail

[ -x configure ] || autoreconf -if
./configure --prefix="${PREFIX}" --disable-static --disable-silent-rules \
  CPPFLAGS="${CPPFLAGS:-} -I${PREFIX}/include" LDFLAGS="${LDFLAGS:-} -L${PREFIX}/lib -Wl,-rpath,${PREFIX}/lib" || { cat config.log; exit 1; }
make -j"${CPU_COUNT:-1}"
make install
rm -f "${PREFIX}"/lib/libseqgloss.la
