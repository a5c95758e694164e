#!/bin/sh
# tests/workflow/workflow.sh: the Snakemake workflow: the same bytes as the commands by hand, in any number of shards, also when it
# was killed on its way; sheets with mistakes. SNAKEMAKE names the program.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
top=$(cd "$src" && pwd)
snakemake=${SNAKEMAKE:-snakemake}
if ! command -v "$snakemake" > /dev/null 2>&1; then
  skip "the workflow" "no snakemake"
  finish
fi
case $seqgloss in /*) real=$seqgloss ;; *) real=$PWD/$seqgloss ;; esac
d=$top/data
mkdir "$work/w" && cd "$work/w" || exit 99
grep -E 'call_0[0-2]|background_00' "$d/regions.bed" > regions.bed
printf 'name\tnetwork\tgenome\tregions\ttarget\tthreshold\toptions\n' > head
{ cat head
  printf 'one\t%s\t%s\tregions.bed\t\t0.99\t--edge pad\n' "$d/mafk.h5" "$d/chr20.fa.gz"
  printf 'none\t%s\t%s\tregions.bed\tbound:1\tnull:1\t\n' "$d/hepg2.onnx" "$d/chr20.fa.gz"; } > networks.tsv
cat > config.yaml << EOF
networks: networks.tsv
seqgloss: $real
multiqc: false
cluster: {options: --min-members 4}
attribute: {methods: [gradient], format: npz}
EOF
flow() { "$snakemake" -s "$top/workflow/Snakefile" --configfile config.yaml --nocolor "$@"; }
# What belongs to the run, not to the result.
same() { diff -r -x plan -x logs -x .snakemake_timestamp "$1" "$2"; }

lint() { flow --lint 2>&1 | grep -q Congratulations; }
# By hand, without shards.
whole() {
  mkdir -p hand/one && m="-q -m $d/mafk.h5 --edge pad -f $d/chr20.fa.gz" && w="$m -b regions.bed" || return 1
  # shellcheck disable=SC2086
  "$real" predict $w -o hand/one/predictions.tsv && "$real" sis $w --threshold 0.99 -o hand/one/sis.tsv -o hand/one/sis.bed &&
    "$real" attribute --method gradient $w -o hand/one/attribute.gradient.npz &&
    "$real" cluster -q --min-members 4 -f "$d/chr20.fa.gz" --predictions hand/one/predictions.tsv -o hand/one \
      hand/one/sis.tsv > hand/said &&
    "$real" ism $m --logits -b hand/one/regions.top.bed -o hand/one/ism.tsv &&
    "$real" compare -q -d vertebrates -o hand/one/tomtom.tsv hand/one/motifs.meme &&
    "$real" report -q -d vertebrates hand/one --sample one -o hand/one/report.html --table hand/one/motifs.tsv \
      --multiqc hand/one/seqgloss_mqc.json --logos hand/one/logos
}
three() { flow --cores 2 --config shards=3 outdir=three && same hand/one three/networks/one; }
tables() {
  [ "$(grep -c . three/networks.tsv)" = 3 ] && grep -q '^none	.*' three/networks.tsv && grep -q "^Maf-related	" three/families.tsv &&
    head -n 1 three/networks/none/tomtom.tsv | grep -q '^Query_ID	.*Low_information$'
}
clean() { [ ! -e three/shards ] && [ -z "$(find three -name '*.tmp' -o -name '*.partial*')" ]; }
again() { flow --cores 2 --config shards=3 outdir=three 2>&1 | grep -q 'Nothing to be done'; }
# Killed with all its jobs, once some pieces are there; then told to go on.
killed() {
  setsid "$snakemake" -s "$top/workflow/Snakefile" --configfile config.yaml --cores 2 --config shards=7 outdir=seven > killed.log 2>&1 &
  leader=$!
  for _ in $(seq 300); do
    ls seven/networks/*/predictions.tsv > /dev/null 2>&1 && break
    sleep 0.1
  done
  kill -9 "-$leader"
  wait "$leader" 2> /dev/null
  [ ! -e seven/families.tsv ] && [ -e seven/plan/one.json ] || { echo "not in the middle"; cat killed.log; return 1; }
  flow --config shards=7 outdir=seven --unlock && flow --cores 1 --rerun-incomplete --config shards=7 outdir=seven &&
    same three seven && [ ! -e seven/shards ]
}
# sheet WORDS ROWS: refused with these words, before anything runs.
sheet() {
  printf "$2" > bad.tsv
  flow --config networks=bad.tsv outdir=bad -n > bad.log 2>&1 && return 1
  cat bad.log
  grep -q -- "$1" bad.log && [ ! -e bad ]
}
many_mistakes() {
  sheet "bad.tsv:2: genome: no such file: none.fa" \
    "$(cat head)\na\t$d/mafk.h5\tnone.fa\tregions.bed\t\t\t--frob 1\na\t$d/mafk.h5\t$d/chr20.fa.gz\tregions.bed\t\tlow\t\n" &&
    grep -q 'bad.tsv:2: options: --frob is none of' bad.log && grep -q 'bad.tsv:3: name: a stands in line 2 already' bad.log &&
    grep -q "bad.tsv:3: threshold: 'low'" bad.log
}
no_such_option() { flow --config frobnicate=1 outdir=bad -n > bad.log 2>&1; [ $? = 1 ] && grep -q "config: .*'frobnicate' was unexpected" bad.log; }

check "lint" lint
check "the commands by hand" whole
check "three shards on two cores: the same bytes" three
check "tables of all networks, with one that has no motif" tables
check "no shard and no temporary file is left" clean
check "nothing is done twice" again
check "killed in the middle and started again, seven shards on one core: the same bytes" killed
check "unknown column" sheet "bad.tsv:1: no column 'colour'" 'name\tnetwork\tgenome\tregions\tcolour\n'
check "every mistake of a sheet in one message" many_mistakes
check "unknown key of the config" no_such_option
finish
