#!/bin/sh
# tests/cli/pipeline.sh: what a pipeline sees of every command: exit status, streams, signals.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
src=$SEQGLOSS_DATA
data=$src/data
g=$data/chr20.fa.gz m=$data/mafk.h5 b=$work/few.bed
head -n 6 "$data/regions.bed" > "$b"
net="-m $m -f $g"
cd "$work" || exit 99
case $seqgloss in /*) ;; *) seqgloss=$OLDPWD/$seqgloss ;; esac

awk 'NR % 4 == 1' "$data/regions.bed" > quarter.bed
"$seqgloss" sis -q --threshold 0.9 $net -b quarter.bed -o sis.tsv
for i in 1 2; do "$seqgloss" predict -q $net -b "$b" --shard $i/2 -o piece$i.tsv; done
for method in gradient ism; do "$seqgloss" $method -q $net -b "$b" -o few.$method.npz; done
# Commands that print, one a line: name, then the rest of the command line.
cat > printing << EOF
predict $net -b $b
ism $net -b $b
attribute --method gradient $net -b $b
gradient $net -b $b
grad-x-input $net -b $b
sensitivity $net -b $b
smoothgrad $net -b $b
vargrad $net -b $b
intgrad --steps 2 $net -b $b
deeplift -n 2 $net -b $b
agree few.gradient.npz few.ism.npz
sis --threshold 0.9 $net -b $b
cluster sis.tsv
compare TGCTGANTCAGCA
motifs vertebrates
logo TGCTGANTCAGCA
info $m
list ops
shuffle -f $g -b $b
merge piece1.tsv piece2.tsv
help --completion bash
EOF
# Those that write files only.
files='run demo report onehot'

# The methods of attribution are one command in the code: most checks take one of them.
grep -E -v '^(attribute|gradient|grad-x-input|sensitivity|smoothgrad|vargrad|intgrad) ' printing > kinds

# every FUNCTION [FILE]: FUNCTION COMMAND ARGUMENTS... for each line of it; all of them are tried, and those that fail are named.
every() {
  wrong=0
  while read -r line; do
    # shellcheck disable=SC2086
    "$1" $line < /dev/null || { echo "failed: $line"; wrong=1; }
  done < "${2:-kinds}"
  return $wrong
}
all_there() {
  "$seqgloss" list commands | sed -n 's/^\([a-z][a-z-]*\).*/\1/p' | sort > known
  { sed 's/ .*//' printing; printf '%s\n' $files; } | sort | diff - known
}
version() { [ "$("$seqgloss" --version | head -n 1 | sed 's/^seqgloss [0-9][0-9.]*$/fine/')" = fine ]; }

# Data on stdout, nothing else; nothing on stderr under -q.
data_only() {
  flag=-q
  case $1 in help | list) flag= ;; esac
  "$seqgloss" "$@" $flag > out 2> err || { cat err; return 1; }
  [ -s out ] && [ ! -s err ] && ! grep -n '^\[[A-Z]::' out
}
wrong_usage() { fails 2 'no-such' "$seqgloss" "$@" --no-such-option; }
# A reader that leaves: no word of it, and the status of SIGPIPE. Data of one block may be gone before `true` ends.
reader_gone() {
  mkfifo pipe
  ("$seqgloss" "$@" > pipe 2> err; echo $? > status) &
  : < pipe
  wait $!
  rm pipe
  ! grep 'E::' err && [ "$(cat status)" = 141 ]
}
# Where the caller ignores SIGPIPE, it is an error of writing like others.
reader_gone_ignored() {
  mkfifo pipe
  (trap '' PIPE; "$seqgloss" motifs vertebrates > pipe 2> err; echo $? > status) &
  : < pipe
  wait $!
  rm pipe
  cat err
  [ "$(cat status)" = 1 ] && grep -q 'E::motifs. standard output: cannot be written' err
}
no_room() {
  "$seqgloss" "$@" > /dev/full 2> err
  [ $? = 1 ] && [ "$(grep -c 'E::.*standard output: cannot be written' err)" = 1 ] || { cat err; return 1; }
}
no_stdout() {
  "$seqgloss" "$@" >&- 2> err
  [ $? = 1 ] && grep -q 'E::.*standard output' err || { cat err; return 1; }
}
# A file that takes the place of a closed stderr would get the messages.
no_stderr() {
  "$seqgloss" predict -v $net -b "$b" -o a.tsv 2> /dev/null && "$seqgloss" predict -v $net -b "$b" -o b.tsv 2>&- <&- &&
    cmp a.tsv b.tsv
}
help_status() {
  for command in $(cat known); do
    "$seqgloss" "$command" --help > out 2> err && [ -s out ] && [ ! -s err ] || { echo "$command"; return 1; }
  done
}
missing_input() {
  for line in "predict -m none.h5 -f $g -b $b" "sis --threshold 1 -m $m -f none.fa -b $b" "ism -m $m -f $g -b none.bed" \
    "agree none.npz few.ism.npz" "cluster none.tsv" "compare none.meme" "report none" "merge none.tsv" "info none.h5" "motifs none.meme" "shuffle none.fa" \
    "run -m none.h5 -f $g -b $b --threshold 1 -o x" "logo none.meme -i MA0001" "onehot -o x.npz none.fa"; do
    # shellcheck disable=SC2086
    fails 1 none "$seqgloss" $line && [ ! -e x ] && [ ! -e x.npz ] || { echo "$line"; return 1; }
  done
}

# ---- Signals: long inputs, a signal as soon as an output is begun ----
for i in 1 2 3 4 5 6 7 8 9 10; do cat "$data/regions.bed"; done > many.bed
cp many.bed more.bed
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat more.bed; done > many.bed
{ grep '^#' sis.tsv; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do grep -v '^#' sis.tsv; done; } > long.tsv

# stopped SIGNAL STATUS COMMAND...: out/ is empty afterwards (of run: the folder alone), the last words say so.
stopped() {
  signal=$1 want=$2
  shift 2
  rm -rf out
  mkdir out
  # A shell has SIGINT ignored for what it puts in the background; env gives it back.
  env --default-signal=INT "$seqgloss" "$@" > /dev/null 2> err &
  pid=$! tries=0
  until ls out/*.tmp out/*/*.tmp > ready 2> /dev/null || [ -s ready ] || [ $tries -ge ${patience:-40} ]; do sleep 0.05; tries=$((tries + 1)); done
  kill -"$signal" $pid || { cat err; return 1; }
  wait $pid
  got=$?
  find out -type f > left
  [ $got = "$want" ] && [ ! -s left ] || { echo "$*: status $got"; cat left err; return 1; }
}
term() {
  long="$net -b many.bed"
  # shellcheck disable=SC2086
  stopped TERM 143 predict $long -o out/x.tsv.gz && stopped TERM 143 predict $long -@ 2 -o out/x.npz &&
    stopped TERM 143 ism $long -o out/x.bw && stopped TERM 143 ism $long -o out/x.h5 && stopped TERM 143 deeplift -n 4 $long -o out/x.npz &&
    stopped TERM 143 sis --threshold 0.9 $long -o out/x.tsv -o out/x.bed && stopped TERM 143 shuffle -n 20 -f "$g" -b many.bed -o out/x.fa &&
    stopped TERM 143 compare "$src/motifs/JASPAR2026_CORE_vertebrates.jaspar" -o out/x.tsv &&
    stopped TERM 143 run -q --threshold 0.9 $long -o out/run
}
# It writes at the end only: the signal comes while it computes.
term_cluster() { patience=4; stopped TERM 143 cluster -f "$g" -o out/c long.tsv; }
# shellcheck disable=SC2086
others() { stopped INT 130 predict $net -b many.bed -o out/x.tsv && stopped HUP 129 ism $net -b many.bed -o out/x.npz; }
# nohup: a signal that the caller ignores goes by.
ignored() {
  rm -rf out
  mkdir out
  # shellcheck disable=SC2086
  (trap '' HUP; exec "$seqgloss" predict -q $net -b more.bed -o out/x.tsv) &
  pid=$! tries=0
  until ls out/*.tmp > /dev/null 2>&1 || [ -e out/x.tsv ] || [ $tries -ge 100 ]; do sleep 0.02; tries=$((tries + 1)); done
  kill -HUP $pid 2> /dev/null
  wait $pid && [ -s out/x.tsv ]
}
# Blocked on input that does not come, a second signal ends it.
waiting() {
  mkfifo feed
  # shellcheck disable=SC2086
  "$seqgloss" predict $net -b - < feed > out.tsv 2> err &
  pid=$!
  exec 9> feed
  head -n 3 "$b" >&9
  sleep 0.3
  kill -TERM $pid
  sleep 0.1
  kill -TERM $pid
  wait $pid
  got=$?
  exec 9>&-
  rm feed
  [ $got = 143 ]
}
log_times() {
  # shellcheck disable=SC2086
  "$seqgloss" predict -v $net -b "$b" 2> err > timed && [ -s err ] &&
    ! grep -v '^20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z \[[WID]::predict\] ' err
}
resumable() {
  for command in sis ism attribute deeplift gradient intgrad run; do
    "$seqgloss" "$command" --help | grep -q -e '--resume ' || { echo "$command"; return 1; }
  done
}

check "the table of this test has all commands" all_there
check "the first line of --version" version
check "data alone on stdout, and silence under -q" every data_only printing
check "--help: status 0, on stdout" help_status
check "wrong usage: status 2, nothing on stdout" every wrong_usage
check "an input that is not there: status 1, nothing made" missing_input
check "a reader that leaves: quiet, status 141" every reader_gone
check "a reader that leaves where SIGPIPE is ignored: an error" reader_gone_ignored
if [ -c /dev/full ]; then check "stdout on a full disk: one error, status 1" every no_room
else skip "stdout on a full disk" "no /dev/full"; fi
check "stdout closed: an error, status 1" every no_stdout
check "stderr closed: messages do not get into the output" no_stderr
if env --default-signal=INT true 2> /dev/null; then
  check "SIGTERM: status 143, nothing left" term
  check "SIGTERM: cluster" term_cluster
  check "SIGINT: 130; SIGHUP: 129" others
else
  skip "signals" "env without --default-signal"
fi
check "nohup: SIGHUP goes by" ignored
check "waiting for input: the second SIGTERM ends it" waiting
check "-v: each message has its time" log_times
check "--resume where runs are long" resumable
finish
