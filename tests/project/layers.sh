#!/bin/sh
# The laws of the tree hold for this tree; and the script that says so can say no: each law is broken once in a scratch tree.
set -u
top=${SEQGLOSS_SRC:?}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/seqgloss.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

sh "$top/build-aux/check-layers.sh" "$top" | sed '/^1\.\./d'
laws=7

mkdir -p "$tmp/src/base" "$tmp/src/ops" "$tmp/src/cli" "$tmp/include/seqgloss" "$tmp/tests"
good() { printf '/* %s */\n#include <stdio.h>\nint x(void) { return 0; } /* exit(1) "abort(" */\n' "$1" > "$tmp/$1"; }
n=$laws
# breaks LAW FILE LINE: LINE added to FILE breaks law number LAW, and without it that law holds.
breaks() {
  good "$2"
  what=$(printf '%s' "$3" | tr -d '\n' | cut -c1-60 | tr '#' ' ')
  before=$(sh "$top/build-aux/check-layers.sh" "$tmp" | grep -c "^ok $1 ")
  printf '%s\n' "$3" >> "$tmp/$2"
  after=$(sh "$top/build-aux/check-layers.sh" "$tmp" | grep -c "^not ok $1 ")
  n=$((n + 1))
  if [ "$before$after" = 11 ]; then echo "ok $n - law $1 is broken by: $what"
  else echo "not ok $n - law $1 is broken by: $what (before $before, after $after)"; fi
  rm -f "$tmp/$2"
}
breaks 1 src/ops/a.c '#include "engine/engine.h"'
breaks 1 src/base/a.c '#include "seqgloss/model.h"'
breaks 1 src/cli/a.c '#include "base/arena.h"'
breaks 2 src/ops/a.c '#include <hdf5.h>'
breaks 2 src/base/a.c '#include <htslib/faidx.h>'
breaks 4 tests/a.c "$(printf '/* %0100d */' 0)"
breaks 5 src/base/a.c "$(yes x | head -n 800)"
breaks 6 tests/a.c 'int y(void) { return atoi("1"); }'
breaks 7 src/ops/a.c 'void y(void) { printf("x"); }'
breaks 7 src/ops/a.c 'void y(void) { fprintf(stderr, "x"); }'
good src/ops/b.c
good src/base/b.c
n=$((n + 1))
sh "$top/build-aux/check-layers.sh" "$tmp" | grep -q '^not ok 3 ' || printf 'not '
echo "ok $n - law 3 is broken by: the same name in two folders"
echo "1..$n"
