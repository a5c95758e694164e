#!/bin/sh
# tests/cli/agree.sh: agreement of methods by the command: formats against each other, a slow reference, what is refused.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$(cd "$src/data" && pwd)
g=$data/chr20.fa.gz b=$work/some.bed m=$data/mafk.h5
head -n 5 "$data/regions.bed" > "$b"
a() { "$seqgloss" agree -q --no-provenance "$@"; }
for ext in npz tsv h5; do
  "$seqgloss" attribute -q --method grad-x-input,ism -m "$m" -f "$g" -b "$b" -o "$work/s.$ext" --ohe "$work/ohe.npz" || exit 99
done
"$seqgloss" ism -q -m "$data/hepg2.h5" -f "$g" -b "$b" -t 0:2 -o "$work/other.npz"
"$seqgloss" ism -q -m "$data/hepg2.h5" -f "$g" -b "$b" -t 0:3 -o "$work/third.npz"
"$seqgloss" onehot -q --layout NLC -f "$g" -b "$b" -l 101 -o "$work/turned.npz"
cd "$work" || exit 99

# The same scores in every format. Of npz the four bases are compared, unless the sequence is given.
formats() {
  a s.grad-x-input.tsv s.ism.tsv --each tsv.each --top 7 > tsv.out && a s.grad-x-input.h5 s.ism.h5 --top 7 > h5.out &&
    a s.grad-x-input.npz s.ism.npz --ohe ohe.npz --top 7 > npz.out && a s.grad-x-input.npz s.ism.npz --top 7 > four.out || return 1
  cmp tsv.out h5.out && cmp tsv.out npz.out && ! cmp -s four.out npz.out && [ "$(wc -l < tsv.out)" = 2 ] && [ "$(grep -vc '^#' tsv.each)" = 5 ]
}
# Correlations and signs once more, from the text; and the means of the table are those of its regions.
reference() {
  paste s.grad-x-input.tsv s.ism.tsv | awk -F '\t' -v each=tsv.each '
    BEGIN { while ((getline line < each) > 0) if (line !~ /^#/) { split(line, f, "\t"); r[k] = f[9]; s[k++] = f[11] } }
    function judge() { d = (n * xy - x * y) / sqrt((n * xx - x * x) * (n * yy - y * y)) - r[i]; e = (q ? p / q : 0) - s[i++]
      print d, e; if (!(d < 1e-5 && d > -1e-5 && e < 1e-6 && e > -1e-6)) bad = 1; n = x = y = xx = yy = xy = p = q = 0 }
    /^#/ { next } $6 == 0 && n { judge() }
    { u = $8; v = $16; n++; x += u; y += v; xx += u * u; yy += v * v; xy += u * v; if (u && v) { q++; p += (u > 0) == (v > 0) } }
    END { judge(); exit bad || k != 5 || i != 5 }' || return 1
  awk -F '\t' 'NR == FNR { if (!/^#/) { for (k = 9; k <= 12; k++) s[k] += $k / 5 } next } /^#/ { next }
    { for (k = 9; k <= 12; k++) { d = $(k - 5) - s[k]; if (!(d < 1e-5 && d > -1e-5)) bad = 1 } n++ } END { exit bad || n != 1 }' tsv.each tsv.out
}
itself() { a x=s.ism.npz y=s.ism.tsv --ohe ohe.npz | awk -F '\t' '!/^#/ { exit !($3 == 5 && $4 == 1 && $5 == 1 && $6 == 1 && $7 == 1) }'; }
picture() { a s.grad-x-input.tsv s.ism.tsv --svg m.svg --measure top > /dev/null && grep -q '<title>Top positions in common' m.svg && [ "$(grep -c '<rect' m.svg)" = 5 ]; }
names() { a x=s.ism.tsv s.ism.h5 s.grad-x-input.h5 | awk -F '\t' '!/^#/ { print $1, $2 }' | paste -s -d , | grep -qx 'x s.ism,x s.grad-x-input,s.ism s.grad-x-input'; }
# Constant scores have no correlation.
constant() {
  awk -F '\t' -v OFS='\t' '!/^#/ { $8 = 0 } { print }' s.ism.tsv > zero.tsv &&
    a zero.tsv s.ism.tsv | awk -F '\t' '!/^#/ { exit !($4 == "NA" && $5 == "NA" && $6 == "NA" && $7 == 0) }'
}
# Rows of a region that are gone where those of another go on.
awk -F '\t' '/^#/ || !($1 == "call_001" && $6 > 50) && !($1 == "background_001" && $6 < 51)' s.ism.tsv > torn.tsv
# NAME= ends before the first slash; a file whose name has an = is read as it is.
equals() {
  mkdir -p lr=1 && cp s.ism.npz lr=1/ism.npz && cp s.ism.npz x=y.npz && a lr=1/ism.npz n=lr=1/ism.npz x=y.npz |
    awk -F '\t' '!/^#/ { print $1, $2 }' | paste -s -d , | grep -qx 'ism n,ism x=y,n x=y'
}
# A picture whose table has no room is not there.
full() { fails 1 'No space left' "$seqgloss" agree s.ism.tsv x=s.ism.h5 --svg out.svg --each /dev/full && [ ! -e out.svg ]; }
left() { [ ! -e out.tsv ] && ! ls out* >/dev/null 2>&1; }

check 'formats' formats
check 'a slow reference' reference
check 'a method with itself' itself
check 'the picture' picture
check 'names of methods' names
check 'constant scores' constant
check 'one file' fails 2 'two files' "$seqgloss" agree s.ism.npz
check 'two networks' fails 1 'different networks' "$seqgloss" agree s.ism.npz other.npz -o out.tsv
check 'two targets' fails 1 'different targets' "$seqgloss" agree third.npz other.npz -o out.tsv
check 'two targets, as asked' a third.npz other.npz --mixed
check 'other lengths' fails 1 'region 1' "$seqgloss" agree s.ism.npz other.npz --mixed -o out.tsv
check 'four bases and one number' fails 1 'ohe' "$seqgloss" agree s.ism.npz s.grad-x-input.tsv -o out.tsv
check 'the same name' fails 1 'both called' "$seqgloss" agree s.ism.npz s.ism.h5
check 'no scores' fails 1 'needs the axes' "$seqgloss" agree turned.npz s.ism.npz
check 'an archive of other arrays' fails 1 'mafk.npz: ' "$seqgloss" agree "$data/mafk.npz" s.ism.npz
grep -v '_002' s.ism.tsv > fewer.tsv
check 'a region is missing' fails 1 'region' "$seqgloss" agree s.ism.tsv fewer.tsv -o out.tsv
awk -F '\t' '$6 != 4' s.ism.tsv > hole.tsv
check 'a position is missing' fails 1 'rows missing' "$seqgloss" agree s.ism.tsv hole.tsv -o out.tsv
check 'two halves of regions' fails 1 'torn.tsv:.* goes on' "$seqgloss" agree x=torn.tsv s.ism.tsv -o out.tsv
check 'names with =' equals
check 'a name with a tab' fails 1 'plain characters' "$seqgloss" agree "$(printf 'a\tb')=s.ism.npz" s.ism.h5 -o out.tsv
if [ -c /dev/full ]; then check 'a full disk: nothing at all' full; fi
check 'an empty name' fails 1 'is empty' "$seqgloss" agree =s.ism.npz s.ism.h5 -o out.tsv
"$seqgloss" ism -q -m "$m" -f "$g" -b "$b" --shard 1/2 -o piece.npz
check 'a piece' fails 1 'merge' "$seqgloss" agree s.ism.npz piece.npz
check 'nothing is left of what failed' left
finish
