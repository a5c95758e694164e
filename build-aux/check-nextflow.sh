#!/bin/sh
# build-aux/check-nextflow.sh: the modules and the workflow of nextflow/ without Nextflow: nextflow/tests/mini.groovy runs them, and what
# they write is compared with what the commands write. Prints TAP; skips without Groovy. `make check-nextflow` sets the environment.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
top=$SEQGLOSS_DATA/nextflow
case $seqgloss in /*) ;; *) seqgloss=$PWD/$seqgloss ;; esac
if ! command -v groovy > /dev/null || ! command -v java > /dev/null; then
  echo "1..0 # SKIP no groovy (Debian: apt install groovy)"
  exit 0
fi
JAVA_HOME=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
export JAVA_HOME
mkdir "$work/bin"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$seqgloss" > "$work/bin/seqgloss"
chmod +x "$work/bin/seqgloss"
PATH=$work/bin:$PATH
cd "$work" || exit 99
mini() { groovy "$top/tests/mini.groovy" "$@" 2>&1; }

d=$SEQGLOSS_DATA/data
g=$d/chr20.fa.gz m=$d/mafk.h5
mkdir in
head -n 12 "$d/regions.bed" > in/few.bed
awk 'NR % 8 == 1' "$d/regions.bed" > in/part.bed
prepare() {
  seqgloss predict -m "$m" -f "$g" -b in/part.bed -o in/predictions.tsv && seqgloss predict -m "$m" -f "$g" -b in/few.bed -o in/few.tsv && seqgloss sis -q --threshold 0.9 -m "$m" -f "$g" -b in/part.bed -o in/sis.tsv &&
    seqgloss shuffle -f "$g" -b in/few.bed -o in/windows.fa && seqgloss cluster -f "$g" -o in/cluster in/sis.tsv > /dev/null &&
    seqgloss compare -o in/tomtom.tsv in/cluster/motifs.meme &&
    for i in 1 2; do seqgloss predict -m "$m" -f "$g" -b in/few.bed --shard $i/2 -o in/piece.$i-of-2.tsv || return 1; done
}
# The first line says what Groovy could not read.
parse() { mini parse $(find "$top" -name '*.nf' -o -name '*.config' -o -name '*.nf.test'); }
modules() { mini modules "$top" "$work" "$top/tests/cases.groovy"; }
stubs() { mini modules "$top" "$work" --stub "$top/tests/cases.groovy"; }
all_cases() {
  (cd "$top/modules/seqgloss" && ls) > have
  sed -n "s/.*\[module: '\([a-z]*\)'.*/\1/p" "$top/tests/cases.groovy" | sort | diff - have
}
complete() {
  for module in "$top"/modules/seqgloss/*; do
    for file in main.nf meta.yml environment.yml tests/main.nf.test tests/nextflow.config; do
      [ -s "$module/$file" ] || { echo "$module: no $file"; return 1; }
    done
  done
}
# direct MODULE FILE COMMAND...: what the module left equals what the command writes.
direct() {
  module=$1 file=$2
  shift 2
  rm -rf direct
  mkdir direct
  seqgloss "$@" > direct/.out 2> direct/.err || { cat direct/.err; return 1; }
  [ -e "direct/$file" ] || cp direct/.out "direct/$file"
  diff -r "direct/$file" "$(echo script/"$module"/001-*)/$file" || { echo "$module: $file"; return 1; }
}
bytes() {
  n="-m $m -f $g -b in/few.bed" f=$SEQGLOSS_DATA/motifs/JASPAR2026_CORE_fungi.jaspar
  # shellcheck disable=SC2086
  direct predict mafk.tsv.gz predict --logits $n -o direct/mafk.tsv.gz && direct ism mafk.tsv ism $n -o direct/mafk.tsv &&
    direct sis piece.tsv sis --threshold-quantile 0.5 --predictions in/few.tsv $n --shard 2/3 -o direct/piece.tsv &&
    direct attribute scores.h5 attribute --method gradient -m "$m" in/windows.fa --shard 1/2 -o direct/scores.h5 &&
    direct merge mafk.tsv predict $n -o direct/mafk.tsv &&
    direct cluster mafk cluster -f "$g" --predictions in/predictions.tsv -o direct/mafk in/sis.tsv &&
    direct compare mafk.tsv compare --dist pearson -d "$f" -o direct/mafk.tsv in/cluster/motifs.meme &&
    direct info mafk.json info --json "$m" && direct shuffle mafk.fa.gz shuffle --seed 7 -f "$g" -b in/few.bed -o direct/mafk.fa.gz &&
    direct onehot mafk.npz onehot --length 101 -f "$g" -b in/few.bed -o direct/mafk.npz &&
    direct motifs mafk.transfac motifs --min-width 12 -o direct/mafk.transfac "$f" && direct logo mafk.svg logo -i MA0265.3 -o direct/mafk.svg "$f" &&
    direct run mafk run -q --threshold 0.9 -m "$m" -f "$g" -b in/part.bed -o direct/mafk || return 1
  cp -R in/cluster whole && cp in/predictions.tsv in/sis.tsv in/tomtom.tsv whole &&
    direct report mafk.html report --sample mafk -o direct/mafk.html --multiqc direct/mafk_mqc.json whole
}
# The sheet of the workflow on a few regions, in pieces.
sheet() {
  sed -e "s|data/regions.bed|$work/in/part.bed|" -e "s|data/|$d/|g" "$top/assets/networks.tsv" > sheet.tsv
  mini run "$top" "$work/$1" input=sheet.tsv outdir="$work/$2" shards=3 ism=true methods=deeplift,gradient $3
}
workflow() { sheet tasks results ''; }
# Every file of a network as the commands write it in one piece.
whole() {
  mkdir hand
  seqgloss predict -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed -o hand/predictions.tsv &&
    seqgloss shuffle --seed 1 -f "$g" -b in/part.bed -o shuffled.fa.gz && seqgloss predict -m "$d/hepg2.keras" -t bound:0 --edge pad shuffled.fa.gz -o hand/shuffled.tsv &&
    seqgloss sis -q -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed --threshold-null 0.99 --predictions hand/shuffled.tsv --seed 1 -o hand/sis.tsv -o hand/sis.bed &&
    seqgloss ism -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed -o hand/ism.npz &&
    seqgloss deeplift -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed -o hand/attribute.deeplift.npz &&
    seqgloss cluster -f "$g" --predictions hand/predictions.tsv -o hand hand/sis.tsv > /dev/null && seqgloss compare -q -o hand/tomtom.tsv hand/motifs.meme &&
    seqgloss report -q --sample hepg2_MAFK -o hand/report.html --table hand/motifs.tsv --multiqc hand/seqgloss_mqc.json --logos hand/logos hand || return 1
  for file in $(cd results/networks/hepg2_MAFK && find . -type f); do
    [ "$file" = ./attribute.gradient.npz ] || cmp "results/networks/hepg2_MAFK/$file" "hand/$file" || return 1
  done
  for file in predictions.tsv sis.tsv sis.bed ism.npz attribute.deeplift.npz motifs.meme tomtom.tsv report.html motifs.tsv seqgloss_mqc.json; do
    [ -s "results/networks/hepg2_MAFK/$file" ] || { echo "no $file"; return 1; }
  done
}
table() {
  cat results/motifs.tsv
  grep -q '^#network	motif' results/motifs.tsv && for network in hepg2_CTCF hepg2_MAFK mafk; do
    { grep -v '^#' results/networks/$network/motifs.tsv || true; } | sed "s/^/$network	/" > rows
    grep "^$network	" results/motifs.tsv | diff - rows || return 1
  done && [ "$(grep -c '^mafk	' results/motifs.tsv)" -ge 1 ]
}
refused() {
  printf 'name\tnetwork\tgenome\tregions\tthreshold\nx\t%s\t%s\t%s\thigh\n' "$m" "$g" in/few.bed > wrong.tsv
  mini run "$top" "$work/wrong" input=wrong.tsv outdir="$work/none" > wrong.log
  [ $? = 1 ] && grep -q "x: threshold: 'high' is neither" wrong.log
}
meta() { python3 "$top/tests/check_meta.py" "$top"/modules/seqgloss/*; }

check "every file is Groovy" parse
check "modules are complete" complete
check "every module has a case" all_cases
check "inputs" prepare
check "modules: scripts" modules
check "modules: the bytes of the commands" bytes
check "modules: stubs" stubs
check "workflow" workflow
check "workflow: the bytes of the commands in one piece" whole
check "workflow: one table of all" table
check "workflow: stubs" sheet stubbed none --stub
check "workflow: a wrong threshold is refused" refused
if python3 -c 'import yaml' 2> /dev/null; then check "meta.yml says what main.nf has" meta
else skip "meta.yml" "no python3 with yaml"; fi
finish
