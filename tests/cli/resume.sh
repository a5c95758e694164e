#!/bin/sh
# tests/cli/resume.sh: --resume of ism and of attribution: killed on the way, gone on with, the same bytes in every format.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz b=$work/some.bed m=$data/hepg2.h5
where="-m $m -t bound:0 -t bound:2 -f $g -b $b"
awk 'NR % 8 == 1' "$data/regions.bed" > "$b"
# Mutagenesis takes longer: of few regions it can be killed in the middle too.
f=$work/few.bed
awk 'NR % 40 == 1' "$data/regions.bed" > "$f"
edits="-m $m -t bound:0 -t bound:2 -f $g -b $f --deletions 2 --mask-width 9"

ism() { "$seqgloss" ism $edits "$@"; }
methods() { "$seqgloss" attribute --method deeplift,gradient -n 4 $where "$@"; }
deeplift() { "$seqgloss" deeplift -n 4 $where "$@"; }
# begun FILE: some regions are in its state.
begun() { grep -q '^done [1-9]' "$1.partial.state" 2> /dev/null; }
# killed FILE COMMAND...: kills the command when some regions are done. One that was too fast is tried again.
killed() {
  at=$1 tries=0
  shift
  while [ $tries -lt 30 ]; do
    tries=$((tries + 1))
    "$@" --resume -q -o "$at" &
    pid=$!
    until begun "$at" || ! kill -0 $pid 2> /dev/null; do sleep 0.01; done
    kill -9 $pid 2> /dev/null
    wait $pid 2> /dev/null
    if begun "$at"; then return 0; fi
  done
  echo "never killed in time"
  return 1
}
# The program itself, so that it is what the signal reaches.
cut_ism() {
  mkdir "$work/cut"
  killed "$work/cut/ism.npz" "$seqgloss" ism $edits || return 1
  ls "$work/cut"
  [ -s "$work/cut/ism.npz.partial" ] && [ "$(ls "$work/cut" | wc -l)" = 2 ]
}
cut_methods() {
  mkdir "$work/cut2"
  killed "$work/cut2/methods.npz" "$seqgloss" attribute --method deeplift,gradient -n 4 $where && [ "$(ls "$work/cut2" | wc -l)" = 2 ]
}
cut_deeplift() {
  mkdir "$work/cut3"
  killed "$work/cut3/deeplift.npz" "$seqgloss" deeplift -n 4 $where && [ "$(ls "$work/cut3" | wc -l)" = 2 ]
}
# goes_on CUT COMMAND EXT [OPTION...]: numbers do not depend on the format, so that each goes on from the same cut; half a row behind
# those that the state counts is dropped. All files, those of --ohe and provenance too, are as of a run in one go.
goes_on() {
  cut=$1 command=$2 ext=$3
  shift 3
  rm -rf "$work/a" "$work/b"
  mkdir "$work/a" "$work/b" && cp "$cut/$command.npz.partial" "$work/b/x.$ext.partial" &&
    cp "$cut/$command.npz.partial.state" "$work/b/x.$ext.partial.state" && printf 'half a row' >> "$work/b/x.$ext.partial" || return 1
  $command -o "$work/a/x.$ext" --ohe "$work/a/o.npz" "$@" 2> "$work/a.err" &&
    $command -o "$work/b/x.$ext" --ohe "$work/b/o.npz" --resume -@ 2 --batch 3 "$@" 2> "$work/b.err" || { cat "$work/b.err"; return 1; }
  grep 'going on after [1-9]' "$work/b.err" || { cat "$work/b.err"; return 1; }
  grep -v 'going on after' "$work/b.err" | cmp - "$work/a.err" && diff -r "$work/a" "$work/b" && [ "$(ls "$work/a" | wc -l)" -ge 3 ]
}
# Killed again and again: every run goes on from where the one before was.
many_times() {
  mkdir "$work/many" && cp "$work/cut/ism.npz.partial" "$work/many/x.tsv.partial" && cp "$work/cut/ism.npz.partial.state" "$work/many/x.tsv.partial.state"
  for k in 1 2; do
    before=$(cat "$work/many/x.tsv.partial.state")
    "$seqgloss" ism $edits --resume -q -o "$work/many/x.tsv" &
    pid=$!
    while [ "$(cat "$work/many/x.tsv.partial.state" 2> /dev/null)" = "$before" ] && kill -0 $pid; do sleep 0.02; done
    kill -9 $pid 2> /dev/null
    wait $pid 2> /dev/null
    rm -f "$work/many/"*.tmp
  done
  ism --resume -q -o "$work/many/x.tsv" && ism -q -o "$work/once.tsv" && for t in 0 2; do
    cmp "$work/many/x.bound_$t.tsv" "$work/once.bound_$t.tsv" || return 1
  done
}
# Not killed, and with nothing there: the bytes of a run without it, in pieces too.
uncut() {
  head -n 9 "$b" > "$work/nine.bed"
  "$seqgloss" "$@" -q -m "$m" -t bound:1 -f "$g" -b "$work/nine.bed" -o "$work/plain.npz" || return 1
  for i in 1 2; do
    "$seqgloss" "$@" -q -m "$m" -t bound:1 -f "$g" -b "$work/nine.bed" --shard $i/2 --resume -o "$work/p$i.npz" || return 1
  done
  "$seqgloss" merge -o "$work/merged.npz" "$work/p2.npz" "$work/p1.npz" && cmp "$work/plain.npz" "$work/merged.npz" &&
    ! ls "$work" | grep -q partial
}
# anew NAME OPTION...: what is there is of another run, and is not used.
anew() {
  rm -rf "$work/b"
  mkdir "$work/b" && cp "$work/cut/ism.npz.partial" "$work/b/x.tsv.partial" && cp "$work/cut/ism.npz.partial.state" "$work/b/x.tsv.partial.state" &&
    ism -o "$work/b/x.tsv" --resume "$@" 2> "$work/b.err" && ! grep 'going on' "$work/b.err" && ism -q -o "$work/other.tsv" "$@" || return 1
  for t in 0 2; do cmp "$work/b/x.bound_$t.tsv" "$work/other.bound_$t.tsv" || return 1; done
  ! ls "$work/b" | grep -q 'partial\|tmp'
}
other_options() { anew --center ref --scores hypothetical; }
other_regions() {
  cp "$f" "$work/all.bed" && head -n 8 "$work/all.bed" > "$f" && anew
  got=$?
  cp "$work/all.bed" "$f"
  return $got
}
# Of a file that is read, the content counts, not the name.
other_references() {
  r=$work/refs.npz
  "$seqgloss" onehot -q -l 200 -f "$g" -R chr20:297448-297647 --no-provenance -o "$r" && mkdir "$work/refs" || return 1
  killed "$work/refs/x.npz" "$seqgloss" deeplift $where --references "$r" || return 1
  "$seqgloss" onehot -q -l 200 -f "$g" -R chr20:297548-297747 --no-provenance -o "$r" &&
    "$seqgloss" deeplift $where --references "$r" --resume -o "$work/refs/x.npz" 2> "$work/refs.err" &&
    ! grep 'going on' "$work/refs.err" && "$seqgloss" deeplift -q $where --references "$r" -o "$work/refs1.npz" &&
    cmp "$work/refs/x.bound_0.npz" "$work/refs1.bound_0.npz"
}
# What is not ours is neither used nor harmed.
foreign() {
  mkdir "$work/f1" "$work/f1/x.npz.partial" "$work/f2" "$work/f3" && echo mine > "$work/f2/x.npz.partial" &&
    echo mine > "$work/f3/x.npz.partial.state" &&
    fails 1 'x.npz.partial: stands in the way' ism --resume -q -o "$work/f1/x.npz" &&
    fails 1 'x.npz.partial: stands in the way' ism --resume -q -o "$work/f2/x.npz" &&
    fails 1 'no state of --resume; move it away' deeplift --resume -q -o "$work/f3/x.npz" || return 1
  [ "$(cat "$work/f2/x.npz.partial")" = mine ] && [ "$(cat "$work/f3/x.npz.partial.state")" = mine ] && [ "$(ls "$work/f2" "$work/f3" | wc -l)" = 5 ]
}
# Rows that are shorter than the state says begin anew; a changed row is told of.
damaged() {
  mkdir "$work/d" && cp "$work/cut/ism.npz.partial.state" "$work/d/x.npz.partial.state" &&
    { printf '\377\377\377\377'; tail -c +5 "$work/cut/ism.npz.partial"; } > "$work/d/x.npz.partial" &&
    fails 1 'damaged; remove it to begin anew' ism --resume -o "$work/d/x.npz" || return 1
  [ ! -e "$work/d/x.bound_0.npz" ] && ! ls "$work/d" | grep tmp
}
# signalled NAME FILE COMMAND...: sends the signal when some regions are done; $pid is the process, which has not ended.
signalled() {
  signal=$1 at=$2 tries=0
  shift 2
  while [ $tries -lt 30 ]; do
    tries=$((tries + 1))
    "$@" --resume -o "$at" 2> "$work/signalled.err" &
    pid=$!
    until begun "$at" || ! kill -0 $pid 2> /dev/null; do sleep 0.01; done
    kill -s "$signal" $pid 2> /dev/null
    if begun "$at"; then return 0; fi
    wait $pid
  done
  echo "never stopped in time"
  return 1
}
# A stop on request says where the numbers are.
interrupted() {
  mkdir "$work/i"
  signalled TERM "$work/i/x.npz" "$seqgloss" ism $edits || return 1
  wait $pid
  [ $? != 0 ] && cat "$work/signalled.err" && [ "$(grep -c . "$work/signalled.err")" = 1 ] && grep 'stopped; .*x.npz.partial: the same command with --resume goes on from there' "$work/signalled.err" &&
    [ "$(ls "$work/i" | wc -l)" = 2 ]
}
in_use() {
  mkdir "$work/u"
  signalled STOP "$work/u/x.npz" "$seqgloss" ism $edits || return 1
  fails 1 'another process writes to it' ism --resume -q -o "$work/u/x.npz"
  got=$?
  kill -9 $pid
  wait $pid 2> /dev/null
  return $got
}

check "ism: killed on the way, nothing looks finished" cut_ism
for e in tsv tsv.gz npz bedgraph; do check "ism: goes on to $e, the bytes and messages of one go" goes_on "$work/cut" ism $e; done
for e in h5 bw; do
  "$seqgloss" ism -q -m "$m" -t bound:0 -f "$g" -R chr20:297448-297548 -o "$work/try.$e" 2> "$work/try.err"
  if grep -qi 'this build' "$work/try.err"; then skip "ism: goes on to $e" "libhdf5 or libBigWig"
  else check "ism: goes on to $e, the bytes and messages of one go" goes_on "$work/cut" ism $e
  fi
done
check "ism: killed three times" many_times
check "attribute: killed on the way, nothing looks finished" cut_methods
check "attribute: two methods and two targets go on" goes_on "$work/cut2" methods npz
check "deeplift: killed on the way" cut_deeplift
check "deeplift: goes on to tsv" goes_on "$work/cut3" deeplift tsv
check "ism: in pieces with --resume" uncut ism --pairs 1
check "gradient: in pieces with --resume" uncut gradient
check "other options begin anew" other_options
check "other regions begin anew" other_regions
check "other references in a file of the same name begin anew" other_references
check "foreign files are refused and left alone" foreign
check "damaged numbers are refused" damaged
check "a stop on request says where to go on" interrupted
check "a file in use is refused" in_use
check "--resume to standard output" fails 2 'resume needs -o FILE' ism --resume
check "--resume to a device" fails 2 'goes with files' deeplift --resume -t bound:0 -o /dev/null
check "--resume of standard input" fails 2 'standard input is read once' "$seqgloss" ism -m "$m" -f "$g" -b - --resume -o "$work/x.npz"
check "--resume with --verify" fails 2 'leave --resume out' ism --verify --resume -o "$work/x.npz"
finish
