#!/bin/sh
# tests/cli/attribute.sh: attribution by the shipped networks: sums against predictions, layouts, bytes, failures.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz b=$work/some.bed m=$data/mafk.h5
where="-f $g -b $b"
head -n 7 "$data/regions.bed" > "$b"

run() { c=$1; shift; "$seqgloss" "$c" -q --no-provenance "$@"; }
methods=$("$seqgloss" list methods | cut -f 1 | grep -v '^ism$')

# Every method is a command that writes what `attribute --method` writes.
as_command() {
  run "$1" -m "$m" $where --scores contribution > "$work/own.tsv" &&
    run attribute --method "$1" -m "$m" $where --scores contribution > "$work/by.tsv" &&
    cmp "$work/own.tsv" "$work/by.tsv" && [ "$(grep -vc '^#' "$work/own.tsv")" = 707 ]
}
# Contributions sum to logit(x) - mean logit(references): the references are those of `shuffle`.
sums() {
  "$seqgloss" shuffle -q -n 20 -l 101 $where -o "$work/refs.fa" &&
    "$seqgloss" predict -q --no-provenance --logits -m "$m" "$work/refs.fa" > "$work/refs.tsv" &&
    "$seqgloss" predict -q --no-provenance --logits -m "$m" $where > "$work/x.tsv" &&
    run deeplift -m "$m" $where > "$work/scores.tsv" || return 1
  awk -F '\t' -v refs="$work/refs.tsv" -v x="$work/x.tsv" '
    BEGIN {
      while ((getline line < x) > 0) if (line !~ /^#/) { n = split(line, f, "\t"); name[k] = f[1]; f0[k++] = f[n] }
      while ((getline line < refs) > 0) if (line !~ /^#/) { n = split(line, f, "\t"); { mean[int(j / 20)] += f[n] / 20; j++ } }
    }
    /^#/ { next } { s[int(r / 101)] += $8; r++ }
    END {
      for (i = 0; i < k; i++) { d = s[i] - (f0[i] - mean[i]); print s[i], f0[i] - mean[i]; if (!(d < 1e-4 && d > -1e-4)) bad = 1; if (s[i] != 0) some = 1 }
      exit bad || !some || k != 7 || j != 140
    }' "$work/scores.tsv"
}
# From zero: integrated gradients sum to logit(x) - logit(0), which another baseline moves.
path_sums() {
  run intgrad -m "$m" $where --steps 400 > "$work/ig.tsv" || return 1
  printf '>n\n%0101d\n' 0 | tr 0 N | "$seqgloss" predict -q --no-provenance --logits -m "$m" - | awk -F '\t' '!/^#/ { print $NF }' > "$work/zero"
  awk -F '\t' -v zero="$(cat "$work/zero")" 'NR == FNR { if (!/^#/) f[k++] = $NF; next } /^#/ { next } { s[int(r / 101)] += $8; r++ }
    END { for (i = 0; i < 7; i++) { d = s[i] - (f[i] - zero); print s[i], f[i] - zero; if (!(d < 0.02 && d > -0.02)) bad = 1 } exit bad || k != 7 }' \
    "$work/x.tsv" "$work/ig.tsv"
}
# grad-x-input is the gradient at the bases that are there.
at_bases() {
  run gradient -m "$m" $where --scores contribution > "$work/g.tsv" && run grad-x-input -m "$m" $where > "$work/gi.tsv" || return 1
  paste "$work/g.tsv" "$work/gi.tsv" | awk -F '\t' '/^#/ { next } { at = index("ACGT", $7); if ($(7 + at) != $NF) bad = 1; n++ } END { exit bad || n != 707 }'
}
whole() { run attribute --method deeplift,intgrad,smoothgrad --baseline shuffle -n 3 --steps 4 --samples 3 --rc mean -m "$m" $where -o "$work/whole.$1"; }
same() {
  ext=$1
  shift
  run attribute --method deeplift,intgrad,smoothgrad --baseline shuffle -n 3 --steps 4 --samples 3 --rc mean -m "$m" $where -o "$work/same.$ext" "$@" || return 1
  for k in deeplift intgrad smoothgrad; do cmp "$work/same.$k.$ext" "$work/whole.$k.$ext" || return 1; done
}
shards() {
  for i in 1 2 3; do
    run attribute --method deeplift,intgrad,smoothgrad --baseline shuffle -n 3 --steps 4 --samples 3 --rc mean -m "$m" $where \
      --shard $i/3 -o "$work/piece$i.$1" || return 1
  done
  for k in deeplift intgrad smoothgrad; do
    "$seqgloss" merge -q -o "$work/merged.$1" "$work"/piece[123]."$k.$1" && cmp "$work/merged.$1" "$work/whole.$k.$1" || return 1
  done
}
# Both strands combined are one function.
strands() {
  awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $4, 0, "+" }' "$b" > "$work/plus.bed"
  sed 's/+$/-/' "$work/plus.bed" > "$work/minus.bed"
  for s in plus minus; do
    run grad-x-input -m "$m" -f "$g" -b "$work/$s.bed" --rc mean > "$work/$s.tsv" || return 1
    cut -f 1-4,6- "$work/$s.tsv" > "$work/$s.cut"
  done
  paste "$work/plus.cut" "$work/minus.cut" | awk -F '\t' '/^#/ { next }
    { for (i = 1; i <= 6; i++) if ($i != $(i + NF / 2)) bad = 1
      d = $7 - $14; if (!(d < 1e-5 && d > -1e-5)) bad = 1; n++ } END { exit bad || n != 707 }'
}
targets() {
  run deeplift -n 2 -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 -o "$work/t.tsv" || return 1
  [ "$(ls "$work"/t.*.tsv | wc -l)" = 6 ] && [ ! -e "$work/t.tsv" ] || return 1
  run deeplift -n 2 -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 -t 0:4 -o "$work/u.tsv" && cmp "$work/u.tsv" "$work"/t.*4.tsv
}
centered() {
  run gradient -m "$data/hepg2.h5" -f "$g" -R chr20:297448-297548 --scores contribution --center-classes -o "$work/c.tsv" || return 1
  for i in 0 1 2 3 4 5; do cut -f 8- "$work"/c.*$i.tsv; done | awk '/score|A/ { next } { for (k = 1; k <= 4; k++) s[n % 200, k] += $k; n++ }
    END { for (i = 0; i < 200; i++) for (k = 1; k <= 4; k++) if (!(s[i, k] < 1e-4 && s[i, k] > -1e-4)) bad = 1; exit bad || n != 1200 }'
}
# Stored references: those of `shuffle`, as arrays, give what drawing them gives.
stored() {
  "$seqgloss" shuffle -q -n 1 -l 101 $where -o "$work/r1.fa" && "$seqgloss" onehot -q -l 101 --no-provenance "$work/r1.fa" -o "$work/r1.npz" || return 1
  run deeplift -n 1 -m "$m" $where > "$work/drawn.tsv" && run deeplift --references "$work/r1.npz" -m "$m" $where > "$work/given.tsv" &&
    cmp "$work/drawn.tsv" "$work/given.tsv"
}
residual() {
  run deeplift -n 2 -m "$m" $where -o "$work/r.npz" && grep -aq 'residual.npy' "$work/r.npz" && grep -aq "'shape': (7, 1)" "$work/r.npz"
}
# Sequences of a file: those of `onehot` of the same file, for every window.
fasta() {
  awk '/^>/ { n++ } n <= 2' "$work/r1.fa" > "$work/two.fa" && run deeplift --references "$work/two.fa" -m "$m" $where > "$work/fasta.tsv" || return 1
  for i in 1 2; do
    awk -v i=$i '/^>/ { n++ } n == i' "$work/two.fa" > "$work/one.fa"
    "$seqgloss" onehot -q -l 101 --no-provenance "$work/one.fa" -o "$work/one.npz" && run deeplift --references "$work/one.npz" -m "$m" $where > "$work/one$i.tsv" || return 1
  done
  paste "$work/fasta.tsv" "$work/one1.tsv" "$work/one2.tsv" | awk -F '\t' '/^#/ { next } { d = $8 - ($17 + $26) / 2; if (!(d < 1e-6 && d > -1e-6)) bad = 1; n++ } END { exit bad || n != 707 }'
}
# By reference: the array has the scores of each; with one reference they are the scores.
per_reference() {
  run deeplift -n 3 --per-reference -m "$m" $where -o "$work/pr.npz" && grep -aq "'shape': (7, 3, 4, 101)" "$work/pr.npz" &&
    run deeplift -n 3 -m "$m" $where -o "$work/pr0.npz" && run intgrad --steps 3 --per-reference -m "$m" $where -o "$work/pr1.npz" || return 1
  "$seqgloss" agree -q --no-provenance a="$work/pr.npz" b="$work/pr0.npz" | awk -F '\t' '!/^#/ { exit !($4 == 1 && $7 == 1) }'
}
# The greater of both strands: ism's own maximum; the same from both strands; sums to the difference of maxima (with the references of `stored`).
greater() {
  run attribute --method ism --rc max -m "$m" $where -o "$work/m1.npz" && run ism --logits --rc max -m "$m" $where -o "$work/m2.npz" && cmp "$work/m1.npz" "$work/m2.npz" || return 1
  run deeplift -n 1 --rc max -m "$m" $where > "$work/max.tsv" && "$seqgloss" predict -q --no-provenance --logits --rc max -m "$m" $where > "$work/maxx.tsv" &&
    "$seqgloss" predict -q --no-provenance --logits --rc max -m "$m" "$work/r1.fa" > "$work/maxr.tsv" || return 1
  paste "$work/maxx.tsv" "$work/maxr.tsv" | awk -F '\t' -v scores="$work/max.tsv" '
    BEGIN { while ((getline line < scores) > 0) if (line !~ /^#/) { split(line, f, "\t"); s[int(r / 101)] += f[8]; r++ } }
    /^#/ { next } { d = s[k++] - ($7 - $14); if (!(d < 1e-4 && d > -1e-4)) bad = 1 } END { exit bad || k != 7 || r != 707 }'
}
# In text a column, the same in all lines of a window; "." for a method without a sum.
residual_text() {
  run attribute --method deeplift,gradient -n 2 -m "$m" $where --scores contribution -o "$work/rt.tsv" || return 1
  awk -F '\t' '/^#region/ { if ($12 != "residual") bad = 1 } /^#/ { next } $6 == 0 { at = $12 } { if ($12 != at || !($12 >= 0 && $12 < 1e-4)) bad = 1; n++ }
    END { exit bad || n != 707 }' "$work/rt.deeplift.tsv" && awk -F '\t' '!/^#/ { if ($12 != ".") bad = 1 } END { exit bad }' "$work/rt.gradient.tsv"
}
# References so great that the sums are no numbers: written all the same, counted, and under --strict an error.
off() {
  { printf '\223NUMPY\001\000\166\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4, 101), }"
    awk 'BEGIN { for (i = 0; i < 404; i++) printf "%s", "~~~\177" }'; } > "$work/great.npy"
  "$seqgloss" deeplift --references "$work/great.npy" -m "$m" $where -o "$work/off.tsv" 2> "$work/off.err" || return 1
  cat "$work/off.err"
  grep -q 'scores of 7 windows and targets miss' "$work/off.err" && [ "$(grep -vc '^#' "$work/off.tsv")" = 707 ] || return 1
  "$seqgloss" deeplift --strict --references "$work/great.npy" -m "$m" $where -o "$work/off2.tsv" 2> "$work/off.err"
  [ $? = 1 ] && grep -q 'strict' "$work/off.err" && cmp "$work/off.tsv" "$work/off2.tsv"
}
# A window with one shuffle, itself, and a window without a base.
degenerate() {
  { echo '>a'; printf '%0101d\n' 0 | tr 0 A; echo '>n'; printf '%0101d\n' 0 | tr 0 N; } > "$work/d.fa"
  "$seqgloss" deeplift --no-provenance -m "$m" "$work/d.fa" > "$work/d.tsv" 2> "$work/d.err" && grep -q '2 regions have only one possible shuffle' "$work/d.err" || return 1
  awk -F '\t' '!/^#/ { if ($8 != 0 || $9 != 0) bad = 1; n++ } END { exit bad || n != 202 }' "$work/d.tsv"
}
# Mutagenesis in one pass with another method is what `ism` writes of the logits, and of probabilities.
mutagenesis() {
  run attribute --method grad-x-input,ism -m "$1" -f "$g" -b "$b" -o "$work/both.npz" && run ism --logits -m "$1" -f "$g" -b "$b" -o "$work/own.npz" || return 1
  for k in "$work"/both.ism*npz; do cmp "$k" "$work/own${k#"$work/both.ism"}" || return 1; done
  run attribute --method ism --probabilities --scores projected -m "$1" -f "$g" -b "$b" -o "$work/both.tsv" && run ism -m "$1" -f "$g" -b "$b" -o "$work/own.tsv" || return 1
  for k in "$work"/both*.tsv; do cmp "$k" "$work/own${k#"$work/both"}" || return 1; done
  rm -f "$work"/both* "$work"/own*
}
lengths() {
  run grad-x-input -m "$m" $where -o "$work/g.bw" && run grad-x-input -m "$m" $where -o "$work/g.bedgraph" && [ -s "$work/g.bw" ] &&
    run deeplift -n 2 -m "$m" $where -o "$work/g.h5" && [ -s "$work/g.h5" ]
}

for k in $methods; do check "$k is attribute --method $k" as_command $k; done
check 'ism in one pass with others' mutagenesis "$m"
check 'ism in one pass with others, several targets' mutagenesis "$data/hepg2.h5"
check 'deeplift sums to the difference of the logits' sums
check 'intgrad sums to the difference of the logits' path_sums
check 'grad-x-input is the gradient at the bases' at_bases
check 'residuals stand beside the arrays' residual
check 'residuals in a column' residual_text
check 'sums that are off' off
check 'both strands are one function' strands
check 'targets have a file each' targets
check 'centred classes sum to nothing' centered
check 'references from an array' stored
check 'the greater of both strands' greater
check 'references from FASTA' fasta
check 'scores by reference' per_reference
check 'windows of one letter' degenerate
check 'tracks and HDF5' lengths
for ext in npz tsv; do
  check "$ext: three methods, whole" whole $ext
  check "$ext: three threads, batches of one" same $ext -@ 3 --batch 1
  check "$ext: shards put together" shards $ext
done
printf '>s\nACGT\n' > "$work/d.fa.short.fa"
"$seqgloss" onehot -q -l 50 --no-provenance $where -o "$work/l.npz"
check 'no method' fails 2 'no method' "$seqgloss" attribute -m "$m" $where
check 'another method' fails 2 'no such method' "$seqgloss" attribute --method magic -m "$m" $where
check 'the greater of sums' fails 1 'single units' "$seqgloss" gradient --rc max --reduce sum -m "$data/hepg2.h5" $where
check 'a method misspelt' fails 2 'did you mean deeplift' "$seqgloss" attribute --method deeplfit -m "$m" $where
check 'a method twice' fails 2 'twice' "$seqgloss" attribute --method gradient,gradient -m "$m" $where
check 'a corrected gradient projected' fails 2 'always 0' "$seqgloss" gradient --correct-gradient -m "$m" $where
check 'trapezoid of one step' fails 2 'two --steps' "$seqgloss" intgrad --quadrature trapezoid --steps 1 -m "$m" $where
check 'a baseline that is no file' fails 1 'cannot' "$seqgloss" intgrad --baseline none.npz -m "$m" $where
check "an option of another method" fails 2 '--baseline is for intgrad; deeplift does not read it' "$seqgloss" attribute --method deeplift --baseline zero -m "$m" $where
check "an option of none that is chosen" fails 2 '--rule is for deeplift' "$seqgloss" attribute --method gradient,intgrad --rule rescale -m "$m" $where
check 'references of another length' fails 1 'needs the axes' "$seqgloss" deeplift --references "$work/l.npz" -m "$m" $where
check 'scores by reference without any' fails 1 'no references' "$seqgloss" attribute --method gradient,deeplift --per-reference -o "$work/no.npz" -m "$m" $where
check 'scores by reference in text' fails 1 'only arrays' "$seqgloss" deeplift --per-reference -m "$m" $where
check 'FASTA of another length' fails 1 'short.fa: .*the network reads 101: cut' "$seqgloss" deeplift --references "$work/d.fa.short.fa" -m "$m" $where
# A file cut off is found before anything is computed.
printf '\223NUMPY\001\000v\000%-117s\n' \
  "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 4, 101), }" > "$work/c.npy" && head -c 5000 /dev/zero >> "$work/c.npy"
check 'references cut off' fails 1 'c.npy: the file ends early (truncated?): 5000 bytes where 7 rows of 1616 bytes' \
  "$seqgloss" deeplift --references "$work/c.npy" -m "$m" $where
check 'reduce and units' fails 1 'all units' "$seqgloss" gradient --reduce sum -t 0:1 -m "$data/hepg2.h5" $where
check 'a profile of one number' fails 1 'no profile' "$seqgloss" gradient --reduce profile -m "$m" $where
finish
