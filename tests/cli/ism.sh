#!/bin/sh
# tests/cli/ism.sh: in-silico mutagenesis by the shipped networks: numbers against predict, layouts, bytes, failures.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz b=$work/some.bed m=$data/mafk.h5
where="-f $g -b $b"

run() { "$seqgloss" ism -q "$@"; }

# Every substitution of one window, written out as FASTA and predicted: effects agree to 2e-5.
against_predict() {
  run -m "$m" -f "$g" -R chr20:297448-297548 --scores hypothetical --center none --no-provenance "$@" > "$work/one.tsv" || return 1
  awk -F '\t' '!/^#/ { s[n++] = $7; for (k = 0; k < 4; k++) v[n - 1, k] = $(8 + k) }
    END {
      split("A C G T", base, " ")
      for (i = -1; i < n; i++) for (k = 0; k < (i < 0 ? 1 : 4); k++) {
        printf ">%d_%d\n", i, k
        for (j = 0; j < n; j++) printf "%s", j == i ? base[k + 1] : s[j]
        print ""
      }
      for (i = 0; i < n; i++) for (k = 0; k < 4; k++) print i "_" k, v[i, k] > "'"$work/effects"'"
    }' "$work/one.tsv" > "$work/edited.fa"
  "$seqgloss" predict -q -m "$m" --no-provenance "$@" "$work/edited.fa" | awk -v effects="$work/effects" '
    BEGIN { while ((getline line < effects) > 0) { split(line, f, " "); want[f[1]] = f[2] } }
    /^#/ { next }
    $1 == "-1_0" { f0 = $NF; next }
    { d = $NF - f0 - want[$1]; if (!(d <= 2e-5 && d >= -2e-5)) { print; bad = 1 } n++ }
    END { exit bad || n != 404 }'
}
# The mean of the four bases taken away, the score is that of the base that is there.
projected() {
  run -m "$m" $where --scores hypothetical --no-provenance > "$work/hyp.tsv" &&
    run -m "$m" $where --no-provenance > "$work/score.tsv" || return 1
  paste "$work/hyp.tsv" "$work/score.tsv" | awk -F '\t' '/^#/ { next }
    { at = index("ACGT", $7); want = at ? $(7 + at) : 0; sum = $8 + $9 + $10 + $11
      if (want != $NF || sum > 1e-6 || sum < -1e-6) { print; bad = 1 } n++ }
    END { exit bad || n != 707 }'
}
unknown() {
  printf '>n\nNNACGTTGCTGAGTCAGCANNNNNACGTTGCTGAGTCAGCAACGTTGCTGAGTCAGCAACGTTGCTGAGTCAGCAACGTTGCTGAGTCAGCAACGTGCTNA\n' > "$work/n.fa"
  run -m "$m" --no-provenance "$work/n.fa" --scores projected | awk -F '\t' '/^#/ { next }
    $7 == "N" { if ($8 != 0) exit 1; n++ } $8 != 0 { m++ } END { exit n != 8 || m < 80 }'
}
# The array as numpy has it: version 1.0, float32, C order, [N][4][L].
numpy() {
  run -m "$m" $where -o "$work/a.npz" --ohe "$work/o.npz" --no-provenance || return 1
  head -c 64 "$work/a.npz" | od -An -c | tr -d ' \n' | grep -q 'arr_0.npy.*223NUMPY001' || return 1
  grep -aq "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 4, 101), }" "$work/a.npz"
}
onehot() { "$seqgloss" onehot -q -l 101 $where --no-provenance -o "$work/o2.npz" && cmp "$work/o.npz" "$work/o2.npz"; }

everything="--deletions 3 --insertions --insert TGAC --insert CC --mask-width 9 --mask-step 4"
# whole EXT: what one thread writes in one piece; same EXT: with other options, the same bytes.
whole() { run -m "$m" $where $everything $pairs -o "$work/whole.$1"; }
same() {
  ext=$1
  shift
  run -m "$m" $where $everything $pairs -o "$work/same.$ext" "$@" && cmp "$work/same.$ext" "$work/whole.$ext"
}
shards() {
  for i in 1 2 3 4 5 6 7; do
    run -m "$m" $where $everything $pairs --shard $i/7 -o "$work/piece$i.$1" || return 1
  done
  "$seqgloss" merge -q -o "$work/merged.$1" "$work"/piece[4-7]."$1" "$work"/piece[1-3]."$1" && cmp "$work/merged.$1" "$work/whole.$1"
}
one_shard() {
  run -m "$m" $where $everything $pairs --shard 1/1 -o "$work/only.$1" &&
    "$seqgloss" merge -q -o "$work/only2.$1" "$work/only.$1" && cmp "$work/only2.$1" "$work/whole.$1"
}

# Both strands combined are one function: only the strand's column differs. Results lie on '+'.
strands() {
  awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $4, 0, "+" }' "$b" > "$work/plus.bed"
  sed 's/+$/-/' "$work/plus.bed" > "$work/minus.bed"
  for s in plus minus; do
    run -m "$m" -f "$g" -b "$work/$s.bed" --rc "$1" $everything --no-provenance -o "$work/$s.tsv" || return 1
    cut -f 1-4,6- "$work/$s.tsv" > "$work/$s.cut"
  done
  paste "$work/plus.cut" "$work/minus.cut" | awk -F '\t' '/^#/ { next }
    { for (i = 1; i <= 6; i++) if ($i != $(i + NF / 2)) bad = 1
      for (i = 7; i <= NF / 2; i++) { d = $i - $(i + NF / 2); if (!(d < 2e-5 && d > -2e-5)) bad = 1 } n++ }
    END { exit bad || n != 707 }'
}
# A window on '-' is its reverse complement; turned back, columns A C G T are those of T G C A.
native() {
  head -n 1 "$work/minus.bed" > "$work/one.bed"
  run -m "$m" -f "$g" -b "$work/one.bed" --scores hypothetical --no-provenance --strand-native > "$work/native.tsv" &&
    run -m "$m" -f "$g" -b "$work/one.bed" --scores hypothetical --no-provenance > "$work/turned.tsv" || return 1
  { echo '>x'; grep -v '^#' "$work/native.tsv" | cut -f 7 | tr -d '\n'; echo; } > "$work/native.fa"
  run -m "$m" --scores hypothetical --no-provenance "$work/native.fa" | cut -f 6- > "$work/fasta.cut"
  cut -f 6- "$work/native.tsv" | cmp - "$work/fasta.cut" || return 1
  awk -F '\t' '/^#/ { next } NR == FNR { for (k = 8; k < 12; k++) v[$6, k] = $k; next }
    { for (k = 8; k < 12; k++) if ($k != v[100 - $6, 19 - k]) bad = 1; n++ } END { exit bad || n != 101 }' \
    "$work/native.tsv" "$work/turned.tsv"
}
# All targets in one pass give what each gives alone.
targets() {
  run -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 --no-provenance -o "$work/t.tsv" || return 1
  [ "$(ls "$work"/t.*.tsv | wc -l)" = 6 ] && [ ! -e "$work/t.tsv" ] || return 1
  run -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 --no-provenance -t 0:4 -o "$work/u.tsv" && cmp "$work/u.tsv" "$work"/t.*4.tsv || return 1
  run -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 --no-provenance -t 0:4 -t 0:1 -o "$work/v.tsv" &&
    cmp "$work"/v.*4.tsv "$work"/t.*4.tsv && cmp "$work"/v.*1.tsv "$work"/t.*1.tsv
}
other_target() {
  for t in 0 1; do
    run -m "$data/hepg2.h5" $where -t 0:0 -t 0:1 --shard $((t + 1))/2 -o "$work/p$t.npz" || return 1
  done
  fails 1 'another run' "$seqgloss" merge -q -o "$work/p.npz" "$work"/p0.*0.npz "$work"/p1.*1.npz
}
# Threads share the edits of a single region.
one_region() {
  for t in 1 3; do
    run -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 --deletions 3 --mask-width 9 --no-provenance -t 0:2 -@ $t -o "$work/team$t.tsv" || return 1
  done
  cmp "$work/team1.tsv" "$work/team3.tsv" && [ -s "$work/team1.tsv" ]
}
logits() {
  run -m "$m" -f "$g" -R chr20:297448-297548 --no-provenance -o "$work/l1.tsv" &&
    run -m "$m" -f "$g" -R chr20:297448-297548 --no-provenance --logits -o "$work/l2.tsv" && ! cmp -s "$work/l1.tsv" "$work/l2.tsv"
}
reduced() {
  run -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 --no-provenance --reduce mean -o "$work/mean.tsv" || return 1
  paste "$work"/t.*.tsv "$work/mean.tsv" | awk -F '\t' '/^#/ { next }
    { s = 0; for (i = 8; i < NF; i += 8) s += $i; d = s / 6 - $NF; if (!(d < 1e-6 && d > -1e-6)) bad = 1; n++ } END { exit bad || n != 200 }'
}
masks() {
  printf '# A C G T\n0.25 0.25\n0.25, 0.25\n' > "$work/quarter.txt"
  for k in quarter zero "$work/quarter.txt"; do
    run -m "$m" $where --no-substitutions --mask-width 5 --mask "$k" --no-provenance -o "$work/mask.$(basename "$k").tsv" || return 1
  done
  cmp "$work/mask.quarter.tsv" "$work/mask.quarter.txt.tsv" && ! cmp -s "$work/mask.quarter.tsv" "$work/mask.zero.tsv"
}
# Every base of a track has the score that the table has.
track() {
  run -m "$m" -f "$g" -R chr20:297448-297548 --no-provenance -o "$work/x.bedgraph" "$@" &&
    run -m "$m" -f "$g" -R chr20:297448-297548 --no-provenance -o "$work/x.tsv" "$@" || return 1
  awk -F '\t' '/^#/ || /^track/ { next } NR == FNR { for (i = $2; i < $3; i++) v[i] = $4; next }
    { d = v[$3 + $6] - $NF; if (!($3 + $6 in v) || !(d < 1e-6 && d > -1e-6)) bad = 1; n++ } END { exit bad || n != 101 }' \
    "$work/x.bedgraph" "$work/x.tsv"
}
# Left of a file: nothing, neither under its name nor under a temporary one. (libhdf5 may not survive a file that it could not
# close, so that the status of .h5 is only not 0.)
full() {
  mkdir -p "$work/full"
  (ulimit -f 8; trap '' XFSZ; run -m "$m" $where $everything -o "$work/full/x.$1"; echo $? > "$work/status") 2> "$work/err"
  cat "$work/err" "$work/status"
  [ "$(cat "$work/status")" = 1 ] || return 1
  [ -z "$(ls -A "$work/full")" ]
}
verified() { run -m "$m" $where $everything $pairs --verify -o "$work/v.tsv" && cmp "$work/v.tsv" "$work/whole.tsv"; }
counts() { "$seqgloss" ism -v -m "$m" -f "$g" -R chr20:297448-297548 -o "$work/c.npz" 2> "$work/err" && grep -q '303 edits of 1 windows' "$work/err"; }
plan() {
  "$seqgloss" info --plan "$m" > "$work/plan" && grep -q '^#edit' "$work/plan" && grep -q '^saving' "$work/plan" &&
    "$seqgloss" info --plan --json "$m" > "$work/plan.json" && grep -q '"plan_saving"' "$work/plan.json" &&
    ! "$seqgloss" info "$m" | grep -q '^#edit'
}

if [ -f "$m" ]; then
  head -n 7 "$data/regions.bed" > "$b"
  check "effects are differences of predictions" against_predict
  check "effects with --rc max" against_predict --rc max
  check "the projected score is that of the present base" projected
  check "unknown bases have score 0" unknown
  check "npz has numpy's layout" numpy
  check "--ohe is what onehot writes" onehot
  for ext in tsv npz h5; do
    pairs='--pairs 2'
    [ $ext = tsv ] && pairs=
    check "$ext: everything" whole $ext
    check "$ext: two threads, the same bytes" same $ext -@ 2
    for n in 1 3 64; do check "$ext: batches of $n, the same bytes" same $ext --batch $n; done
    check "$ext: seven shards merged, the same bytes" shards $ext
    check "$ext: one shard, the same bytes" one_shard $ext
    check "$ext: a full disk leaves nothing" full $ext
  done
  pairs=
  check "--verify" verified
  check "strands with --rc max" strands max
  check "strands with --rc mean" strands mean
  check "a window on the reverse strand" native
  check "targets: a file each, the same numbers in one pass" targets
  check "pieces of different targets are not merged" other_target
  check "three threads share one region, the same bytes" one_region
  check "--logits" logits
  check "--reduce mean" reduced
  check "masks" masks
  check "bedgraph" track
  check "bedgraph of occlusion" track --no-substitutions --mask-width 7
  check "-v counts" counts
  check "info --plan" plan
  check "no model: usage" fails 2 MODEL run $where
  check "two models: usage" fails 2 'one network' run -m "$m" -m "$m" $where
  check "nothing to do: usage" fails 2 'leaves nothing' run -m "$m" $where --no-substitutions
  check "a step without a width: usage" fails 2 'mask-width' run -m "$m" $where --mask-step 3
  check "a step that leaves gaps: usage" fails 2 'left out' run -m "$m" $where --mask-width 3 --mask-step 4
  check "scores that are all 0: usage" fails 2 'center' run -m "$m" $where --center none
  check "no sequences" fails 1 'no sequences' run -m "$m"
  check "unknown target" fails 1 nonsense run -m "$m" $where -t nonsense
  check "unknown ending" fails 1 'x.csv' run -m "$m" $where -o "$work/x.csv"
  check "no such folder" fails 1 nowhere run -m "$m" $where -o "$work/nowhere/x.npz"
  check "several targets on standard output" fails 1 'a file each' run -m "$data/hepg2.h5" $where
  check "pairs in text" fails 1 pairs run -m "$m" $where --pairs 2
  check "a track of four bases" fails 1 projected run -m "$m" $where -o "$work/x.bw" --scores actual
  check "a track under --shard" fails 1 'merge' run -m "$m" $where -o "$work/x.bw" --shard 1/2
  check "a track without chromosomes" fails 1 'chromosomes' run -m "$m" -o "$work/x.bw" "$work/n.fa"
  check "projected scores in HDF5" fails 1 'projected_shap' run -m "$m" $where -o "$work/x.h5" --scores projected
  check "tiles wider than the window" fails 1 102 run -m "$m" $where --mask-width 102
  check "an insertion of no bases" fails 1 'T-A' run -m "$m" $where --insert T-A
  check "a mask that is not there" fails 1 'three.txt' run -m "$m" $where --mask-width 3 --mask "$work/three.txt"
  printf '0.3 0.3 0.4\n' > "$work/three.txt"
  check "a mask of three numbers" fails 1 'four' run -m "$m" $where --mask-width 3 --mask "$work/three.txt"
  printf '0.3 0.3 0.4 x\n' > "$work/three.txt"
  check "a mask with a word" fails 1 'three.txt:1' run -m "$m" $where --mask-width 3 --mask "$work/three.txt"
else
  skip "shipped networks" "no data/mafk.h5"
fi
golden=${SEQGLOSS_SHARED:-}/data/golden
any=$golden/keras/func_variable_length/keras3.h5
if [ -f "$any" ]; then
  seq=ACGTTGCTGAGTCAGCANACGTACGTACGATCAGCT
  printf '>a\n%s\n>b\n%s%s\n>c\n%s\n' $seq $seq $seq $seq > "$work/any.fa"
  # Windows of several lengths: each as if it were alone.
  lengths() {
    run -m "$any" -t 0:0 --deletions 2 --mask-width 5 --no-provenance -o "$work/any.tsv" "$work/any.fa" &&
      run -m "$any" -t 0:0 --deletions 2 --mask-width 5 --no-provenance -@ 2 -o "$work/any2.tsv" "$work/any.fa" &&
      cmp "$work/any.tsv" "$work/any2.tsv" && [ "$(grep -c '^[abc]' "$work/any.tsv")" = 144 ] || return 1
    printf '>b\n%s%s\n' $seq $seq > "$work/b.fa"
    run -m "$any" -t 0:0 --deletions 2 --mask-width 5 --no-provenance "$work/b.fa" | grep '^b' > "$work/b1"
    grep '^b' "$work/any.tsv" | cmp - "$work/b1"
  }
  check "windows of several lengths in a table" lengths
  check "windows of several lengths in an array" fails 1 'one length' run -m "$any" -t 0:0 -o "$work/any.npz" "$work/any.fa"
else
  skip "windows of several lengths" "no shared golden networks"
fi
two=$golden/onnx/multi_input/multi_input.ts17.onnx
if [ -f "$two" ] && [ -f "$m" ]; then
  # A row of covariates belongs to its region, also in a shard.
  covariates() {
    head -n 3 "$b" > "$work/three.bed"
    printf '1\t2\t3\n-1\t0\t4\n0.5\t0\t-2\n' > "$work/cov.tsv"
    run -m "$two" -t 0:1 -f "$g" -b "$work/three.bed" --input "cov=$work/cov.tsv" --no-provenance -o "$work/cov.out.tsv" &&
      run -m "$two" -t 0:1 -f "$g" -b "$work/three.bed" --input "cov=$work/cov.tsv" --shard 2/3 --no-provenance -o "$work/cov.2.tsv" || return 1
    grep -v '^#' "$work/cov.out.tsv" | sed -n '21,40p' > "$work/cov.want"
    grep -v '^#' "$work/cov.2.tsv" | cmp - "$work/cov.want" || return 1
    sed 's/4/40/' "$work/cov.tsv" > "$work/cov3.tsv"
    run -m "$two" -t 0:1 -f "$g" -b "$work/three.bed" --input "cov=$work/cov3.tsv" --no-provenance -o "$work/cov.other.tsv" &&
      ! cmp -s "$work/cov.out.tsv" "$work/cov.other.tsv"
  }
  check "covariates" covariates
  check "covariates for another number of regions" fails 1 'rows' run -m "$two" $where --input "cov=$work/cov.tsv" -t 0:1
else
  skip "covariates" "no shared golden networks"
fi
mini=$golden/attribution/bpnetmini/model.onnx
if [ -f "$mini" ] && [ -f "$m" ]; then
  profile() {
    run -m "$mini" $where -t profile --reduce sum --no-provenance -o "$work/sum.tsv" &&
      run -m "$mini" $where -t counts --no-provenance -o "$work/counts.tsv" && ! cmp -s "$work/sum.tsv" "$work/counts.tsv" &&
      run -m "$mini" $where -t profile:17 --no-provenance -o "$work/unit.tsv"
  }
  check "a profile needs --reduce" fails 1 'reduce' run -m "$mini" $where -t profile
  check "a reduced profile, one unit of it, and counts" profile
  check "--logits of an output without one" fails 1 'logits' run -m "$mini" $where -t counts --logits
else
  skip "a profile" "no shared golden networks"
fi
finish
