#!/bin/sh
# tests/cli/faults.sh: writers of attributions on a disk that is full, and runs that are killed: a clear error, and no file that is half there.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
head -n 40 "$data/regions.bed" > "$work/some.bed"
where="-m $data/mafk.h5 -f $data/chr20.fa.gz -b $work/some.bed"
out=$work/out
mkdir "$out" "$work/tmp" || exit 99
TMPDIR=$work/tmp
export TMPDIR

# Files end at N blocks of 512 bytes: writing more fails as on a full disk.
limited() { n=$1; shift; (trap '' XFSZ; ulimit -f "$n"; exec "$@"); }
# full FILE BLOCKS OPTIONS...: it fails in one line that names the file or the folder of temporary files, and nothing is left of it.
full() {
  file=$1 blocks=$2
  shift 2
  limited "$blocks" "$seqgloss" grad-x-input -q $where "$@" > "$work/.out" 2> "$work/.err"
  got=$?
  cat "$work/.err"
  [ "$got" = 1 ] || { echo "status $got"; return 1; }
  [ "$(grep -c . "$work/.err")" = 1 ] && grep -q '^\[E::grad-x-input\] ' "$work/.err" && grep -q "$out/" "$work/.err" && grep -q 'too large\|disk full' "$work/.err" || return 1
  [ ! -e "$out/$file" ] || { echo "$file is there"; return 1; }
  ls -A "$out" "$work/tmp" > "$work/.left"
  if [ "$(grep -vc ":\$\|^\$" "$work/.left")" != 0 ]; then cat "$work/.left"; rm -rf "$out"/* "$work/tmp"/*; return 1; fi
}
# With room for it the same command works: the limit is what failed.
roomy() {
  for e in npz h5 bw bedgraph tsv tsv.gz; do limited 2000 "$seqgloss" grad-x-input -q $where -o "$out/a.$e" && [ -s "$out/a.$e" ] || return 1; done
  rm -f "$out"/*
}
standard_output() {
  [ -e /dev/full ] || return 0
  "$seqgloss" grad-x-input -q $where > /dev/full 2> "$work/.err"
  got=$?
  cat "$work/.err"
  [ "$got" = 1 ] && grep -q 'No space left' "$work/.err"
}

# What --resume has kept stays, and serves when there is room again.
resumed() {
  "$seqgloss" grad-x-input -q $where -o "$work/whole.npz" || return 1
  limited 20 "$seqgloss" grad-x-input -q --resume $where -o "$out/a.npz" 2> "$work/.err" && return 1
  cat "$work/.err"
  [ ! -e "$out/a.npz" ] && [ -e "$out/a.npz.partial" ] && grep -q 'a.npz.partial: ' "$work/.err" &&
    "$seqgloss" grad-x-input -q --resume $where -o "$out/a.npz" && cmp "$out/a.npz" "$work/whole.npz" && [ ! -e "$out/a.npz.partial" ] && rm -f "$out"/*
}

# killed NAME OPTIONS...: a run that writes the named file is killed while it computes. Nothing has that name, and the run again gives what it
# gives undisturbed.
killed() {
  file=$1
  shift
  "$seqgloss" intgrad -q --no-provenance $where -o "$work/whole.$file" "$@" || return 1
  "$seqgloss" intgrad -q --no-provenance --steps 100000 $where -o "$out/$file" "$@" &
  pid=$!
  sleep 0.2
  kill -9 $pid 2> /dev/null
  wait $pid 2> /dev/null
  [ $? = 137 ] || { echo 'it was not killed'; return 1; }
  [ ! -e "$out/$file" ] || { echo "$file is there"; return 1; }
  "$seqgloss" intgrad -q --no-provenance $where -o "$out/$file" "$@" && cmp "$out/$file" "$work/whole.$file" || return 1
  rm -rf "$out"/* "$out"/.[!.]* "$work/tmp"/*
}
# An earlier file of the name stays as it was.
earlier() {
  echo mine > "$out/a.npz"
  limited 8 "$seqgloss" grad-x-input -q $where -o "$out/a.npz" 2> /dev/null
  [ "$(cat "$out/a.npz")" = mine ] || return 1
  rm -f "$out"/*
}

check 'with room' roomy
for e in npz h5 bw bedgraph tsv; do check "a full disk: .$e" full "a.$e" 8 -o "$out/a.$e"; done
# htslib's bgzf_close leaves its memory where it cannot write the rest: leaks are not looked for.
compressed() { ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 full a.tsv.gz 8 -o "$out/a.tsv.gz"; }
check 'a full disk: .tsv.gz' compressed
check 'a full disk: --ohe' full o.npz 8 -o /dev/null --scores projected --ohe "$out/o.npz"
check 'a full disk: --report' full r.html 20 -o /dev/null --report "$out/r.html"
check 'a full disk: --resume' resumed
check 'a full disk: standard output' standard_output
check 'a full disk: an earlier file stays' earlier
for e in npz h5 bw tsv; do check "killed: .$e" killed "a.$e"; done
finish
