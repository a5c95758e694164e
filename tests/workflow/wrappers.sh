#!/bin/sh
# tests/workflow/wrappers.sh: the wrapper of each command, by its own test/Snakefile, in one run of Snakemake.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
top=$(cd "$src" && pwd)
wrappers=$top/workflow/wrappers/bio/seqgloss
snakemake=${SNAKEMAKE:-snakemake}
if ! command -v "$snakemake" > /dev/null 2>&1; then
  skip "wrappers" "no snakemake"
  finish
fi
# Wrappers call `seqgloss` by its name; their versions are folders of a prefix.
mkdir "$work/bin" "$work/w" "$work/prefix" && ln -s "$top/workflow/wrappers" "$work/prefix/master"
case $seqgloss in /*) real=$seqgloss ;; *) real=$PWD/$seqgloss ;; esac
ln -s "$real" "$work/bin/seqgloss"
PATH=$work/bin:$PATH
cd "$work/w" || exit 99
grep -E 'call_0[0-3]' "$top/data/regions.bed" > regions.bed
ln -s "$top/data/mafk.h5" model.h5
for e in '' .fai .gzi; do ln -s "$top/data/chr20.fa.gz$e" "genome.fa.gz$e"; done
for i in 1 2; do seqgloss predict -q -m model.h5 -f genome.fa.gz -b regions.bed --shard $i/2 -o a.$i-of-2.tsv; done
seqgloss run -q -m model.h5 -f genome.fa.gz -b regions.bed --threshold 0.99 -o run > /dev/null 2>&1
cp run/motifs.meme queries.meme

commands=$(ls "$wrappers")
targets="a.predictions.tsv a.ism.npz a.deeplift.h5 a.sis.tsv a.sis.bed a.run a.clusters a.tomtom.tsv a.html a_mqc.json a.merged.tsv
  a.info.json a.jaspar a.svg a.shuffled.fa.gz a.onehot.npz a.agree.tsv a.each.tsv.gz"
for c in $commands; do echo "include: \"$wrappers/$c/test/Snakefile\""; done > Snakefile

complete() {
  "$seqgloss" list commands | cut -f 1 | grep -Ev '^(demo|help|list|gradient|grad-x-input|sensitivity|smoothgrad|vargrad|intgrad|deeplift)$' |
    sort > commands && ls "$wrappers" | sort | diff - commands
}
shaped() {
  for c in $commands; do
    for f in meta.yaml environment.yaml wrapper.py test/Snakefile; do [ -s "$wrappers/$c/$f" ] || { echo "no $c/$f"; return 1; }; done
    grep -q "^name: seqgloss $c\$" "$wrappers/$c/meta.yaml" && grep -q "\"master/bio/seqgloss/$c\"" "$wrappers/$c/test/Snakefile" || { echo "$c"; return 1; }
  done
}
# shellcheck disable=SC2086
runs() { "$snakemake" --cores 2 --wrapper-prefix "file://$work/prefix/" $targets && ls -d $targets && find logs -name 'a.log' | grep -c . ; }
# Each gives what the command by hand gives.
same() {
  w="-f genome.fa.gz -b regions.bed"
  # shellcheck disable=SC2086
  seqgloss predict -q -m model.h5 $w --rc mean -o b.predictions.tsv && cmp a.predictions.tsv b.predictions.tsv &&
    seqgloss ism -q -m model.h5 $w -o b.ism.npz && cmp a.ism.npz b.ism.npz &&
    seqgloss deeplift -q -m model.h5 $w -n 5 -o b.deeplift.h5 && cmp a.deeplift.h5 b.deeplift.h5 &&
    cmp a.sis.tsv run/sis.tsv && cmp a.sis.bed run/sis.bed && diff -r -x .steps -x .snakemake_timestamp a.run run && seqgloss predict -q -m model.h5 $w -o b.merged.tsv &&
    cmp a.merged.tsv b.merged.tsv && [ "$(grep -c '^>' a.jaspar)" = "$(grep -c '^MOTIF' queries.meme)" ] && grep -q '"cost"' a.info.json &&
    seqgloss agree -q --top 10 -o b.agree.tsv a.ism.npz a.deeplift.h5 && cmp a.agree.tsv b.agree.tsv && gzip -dc a.each.tsv.gz | grep -q call_00
}
check "a wrapper for every command" complete
check "the files that the repository of wrappers wants" shaped
check "they run" runs
check "and give what the commands give" same
finish
