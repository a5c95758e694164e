#!/bin/sh
# tests/cli/compare.sh: motifs, subsets and strings against a database: tables against tomtom's, kinds of queries, bytes, failures.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
SEQGLOSS_DATA=$(cd "$src" && pwd)
export SEQGLOSS_DATA
tomtom=${SEQGLOSS_SHARED:-/nonexistent}/data/expected/meme541
tab=$(printf '\t')

compare() { "$seqgloss" compare -q "$@"; }
table() { compare --no-provenance -o - "$@"; }
column() { awk -F '\t' -v c="$1" 'NR > 1 { print $c }'; }

# ---- what is found ----
# The best of the text, and of the table, is a small MAF for the MARE, CTCF for its site.
finds() {
  compare "$1" > "$work/text" || return 1
  sed -n 3p "$work/text"
  sed -n 3p "$work/text" | grep -q -- "$2"
}
check 'a string finds small MAFs' finds TGCTGANTCAGCA Maf-related
check 'a string finds CTCF' finds CCACCAGGGGGC CTCF
check 'a string finds GATA factors' finds WGATAAS GATA
reverse_finds() {
  table TGCTGAGTCAT | cut -f 2,4,7 > "$work/a" && table ATGACTCAGCA | cut -f 2,4,7 > "$work/b" || return 1
  [ "$(wc -l < "$work/a")" -gt 10 ] && sort "$work/a" > "$work/a1" && sort "$work/b" | diff "$work/a1" -
}
check 'the other strand of a string finds the same' reverse_finds
lower() { table tgctgantcagca | cut -f 2- > "$work/a" && table TGCTGA-TCAGCA | cut -f 2- | diff "$work/a" -; }
check 'letters may be small, N may be -' lower
# Lines of an alignment: overlap as long as said, letters under each other.
alignment() {
  compare --draw 1 GATTACATGACTCAGC > "$work/text" || return 1
  tail -n 4 "$work/text"
  tail -n 4 "$work/text" | awk 'NR == 1 { n = $(NF - 1) } NR == 2 { q = $0 } NR == 3 { m = $0 } NR == 4 { t = $0 }
    END {
      for (i = 5; i <= length(m); i++) if (substr(m, i, 1) == "|") {
        if (substr(q, i, 1) != substr(t, i, 1)) exit 1
        k++
      }
      exit !(k > 5 && k <= n)
    }'
}
check 'alignments stand under each other' alignment

# ---- against tomtom 5.4.1 ----
# Everything but q and what ties decide: p, E within 1e-3, offset, overlap.
like_tomtom() {
  gold=$1
  shift
  table "$@" -d "$tomtom/targets160.meme" "$tomtom/queries.meme" > "$work/ours" || return 1
  [ "$(head -n 1 "$work/ours" | cut -f 1-10)" = "$(gzip -dc "$tomtom/$gold" | head -n 1)" ] || return 1
  gzip -dc "$tomtom/$gold" | awk -F '\t' -v ours="$work/ours" '
    BEGIN { while ((getline line < ours) > 0) { split(line, f, "\t"); p[f[1], f[2]] = f[4]; at[f[1], f[2]] = f[3] " " f[7] " " f[10]; m++ } }
    NF != 10 || /^Query_ID/ { next }
    { n++; d = p[$1, $2] - $4; if (!(d <= 1e-3 * $4 + 1e-15 && -d <= 1e-3 * $4 + 1e-15)) { print; bad = 1 }
      if (at[$1, $2] != $3 " " $7 " " $10) { print at[$1, $2]; print; bad = 1 } }
    END { print n, m - 1; exit bad || n != m - 1 || n < 200 }'
}
if [ -d "$tomtom" ]; then
  check "the table is tomtom's: ed" like_tomtom tomtom.ed.tsv.gz --evalue 1e6
  check "the table is tomtom's: the preset of TF-MoDISco" like_tomtom tomtom.pearson.modisco.tsv.gz --modisco
else
  skip "the table is tomtom's" 'SEQGLOSS_SHARED is not set'
fi

# ---- queries ----
printf '## x\n#region\tsubset\nr1\tTGCTGA-TCAGC\nr2\tTGACTCA\nr3\tTGCTGA-TCAGC\n' > "$work/sis.tsv"
subsets() {
  table --nearest 2 "$work/sis.tsv" | column 1 | uniq -c | awk '{ print $1, $2 }' > "$work/got"
  printf '2 TGCTGA-TCAGC\n2 TGACTCA\n' | diff - "$work/got"
}
check 'distinct subsets of a table, in their order' subsets
mixed() {
  "$seqgloss" motifs -q vertebrates -i 'MA0139*' -o "$work/ctcf.meme" || return 1
  table --nearest 1 "$work/ctcf.meme" "$work/sis.tsv" CACGTG > "$work/got" || return 1
  [ "$(column 1 < "$work/got" | tr '\n' ' ')" = 'MA0139.2 TGCTGA-TCAGC TGACTCA CACGTG ' ] || return 1
  # the motif itself, at offset 0, with E_run four times E
  awk -F '\t' 'NR == 2 { exit !($1 == $2 && $3 == 0 && $10 == "+" && $16 / $5 > 3.999 && $16 / $5 < 4.001) }' "$work/got"
}
check 'files, tables and strings in one run' mixed
low() { [ "$(table --nearest 1 TGAC TGANNCA NNTGANN | column 17 | tr '\n' ' ')" = 'yes no yes ' ]; }
check 'low information is flagged' low
low_warns() { "$seqgloss" compare TGA > /dev/null 2> "$work/err" && grep -q 'less than 8 bits: what they match may be chance' "$work/err"; }
# A short query that no motif would match by chance is not doubted.
low_but_sure() {
  "$seqgloss" motifs -q vertebrates --id 'MA0071.*' -F meme > "$work/sure.meme" && "$seqgloss" compare TGAC -d "$work/sure.meme" > /dev/null 2> "$work/sure.err" &&
    cat "$work/sure.err" && ! grep -q 'chance' "$work/sure.err"
}
check 'low information is warned of' low_warns
check 'few bits that match beyond chance' low_but_sure

# ---- options ----
limits() {
  n=$(table CACGTG | wc -l)
  [ "$n" -gt 20 ] || return 1
  table --evalue 0.01 CACGTG | awk -F '\t' 'NR > 1 { n++; if ($5 > 0.01) exit 2 } END { exit !n }' || return 1
  table --qvalue 0.01 CACGTG | awk -F '\t' 'NR > 1 { n++; if ($6 > 0.01) exit 2 } END { exit !n }' || return 1
  table --pvalue 1e-4 CACGTG | awk -F '\t' 'NR > 1 { n++; if ($4 > 1e-4) exit 2 } END { exit !n }' || return 1
  [ "$(table --nearest 3 CACGTG | wc -l)" = 4 ] && [ "$(table --evalue 1e9 CACGTG | wc -l)" = 1020 ]
}
check 'limits of p, E, q and number' limits
norc() { table --norc --evalue 1e9 TGACTCA | awk -F '\t' 'NR > 1 { n++; if ($10 != "+") exit 2 } END { exit n != 1019 }'; }
check '--norc leaves the other strand out' norc
pi0() {
  table --pi0 1 --evalue 1e9 TGACTCA > "$work/one" && table --evalue 1e9 TGACTCA > "$work/storey" || return 1
  paste "$work/one" "$work/storey" | awk -F '\t' 'NR > 1 && $6 < $23 { exit 1 } NR > 1 && $6 != $23 { n++ } END { exit !n }'
}
check '--pi0 1 is never below' pi0
drawn() {   # the number of a query counts, not the thread that has it
  set -- CACGTG TGACTCA TGCTGANTCAGCA GATAAG CCGGAAGT GGGCGGGGC TTTCCCGG TGACGTCA CANNTG AAACCACA RGGTCA TATAAA
  "$seqgloss" compare --pi0 tomtom --threads 1 "$@" -o "$work/one.tsv" && "$seqgloss" compare --pi0 tomtom --threads 3 "$@" -o "$work/three.tsv" &&
    cmp "$work/one.tsv" "$work/three.tsv" || return 1
  "$seqgloss" compare "$@" -o "$work/storey.tsv" || return 1
  paste "$work/one.tsv" "$work/storey.tsv" | grep -v '^#' | awk -F '\t' '
    NR > 1 && ($4 != $(NF / 2 + 4) || $6 < $(NF / 2 + 6) * 0.97 || $6 > $(NF / 2 + 6) * 1.03) { bad++ }
    NR > 1 && $6 != $(NF / 2 + 6) { n++ } END { exit bad || !n }'
}
check '--pi0 tomtom: the same on any number of threads, near the expectation' drawn
dists() {
  for d in ed pearson sandelin kullback allr; do
    table --dist $d --nearest 1 TGCTGANTCAGCA | tail -n 1 | grep -q Maf-related || { echo $d; return 1; }
  done
  table --no-complete --nearest 1 TGCTGANTCAGCA | tail -n 1 | grep -q Maf-related
}
check 'every score finds small MAFs' dists
bg() {
  printf '# order 0\nA 0.3\nC 0.2\nG 0.2\nT 0.3\n' > "$work/bg" && printf '0.3 0.2 0.2 0.3\n' > "$work/bg4" || return 1
  table --bg "$work/bg" TGACTCAN > "$work/a" && table --bg "$work/bg4" TGACTCAN | diff "$work/a" - || return 1
  table TGACTCAN > "$work/b" && ! cmp -s "$work/a" "$work/b"
}
check 'a background from a file, in two forms' bg
over() { table --min-overlap 6 --evalue 1e9 TGACTCA | awk -F '\t' 'NR > 1 && $7 < 6 && length($9) > $7 { exit 1 }'; }
check '--min-overlap' over

# ---- output ----
threads() {
  "$seqgloss" motifs -q vertebrates --family maf-related --family jun-related -o "$work/some.meme" || return 1
  compare "$work/some.meme" -o "$work/1.tsv" --text > "$work/1.txt" && compare -@ 3 "$work/some.meme" -o "$work/3.tsv" --text > "$work/3.txt" &&
    [ "$(column 1 < "$work/1.tsv" | uniq | wc -l)" -gt 20 ] && cmp "$work/1.tsv" "$work/3.tsv" && cmp "$work/1.txt" "$work/3.txt"
}
check 'equal bytes for any number of threads' threads
files() {
  compare CACGTG -o "$work/x.tsv.gz" -o "$work/x.txt" > "$work/out" && [ ! -s "$work/out" ] && [ -s "$work/x.txt.provenance.json" ] &&
    gzip -dc "$work/x.tsv.gz" | grep -q '^## command seqgloss compare CACGTG' && compare CACGTG | diff "$work/x.txt" -
}
check 'table and text in files' files
logos() {
  compare --svg "$work/logos" --draw 2 CACGTG TGANTCA > /dev/null && [ "$(ls "$work/logos" | wc -l)" = 4 ] || return 1
  for f in "$work/logos"/*; do grep -q '<svg' "$f" && grep -q 'reverse complement\|p = ' "$f" || return 1; done
}
check 'logos' logos
# Queries a/b and a_b: a picture each; a long name is cut. Equal names are warned of wherever they stand.
alike() {
  long=$(printf '%0300d' 0)
  "$seqgloss" motifs -q vertebrates --family maf-related -F meme > "$work/maf.meme" && awk -v long="$long" '
    /^MOTIF/ { n++; if (n > 3) exit; $2 = n == 1 ? "a/b" : n == 2 ? "a_b" : "a/b" } { print }' "$work/maf.meme" > "$work/alike.meme" &&
    "$seqgloss" motifs -q vertebrates --family maf-related -F meme | awk -v long="$long" '/^MOTIF/ && !n++ { $2 = long } { print }' > "$work/long.meme" || return 1
  "$seqgloss" compare -d "$work/long.meme" --svg "$work/pictures" --draw 1 "$work/alike.meme" > /dev/null 2> "$work/err"
  cat "$work/err"
  ls "$work/pictures"
  [ "$(ls "$work/pictures" | wc -l)" = 3 ]
}
check 'queries with names alike: a picture each' alike
equal_ids() { "$seqgloss" compare --nearest 1 CACGTG TGACTCA CACGTG > /dev/null 2> "$work/err"; cat "$work/err"; grep -q 'two queries are called CACGTG' "$work/err"; }
check 'equal queries are warned of' equal_ids
two_databases() {
  table --nearest 5 -d vertebrates -d insects TGACTCA > "$work/got" && [ "$(wc -l < "$work/got")" = 6 ] &&
    table --evalue 1e9 -d vertebrates -d insects TGACTCA | wc -l | grep -qx 1316
}
check 'two databases are one' two_databases

# ---- failures ----
check 'no query' fails 2 'no query' "$seqgloss" compare
check 'an empty string' fails 1 'an empty query' compare ''
check 'no such file, no such letters' fails 1 'no such file, and as a string' compare GATTACA.meme
check 'a missing file' fails 1 'none.meme: No such file' compare "$work/none.meme"
check 'no such database' fails 1 'none of the shipped sets' compare CACGTG -d birds
check 'an ending that says nothing' fails 1 'names no format' compare CACGTG -o "$work/x.xml"
check 'a folder that is none' fails 1 'is no folder' compare CACGTG --svg "$work/sis.tsv"
check 'text and table on one stream' fails 1 'both write' compare CACGTG -o - --text
check 'no such score' fails 2 'dist' compare CACGTG --dist cosine
printf '0.3 0.2 0.2\n' > "$work/bg3"
check 'a short background' fails 1 'bg3: 3 frequencies' compare CACGTG --bg "$work/bg3"
check 'X is no base' fails 1 'TGCXGA: X is no letter for a base of DNA: write N' compare TGCXGA
printf '0.3 0.2 0.2 0.9\n' > "$work/bgsum"
check 'a background that does not sum to 1' fails 1 'sum to 1' compare CACGTG --bg "$work/bgsum"
printf 'MEME version 4\n\nMOTIF x\nletter-probability matrix: alength= 4 w= 2\n-0.1 0.2 0.3 0\n0.2 -0.5 0.1 0.2\n' > "$work/cwm.meme"
check 'contributions' fails 1 'cwm.meme:3: motif x is a matrix of contributions' compare "$work/cwm.meme"
check 'logarithms without a pseudocount' fails 1 'pseudocount above 0' compare CACGTG --dist allr --pseudocount 0
printf '#region\tsubset\n' > "$work/none.tsv"
check 'a table without subsets' fails 1 'there is no subset' compare "$work/none.tsv"
left() { ! ls -A "$work" | grep -q 'x.xml\|\.tmp'; }
check 'nothing is left behind' left

finish
