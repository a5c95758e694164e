#!/bin/sh
# tests/fuzz/seeds.sh: every fuzzing harness that is built, on its seeds (and, without libFuzzer, on
# damaged copies of them). TAP, one line a harness. Runs in the build folder.
src=${SEQGLOSS_SRC:-.}
n=0
for harness in tests/fuzz/fuzz_*; do
  test -x "$harness" || continue
  case $harness in *.*) continue ;; esac
  name=${harness#tests/fuzz/fuzz_}
  n=$((n + 1))
  if "./$harness" "$src/tests/fuzz/corpus/$name"/* > "fuzz_$name.out" 2>&1; then
    echo "ok $n - $name"
  else
    echo "not ok $n - $name"
    sed 's/^/# /' "fuzz_$name.out" | tail -n 40
  fi
  rm -f "fuzz_$name.out"
done
echo "1..$n"
