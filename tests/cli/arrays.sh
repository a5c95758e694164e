#!/bin/sh
# tests/cli/arrays.sh: DNA from arrays in place of sequences: the same bytes as from FASTA, and rows that are no one-hot ones.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
o=$data/mafk.onnx k=$data/mafk.h5
fa=$work/w.fa npz=$work/w.npz tsv=$work/w.tsv soft=$work/soft.tsv
run() { c=$1; shift; "$seqgloss" "$c" -q --no-provenance "$@"; }

# Four windows named by their numbers, one with N inside: [4][L] for the network of ONNX, L rows of four in a line for that of Keras.
head -n 4 "$data/regions.bed" > "$work/b.bed"
"$seqgloss" shuffle -q -n 1 -l 101 -f "$data/chr20.fa.gz" -b "$work/b.bed" -o "$work/s.fa"
awk '/^>/ { if (s) print s; print ">" n++; s = ""; next } { s = s $0 } END { print s }' n=0 "$work/s.fa" |
  awk '!/^>/ && ++n == 2 { $0 = substr($0, 1, 40) "NNN" substr($0, 44) } { print }' > "$fa"
"$seqgloss" onehot -q -l 101 --no-provenance "$fa" -o "$npz"
awk 'BEGIN { t["A"] = "1\t0\t0\t0"; t["C"] = "0\t1\t0\t0"; t["G"] = "0\t0\t1\t0"; t["T"] = "0\t0\t0\t1"; t["N"] = "0\t0\t0\t0" }
  !/^>/ { for (i = 1; i <= length; i++) printf "%s%s", t[substr($0, i, 1)], i < length ? "\t" : "\n" }' "$fa" > "$tsv"
awk -F '\t' -v OFS='\t' 'NR == 3 { for (i = 41; i <= 44; i++) $i = i / 100 } { print }' "$tsv" > "$soft"
methods=$("$seqgloss" list methods | cut -f 1)

# alike MODEL ARRAY EXT COMMAND [OPTION...]
alike() {
  m=$1 array=$2 ext=$3 c=$4
  shift 4
  run "$c" -m "$m" "$fa" -o "$work/f.$ext" "$@" && run "$c" -m "$m" --input "$array" -o "$work/a.$ext" "$@" &&
    [ -s "$work/f.$ext" ] && cmp "$work/f.$ext" "$work/a.$ext"
}
# Sequences beside the scores too, and from an archive by the input's name.
sequences() {
  run deeplift -m "$o" "$fa" -o "$work/f.npz" --ohe "$work/fo.npz" && run deeplift -m "$o" --input sequence="$npz" -o "$work/a.npz" --ohe "$work/ao.npz" &&
    cmp "$work/f.npz" "$work/a.npz" && cmp "$work/fo.npz" "$work/ao.npz" && cmp "$work/ao.npz" "$npz"
}
several() {
  run attribute --method deeplift,ism,gradient -n 3 -m "$o" "$fa" -o "$work/f.h5" --report "$work/f.html" || return 1
  run attribute --method deeplift,ism,gradient -n 3 -m "$o" --input "$npz" -o "$work/a.h5" --report "$work/a.html" || return 1
  for i in deeplift ism gradient; do cmp "$work/f.$i.h5" "$work/a.$i.h5" || return 1; done
  grep -v "<dt>command" "$work/f.html" > "$work/f.page" && grep -v "<dt>command" "$work/a.html" | cmp - "$work/f.page"
}
pieces() {
  run deeplift -n 2 -m "$k" --input "$tsv" -o "$work/whole.tsv" || return 1
  for i in 1 2 3; do run deeplift -n 2 -m "$k" --input "$tsv" --shard $i/3 -o "$work/piece$i.tsv" || return 1; done
  "$seqgloss" merge -q -o "$work/merged.tsv" "$work"/piece[123].tsv && cmp "$work/merged.tsv" "$work/whole.tsv"
}
# Rows of references, one for each row of sequences.
references() { alike "$k" "$tsv" tsv deeplift --references "$npz" && alike "$k" "$tsv" tsv intgrad --baseline "$npz" --steps 5; }
# What is no one-hot row has scores as well: they sum to the difference of the logits.
softly() {
  run predict --logits -m "$k" --input "$soft" > "$work/x.tsv" && printf '>n\n%0101d\n' 0 | tr 0 N | run predict --logits -m "$k" - > "$work/z.tsv" || return 1
  for i in deeplift 'deeplift --rule revealcancel' 'intgrad --steps 1000'; do
    case $i in deeplift*) r='--references zero' ;; *) r='--baseline zero' ;; esac
    run $i $r --scores contribution -m "$k" --input "$soft" -o "$work/s.tsv" || return 1
    awk -F '\t' -v x="$work/x.tsv" -v z="$work/z.tsv" '
      BEGIN { while ((getline line < z) > 0) if (line !~ /^#/) { n = split(line, f, "\t"); zero = f[n] }
              while ((getline line < x) > 0) if (line !~ /^#/) { n = split(line, f, "\t"); want[k++] = f[n] - zero } }
      /^#/ { next } { for (c = 8; c <= 11; c++) s[int(r / 101)] += $c; r++ }
      END { for (i = 0; i < 4; i++) { d = s[i] - want[i]; print s[i], want[i]; if (!(d < 0.02 && d > -0.02)) bad = 1 } exit bad || r != 404 || k != 4 }' "$work/s.tsv" || return 1
  done
  # Three rows are what they are as sequences; the fourth is another one.
  run gradient -m "$k" --input "$soft" > "$work/g.tsv" && run gradient -m "$k" "$fa" > "$work/h.tsv" || return 1
  awk '!/^#/ && $1 != 2' "$work/g.tsv" > "$work/g3.tsv"
  awk '!/^#/ && $1 != 2' "$work/h.tsv" | cmp - "$work/g3.tsv" && ! cmp -s "$work/g.tsv" "$work/h.tsv"
}
# --ohe has the row as it was given.
as_given() {
  run gradient -m "$k" --input "$soft" -o "$work/g.npz" --ohe "$work/go.npz" || return 1
  run gradient -m "$o" --input "$work/go.npz" -o "$work/g2.tsv" --scores hypothetical && run gradient -m "$k" --input "$soft" -o "$work/g1.tsv" --scores hypothetical || return 1
  paste "$work/g1.tsv" "$work/g2.tsv" | awk -F '\t' '/^#/ { next } { for (c = 8; c <= 11; c++) { d = $c - $(c + 11); if (!(d < 1e-5 && d > -1e-5)) bad = 1 } n++ } END { exit bad || n != 404 }'
}
# Killed runs are in resume.sh; here both passes read the array.
resumed() { alike "$o" "$npz" npz deeplift --resume && alike "$o" "$npz" npz ism --resume && alike "$k" "$tsv" tsv gradient --resume; }

for c in $methods; do
  check "$c: Keras, text" alike "$k" "$tsv" tsv "$c"
  check "$c: ONNX, arrays, both strands" alike "$o" "$npz" npz "$c" --rc mean
done
check 'the greater of both strands' alike "$o" "$npz" npz deeplift --rc max
check 'threads and batches' alike "$o" "$npz" npz deeplift -@ 3 --batch 1
check 'ism: deletions and insertions' alike "$o" "$npz" npz ism --deletions 2 --insertions
check 'sequences beside scores' sequences
check 'several methods, and a page' several
check 'pieces' pieces
check 'references of each row' references
check 'going on' resumed
check 'rows that are no one-hot' softly
check 'rows as they were given' as_given
check 'soft rows are not shuffled' fails 1 'row 2 has something other than a base at position 10 .both from 0.: --references shuffle' \
  "$seqgloss" deeplift -m "$k" --input "$soft" -o "$work/no.tsv"
check 'nor are their baselines' fails 1 '--baseline shuffle needs one-hot rows' "$seqgloss" intgrad --baseline shuffle -m "$k" --input "$soft" -o "$work/no.tsv"
check 'nor changed' fails 1 'ism changes bases' "$seqgloss" attribute --method gradient,ism -m "$k" --input "$soft" -o "$work/no.tsv"
check 'nor changed by ism' fails 1 'ism changes bases' "$seqgloss" ism -m "$k" --input "$soft" -o "$work/no.tsv"
check 'other pieces are' run deeplift -m "$k" --input "$soft" --shard 1/4 -o "$work/yes.tsv"
check 'arrays and sequences' fails 1 'leave out the sequences' "$seqgloss" deeplift -m "$k" --input "$tsv" "$fa"
check 'neither' fails 1 'or the encoded DNA by --input' "$seqgloss" deeplift -m "$k"
check 'axes turned round' fails 1 'rows of 4 x 101, but input sequence takes 101 x 4' "$seqgloss" gradient -m "$k" --input "$npz"
check 'no track' fails 1 'a track needs chromosomes' "$seqgloss" gradient -m "$k" --input "$tsv" -o "$work/no.bw"
head -n 6 "$fa" > "$work/three.fa"
"$seqgloss" onehot -q -l 101 --no-provenance "$work/three.fa" -o "$work/three.npz"
check 'references of other rows' fails 1 '3 rows for 4 regions' "$seqgloss" deeplift -m "$k" --input "$tsv" --references "$work/three.npz"
check 'nothing was written' test ! -e "$work/no.tsv"
finish
