#!/bin/sh
# tests/cli/windows.sh: windows as bedtools getfasta cuts them: 2,000 random regions, both strands, several kinds of FASTA.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
genome=${SEQGLOSS_SHARED:-none}/data/genome/chr20.GRCh37.fa.gz
small=$src/data/chr20.fa.gz

# Random intervals of one length on chromosome $1 in [$2, $3), both strands, BED6.
intervals() {
  awk -v c="$1" -v lo="$2" -v hi="$3" 'BEGIN { srand(7); OFS = "\t"
    for (i = 0; i < 2000; i++) { s = lo + int(rand() * (hi - lo - 150)); print c, s, s + 150, "r" i, 0, rand() < .5 ? "+" : "-" } }'
}
# One letter a base, upper case, as onehot shows it: N where all four are zero.
letters() {
  "$seqgloss" onehot -q -f "$1" -b "$2" -o "$work/x.npz" || return 1
  python3 - "$work/x.npz" << 'PY'
import sys, numpy
x = numpy.load(sys.argv[1])["arr_0"]
for s in x:
    print("".join("ACGT"[c.argmax()] if c.any() else "N" for c in s.T))
PY
}
compare() { # FASTA for us, FASTA for bedtools, BED
  letters "$1" "$3" > "$work/ours" || return 1
  bedtools getfasta -s -fi "$2" -bed "$3" 2> /dev/null | grep -v '>' | tr acgtn ACGTN | sed 's/[^ACGT]/N/g' > "$work/theirs"
  [ "$(grep -c . "$work/ours")" = 2000 ] && cmp "$work/ours" "$work/theirs"
}

if ! command -v bedtools > /dev/null || ! python3 -c 'import numpy' 2> /dev/null; then
  skip "windows against bedtools" "bedtools and python3 with numpy are needed"
elif [ -f "$genome" ]; then
  gzip -dc "$genome" > "$work/20.fa"
  intervals 20 60000 62000000 > "$work/far.bed"
  check "bgzip with an index" compare "$genome" "$work/20.fa" "$work/far.bed"
  # What has no index is read from its beginning: some megabases of it do.
  head -c 4000000 "$work/20.fa" > "$work/piece.fa" && mv "$work/piece.fa" "$work/20.fa"
  rm -f "$work/20.fa.fai"
  intervals 20 60000 3900000 > "$work/r.bed"
  sed 's/^/chr/' "$work/r.bed" > "$work/chr.bed"
  check "plain FASTA without an index" compare "$work/20.fa" "$work/20.fa" "$work/r.bed"
  gzip -c "$work/20.fa" > "$work/plain.fa.gz"
  check "plain gzip" compare "$work/plain.fa.gz" "$work/20.fa" "$work/r.bed"
  cp "$work/chr.bed" "$work/r2.bed"
  letters "$genome" "$work/r2.bed" > "$work/with_chr"
  letters "$genome" "$work/r.bed" > "$work/without"
  check "the two spellings give windows" test -s "$work/without"
  check "chr20 of the regions is 20 of the genome" cmp "$work/with_chr" "$work/without"
  sed 's/$/\r/' "$work/20.fa" > "$work/crlf.fa"
  check "FASTA with CRLF" compare "$work/crlf.fa" "$work/20.fa" "$work/r.bed"
else
  skip "windows of a whole chromosome" "no shared genome: set SEQGLOSS_SHARED"
fi
finish
