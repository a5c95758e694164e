#!/bin/sh
# tests/cli/logo.sh: pictures of motifs and of regions: what stands where, against the tables they are made from; refusals.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz m=$data/mafk.h5 place=chr20:297448-297548

logo() { "$seqgloss" logo -q "$@"; }
# One line a letter: base, x, y, width, height, pale or not.
letters() {
  sed -n 's/^<use xlink:href="#sg-\(.\)" transform="translate(\([^ ]*\) \([^)]*\))scale(\([^ ]*\) \([^)]*\))"\(.*\)$/\1 \2 \3 \4 \5 \6/p' "$@" |
    awk '{ print $1, $2, $3, $4 * 100, $5 * 100, $6 ~ /opacity/ ? "pale" : "full" }'
}
well_formed() {
  if command -v xmllint > /dev/null 2>&1; then xmllint --noout "$1"
  elif command -v python3 > /dev/null 2>&1; then python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$1"
  else [ "$(grep -c '<svg' "$1")" = 1 ] && [ "$(tail -n 1 "$1")" = '</svg>' ]; fi
}

sequence() {
  logo ACGTN > "$work/s.svg" && well_formed "$work/s.svg" && letters "$work/s.svg" > "$work/l" &&
    awk '{ s = s $1; if ($5 != 80 || $2 < 46 + 14 * (NR - 1) || $2 > 46 + 14 * NR) exit 1 } END { exit s != "ACGT" }' "$work/l"
}
# Heights of a motif against its counts: p times (2 + sum p log2 p), 40 pixels a bit.
bits() {
  printf '>x y&<z>\n16 5\n4 5\n0 5\n0 5\n' > "$work/x.pfm"
  logo "$work/x.pfm" -o "$work/x.svg" && well_formed "$work/x.svg" && grep -q '>x y&amp;&lt;z&gt;</text>' "$work/x.svg" &&
    letters "$work/x.svg" | awk '
      { h[$1] = $5; n++ }
      END {
        bits = 2 + (0.8 * log(0.8) + 0.2 * log(0.2)) / log(2)
        a = h["A"] / 40 - 0.8 * bits; c = h["C"] / 40 - 0.2 * bits
        exit !(n == 2 && a < 1e-3 && a > -1e-3 && c < 1e-3 && c > -1e-3)
      }'
}
corrected() {
  logo "$work/x.pfm" --small-sample | letters | awk '
    { h[$1] = $5 }
    END { bits = 2 + (0.8 * log(0.8) + 0.2 * log(0.2)) / log(2) - 3 / (2 * log(2) * 20); a = h["A"] / 40 - 0.8 * bits; exit !(a < 1e-3 && a > -1e-3) }'
}
probabilities() { logo "$work/x.pfm" --heights probabilities | letters | awk '$5 == 64 { a++ } $5 == 20 { n++ } END { exit !(a == 1 && n == 4) }'; }
turned() { logo "$work/x.pfm" --revcomp | letters | awk '{ s = s $1 } END { exit s != "GT" }'; }
signed() {
  printf 'MEME version 4\nMOTIF c\nletter-probability matrix:\n0.5 -1 0 0.25\n' > "$work/c.meme"
  logo "$work/c.meme" | letters | awk '{ s = s $1 ($5 < 0 ? "-" : "+") } END { exit s != "T+A+C-" }' && logo "$work/c.meme" | grep -q '>contribution<'
}
shipped() {
  logo vertebrates -i MAFK -i 'MA1520.*' -o "$work/v.svg" && grep -q '>MA0496.4 MAFK</text>' "$work/v.svg" &&
    grep -q '>MA1520.2 MAF</text>' "$work/v.svg" && [ "$(grep -c '>bits<' "$work/v.svg")" = 2 ]
}
fragment() {
  logo ACGT --fragment > "$work/f.svg" && well_formed "$work/f.svg" && ! grep -q '#ffffff' "$work/f.svg" && grep -q currentColor "$work/f.svg" &&
    logo ACGT --fragment | cmp - "$work/f.svg"
}
png() {
  logo vertebrates -i MAFK -o "$work/v.png" --scale 1 && [ "$(head -c 8 "$work/v.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]
}

ism() { "$seqgloss" ism -q -m "$m" -f "$g" -R $place "$@"; }
# The sequence above is that of the table, and its letters below stand as high as the scores say.
region() {
  ism -o "$work/s.tsv" && logo -f "$g" -R $place --scores "$work/s.tsv" -o "$work/r.svg" && well_formed "$work/r.svg" || return 1
  letters "$work/r.svg" > "$work/l"
  grep -v '^#' "$work/s.tsv" | awk -F '\t' '{ print $7, $8 }' > "$work/want"
  awk 'FNR == NR { base[NR] = $1; score[NR] = $2; n = NR; next }
    FNR <= n { if ($1 != base[FNR]) { print "letter", FNR, $1; bad = 1 } next }
    { i = int(($2 - 46) / 14) + 1; if ($1 != base[i]) { print "score at", i, $1; bad = 1 } h[i] = $5 }
    END {
      for (i = 1; i <= n; i++) if (h[i] > top) { top = h[i]; unit = score[i] / h[i] }
      for (i = 1; i <= n; i++) { d = h[i] * unit - score[i]; if (d > 0.06 * unit || d < -0.06 * unit) { print i, d; bad = 1 } }
      exit bad || n != 101
    }' "$work/want" "$work/l" && grep -q '>297450</text>' "$work/r.svg" && grep -q '>chr20</text>' "$work/r.svg"
}
# From the network on the spot, and from a track.
same_scores() {
  letters "$work/r.svg" > "$work/want"
  logo -f "$g" -R $place -m "$m" | letters | diff - "$work/want" && ism -o "$work/s.bedgraph" &&
    logo -f "$g" -R $place --scores "$work/s.bedgraph" | letters | diff - "$work/want"
}
# A part of a window, which is centred elsewhere, and a logit.
part() {
  ism --logits -o "$work/logit.tsv" && logo -f "$g" -R chr20:297490-297506 -m "$m" --logits | letters | sed 1,17d > "$work/a" &&
    logo -f "$g" -R chr20:297490-297506 --scores "$work/logit.tsv" | letters | sed 1,17d > "$work/b" && [ -s "$work/a" ] && diff "$work/a" "$work/b"
}
subset() {
  "$seqgloss" sis -q -m "$m" -f "$g" -R $place --threshold 0.8 -o "$work/sis.tsv" &&
    logo -f "$g" -R $place --sis "$work/sis.tsv" > "$work/sub.svg" || return 1
  grep -v '^#' "$work/sis.tsv" | cut -f 17 | tr ',' '\n' | awk '{ print $1 - 297447 }' | sort -n > "$work/want"
  [ -s "$work/want" ] && letters "$work/sub.svg" | awk '$6 == "full" { print NR - 1 }' | diff - "$work/want"
}
# The second of two made-up subsets alone; a third lies elsewhere.
rank() {
  printf '#chrom\trank\tgenomic_positions\n20\t1\t297450,297460\n20\t2\t297452\n21\t2\t297453\n20\t2\t999\n' > "$work/ranks.tsv"
  logo -f "$g" -R $place --sis "$work/ranks.tsv" | letters | awk '$6 == "full" { printf "%s ", NR - 1 }' > "$work/all" &&
    logo -f "$g" -R $place --sis "$work/ranks.tsv" --rank 2 | letters | awk '$6 == "full" { printf "%s ", NR - 1 }' > "$work/two" &&
    [ "$(cat "$work/all")" = '3 5 13 ' ] && [ "$(cat "$work/two")" = '5 ' ] &&
    fails 1 'no subset in' "$seqgloss" logo -f "$g" -R $place --sis "$work/ranks.tsv" --rank 3
}
hypothetical() {
  ism --scores hypothetical -o "$work/h.tsv" && logo -f "$g" -R $place --scores "$work/h.tsv" | letters | sed 1,101d | awk '
    { i = int(($2 - 46) / 14); n[i]++; if (n[i] > 2) many = 1 } END { exit !many }'
}
native() {
  printf 'chr20\t297447\t297548\tx\t0\t-\n' > "$work/minus.bed"
  "$seqgloss" ism -q -m "$m" -f "$g" -b "$work/minus.bed" --strand-native -o "$work/n.tsv" &&
    fails 1 'n.tsv:[0-9]*: the base is' "$seqgloss" logo -f "$g" -R $place --scores "$work/n.tsv"
}

check "a sequence" sequence
check "bits, and a name with markup" bits
check "the correction for small samples" corrected
check "probabilities" probabilities
check "the other strand" turned
check "signed contributions" signed
check "motifs of a shipped set" shipped
check "a fragment for a page" fragment
if "$seqgloss" logo A -o "$work/try.png" 2> "$work/err"; then check "PNG" png
else check "PNG: the package is named" fails 2 'libcairo2-dev' "$seqgloss" logo A -o "$work/try.png"; fi

if "$seqgloss" info "$m" > /dev/null 2>&1; then
  check "a region: letters and scores of the table" region
  check "the same scores from the network and from a track" same_scores
  check "a part of a window, logits" part
  check "subsets are marked" subset
  check "hypothetical scores" hypothetical
  check "scores of the other strand are told by their bases" native
  check "no score there" fails 1 'no score in chr20:1001-1050' "$seqgloss" logo -f "$g" -R chr20:1001-1050 --scores "$work/s.tsv"
  check "longer than the network's window" fails 1 'the network sees 101' "$seqgloss" logo -f "$g" -R chr20:297000-297548 -m "$m"
  check "several outputs" fails 1 'choose one number by --target' "$seqgloss" logo -f "$g" -R $place -m "$data/hepg2.keras"
  check "no table of subsets" fails 1 's.tsv:.*no column genomic_positions' "$seqgloss" logo -f "$g" -R $place --sis "$work/s.tsv"
  check "a format that is not read" fails 1 'scores are read from' "$seqgloss" logo -f "$g" -R $place --scores "$work/s.npz"
else
  skip "regions with scores" "this build lacks a library of the shipped networks"
fi
check "subsets of one rank" rank
check "a rank without subsets" fails 2 '--rank' "$seqgloss" logo -f "$g" -R $place --rank 1
printf 'chr20 297447 x 1\n' > "$work/bad.bedgraph"
check "a malformed track" fails 1 "bad.bedgraph:1: end: 'x'" "$seqgloss" logo -f "$g" -R $place --scores "$work/bad.bedgraph"
check "nothing to draw" fails 2 'what is to be drawn' "$seqgloss" logo
check "neither file nor sequence" fails 1 "nope is no file" "$seqgloss" logo nope
# A word that is neither is a motif of the shipped set, by name or identifier, upper or lower case.
by_name() {
  "$seqgloss" logo MAFK -o "$work/n1.svg" && "$seqgloss" logo vertebrates mafk -o "$work/n2.svg" && "$seqgloss" logo vertebrates -i MAFK -o "$work/n3.svg" &&
    cmp "$work/n1.svg" "$work/n3.svg" && cmp "$work/n2.svg" "$work/n3.svg" && "$seqgloss" logo MA0071.1 -o "$work/n4.svg" && grep -q 'MA0071.1 RORA' "$work/n4.svg"
}
check "a motif by its name or identifier" by_name
check "a name that no motif has" fails 1 "MAFX is no file, no sequence, and no identifier or name of a motif of the shipped vertebrates: seqgloss motifs vertebrates --name '\*MAFX\*' searches" "$seqgloss" logo MAFX
check "a name that no motif of the set has" fails 1 'MAFX is no file.* of those files' "$seqgloss" logo vertebrates MAFX
# The name of the axis, up to 14 pixels from the left, and the numbers beside it: 7 pixels a letter, right-aligned at their x.
long_ticks() {
  { printf 'MEME version 4\n\nMOTIF x\nletter-probability matrix: alength= 4 w= 3\n'; printf -- '-0.0021 0 0 0.0011\n0 0.0014 0 0\n0 0 0.0012 0\n'; } > "$work/ticks.meme"
  "$seqgloss" logo "$work/ticks.meme" -o "$work/ticks.svg" || return 1
  tr '<' '\n' < "$work/ticks.svg" | sed -n 's/^text.*x="\([0-9.]*\)".*>\(-\{0,1\}[0-9]\{1,\}\.[0-9]*\)$/\1 \2/p' | tee "$work/ticks" |
    awk '{ n++; left = $1 - 7 * length($2); print $0, left; if (left < 14) bad = 1 } END { exit bad || n < 2 }'
}
check "long numbers leave room for the name of the axis" long_ticks
check "a file that is not there" fails 1 'none.meme' "$seqgloss" logo "$work/none.meme"
check "no such motif" fails 1 'no motif has such' "$seqgloss" logo fungi -i nosuch
check "too many motifs" fails 1 'choose at most 100' "$seqgloss" logo fungi
check "motifs and a region" fails 2 'either motifs or a region' "$seqgloss" logo fungi -f "$g" -R $place
check "half a region" fails 2 'needs both' "$seqgloss" logo -R $place
check "another ending" fails 2 'x.pdf' "$seqgloss" logo ACGT -o "$work/x.pdf"
check "a fragment as PNG" fails 2 'fragment\|cairo' "$seqgloss" logo ACGT --fragment -o "$work/x.png"
check "past the end of the chromosome" fails 1 'past the end\|past' "$seqgloss" logo -f "$g" -R chr20:999999990-999999999
finish
