#!/bin/sh
# tests/cli/commands.sh: help, info, list, shuffle, onehot: what each prints and how it ends.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz b=$data/regions.bed

version() { "$seqgloss" --version | head -n 1 | grep -Eq '^seqgloss [0-9]+\.[0-9]+\.[0-9]+$'; }
help_of() { "$seqgloss" "$1" --help > "$work/help" 2> "$work/err" && [ ! -s "$work/err" ] && grep -q "seqgloss $1" "$work/help"; }
bare() { "$seqgloss" > "$work/out" 2> "$work/err"; [ $? = 2 ] && [ ! -s "$work/out" ] && grep -q Usage "$work/err"; }
ops() { "$seqgloss" list ops > "$work/ops" && grep -q '^Conv' "$work/ops" && [ "$(grep -c . "$work/ops")" -gt 100 ]; }
info() { "$seqgloss" info "$data/mafk.h5" > "$work/info" && grep -q '^length.101' "$work/info" && grep -q Conv "$work/info"; }
info_json() { "$seqgloss" info --json "$data/mafk.h5" > "$work/info.json" && grep -q '"length": *101' "$work/info.json"; }
# Work follows from the shapes of mafk: 24 x 4 x 128 at each of 101 positions but the folded ones, 32 x 128 and 32; a
# gradient is three evaluations; in-silico mutagenesis one, and 303 substitutions as --plan has them.
costs() {
  "$seqgloss" info --cost "$data/mafk.h5" > "$work/cost" && "$seqgloss" info --plan "$data/mafk.h5" > "$work/plan" || return 1
  full=$(awk -F '\t' '$1 == "total" { print $8; exit }' "$work/cost")
  edit=$(awk -F '\t' '$1 == "total" && NF == 8 && $7 != "" && edits { print $7 } /^#edit/ { edits = 1 }' "$work/plan")
  echo "full $full, edit $edit"
  awk -F '\t' -v f="$full" -v p="$edit" '
    function near(a, b) { return a > 0 && (a - b) / b < 1e-5 && (b - a) / b < 1e-5 }
    $1 ~ /^(predict|ism|sis|gradient|intgrad|deeplift)$/ { m[$1] = $3; if (!(near($4, 0) || $4 >= $3 / 12e9 * 0.99)) bad = 1; if (!($5 >= 24 && $6 >= 16)) bad = 1 }
    END { exit bad || !(near(m["predict"], f) && near(m["gradient"], 3 * f) && near(m["intgrad"], 150 * f) && near(m["deeplift"], 63 * f) &&
      near(m["ism"], f + 303 * p) && near(m["sis"], f + (101 * 102 / 2 + 101) * p)) }' "$work/cost" || return 1
  "$seqgloss" info --json --cost --plan "$data/mafk.h5" "$data/hepg2.h5" > "$work/cost.json" || return 1
  [ "$(grep -c '"command": "sis"' "$work/cost.json")" = 2 ] || return 1
  ! command -v python3 > /dev/null 2>&1 || python3 -c 'import json, sys; json.load(open(sys.argv[1]))[1]["cost"][0]["seconds"]' "$work/cost.json"
}
counts() { grep -v '>' "$1" | tr -d '\n' | tr acgt ACGT | fold -w 1 | sort | uniq -c; }
shuffles() {
  printf '>one\nACGTTGCAACGTNNACGGTACCA\n' > "$work/s.fa"
  "$seqgloss" shuffle -q -n 3 --seed 5 "$work/s.fa" -o "$work/a.fa" &&
    "$seqgloss" shuffle -q -n 3 --seed 5 "$work/s.fa" -o "$work/b.fa" && cmp "$work/a.fa" "$work/b.fa" &&
    [ "$(grep -c '>' "$work/a.fa")" = 3 ] &&
    grep -v '>' "$work/a.fa" | awk '{ if ($0 !~ /^A.*TNNA.*A$/ || length($0) != 23) exit 1 }'
}
onehot() {
  printf '>a\nACGTN\n>b\nTTTTT\n' > "$work/w.fa"
  "$seqgloss" onehot -q "$work/w.fa" -o "$work/w.npz" && [ -s "$work/w.npz" ] || return 1
  command -v python3 > /dev/null && python3 -c 'import numpy' 2> /dev/null || return 0
  python3 - "$work/w.npz" << 'PY'
import sys, numpy
x = numpy.load(sys.argv[1])["arr_0"]
assert x.shape == (2, 4, 5) and x.dtype == numpy.float32, (x.shape, x.dtype)
assert x[0].argmax(0)[:4].tolist() == [0, 1, 2, 3] and x[0, :, 4].sum() == 0 and x[1, 3].sum() == 5
PY
}
windows() {
  printf '>chr20:100-201(-)\n%s\n' "$(printf 'ACGTTGCAAC%.0s' 1 2 3 4 5 6 7 8 9 10)A" > "$work/win.fa"
  "$seqgloss" predict -q -m "$data/mafk.h5" --no-provenance "$work/win.fa" > "$work/win.tsv" &&
    [ "$(sed -n '2p' "$work/win.tsv" | cut -f 2-5)" = "$(printf 'chr20\t100\t201\t-')" ]
}
arrays() {
  "$seqgloss" predict -q -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/p.npz" &&
    "$seqgloss" predict -q -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/p.h5" &&
    "$seqgloss" predict -q -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/p.json" &&
    [ -s "$work/p.npz" ] && [ -s "$work/p.h5" ] && [ "$(grep -c '^{.*"region"' "$work/p.json")" -ge 789 ]
}

# One name for two outputs would leave one of them; nothing is begun.
two_outputs() {
  (
    rm -rf "$work/two" && mkdir "$work/two"
    where="-q -m $data/mafk.h5 -f $g -R chr20:85625-85726" && case $seqgloss in /*) ;; *) seqgloss=$(pwd)/$seqgloss ;; esac
    where=$(echo "$where" | sed "s|$data|$(cd "$data" && pwd)|g") && cd "$work/two" || return 1
    fails 2 'write to a.npz' "$seqgloss" gradient $where -o a.npz --ohe ./a.npz && fails 2 'standard output' "$seqgloss" gradient $where --report - &&
      : > b.html && ln -s b.html link && fails 2 "write to b.html" "$seqgloss" gradient $where -o b.html --report link &&
      fails 2 'write to a.tsv' "$seqgloss" sis $where --threshold 0.5 -o a.tsv -o a.tsv || return 1
    [ "$(ls | tr '\n' ' ')" = 'b.html link ' ] && [ ! -s b.html ] && "$seqgloss" gradient $where -o /dev/null --report /dev/null
  )
}

check "--version" version
check "no arguments: usage on stderr, status 2" bare
for c in predict info list shuffle onehot merge; do check "$c --help" help_of $c; done
check "an unknown command" fails 2 frob "$seqgloss" frob
check "list ops" ops
check "shuffle keeps ends, N and the seed's result" shuffles
# What has no pieces offers none.
pieces() {
  for c in shuffle run; do ! "$seqgloss" $c --help | grep -e --shard && fails 2 'unknown option --shard' "$seqgloss" $c --shard 1/2 "$work/s.fa" || return 1; done
  "$seqgloss" predict --help | grep -q -e --shard
}
check "--shard where there are pieces" pieces
check "onehot" onehot
if [ -f "$data/mafk.h5" ]; then
  check "two outputs that are one file: refused" two_outputs
  check "info" info
  check "info --json" info_json
  check "info --cost" costs
  check "windows with coordinates in their names" windows
  check "predictions as npz, HDF5 and JSON lines" arrays
  check "info of something else" fails 1 'regions.bed' "$seqgloss" info "$b"
else
  skip "shipped networks" "no data/mafk.h5"
fi
finish
