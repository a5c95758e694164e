#!/bin/sh
# tests/cli/sis.sh: sufficient input subsets of shipped regions: columns, bytes, files, thresholds, failures.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz m=$data/mafk.h5
b=$work/some.bed

run() { "$seqgloss" sis -q "$@"; }
mafk() { run -m "$m" -f "$g" -b "$b" "$@"; }
# The table without ## lines and header.
rows() { mafk --no-provenance "$@" | grep -v '^#'; }
# A run that writes $work/$1.tsv; its messages stay in $work/$1.err.
told() {
  as=$1
  shift
  "$seqgloss" sis -m "$m" -f "$g" -b "$b" -o "$work/$as.tsv" "$@" 2> "$work/$as.err"
}

# Known subsets of these regions, by another program.
expected() {
  mafk --threshold 0.99 -o "$work/a.tsv" || return 1
  awk -F '\t' 'NR == FNR { if (NR > 1) { want[$1 "/" $2] = $6 " " $7 } next }
    /^#/ { next }
    { n++; k = $1 "/" $7; if (want[k] != $16 " " $18) { print k, $16, $18, "not", want[k]; if ($15 > 1e-5) bad = 1 } }
    END { exit bad || n < 10 }' "$src/tests/golden/sis/mafk_tau0.99.tsv" "$work/a.tsv"
}
header() {
  want='#region chrom start end strand target rank size f_all f_subset f_rest f_empty tau margin least_lead positions genomic_positions subset'
  [ "$(grep '^#region' "$work/a.tsv" | tr '\t' ' ')" = "$want" ] &&
    grep -q '^## tau 0.99$' "$work/a.tsv" && grep -q '^## f_nothing 0.22' "$work/a.tsv"
}
# Numbers of a row agree with each other and with predict.
sound() {
  "$seqgloss" predict -q -m "$m" -f "$g" -b "$b" --no-provenance -o "$work/p.tsv" || return 1
  awk -F '\t' '/^#/ { next } NR == FNR { f[$1] = $6; next }
    { n = split($16, p, ","); split($17, q, ",") ; kept = $18; gsub(/-/, "", kept)
      if (f[$1] != $9 || $9 < $13 || $10 < $13 || $11 >= $13 || $14 < 0 || n != $8 || length(kept) != n) { print; bad = 1 }
      d = $10 - $13 - $14; if (d > 1e-6 || d < -1e-6) { print "margin", $0; bad = 1 }
      for (i = 1; i <= n; i++) if (q[i] != $3 + p[i] || p[i] in seen) { print "positions", $0; bad = 1 }
      rows++ } END { exit bad || !rows }' "$work/p.tsv" "$work/a.tsv"
}
same() { mafk --threshold 0.99 -o "$work/same.tsv" "$@" && cmp "$work/same.tsv" "$work/a.tsv"; }
# shards NAME N OPTIONS...: pieces merged equal the whole, in every format.
shards() {
  as=$1 n=$2
  shift 2
  mafk -o "$work/$as.tsv" -o "$work/$as.bed" -o "$work/$as.fa" "$@" || return 1
  i=1
  while [ $i -le "$n" ]; do
    mafk --shard $i/"$n" -o "$work/p$i.tsv" -o "$work/p$i.bed" -o "$work/p$i.fa" "$@" || return 1
    i=$((i + 1))
  done
  for e in tsv bed fa; do
    "$seqgloss" merge -q -o "$work/m.$e" "$work"/p[1-"$n"].$e && cmp "$work/m.$e" "$work/$as.$e" || return 1
  done
}
threads() {
  mafk "$@" -o "$work/t1.tsv" && mafk "$@" -o "$work/t2.tsv" -@ 2 --batch 3 && cmp "$work/t1.tsv" "$work/t2.tsv" && [ -s "$work/t1.tsv" ]
}
compressed() { mafk --threshold 0.99 -o "$work/z.tsv.gz" && gzip -dc "$work/z.tsv.gz" | cmp - "$work/a.tsv"; }
# Threads share the candidates of a single region.
one_region() {
  for t in 1 3; do
    run -m "$data/hepg2.h5" -t 0:0 --threshold 0.5 --max-subsets 1 -f "$data/chr20.fa.gz" -R chr20:85577-85776 --no-provenance \
      -@ $t -o "$work/team$t.tsv" || return 1
  done
  cmp "$work/team1.tsv" "$work/team3.tsv" && grep -qv '^#' "$work/team1.tsv"
}
# BED12 as genome browsers want it, and the bases of the blocks are those of the table.
bed12() {
  mafk --threshold 0.99 -o "$work/a.bed" || return 1
  grep -v '^#' "$work/a.tsv" > "$work/a.rows"
  awk -F '\t' 'NR == FNR { name[NR] = $1 "/" $7; place[NR] = $17; size[NR] = $8; n = NR; next }
    { if (NF != 12 || $4 != name[FNR] || $2 >= $3 || $7 != $2 || $8 != $3 || $9 != "0" || $5 < 0 || $5 > 1000) { print; bad = 1 }
      k = split($11, l, ",") - 1; split($12, s, ","); total = 0
      if (k != $10 || s[1] != 0 || $2 + s[k] + l[k] != $3) { print "blocks", $0; bad = 1 }
      for (i = 1; i <= k; i++) {
        total += l[i]
        if (i > 1 && s[i] <= s[i - 1] + l[i - 1]) { print "overlap", $0; bad = 1 }
        for (j = 0; j < l[i]; j++) if (("," place[FNR] ",") !~ ("," ($2 + s[i] + j) ",")) { print "base", $0; bad = 1 } }
      if (total != size[FNR]) { print "size", $0; bad = 1 }
      m = FNR }
    END { exit bad || m != n || !n }' "$work/a.rows" "$work/a.bed" &&
    grep -q '"tau": "0.99"' "$work/a.bed.provenance.json"
}
fasta() {
  mafk --threshold 0.99 -o "$work/a.fa" && grep -v '^>' "$work/a.fa" > "$work/strings" &&
    grep -v '^#' "$work/a.tsv" | cut -f 18 | cmp - "$work/strings" &&
    [ "$(grep -c '^>' "$work/a.fa")" = "$(wc -l < "$work/strings")" ]
}
# The same windows read from the other strand: f differs, but everything is told on the forward strand.
strands() {
  sed 's/+$/-/' "$work/plus.bed" > "$work/minus.bed"
  for s in plus minus; do
    run -m "$m" -f "$g" -b "$work/$s.bed" --threshold 0.9 --rc max --no-provenance | grep -v '^#' > "$work/$s" || return 1
  done
  # With both strands combined f is one function: the subsets agree wherever the walk was not close (ties go to the
  # lowest position of the strand that is read, so that their order may differ).
  paste "$work/plus" "$work/minus" | awk -F '\t' '
    $1 != $19 || $9 != $27 { print; bad = 1 }
    $15 > 1e-4 { n++; if ($8 != $26 || $18 != $36) { print; bad = 1 } }
    END { exit bad || n < 1 }'
}
# Kept bases are those of the genome.
genome_bases() {
  "$seqgloss" shuffle -q -f "$g" -b "$work/minus.bed" -l 101 -n 1 > /dev/null || return 1
  run -m "$m" -f "$g" -b "$work/minus.bed" --threshold 0.5 --max-subsets 1 -o "$work/minus.fa" || return 1
  grep '^>' "$work/minus.fa" | sed 's/.* \(chr20\):\([0-9]*\)-\([0-9]*\) .*/\1 \2 \3/' > "$work/places"
  grep -v '^>' "$work/minus.fa" > "$work/kept"
  [ -s "$work/kept" ] || return 1
  if command -v samtools > /dev/null 2>&1; then
    while read -r c s e; do samtools faidx "$g" "$c:$((s + 1))-$e" | grep -v '^>' | tr -d '\n'; echo; done < "$work/places" > "$work/bases"
    paste "$work/kept" "$work/bases" | awk '{ k = $1; b = toupper($2); if (length(k) != length(b)) exit 1
      for (i = 1; i <= length(k); i++) if (substr(k, i, 1) != "-" && substr(k, i, 1) != substr(b, i, 1)) exit 1 }'
  fi
}
# numpy.percentile over the column of predict.
quantile() {
  mafk --threshold-quantile 0.8 -o "$work/q.tsv" || return 1
  grep -v '^#' "$work/p.tsv" | cut -f 6 | sort -g > "$work/sorted"
  tau=$(sed -n 's/^## tau \([^ ]*\) .*/\1/p' "$work/q.tsv")
  awk -v tau="$tau" '{ v[NR] = $1 } END { r = 0.8 * (NR - 1); i = int(r); t = r - i
    want = v[i + 1] + (v[i + 2] - v[i + 1]) * t; d = want - tau; exit !(d < 1e-7 && d > -1e-7) }' "$work/sorted" &&
    grep -q '^## tau .*(quantile 0.8 of 24 predictions; 5 pass)' "$work/q.tsv"
}
from_table() {
  mafk --threshold-quantile 0.8 --predictions "$work/p.tsv" -o "$work/q2.tsv" &&
    sed 's/ --predictions p.tsv//' "$work/q2.tsv" | cmp - "$work/q.tsv"
}
column_only() {
  grep -v '^#' "$work/p.tsv" | cut -f 6 > "$work/column"
  mafk --threshold-quantile 0.8 --predictions "$work/column" --no-provenance -o "$work/q3.tsv" && grep -v '^##' "$work/q.tsv" | cmp - "$work/q3.tsv"
}
null_seed() {
  for s in 1 2; do
    mafk --threshold-null 0.9 --seed $s -o "$work/n$s.tsv" || return 1
    sed -n 's/^## tau \([^ ]*\) .*shuffled.*/\1/p' "$work/n$s.tsv"
  done > "$work/taus"
  mafk --threshold-null 0.9 -o "$work/n.tsv" && cmp "$work/n.tsv" "$work/n1.tsv" && [ "$(sort -u "$work/taus" | wc -l)" = 2 ]
}
below() {
  rows --threshold 0.05 --below --max-subsets 1 > "$work/below"
  awk -F '\t' '{ if ($9 > 0.05 || $10 > 0.0500001 || $14 < 0 || $11 < $9) exit 1; n++ } END { exit !n }' "$work/below"
}
# Larger of both strands: f_all is what predict says.
rc() {
  "$seqgloss" predict -q -m "$m" -f "$g" -b "$b" --rc "$1" --no-provenance -o "$work/rc.tsv" &&
    rows --threshold 0.9 --rc "$1" --max-subsets 1 > "$work/rc" &&
    awk -F '\t' '/^#/ { next } NR == FNR { f[$1] = $6; next } { d = f[$1] - $9; if (d > 1e-7 || d < -1e-7 || $10 < 0.9) { print; exit 1 } n++ } END { exit !n }' \
      "$work/rc.tsv" "$work/rc"
}
# A mask of 0.25 is the default; zeros and other columns are other functions.
masks() {
  printf '# A C G T\n0.25 0.25\n0.25\t0.25\n' > "$work/flat.txt"
  printf '0.3 0.2 0.2 0.3\n' > "$work/human.txt"
  rows --threshold 0.99 | cut -f 1,16-18 > "$work/quarter" && [ -s "$work/quarter" ] || return 1
  rows --threshold 0.99 --mask "$work/flat.txt" | cut -f 1,16-18 | cmp - "$work/quarter" &&
    rows --threshold 0.99 --mask zero > "$work/zero" && ! cmp -s "$work/zero" "$work/quarter" &&
    rows --threshold 0.99 --mask "$work/human.txt" | cut -f 1,16-18 > "$work/human" && ! cmp -s "$work/human" "$work/quarter"
}
transplant() {
  mafk --threshold 0.9 --transplant 10 -o "$work/tp.tsv" || return 1
  head -n 20 "$work/tp.tsv" | grep -q 'subset	plant_median	plant_frac_ge_tau$' &&
    awk -F '\t' '!/^#/ { if (NF != 20 || $19 < 0 || $19 > 1 || $20 < 0 || $20 > 1) exit 1; if ($20 > 0) n++; if (($19 > $13 && $20 < 0.5) || ($19 < $13 && $20 > 0.5)) exit 1 } END { exit !n }' "$work/tp.tsv" &&
    mafk --threshold 0.9 --no-provenance | cut -f 1-18 > "$work/plain" && grep -v '^##' "$work/tp.tsv" | cut -f 1-18 | cmp - "$work/plain"
}
fewer() { [ "$(rows --threshold 0.05 --below --max-subsets 1 | wc -l)" -lt "$(rows --threshold 0.05 --below | wc -l)" ]; }
targets() {
  grep 'call_001\|call_316\|background_145' "$b" > "$work/few.bed"
  run -m "$data/hepg2.h5" -f "$g" -b "$work/few.bed" --threshold 0.5 -t "$1" -t "$2" --max-subsets 1 --no-provenance > "$work/both" &&
    for t in "$1" "$2"; do
      run -m "$data/hepg2.h5" -f "$g" -b "$work/few.bed" --threshold 0.5 -t "$t" --max-subsets 1 --no-provenance | grep -v '^#'
    done | sort > "$work/each" && grep -v '^#' "$work/both" | sort | cmp - "$work/each" && [ -s "$work/each" ] &&
    [ "$(cut -f 6 "$work/each" | sort -u | wc -l)" = 2 ]
}
# What is said at the end.
empty_passes() {
  told e --threshold 0.2 && ! grep -qv '^#' "$work/e.tsv" && grep -q 'f(nothing) = 0.22.* passes tau = 0.2 by itself' "$work/e.err"
}
guards() {
  told g --threshold 0.3 --max-subsets 1 --check-minimal; told h --threshold 0.9995
  cat "$work/g.err" "$work/h.err"
  grep -q 'f(nothing) = 0.22.*more than half of tau' "$work/g.err" && grep -q 'fewer than 100' "$work/g.err" &&
    grep -q '^\[M::sis\] .*median size' "$work/g.err" && grep -q 'minimal: 0 members' "$work/g.err" &&
    grep -q 'above 0.999' "$work/h.err" && [ "$(grep -c 'f(nothing) = ' "$work/h.err")" = 1 ]
}
overlaps() {
  awk 'NR < 4 { print; print; print }' "$b" > "$work/thrice.bed"
  "$seqgloss" sis -m "$m" -f "$g" -b "$work/thrice.bed" --threshold 0.99 -o "$work/o.tsv" 2> "$work/o.err" || return 1
  grep -q '6 of 9 regions overlap' "$work/o.err" && ! grep -q overlap "$work/g.err"
}
windows() {
  printf '>w1\nACGT\n' > "$work/short.fa"
  printf '>w1 x\n' > "$work/w.fa"
  printf 'ACGTNNACGTTGCTGACTCAGCAACGTATTATGCGCGATATACGACTGCTGAGTCAGCATTATATGCGCGATATCGCTAGCTAGCTAGGGATATATCGCGT' | cut -c 1-101 >> "$work/w.fa"
  run -m "$m" "$work/w.fa" --threshold 0.9 -o "$work/w.tsv" && grep '^w1' "$work/w.tsv" | head -n 1 | grep -q '^w1	\.	\.	\.	\.	.*	\.	[ACGT-]*$' &&
    "$seqgloss" sis -v -m "$m" "$work/w.fa" --threshold 0.9 -o "$work/w.bed" 2> "$work/w.err" && grep -q 'windows of no genome' "$work/w.err" && cat "$work/w.bed" &&
    awk -F '\t' 'NR == FNR { if (!/^#/ && FNR) { n = split($16, p, ","); lo = 1e9; for (i = 1; i <= n; i++) if (p[i] + 0 < lo) lo = p[i]; want[++k] = lo " " lo + length($18) } next }
      { if ($1 != "w1" || $2 " " $3 != want[++m]) exit 1 } END { exit !(m == k && m) }' "$work/w.tsv" "$work/w.bed"
}
piped() { mafk --threshold 0.99 -b - --no-provenance < "$b" > "$work/piped" && grep -v '^##' "$work/a.tsv" | cmp - "$work/piped"; }
nothing_left() {
  if mafk --threshold 0.99 -o "$work/x.tsv" -o "$work/nowhere/x.bed" 2> "$work/err"; then return 1; fi
  grep -q nowhere "$work/err" && [ ! -e "$work/x.tsv" ]
}
maff() {
  head -n 6 "$SEQGLOSS_SHARED/data/peaks/$1" > "$work/maff.narrowPeak"
  run -m "$deepbind" -f "$SEQGLOSS_SHARED/data/genome/chr20.GRCh37.fa.gz" -b "$work/maff.narrowPeak" --threshold 0.9 -o "$work/maff.tsv" &&
    grep -q 'GC.*GTCA\|TCAGC\|TGCTGA' "$work/maff.tsv"
}

# A region named as a comment begins is a row of every table.
hashes() {
  head -n 3 "$b" | awk -F '\t' -v OFS='\t' '{ $4 = "#" NR; print }' > "$work/hash.bed"
  "$seqgloss" predict -q -m "$m" -f "$g" -b "$work/hash.bed" -o "$work/hash.p.tsv" && [ "$(grep -v '^#' "$work/hash.p.tsv" | cut -f 1 | tr '\n' ' ')" = '_1 _2 _3 ' ] &&
    run -m "$m" -f "$g" -b "$work/hash.bed" --threshold 0.9 --max-subsets 1 -o "$work/hash.tsv" && grep -q '^_1	' "$work/hash.tsv" &&
    [ "$(grep '^#[0-9]' "$work/hash.tsv" | wc -l)" = 0 ]
}
# --resume: killed while it computes, gone on with, the same bytes as in one go; half a row at the end is dropped.
slow() { "$seqgloss" sis -m "$data/hepg2.h5" -t bound:0 -t bound:2 -f "$g" -b "$work/slow.bed" --threshold 0.5 "$@"; }
killed() {
  grep call_ "$data/regions.bed" | head -n 12 > "$work/slow.bed"
  slow -o "$work/one.tsv" -o "$work/one.bed.gz" -o "$work/one.fa" 2> "$work/one.err" || return 1
  mkdir "$work/re"
  "$seqgloss" sis -m "$data/hepg2.h5" -t bound:0 -t bound:2 -f "$g" -b "$work/slow.bed" --threshold 0.5 --resume -q \
    -o "$work/re/one.tsv" -o "$work/re/one.bed.gz" -o "$work/re/one.fa" &
  pid=$! tries=0
  while ! grep -q '^done [1-9]' "$work/re/one.tsv.partial.state" 2> /dev/null && [ $tries -lt 600 ]; do sleep 0.1; tries=$((tries + 1)); done
  # A second one with the same outputs would mix its rows with these.
  fails 1 'another process writes to it' slow --resume -q -o "$work/re/one.tsv" -o "$work/re/one.bed.gz" -o "$work/re/one.fa"
  alone=$?
  kill -9 $pid
  wait $pid 2> /dev/null
  [ $alone = 0 ] || return 1
  [ -s "$work/re/one.tsv.partial" ] && [ -e "$work/re/one.tsv.partial.state" ] || { ls "$work/re"; return 1; }
  [ ! -e "$work/re/one.tsv" ] && [ ! -e "$work/re/one.bed.gz" ] && [ ! -e "$work/re/one.fa" ]
}
goes_on() {
  printf 'half a row' >> "$work/re/one.tsv.partial"
  cp -r "$work/re" "$work/re2"
  slow --resume -@ 2 --batch 5 -o "$work/re/one.tsv" -o "$work/re/one.bed.gz" -o "$work/re/one.fa" 2> "$work/re.err" || return 1
  grep 'going on after' "$work/re.err" || { cat "$work/re.err"; return 1; }
  grep -v 'going on after' "$work/re.err" | cmp - "$work/one.err" || return 1
  for e in tsv bed.gz fa; do cmp "$work/one.$e" "$work/re/one.$e" || return 1; done
  ! ls "$work/re" | grep -q 'partial\|tmp'
}
# Rows of another threshold or of other regions are not gone on with.
begins_anew() {
  slow --resume -q --threshold 0.6 -o "$work/re2/one.tsv" -o "$work/re2/one.bed.gz" -o "$work/re2/one.fa" 2> "$work/re2.err" &&
    ! grep -q 'going on' "$work/re2.err" && slow -q --threshold 0.6 -o "$work/six.tsv" && cmp "$work/six.tsv" "$work/re2/one.tsv"
}
damaged_state() {
  mkdir "$work/re3" && printf 'seqgloss-partial 1\ndigest 00\n' > "$work/re3/a.tsv.partial.state" && printf 'x\n' > "$work/re3/a.tsv.partial" &&
    mafk --resume --threshold 0.99 -o "$work/re3/a.tsv" && cmp "$work/a.tsv" "$work/re3/a.tsv" && [ "$(ls "$work/re3")" = a.tsv ]
}

if [ -f "$m" ]; then
  awk 'NR % 33 == 1' "$data/regions.bed" > "$b"
  awk -F '\t' -v OFS='\t' 'NR < 9 { print $1, $2, $3, $4, $5, "+" }' "$b" > "$work/plus.bed"
  check "subsets as another program finds them" expected
  check "columns and provenance" header
  check "numbers of a row agree, and with predict" sound
  check "two threads, batches of one, the same bytes" same -@ 2 --batch 1
  check "three threads share one region, the same bytes" one_region
  check "seven shards merged, the same bytes in three formats" shards s 7 --threshold 0.99
  check "bgzip output" compressed
  check "BED12: blocks, order, bases" bed12
  check "FASTA: one record a subset" fasta
  check "regions on the reverse strand are told on the forward strand" strands
  check "kept bases are those of the genome" genome_bases
  check "regions from standard input" piped
  check "a window of no genome" windows
  check "--threshold-quantile as numpy has it" quantile
  check "--predictions: the same tau from a table" from_table
  check "--predictions: a column without header" column_only
  check "shards with --predictions" shards q 3 --threshold-quantile 0.8 --predictions "$work/p.tsv"
  check "two threads with a quantile, the same bytes" threads --threshold-quantile 0.8
  check "a region whose name begins with #" hashes
  check "--resume: killed in the middle, nothing looks finished" killed
  check "--resume: goes on, with the bytes and messages of one go" goes_on
  check "--resume: another threshold begins anew" begins_anew
  check "--resume: a state that is none begins anew" damaged_state
  mkfifo "$work/fifo"
  check "--resume of what comes from a pipe" fails 1 'fifo is a pipe' "$seqgloss" sis -m "$m" -f "$g" -b "$work/fifo" --resume --threshold 0.9 -o "$work/pipe.tsv"
  check "--resume to standard output" fails 1 'resume needs -o FILE' mafk --resume --threshold 0.9
  check "--threshold-null depends on the seed alone" null_seed
  check "two threads with a null and transplants, the same bytes" threads --threshold-null 0.99 --transplant 3 --max-subsets 1
  check "--below" below
  for r in max mean; do check "--rc $r" rc $r; done
  check "--mask" masks
  check "--transplant" transplant
  check "--max-subsets" fewer
  check "--verify changes nothing" same --verify
  check "--check-minimal changes nothing" same --check-minimal
  check "several targets are each alone" targets 0:0 0:1
  check "f(nothing) passes by itself: nothing to explain" empty_passes
  check "warnings" guards
  check "regions that overlap" overlaps
  check "no such output folder: nothing is left" nothing_left
  printf '0.3 0.3 0.3\n' > "$work/three.txt"
  printf '0.3 0.2 0.2 0.2 0.1\n' > "$work/five.txt"
  printf '0.4 0.2 0.2 0.2\n' > "$work/skew.txt"
  printf '0.4 x 0.2 0.2\n' > "$work/letter.txt"
  printf '#region\tchrom\tstart\tend\tstrand\ta\tb\n' > "$work/ab.tsv"
  printf '1\t2\n' > "$work/bare.tsv"
  awk 'BEGIN { for (i = 0; i < 30; i++) print 0.5 }' > "$work/long.tsv"
  mkfifo "$work/pipe"
  check "no threshold: usage" fails 2 'threshold-null' mafk
  check "two thresholds: usage" fails 2 'one threshold' mafk --threshold 0.9 --threshold-quantile 0.9
  check "a quantile above 1: usage" fails 2 'threshold-quantile' mafk --threshold-quantile 90
  check "no model: usage" fails 2 'MODEL' run --threshold 0.9 -f "$g" -b "$b"
  for t in 0 1 -1 2; do check "tau = $t" fails 1 'between 0 and 1' mafk --threshold $t; done
  check "no sequences" fails 1 'no sequences' run -m "$m" --threshold 0.9
  check "a quantile of a shard" fails 1 'predictions' mafk --threshold-quantile 0.9 --shard 1/2
  check "a null of a shard" fails 1 'shuffled' mafk --threshold-null 0.9 --shard 1/2
  check "a quantile of standard input" fails 1 'two passes' mafk -b - --threshold-quantile 0.9
  check "a quantile of a pipe" fails 1 'two passes' mafk -b "$work/pipe" --threshold-quantile 0.9
  check "predictions beside a number" fails 1 'predictions' mafk --threshold 0.9 --predictions "$work/p.tsv"
  check "predictions of something else" fails 1 'another input' mafk --threshold-quantile 0.9 --predictions "$work/long.tsv"
  check "predictions without that column" fails 1 'no column' mafk --threshold-quantile 0.9 --predictions "$work/ab.tsv"
  check "predictions without a header" fails 1 'bare.tsv:1' mafk --threshold-quantile 0.9 --predictions "$work/bare.tsv"
  check "several outputs, none chosen" fails 1 '6 outputs' run -m "$data/hepg2.h5" -f "$g" -b "$b" --threshold 0.9
  check "unknown target" fails 1 'nonsense' mafk --threshold 0.9 -t nonsense
  check "two networks" fails 1 'one network' mafk --threshold 0.9 -m "$data/hepg2.h5"
  check "an ending that is no format" fails 1 'x.npz' mafk --threshold 0.9 -o "$work/x.npz"
  check "an output named twice" fails 2 'give each a name of its own' mafk --threshold 0.9 -o "$work/x.tsv" -o "$work/x.tsv"
  check "a mask that is not there" fails 1 'none.txt' mafk --threshold 0.9 --mask "$work/none.txt"
  check "a mask of three" fails 1 'three.txt' mafk --threshold 0.9 --mask "$work/three.txt"
  check "a mask of five" fails 1 'five.txt' mafk --threshold 0.9 --mask "$work/five.txt"
  check "a mask with a letter" fails 1 'letter.txt:1' mafk --threshold 0.9 --mask "$work/letter.txt"
  check "a skewed mask on both strands" fails 1 'complement' mafk --threshold 0.9 --rc max --mask "$work/skew.txt"
else
  skip "shipped networks" "no data/mafk.h5"
fi
deepbind=${SEQGLOSS_SHARED:-none}/data/models/deepbind/MAFF_ChIP.D00501.004.h5
peaks=$(ls "${SEQGLOSS_SHARED:-none}/data/peaks" 2> /dev/null | grep '^MAFK.HepG2' | head -n 1)
if [ -f "$deepbind" ] && [ -n "$peaks" ]; then check "DeepBind's MAFF finds its motif in MAFK peaks" maff "$peaks"
else skip "DeepBind's MAFF" "no shared data"
fi
finish
