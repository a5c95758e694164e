#!/bin/sh
# tests/readers/scores.sh: attributions are read by numpy, h5py and pyBigWig, where they are there. SEQGLOSS_PYTHON: an interpreter that has them.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
python=$(command -v "${SEQGLOSS_PYTHON:-python3}")
head -n 20 "$data/regions.bed" > "$work/b.bed"
# Two windows that overlap, one on the reverse strand.
{ cat "$work/b.bed"; awk -F '\t' -v OFS='\t' 'NR == 3 { print $1, $2 + 30, $3 + 30, "over", 0, "-" }' "$work/b.bed"; } > "$work/regions.bed"
run() { "$seqgloss" deeplift -q -n 3 --no-provenance -m "$data/mafk.h5" -f "$data/chr20.fa.gz" -b "$work/regions.bed" -o "$work/$@"; }
written() { run a.tsv && run a.npz --ohe "$work/o.npz" && run p.npz --scores projected && run a.h5 && run a.bw && run a.bedgraph; }
reads() { "$python" "$src/tests/readers/read_scores.py" "$work" > "$work/said" && cat "$work/said"; }
found() { grep "^ok $1" "$work/said"; }
# A number that is another one is found.
damaged() {
  awk -F '\t' -v OFS='\t' '!/^#/ && !n++ { $8 = $8 + 1 } { print }' "$work/a.tsv" > "$work/changed" && mv "$work/changed" "$work/a.tsv" &&
    ! "$python" "$src/tests/readers/read_scores.py" "$work"
}

check 'all formats are written' written
if [ "$python" ]; then
  check 'numbers agree' reads
  sed 's/^/# /' "$work/said"
  for k in numpy h5py pyBigWig; do
    if grep -q "^skip.*'$k'\|^skip.*numpy" "$work/said"; then skip "$k" "$k is not there (SEQGLOSS_PYTHON)"
    else check "$k" found "$k"; fi
  done
  check 'bedGraph' found bedGraph
  if grep -q '^ok numpy' "$work/said"; then check 'a changed number is found' damaged; else skip 'a changed number is found' 'numpy is not there'; fi
else skip 'readers of others' 'python3 is not there'; fi
finish
