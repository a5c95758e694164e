#!/bin/sh
# Every fuzzing harness that was built runs over its seed corpus: a crash or a sanitizer's finding fails the test.
set -u
top=${SEQGLOSS_SRC:?}
n=0
for seeds in "$top"/tests/fuzz/corpus/*/; do
  [ -d "$seeds" ] || continue
  name=$(basename "$seeds")
  harness=${SEQGLOSS_BUILD:?}/tests/fuzz/fuzz_$name
  n=$((n + 1))
  if [ ! -x "$harness" ]; then echo "ok $n - $name # SKIP not built"; continue; fi
  set -- "$seeds"*
  if out=$("$harness" "$@" 2>&1); then echo "ok $n - $name: $# seeds"
  else echo "not ok $n - $name: $# seeds"; printf '%s\n' "$out" | tail -n 40 | sed 's/^/# /'; fi
done
[ "$n" -gt 0 ] && echo "1..$n" || echo '1..0 # SKIP no harness'
