#!/bin/sh
# build-aux/check-dist.sh: make dist gives the same bytes from two copies of the source in two folders, configured at different times
# under different umasks. Takes the source folder (default: .); prints TAP.
set -u
src=$(cd "${1:-.}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/seqgloss-dist.XXXXXX") || exit 99
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cases=0 bad=0
check() {
  name=$1
  shift
  cases=$((cases + 1))
  if "$@" > "$work/.log" 2>&1; then echo "ok $cases - $name"
  else
    bad=$((bad + 1))
    echo "not ok $cases - $name"
    tail -n 15 "$work/.log" | sed 's/^/# /'
  fi
}
# What git has, or the folder without builds.
copy() {
  mkdir -p "$1" || return 1
  if git -C "$src" rev-parse > /dev/null 2>&1; then (cd "$src" && git -c safe.directory='*' archive HEAD) | tar -xf - -C "$1"
  else (cd "$src" && tar -cf - --exclude=./build .) | tar -xf - -C "$1"; fi
}
pack() {
  (umask "$2" && copy "$work/$1" && cd "$work/$1" && { [ -x configure ] || ./bootstrap; } && mkdir build && cd build &&
    ../configure --quiet && make -s dist)
}
packed() { ls "$work/$1"/build/seqgloss-*.tar.xz; }
same() { cksum "$(packed one)" "$(packed "a longer/two")" && cmp "$(packed one)" "$(packed "a longer/two")"; }
listed() { tar -tvf "$(packed one)" | awk '$2 != "0/0" { print; bad = 1 } { n++ } END { exit bad || n < 100 }'; }
kept() {
  tar -tf "$(packed one)" | sed 's|^[^/]*/||' > "$work/in"
  for file in configure README.md LICENSE data/mafk.h5 motifs/JASPAR2026_CORE.tsv doc/man/seqgloss.scd packaging/bioconda/meta.yaml; do
    grep -qx "$file" "$work/in" || { echo "not in the archive: $file"; return 1; }
  done
  ! grep -E '\.o$|\.lo$|\.tmp$|\.orig$|~$|\.git/' "$work/in"
}
check "make dist in a folder" pack one 022
check "make dist in another" pack "a longer/two" 077
check "the same bytes" same
check "owners" listed
check "what belongs in it, and nothing else" kept
echo "1..$cases"
[ "$bad" = 0 ]
