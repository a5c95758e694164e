#!/bin/sh
# tests/cli/predict.sh: predictions of the shipped networks on the shipped regions: numbers, bytes, failures.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz b=$data/regions.bed

run() { "$seqgloss" predict -q "$@"; }
regions() { run -m "$data/mafk.$1" -f "$g" -b "$b" -o "$work/$1.tsv"; }

# Column 5 of the regions is 1000 x the prediction, rounded.
scores() {
  grep -v '^#' "$work/$1.tsv" | cut -f 1,6 > "$work/got"
  awk -F '\t' '!/^#/ { print $4 "\t" $5 }' "$b" > "$work/want"
  paste "$work/got" "$work/want" | awk -F '\t' '
    { d = 1000 * $2 - $4; if ($1 != $3 || d > 0.501 || d < -0.501) { print; bad = 1 } n++ }
    END { exit bad || n < 700 }'
}
near() {
  paste "$work/$1.tsv" "$work/$2.tsv" | grep -v '^#' |
    awk -F '\t' '{ d = $6 - $12; if (d < 0) d = -d; if (!(d <= 1e-6)) { print; bad = 1 } n++ } END { exit bad || n < 700 }'
}
same() { run -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/same.tsv" "$@" && cmp "$work/same.tsv" "$work/h5.tsv"; }
shards() {
  for i in 1 2 3 4 5 6 7; do
    run -m "$data/mafk.h5" -f "$g" -b "$b" --shard $i/7 -o "$work/piece$i.tsv" || return 1
  done
  "$seqgloss" merge -q -o "$work/merged.tsv" "$work"/piece[4-7].tsv "$work"/piece[1-3].tsv &&
    cmp "$work/merged.tsv" "$work/h5.tsv"
}
compressed() {
  run -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/z.tsv.gz" && gzip -dc "$work/z.tsv.gz" | cmp - "$work/h5.tsv"
}
dirty_bed() {
  { printf 'track name=x\r\nbrowser hide all\r\n\r\n# comment\r\n'; sed 's/$/\r/' "$b"; } > "$work/dirty bed.bed"
  run -m "$data/mafk.h5" -f "$g" -b "$work/dirty bed.bed" --no-provenance -o "$work/dirty.tsv" &&
    grep -v '^##' "$work/h5.tsv" | cmp - "$work/dirty.tsv"
}
piped() {
  run -m "$data/mafk.h5" -f "$g" -b - --no-provenance < "$b" > "$work/piped.tsv" &&
    grep -v '^##' "$work/h5.tsv" | cmp - "$work/piped.tsv"
}
# SEQGLOSS_ISA stays: other kernels may give other last bits.
turkish() {
  env -i LC_ALL=tr_TR.UTF-8 PATH="$PATH" LD_LIBRARY_PATH="${LD_LIBRARY_PATH-}" ${SEQGLOSS_ISA+SEQGLOSS_ISA="$SEQGLOSS_ISA"} \
    "$seqgloss" predict -q -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/tr.tsv" && cmp "$work/tr.tsv" "$work/h5.tsv"
}
verified() { run -m "$data/mafk.h5" -f "$g" -b "$b" --verify -o "$work/v.tsv" && cmp "$work/v.tsv" "$work/h5.tsv"; }
strands() {
  head -n 5 "$b" | awk -F '\t' -v OFS='\t' '{ $6 = "+"; print $1, $2, $3, $4, $5, $6 }' > "$work/plus.bed"
  sed 's/+$/-/' "$work/plus.bed" > "$work/minus.bed"
  for s in plus minus; do
    run -m "$data/mafk.h5" -f "$g" -b "$work/$s.bed" --no-provenance | grep -v '^#' | cut -f 6 > "$work/$s" || return 1
    run -m "$data/mafk.h5" -f "$g" -b "$work/$s.bed" --rc max --no-provenance | grep -v '^#' | cut -f 6 > "$work/$s.max" || return 1
  done
  paste "$work/plus" "$work/minus" "$work/plus.max" | awk '{ m = $1 > $2 ? $1 : $2; if (m != $3) exit 1; n++ } END { exit n != 5 }' &&
    cmp "$work/plus.max" "$work/minus.max"
}
# A limit on file size stands for a full disk: an error, and no file that looks finished.
full() {
  (ulimit -f 8; trap '' XFSZ; run -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/full.tsv"; echo $? > "$work/status") 2> "$work/err"
  cat "$work/err" "$work/status"
  [ "$(cat "$work/status")" = 1 ] && [ ! -e "$work/full.tsv" ]
}
killed() {
  mkfifo "$work/slow.bed"
  (head -n 100 "$b"; sleep 5) > "$work/slow.bed" &
  feeder=$!
  "$seqgloss" predict -q -m "$data/mafk.h5" -f "$g" -b "$work/slow.bed" -o "$work/killed.tsv" &
  pid=$!
  sleep 1
  kill -9 $pid
  wait $pid 2> /dev/null
  kill $feeder 2> /dev/null
  [ ! -e "$work/killed.tsv" ]
}
subset_of_arrays() {
  for i in 4 2; do run -m "$data/mafk.h5" -f "$g" -b "$b" --shard $i/5 -o "$work/array$i.npz" || return 9; done
  "$seqgloss" merge -q -o "$work/m.npz" "$work"/array[24].npz
  status=$?
  [ ! -e "$work/m.npz" ] || return 9
  return $status
}
cut_piece() {
  run -m "$data/mafk.h5" -f "$g" -b "$b" --shard 3/7 -o "$work/third.tsv" || return 9
  head -c 3000 "$work/third.tsv" > "$work/half.tsv"
  "$seqgloss" merge -q -o "$work/m.tsv" "$work"/piece?.tsv "$work/half.tsv"
  status=$?
  [ ! -e "$work/m.tsv" ] || return 9
  return $status
}

if [ -f "$data/mafk.h5" ]; then
  for kind in h5 keras onnx; do
    check "mafk.$kind on the shipped regions" regions $kind
    check "mafk.$kind gives the score column" scores $kind
  done
  check "keras and h5 agree to 1e-6" near keras h5
  check "onnx and h5 agree to 1e-6" near onnx h5
  check "two threads, the same bytes" same -@ 2
  for n in 1 3 64; do check "batches of $n, the same bytes" same --batch $n; done
  check "a second run, the same bytes" same
  check "seven shards merged, the same bytes" shards
  check "bgzip output" compressed
  check "a BED with CRLF, track, browser, blank and comment lines, and a space in its name" dirty_bed
  check "regions from standard input" piped
  check "no environment but a Turkish locale" turkish
  check "--verify" verified
  check "--rc max is the greater strand" strands
  check "a full disk leaves no finished file" full
  check "kill -9 leaves no finished file" killed
  head -c 3000 "$data/mafk.h5" > "$work/cut.h5"
  printf 'chr20\t5\t1\n' > "$work/reversed.bed"
  printf 'chr20\tx\t1\n' > "$work/letters.bed"
  printf 'chrZ\t1\t200\nchrY\t1\t200\n' > "$work/chrom.bed"
  check "missing model" fails 1 'none.h5' run -m "$work/none.h5" -f "$g" -b "$b"
  check "truncated model" fails 1 'cut.h5' run -m "$work/cut.h5" -f "$g" -b "$b"
  check "missing genome" fails 1 'none.fa' run -m "$data/mafk.h5" -f "$work/none.fa" -b "$b"
  check "unknown chromosomes, all of them named" fails 1 'chrZ.*chrY' run -m "$data/mafk.h5" -f "$g" -b "$work/chrom.bed"
  check "BED with a reversed interval" fails 1 'reversed.bed:1' run -m "$data/mafk.h5" -f "$g" -b "$work/reversed.bed"
  check "BED with letters for a number" fails 1 'letters.bed:1' run -m "$data/mafk.h5" -f "$g" -b "$work/letters.bed"
  check "no such output folder" fails 1 'nowhere' run -m "$data/mafk.h5" -f "$g" -b "$b" -o "$work/nowhere/x.tsv"
  check "unknown target" fails 1 'nonsense' run -m "$data/mafk.h5" -f "$g" -b "$b" -t nonsense
  check "no model: usage" fails 2 'MODEL' run -f "$g" -b "$b"
  check "unknown option: usage" fails 2 'frobnicate' run --frobnicate
  check "threads out of range: usage" fails 2 'threads' run -m "$data/mafk.h5" -f "$g" -b "$b" -@ 0
  rm -f "$work/piece3.tsv"
  check "merge names the missing piece" fails 1 '1 of 7 pieces missing: --shard 3$' "$seqgloss" merge -q -o "$work/m.tsv" "$work"/piece?.tsv
  check "merge names every missing piece of arrays" fails 1 '3 of 5 pieces missing: --shard 1, 3, 5$' subset_of_arrays
  check "merge refuses a piece cut off within a line" fails 1 'half.tsv: is cut off' cut_piece
else
  skip "shipped networks" "no data/mafk.h5"
fi
# What a new user tries.
cp "$src/data/regions.bed" "$work/stray.bed"
printf 'chrom,start,end\nchr20,85500,85700\n' > "$work/comma.csv"
printf '>w\nACGT\n' > "$work/fasta.fa"
printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\nchr20\t297448\t.\tA\tG\n' > "$work/variants.vcf"
cp "$src/data/hepg2.h5" "$work/plain.h5"
cp "$src/data/hepg2.h5" "$work/named.h5"
echo '{"targets": ["MAFK", "CTCF", "CEBPB", "JUND", "REST", "GABPA"]}' > "$work/named.seqgloss.json"
help_says() { "$seqgloss" "$1" --help | tr -s ' \n' ' ' | grep -q "$2"; }
several_networks() {
  for c in predict info; do help_says $c 'networks side by side' || { echo "$c"; return 1; }; done
  for c in run ism sis attribute logo; do if help_says $c 'side by side'; then echo "$c"; return 1; fi; done
  help_says sis '[-]-shard I/N' && ! help_says run '[-]-shard'
}
check "help tells who takes several networks, and pieces" several_networks
check "a run has no pieces" fails 2 'unknown option --shard' "$seqgloss" run --shard 1/2 -m "$src/data/mafk.h5" -o "$work/pieces"
no_near() { "$seqgloss" predict --foo 2> "$work/err"; [ $? = 2 ] && ! grep -q 'did you mean' "$work/err"; }
check "three letters: only one may be wrong" no_near
check "help of a mistyped command" fails 2 'did you mean attribute' "$seqgloss" help attrbute
where="-f $src/data/chr20.fa.gz -b $src/data/regions.bed"
# shellcheck disable=SC2086
check "a target mistyped" fails 1 'did you mean CTCF?' "$seqgloss" predict -m "$work/named.h5" -t CTFC $where
# shellcheck disable=SC2086
check "a name, but units have none" fails 1 'seqgloss.json gives units names' "$seqgloss" predict -m "$work/plain.h5" -t CTCF $where
# shellcheck disable=SC2086
check "several methods on standard output" fails 1 '2 methods and targets need a file each' "$seqgloss" attribute --method gradient,ism -m "$src/data/mafk.h5" $where
some="$seqgloss predict -m $src/data/mafk.h5"
# shellcheck disable=SC2086
check "regions without -b" fails 1 'stray.bed: regions are given as -b .*stray.bed' $some -f "$src/data/chr20.fa.gz" "$work/stray.bed"
# shellcheck disable=SC2086
check "regions in place of windows" fails 1 'stray.bed: regions are given as -b' $some "$work/stray.bed"
# shellcheck disable=SC2086
check "-b of a table of commas" fails 1 'comma.csv:1: columns are separated by commas' $some -f "$src/data/chr20.fa.gz" -b "$work/comma.csv"
# shellcheck disable=SC2086
check "-b of a FASTA" fails 1 'fasta.fa:1: this is FASTA, not BED' $some -f "$src/data/chr20.fa.gz" -b "$work/fasta.fa"
# shellcheck disable=SC2086
check "-b of a VCF" fails 1 'variants.vcf:1: this is VCF, not BED' $some -f "$src/data/chr20.fa.gz" -b "$work/variants.vcf"
# shellcheck disable=SC2086
check "-R of one position" fails 1 'chr20:1000 has no end: the window around that base is -R chr20:1000-1000' $some -f "$src/data/chr20.fa.gz" -R chr20:1000

finish
