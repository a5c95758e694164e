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
snakemake=${SNAKEMAKE:-snakemake}
multiqc=false
if command -v multiqc > /dev/null; then multiqc=true; fi
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
    seqgloss ism -m "$m" -f "$g" -b in/few.bed -o in/few.ism.npz && seqgloss gradient -m "$m" -f "$g" -b in/few.bed -o in/few.gradient.npz &&
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
    direct agree mafk.tsv agree -o direct/mafk.tsv in/few.gradient.npz in/few.ism.npz &&
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
# The sheet of the workflow on a few regions, in up to three pieces, as the plan says.
network_sheet() {
  sed -e "s|data/regions.bed|$work/in/part.bed|" -e "s|data/|$d/|g" "$top/../workflow/config/demo.tsv"
  printf 'none\t%s\t%s\t%s\tbound:1\tnull:1\t\n' "$d/hepg2.onnx" "$g" "$work/in/few.bed"
}
sheet() {
  network_sheet > sheet.tsv
  mini run "$top" "$work/$1" input=sheet.tsv outdir="$work/$2" shards=auto shard_minutes=0.002 max_shards=3 ism=true \
    methods=deeplift,gradient multiqc=$multiqc $3
}
workflow() { sheet tasks results ''; }
# The same sheet in the Snakemake workflow.
as_snakemake() {
  cat > config.yaml << EOF
networks: sheet.tsv
outdir: snake
seqgloss: $seqgloss
shard_minutes: 0.002
max_shards: 3
ism: {enable: true}
attribute: {methods: [deeplift, gradient]}
multiqc: $multiqc
EOF
  "$snakemake" -s "$top/../workflow/Snakefile" --configfile config.yaml --cores 2 --nocolor > snake.log 2>&1 || { cat snake.log; return 1; }
  # A rule cannot leave its output out: without a subset the table is empty.
  [ "$(grep -c . snake/networks/none/ism.tsv)" = 1 ] || return 1
  for scores in snake/networks/*/ism.tsv; do [ "$(grep -c . "$scores")" != 1 ] || rm "$scores"; done
  diff -r -x logs -x .snakemake_timestamp -x 'multiqc_report*' snake results
}
pages() {
  for row in hepg2_CTCF hepg2_MAFK mafk none; do
    grep -q "$row" results/multiqc_report.html && grep -q "^$row	" results/multiqc_report_data/multiqc_seqgloss_table.txt || { echo "no $row"; return 1; }
  done
  grep -q 'Motifs by network' results/multiqc_report.html
}
# Every file of a network as the commands write it in one piece.
whole() {
  mkdir hand
  seqgloss predict -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed -o hand/predictions.tsv &&
    seqgloss shuffle --edge pad --length 200 --seed 1 -f "$g" -b in/part.bed -o shuffled.fa.gz && seqgloss predict -m "$d/hepg2.keras" -t bound:0 --edge pad shuffled.fa.gz -o hand/shuffled.tsv &&
    seqgloss sis -q -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed --threshold-null 0.99 --predictions hand/shuffled.tsv --seed 1 -o hand/sis.tsv -o hand/sis.bed &&
    seqgloss ism -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed -o hand/ism.npz &&
    seqgloss deeplift -m "$d/hepg2.keras" -t bound:0 --edge pad -f "$g" -b in/part.bed -o hand/attribute.deeplift.npz &&
    seqgloss cluster -f "$g" --predictions hand/predictions.tsv -o hand hand/sis.tsv > /dev/null &&
    seqgloss ism -m "$d/hepg2.keras" -t bound:0 --logits --edge pad -f "$g" -b hand/regions.top.bed -o hand/ism.tsv && seqgloss compare -q -d vertebrates -o hand/tomtom.tsv hand/motifs.meme &&
    seqgloss report -q -d vertebrates --sample hepg2_MAFK -o hand/report.html --table hand/motifs.tsv --multiqc hand/seqgloss_mqc.json --logos hand/logos hand || return 1
  for file in $(cd results/networks/hepg2_MAFK && find . -type f); do
    case $file in ./attribute.gradient.npz* | *.provenance.json) continue ;; esac
    cmp "results/networks/hepg2_MAFK/$file" "hand/$file" || return 1
  done
  for file in predictions.tsv sis.tsv sis.bed ism.npz attribute.deeplift.npz motifs.meme ism.tsv tomtom.tsv report.html motifs.tsv seqgloss_mqc.json; do
    [ -s "results/networks/hepg2_MAFK/$file" ] || { echo "no $file"; return 1; }
  done
}
tables() {
  grep -q '^#network	motif' results/motifs.tsv && for network in mafk hepg2_MAFK hepg2_CTCF none; do
    grep "^$network	" results/networks.tsv && { grep -v '^#' results/networks/$network/motifs.tsv || true; } | sed "s/^/$network	/" > rows
    grep "^$network	" results/motifs.tsv | diff - rows || return 1
  done && [ "$(grep -c '^mafk	' results/motifs.tsv)" -ge 1 ] && [ "$(head -n 1 results/families.tsv)" = "#family	mafk	hepg2_MAFK	hepg2_CTCF	none" ] &&
    grep -q '"Motifs by network"' results/families_mqc.json
}
# All mistakes of a sheet in one message, and in the words of the Snakemake workflow.
refused() {
  printf 'name\tnetwork\tgenome\tregions\tthreshold\toptions\nx\t%s\t%s\t%s\thigh\t\nx\t%s\tnone.fa\t%s\t\t--frob 1\n' \
    "$m" "$g" in/few.bed "$m" in/few.bed > wrong.tsv
  mini run "$top" "$work/wrong" input=wrong.tsv outdir="$work/none" > wrong.log
  [ $? = 1 ] && grep -q "wrong.tsv:2: threshold: 'high' is neither" wrong.log && grep -q 'wrong.tsv:3: options: --frob is none of --alphabet' wrong.log &&
    grep -q 'wrong.tsv:3: genome: no such file: none.fa' wrong.log && grep -q 'wrong.tsv:3: name: x stands in line 2 already' wrong.log
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
check "workflow: tables of all networks" tables
if [ $multiqc = true ]; then check "workflow: one page of all networks" pages
else skip "workflow: one page of all networks" "no multiqc"; fi
if command -v "$snakemake" > /dev/null; then check "workflow: the bytes of the Snakemake workflow, tables and plans included" as_snakemake
else skip "workflow: the bytes of the Snakemake workflow" "no snakemake"; fi
check "workflow: stubs" sheet stubbed none --stub
check "workflow: every mistake of a sheet in one message" refused
if python3 -c 'import yaml' 2> /dev/null; then check "meta.yml says what main.nf has" meta
else skip "meta.yml" "no python3 with yaml"; fi
finish
