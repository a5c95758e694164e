#!/bin/sh
# tests/cli/run.sh: whole runs: the known motif and its absence, bytes, stopping and going on, several targets.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
SEQGLOSS_DATA=$src
export SEQGLOSS_DATA
data=$src/data
g=$data/chr20.fa.gz m=$data/mafk.h5 b=$data/regions.bed

run() { "$seqgloss" run -f "$g" "$@"; }
mafk() { run -m "$m" -b "$b" --threshold 0.99 "$@"; }
# Every file of a run but the notes of its steps.
files() { (cd "$1" && find . -type f ! -path './.steps/*' | sort); }
# same A B [but]: the same files with the same bytes.
same() {
  files "$1" > "$work/a.list"
  files "$2" > "$work/b.list"
  cmp "$work/a.list" "$work/b.list" || return 1
  while read -r f; do
    [ "$f" = "${3-}" ] || cmp "$1/$f" "$2/$f" || return 1
  done < "$work/a.list"
}

demo() {
  "$seqgloss" demo -o "$work/demo" > "$work/demo.out" 2> "$work/demo.err" || { cat "$work/demo.err"; return 1; }
  grep -q '^\[M::report\] recovered: full Maf recognition element, cluster_[0-9]*$' "$work/demo.err" &&
    grep -q '^\[M::report\] recovered: half site of the Maf recognition element, cluster_[0-9]*$' "$work/demo.err" &&
    grep -q "^report: $work/demo/report.html" "$work/demo.err" && grep -q '^## E_run ' "$work/demo/motifs.tsv" &&
    grep -v '^## ' "$work/demo/motifs.tsv" | cmp - "$work/demo.out"
}
documented() {
  for f in predictions.tsv sis.tsv sis.bed clusters.tsv motifs.meme motifs.genomic.meme motifs.jaspar instances.bed \
    regions.unexplained.bed regions.top.bed ism.tsv tomtom.tsv report.html seqgloss_mqc.json provenance.json logos/cluster_1.svg; do
    [ -s "$work/demo/$f" ] || { echo "$f is missing or empty"; return 1; }
  done
}
# The commands that the run showed, typed by hand into another folder, in order: the same bytes.
by_hand() {
  mkdir "$work/hand" "$work/hand/logos" || return 1
  sed -n "s|^+ seqgloss ||p" "$work/demo.err" | sed "s|$work/demo|$work/hand|g" > "$work/commands"
  [ "$(wc -l < "$work/commands")" = 6 ] || { cat "$work/commands"; return 1; }
  while read -r words; do
    # shellcheck disable=SC2086
    "$seqgloss" $words > /dev/null 2>&1 < /dev/null || { echo "$words"; return 1; }
  done < "$work/commands"
  same "$work/demo" "$work/hand" ./provenance.json
}
threads() { mafk --expect maf -@ 2 --batch 7 -q -o "$work/two" && same "$work/demo" "$work/two" ; }
# No file says where or when it was made.
anonymous() {
  mkdir "$work/elsewhere" && cp "$m" "$g" "$g.fai" "$g.gzi" "$b" "$work/elsewhere" &&
    (cd "$work/elsewhere" && "$seqgloss" run -q -m mafk.h5 -f chr20.fa.gz -b regions.bed --threshold 0.99 --expect maf -o other) &&
    same "$work/demo" "$work/elsewhere/other" && ! grep -rq "$work" "$work/demo" --exclude-dir=.steps
}
# done_before DIR N: how many steps of the run were kept.
resume() { mafk --expect maf --resume -v -o "$1" 2> "$work/resume.err" > /dev/null; }
nothing_again() {
  resume "$work/demo" && [ "$(grep -c 'done before)$' "$work/resume.err")" = 6 ] && grep -q '0 steps run, 6 done before' "$work/resume.err" &&
    same "$work/demo" "$work/two"
}
# What is gone or was changed is made again, and what depends on it.
made_again() {
  cp -r "$work/demo" "$work/gone" && rm "$work/gone/tomtom.tsv" && resume "$work/gone" &&
    grep -q '2 steps run, 4 done before' "$work/resume.err" && same "$work/demo" "$work/gone" &&
    sed 's/TGC/TGA/' "$work/demo/clusters.tsv" > "$work/gone/clusters.tsv" && resume "$work/gone" &&
    grep -q '2 steps run, 4 done before' "$work/resume.err" && same "$work/demo" "$work/gone"
}
# Stopped between cluster and compare, with a page of an earlier run lying there: the page is not what this run found.
stale_page() {
  mafk --expect maf --lambda 0.9 -q -o "$work/lambda" || return 1
  # compare cannot write, so that the run ends there.
  mkdir "$work/stop" && cp -r "$work/demo" "$work/stop" && rm "$work/stop/demo/tomtom.tsv" && mkdir "$work/stop/demo/tomtom.tsv" || return 1
  if mafk --expect maf --lambda 0.9 --resume -q -o "$work/stop/demo"; then return 1; fi
  rmdir "$work/stop/demo/tomtom.tsv" && cp "$work/lambda/.steps/compare" "$work/stop/demo/.steps" && cp "$work/lambda/tomtom.tsv" "$work/stop/demo" &&
    mafk --expect maf --lambda 0.9 --resume -q -o "$work/stop/demo" && same "$work/lambda" "$work/stop/demo"
}
# A folder of another name is the same run; a logo that is gone is drawn again.
moved() {
  cp -r "$work/demo" "$work/moved" && resume "$work/moved" && grep -q '0 steps run, 6 done before' "$work/resume.err" &&
    rm "$work/moved/logos/cluster_1.svg" && resume "$work/moved" && grep -q '1 steps run, 5 done before' "$work/resume.err" && same "$work/demo" "$work/moved"
}
other_options() {
  cp -r "$work/demo" "$work/other" && mafk --resume -v -o "$work/other" --lambda 0.7 > /dev/null 2> "$work/resume.err" &&
    grep -q '^+ seqgloss cluster .*--lambda 0.7 .*sis.tsv$' "$work/resume.err" && grep -q '^+ seqgloss sis .*(done before)$' "$work/resume.err" && mafk --resume -v -o "$work/other" --max-subsets 1 > /dev/null 2> "$work/resume.err" &&
    grep -q ' 2 done before' "$work/resume.err"
}
other_input() {
  cp -r "$work/demo" "$work/input" && head -n 400 "$b" > "$work/regions.bed" &&
    run -m "$m" -b "$work/regions.bed" --threshold 0.99 --resume -v -o "$work/input" > /dev/null 2> "$work/resume.err" &&
    grep -q ' 0 done before' "$work/resume.err"
}
# Motifs are known by their content; no output names the folder they are in.
other_motifs() {
  mkdir "$work/db" && "$seqgloss" motifs -q vertebrates --family maf-related -F meme -o "$work/db/db.meme" && cp -r "$work/demo" "$work/mine" &&
    mafk --expect maf --resume -v -d "$work/db/db.meme" -o "$work/mine" > /dev/null 2> "$work/resume.err" && grep -q '2 steps run, 4 done before' "$work/resume.err" &&
    ! grep -rq "$work" "$work/mine" --exclude-dir=.steps && grep -q -e '--motifs db.meme' "$work/mine/tomtom.tsv" || return 1
  cp "$work/mine/tomtom.tsv" "$work/tomtom.before" && "$seqgloss" motifs -q vertebrates --family jun-related -F meme -o "$work/db/db.meme" &&
    mafk --resume -v -d "$work/db/db.meme" -o "$work/mine" > /dev/null 2> "$work/resume.err" && grep -q '2 steps run, 4 done before' "$work/resume.err" &&
    ! cmp -s "$work/tomtom.before" "$work/mine/tomtom.tsv"
}
# Killed at some moment of its life, again and again, until a run ends by itself.
killed() {
  n=0 pauses='0.05 0.15 0.3 0.45 0.6'
  for pause in $pauses; do
    "$seqgloss" run -f "$g" -m "$m" -b "$b" --threshold 0.99 --expect maf --resume -q -o "$work/killed" &
    pid=$!
    sleep "$pause"
    if kill -9 $pid 2> /dev/null; then n=$((n + 1)); fi
    wait $pid 2> /dev/null
  done
  [ $n -ge 1 ] || { echo "never killed"; return 1; }
  find "$work/killed" -name '*.tmp' -exec rm {} +
  mafk --expect maf --resume -q -o "$work/killed" && same "$work/demo" "$work/killed"
}
# Two outputs: each folder is that of a run of its own, and they differ: who does not look at --target fails here.
targets() {
  grep 'call_' "$b" | head -n 16 > "$work/few.bed"
  run -q -m "$data/hepg2.h5" -b "$work/few.bed" -t bound:0 -t bound:2 -o "$work/both" || return 1
  for t in 0 2; do
    run -q -m "$data/hepg2.h5" -b "$work/few.bed" -t bound:$t -o "$work/one$t" && same "$work/both/bound_$t" "$work/one$t" ./provenance.json || return 1
    grep -q "target bound:$t\"" "$work/both/bound_$t/provenance.json" && grep -q "href=\"bound_$t/report.html\"" "$work/both/report.html" || return 1
  done
  cut -f 6 "$work/both/bound_0/predictions.tsv" | grep -qx bound:0 && cut -f 6 "$work/both/bound_2/predictions.tsv" | grep -qx bound:2 &&
    [ "$(grep -v '^#' "$work/both/bound_0/sis.tsv" | cut -f 6 | sort -u)" = bound:0 ] &&
    [ "$(grep -v '^#' "$work/both/bound_2/sis.tsv" | cut -f 6 | sort -u)" = bound:2 ] && ! cmp -s "$work/both/bound_0/sis.tsv" "$work/both/bound_2/sis.tsv"
}
sidecar_names() {
  cp "$data/hepg2.h5" "$work/named.h5"
  printf '{ "targets": ["MAFK", "CTCF", "CEBPB", "JUND", "REST", "GABPA"] }\n' > "$work/named.seqgloss.json"
  head -n 6 "$work/few.bed" > "$work/fewer.bed"
  run -q -m "$work/named.h5" -b "$work/fewer.bed" -t all -o "$work/all" && [ "$(ls -d "$work"/all/[A-Z]* | wc -l)" = 6 ] &&
    grep '^#region' "$work/all/CTCF/predictions.tsv" | cut -f 6 | grep -qx CTCF && grep -q -e '--target CTCF' "$work/all/CTCF/sis.tsv"
}
# Default threshold: the 0.9 quantile, as published, named in the table and the page.
quantile() {
  run -m "$m" -b "$b" -o "$work/nine" > /dev/null 2> "$work/nine.err" &&
    grep -q '^## tau .*(quantile 0.9 of 789 predictions; 79 pass)' "$work/nine/sis.tsv" &&
    grep -q 'quantile 0.9 of 789 predictions; 79 pass' "$work/nine/report.html" && grep -q '79 regions pass tau: fewer than 100' "$work/nine/report.html" &&
    grep -q '79 regions pass tau: fewer than 100' "$work/nine.err"
}
# What was chosen is said, with what else it could have been; what sis said report does not say again; only warnings are [W::].
told() {
  grep -q '^\[M::sis\] tau = 0\.[0-9]* (quantile 0.9 of 789 predictions; 79 pass); it could be .*--threshold.*--threshold-null 0.99' "$work/nine.err" &&
    grep -q '^\[M::sis\] .* subsets of 79 regions' "$work/nine.err" && [ "$(grep -c '79 regions pass tau' "$work/nine.err")" = 1 ] &&
    ! grep 'W::.*\(subsets of\|tau = .*quantile\)' "$work/nine.err"
}
# An output with all of its units: which they are.
units() {
  head -n 2 "$work/few.bed" > "$work/two.bed"
  run -m "$data/hepg2.h5" -b "$work/two.bed" -t 0 --threshold 0.9999 -o "$work/units" > /dev/null 2> "$work/units.err" || { cat "$work/units.err"; return 1; }
  grep -q -e '^\[M::run\] -t 0: 6 outputs are explained, each for itself: bound:0, bound:1, bound:2, bound:3, bound:4, bound:5$' "$work/units.err" || { cat "$work/units.err"; return 1; }
  [ "$(grep -c '^\[W::sis\] no region passes tau: ' "$work/units.err")" = 6 ]
}
# Windows whose place nobody knows: their own bases are the genome.
windows() {
  awk 'BEGIN { srand(3); for (i = 0; i < 60; i++) { s = ""; for (k = 0; k < 88; k++) s = s substr("ACGT", 1 + int(4 * rand()), 1)
    print ">w" i; print substr(s, 1, 40) "TGCTGACTCAGCA" substr(s, 41) } }' > "$work/win.fa"
  "$seqgloss" run -m "$m" --threshold 0.9 -o "$work/windows" "$work/win.fa" > /dev/null 2> "$work/windows.err" || { cat "$work/windows.err"; return 1; }
  grep 'without' "$work/windows.err" && return 1
  for f in motifs.genomic.meme instances.bed sis.bed; do [ -s "$work/windows/$f" ] || { echo "no $f"; return 1; }; done
  grep -q '^w[0-9]*	[0-9]*	[0-9]*	' "$work/windows/instances.bed" && grep -q '^MOTIF' "$work/windows/motifs.genomic.meme" &&
    fails 2 'a FASTA of windows goes without -f' "$seqgloss" run -m "$m" -f "$work/win.fa" -o "$work/x" || return 1
  letters "$work/windows/report.html" && grep -q "<b>w[0-9]*</b>" "$work/letters" || return 1
  # Longer than the network's window: the same clusters, sites that count in the records, the same regions letter by letter.
  awk '/^>/ { print; next } { print "ACGTA" $0 "GGATC" }' "$work/win.fa" > "$work/longer.fa"
  "$seqgloss" run -q -m "$m" --threshold 0.9 -o "$work/longer" "$work/longer.fa" > /dev/null 2> "$work/longer.err" || { cat "$work/longer.err"; return 1; }
  for k in windows longer; do grep -v '^##' "$work/$k/summary.tsv" > "$work/$k.only"; done
  cmp "$work/windows.only" "$work/longer.only" && letters "$work/longer/report.html" || return 1
  awk -F '\t' -v OFS='\t' '{ $2 += 5; $3 += 5; print }' "$work/windows/instances.bed" > "$work/1" && [ -s "$work/1" ] &&
    cmp "$work/longer/instances.bed" "$work/1" || return 1
  # The same where they say their places.
  awk '/^>/ { print $0 "::chrW:" 1000 * ++n "-" 1000 * n + 111; next } { print }' "$work/longer.fa" > "$work/said.fa"
  "$seqgloss" run -q -m "$m" --threshold 0.9 -o "$work/said" "$work/said.fa" > /dev/null 2> "$work/said.err" || { cat "$work/said.err"; return 1; }
  cmp "$work/longer/motifs.meme" "$work/said/motifs.meme" && letters "$work/said/report.html" && grep -q '<b>w[0-9]*</b> chrW:' "$work/letters"
}
letters() { # report.html: twelve regions letter by letter, with marked bases and sites of motifs
  grep -q 'Regions letter by letter' "$1" && sed -n '/<figure class="track">/,/<\/figure>/p' "$1" > "$work/letters" &&
    [ "$(grep -c '<figure class="track">' "$work/letters")" = 12 ] && [ "$(grep -c 'subsets* of [1-9][0-9]* bases; <a href' "$work/letters")" = 12 ] &&
    [ "$(grep -c 'cluster_1 ([+-])' "$work/letters")" -ge 12 ]
}
# The regions that are drawn are records of the FASTA, whether they say where they lie or not; on either strand.
drawn_windows() {
  awk '/^>/ { n++; printf ">a%d::chr9:%d-%d(%s)\n", n, 500 * n, 500 * n + 101, n % 2 ? "+" : "-"; next } { print }' "$work/win.fa" > "$work/placed.fa" &&
    "$seqgloss" run -q -m "$m" --threshold 0.9 -o "$work/placed" "$work/placed.fa" > /dev/null || return 1
  for kind in windows placed; do
    n=$(grep -c . "$work/$kind/regions.top.bed") && [ "$n" -gt 3 ] && [ "$(grep -c '<figure class="track">' "$work/$kind/report.html")" = "$n" ] || { echo "$kind: not $n"; return 1; }
    paste - - < "$work/$kind/regions.top.fa" | sort > "$work/top" && [ "$(grep -c . "$work/top")" = "$n" ] || return 1
    source=$work/placed.fa && [ $kind = placed ] || source=$work/win.fa
    paste - - < "$source" | sort | comm -12 - "$work/top" | cmp - "$work/top" || return 1
  done
  grep -q '(-)' "$work/top" && grep -q '(+)' "$work/top" && grep -q '<b>a[0-9]*</b> chr9:[0-9,-]* (-), f' "$work/placed/report.html" || return 1
  grep -q '<b>w[0-9]*</b>, f = [0-9.]*, 1 subset of [1-9]' "$work/windows/report.html"
}
# Shuffled regions and weights are warned of by nobody; the table says what came of them.
quiet_control() {
  "$seqgloss" run -m "$m" --threshold 0.9 --negative-control -o "$work/windows" "$work/win.fa" > /dev/null 2> "$work/quiet.err" || return 1
  grep 'control' "$work/quiet.err" && ! sed -n '/^+ seqgloss shuffle/,/^+ seqgloss report/p' "$work/quiet.err" | grep '[WM]::'
}
# tau is the value of a region, which passes in every step.
at_tau() {
  run -q -m "$m" -b "$b" --threshold-quantile 0.5 -o "$work/median" > /dev/null 2>&1 || return 1
  n=$(sed -n 's/^## tau .*; \([0-9]*\) pass)$/\1/p' "$work/median/sis.tsv")
  explained=$(awk -F '\t' '!/^#/ && $9 != "noise" { print $1 }' "$work/median/clusters.tsv" | sort -u | wc -l)
  lost=$(wc -l < "$work/median/regions.unexplained.bed")
  echo "$n pass; $explained explained, $lost not"
  [ "$n" -ge 300 ] && grep -q "gives $n of 789 regions a value" "$work/median/report.html" && [ $((explained + lost)) = "$n" ]
}
# Nothing to find, nothing found: weights in random order; shuffled regions.
permuted() {
  awk 'NR % 3 == 1' "$b" > "$work/third.bed"
  for seed in 1 2; do
    fails 1 'not recovered: the full Maf' run -m "$m" -b "$work/third.bed" --threshold-quantile 0.3 --permute-weights $seed --expect maf -q -o "$work/permuted$seed" || return 1
    ! grep -q 'Expected and recovered' "$work/permuted$seed/report.html" || return 1
  done
}
shuffled() {
  "$seqgloss" shuffle -q -f "$g" -b "$b" -l 101 -o "$work/shuffled.fa" || return 1
  for q in '--threshold 0.99' '--threshold 0.5'; do
    # shellcheck disable=SC2086
    "$seqgloss" run -m "$m" $q --expect maf -o "$work/shuffled" "$work/shuffled.fa" > /dev/null 2> "$work/shuffled.err" && return 1
    grep -q 'not recovered: the full Maf' "$work/shuffled.err" && [ -s "$work/shuffled/report.html" ] || { cat "$work/shuffled.err"; return 1; }
  done
}
control() {
  mafk --negative-control --transplant 2 --expect maf -q -o "$work/control" || return 1
  cat "$work/control/control.tsv"
  [ "$(grep -c . "$work/control/control.tsv")" = 3 ] && grep -q '^shuffled regions	789	' "$work/control/control.tsv" &&
    grep -q '^permuted weights	789	568	' "$work/control/control.tsv" && grep -q 'id="control"' "$work/control/report.html" &&
    grep -q '>planted f<' "$work/control/report.html" && ! grep -q '"control"' "$work/demo/report.html"
}
# The control, the genome's motifs and the logos of an earlier run are not those of this one.
left_over() {
  cp -r "$work/control" "$work/left" && cp "$work/left/logos/cluster_1.svg" "$work/left/logos/cluster_77.svg" &&
    cp "$work/left/logos/cluster_1.svg" "$work/left/logos/cluster_77.genomic.svg" && cp "$work/left/logos/cluster_1.svg" "$work/left/logos/mine.svg" &&
    mafk --transplant 2 --expect maf --resume -q -o "$work/left" || return 1
  ! grep -q 'id="control"' "$work/left/report.html" && [ ! -e "$work/left/control.tsv" ] && [ ! -e "$work/left/logos/cluster_77.svg" ] &&
    [ ! -e "$work/left/logos/cluster_77.genomic.svg" ] && [ -e "$work/left/logos/mine.svg" ]
}
none_passes() {
  run -m "$m" -b "$work/few.bed" --threshold 0.9999999 -o "$work/none" > "$work/none.out" 2> "$work/none.err" || { cat "$work/none.err"; return 1; }
  [ "$(wc -l < "$work/none.out")" = 1 ] && [ ! -e "$work/none/tomtom.tsv" ] && grep -q '0 of 16 regions' "$work/none/report.html"
}
# Folders of targets whose names are alike, or those of files of the run.
like_names() {
  cp "$data/hepg2.h5" "$work/alike.h5"
  printf '{ "targets": ["a/b", "a_b", "report.html", "provenance.json", "REST", "GABPA"] }\n' > "$work/alike.seqgloss.json"
  run -q -m "$work/alike.h5" -b "$work/fewer.bed" -t all -o "$work/alike" || return 1
  (cd "$work/alike" && ls -d */ | tr '\n' ' ')
  for t in a_b a_b_2 report.html_2 provenance.json_2 REST GABPA; do [ -s "$work/alike/$t/report.html" ] || return 1; done
  [ -f "$work/alike/report.html" ] && grep -q -e '--target a_b ' "$work/alike/a_b_2/sis.tsv" && grep -q -e '--target a/b ' "$work/alike/a_b/sis.tsv"
}
# The page of several targets: threshold, passing regions and warnings of each; links that a sort keeps; no whole digest in the text.
index() {
  page=$work/both/report.html
  for t in 0 2; do
    tau=$(sed -n "s/^## tau\(\.bound:$t\)* \([^ ]*\).*/\2/p" "$work/both/bound_$t/sis.tsv" | head -n 1)
    row=$(grep "href=\"bound_$t/report.html\"" "$page" | head -n 1)
    passing=$(awk -F '\t' -v tau="$tau" '!/^#/ { n++; k += $NF >= tau + 0 } END { print k "</td><td class=\"number\">" n "</td>" }' "$work/both/bound_$t/predictions.tsv")
    echo "$tau, $passing: $row"
    printf '%s' "$row" | grep -q ">$(printf '%.3g' "$tau")<" && printf '%s' "$row" | grep -qF "<td class=\"number\">$passing" || return 1
    [ "$(grep -c "<p class=\"warning\">bound:$t: " "$page")" = "$(grep -c 'class="warning"' "$work/both/bound_$t/report.html")" ] || return 1
  done
  grep -q '<dt>E_run</dt>' "$page" && grep -q '<dt>tau</dt>' "$page" && ! grep -Eq '>[^<]*[0-9a-f]{64}' "$page" && grep -Eq '<abbr title="[0-9a-f]{64}">sha256 [0-9a-f]{12}<' "$page"
}
# A folder of something else, and one of another kind of run, are left as they are.
other_folders() {
  mkdir "$work/foreign" && echo mine > "$work/foreign/notes.txt" &&
    fails 1 'files that no run wrote (notes.txt)' run -q -m "$m" -b "$work/fewer.bed" --threshold 0.99 -o "$work/foreign" || return 1
  [ "$(ls -A "$work/foreign")" = notes.txt ] || return 1
  run -q -m "$m" -b "$work/fewer.bed" --threshold 0.5 -o "$work/foreign" --resume && [ "$(cat "$work/foreign/notes.txt")" = mine ] || return 1
  # What the shell made for this very command is no other file.
  mkdir "$work/logged" && run -m "$m" -b "$work/fewer.bed" --threshold 0.5 -o "$work/logged" > "$work/logged/table" 2> "$work/logged/log" || return 1
  (cd "$work/both" && find . -type f | sort) > "$work/before"
  fails 1 'a run of several targets' run -q -m "$data/hepg2.h5" -b "$work/few.bed" -t bound:0 -o "$work/both" &&
    fails 1 'a run of one target' run -q -m "$data/hepg2.h5" -b "$work/few.bed" -t all --resume -o "$work/one0" &&
    (cd "$work/both" && find . -type f | sort) | cmp - "$work/before"
}
# Names of targets that try to become markup.
hostile_targets() {
  cp "$data/hepg2.h5" "$work/evil.h5"
  printf '{ "targets": ["<script>alert(1)</script>", "\\"onload=x", "a&b", "]]><!--", "<img src=x>", "%s"] }\n' "'q'" > "$work/evil.seqgloss.json"
  head -n 8 "$work/few.bed" > "$work/evil.bed" && run -q -m "$work/evil.h5" -b "$work/evil.bed" -t all -o "$work/evil" || return 1
  for page in "$work"/evil/report.html "$work"/evil/*/report.html; do
    [ "$(grep -c '<script>' "$page")" = 1 ] && ! grep -q '<img\|"onload=x\|]]>\|a&b' "$page" || { echo "$page"; return 1; }
  done
  grep -q '>&lt;script&gt;alert(1)&lt;/script&gt;</a>' "$work/evil/report.html" && grep -q 'href="a_b/report.html">a&amp;b<' "$work/evil/report.html"
}
# Names that begin as options do.
dashes() {
  mkdir "$work/dash" && "$seqgloss" shuffle -q -f "$g" -b "$work/fewer.bed" -l 101 -o "$work/dash/-w.fa" &&
    full=$(cd "$(dirname "$seqgloss")" && pwd)/$(basename "$seqgloss") && net=$(cd "$data" && pwd)/mafk.h5 &&
    (cd "$work/dash" && "$full" run -q -m "$net" --threshold 0.01 --negative-control -o -out -- -w.fa) && [ -s "$work/dash/-out/report.html" ]
}
# Without --resume nothing of a stopped step is gone on with.
anew() {
  grep 'call_' "$b" | head -n 40 > "$work/some.bed"
  "$seqgloss" run -q -m "$data/hepg2.h5" -f "$g" -b "$work/some.bed" -t bound:0 -o "$work/anew" 2> /dev/null > /dev/null &
  pid=$! tries=0
  while ! grep -q '^done [1-9]' "$work/anew/sis.tsv.partial.state" 2> /dev/null && [ $tries -lt 600 ]; do sleep 0.05; tries=$((tries + 1)); done
  kill -9 $pid && wait $pid 2> /dev/null
  [ -s "$work/anew/sis.tsv.partial.state" ] && cp -r "$work/anew" "$work/anew2" || return 1
  run -m "$data/hepg2.h5" -b "$work/some.bed" -t bound:0 --resume -o "$work/anew2" > /dev/null 2> "$work/anew2.err" && grep -q 'going on after' "$work/anew2.err" &&
    run -m "$data/hepg2.h5" -b "$work/some.bed" -t bound:0 -o "$work/anew" > /dev/null 2> "$work/anew.err" && ! grep -q 'going on after' "$work/anew.err" &&
    cmp "$work/anew/sis.tsv" "$work/anew2/sis.tsv"
}
pipes() {
  mkfifo "$work/fifo" && fails 1 'fifo is a pipe' run -m "$m" -b "$work/fifo" -o "$work/x" && fails 1 'fifo is a pipe' run -m "$work/fifo" -b "$b" -o "$work/x" && [ ! -e "$work/x" ]
}
twice() {
  "$seqgloss" motifs -q vertebrates --family maf-related -F meme > "$work/twice.meme" && sed -n '/^MOTIF/,$p' "$work/twice.meme" > "$work/more" &&
    cat "$work/more" >> "$work/twice.meme" && fails 1 'twice.meme\|two motifs\|twice' run -m "$m" -b "$b" -d "$work/twice.meme" -o "$work/x" && [ ! -e "$work/x" ]
}
# Nothing is begun when something is wrong.
unbegun() {
  if run -q -m "$m" -b "$b" -d nowhere.meme -o "$work/unbegun" 2> "$work/err"; then return 1; fi
  grep nowhere.meme "$work/err" && [ ! -e "$work/unbegun" ]
}
wrong_chromosome() {
  printf 'chr99\t5\t300\tx\n' > "$work/wrong.bed"
  if run -q -m "$m" -b "$work/wrong.bed" -o "$work/wrong" 2> "$work/err"; then return 1; fi
  grep -q 'chr99' "$work/err" && [ ! -e "$work/wrong/report.html" ]
}

if [ -f "$m" ]; then
  check "the demo recovers the full site and the half site" demo
  check "every documented file is there" documented
  check "the commands that were shown give the same bytes" by_hand
  check "two threads, another batch: the same bytes" threads
  check "another folder: the same bytes, no names of folders" anonymous
  check "--resume of a finished run runs nothing" nothing_again
  check "--resume makes again what is gone or was changed" made_again
  check "--resume of a run that was moved, without a logo" moved
  check "--resume does not keep a page of other clusters" stale_page
  check "--resume runs what other options ask for" other_options
  check "--resume does not take files of other regions" other_input
  check "--resume does not take matches of other motifs" other_motifs
  check "killed five times and gone on with: the same bytes" killed
  check "several targets: a folder each, as a run of its own" targets
  check "the page of several targets" index
  check "all targets, named by the sidecar" sidecar_names
  check "folders of something else, or of another kind of run" other_folders
  check "default threshold: the 0.9 quantile; few regions are warned of" quantile
  check "tau and its alternatives are told, nothing twice" told
  check "an output for all of its units" units
  check "windows of no genome" windows
  check "windows letter by letter" drawn_windows
  check "the control is quiet" quiet_control
  check "the region whose value is tau passes everywhere" at_tau
  check "weights in random order: not recovered" permuted
  check "shuffled regions: not recovered" shuffled
  check "--negative-control, --transplant" control
  check "what an earlier run left is not shown" left_over
  check "no region passes: a report all the same" none_passes
  check "targets with names alike: a folder each" like_names
  check "names that begin with a dash" dashes
  check "names of targets do not become markup" hostile_targets
  check "without --resume a stopped step begins anew" anew
  check "inputs from pipes: nothing is begun" pipes
  check "two motifs of one name: nothing is begun" twice
  check "unknown motifs: nothing is begun" unbegun
  check "unknown chromosome" wrong_chromosome
  check "a threshold no probability has" fails 1 'threshold 2: output bound is a probability' run -m "$m" -b "$b" --threshold 2 -o "$work/x"
  check "two thresholds" fails 2 'one threshold' run -m "$m" -b "$b" --threshold 0.5 --threshold-null 0.9 -o "$work/x"
  check "no folder" fails 2 'no folder' run -m "$m" -b "$b"
  check "a folder in a folder that is not there" fails 1 'nowhere/x: the folder cannot be made: .* make that first' run -m "$m" -b "$b" -o "$work/nowhere/x"
  check "no network" fails 2 'no network' run -b "$b" -o "$work/x"
  check "no regions" fails 2 'no sequences' "$seqgloss" run -m "$m" -o "$work/x"
  check "a shard" fails 2 'unknown option --shard' run -m "$m" -b "$b" --shard 1/2 -o "$work/x"
  check "regions from standard input" fails 1 'several times' run -m "$m" -b - -o "$work/x"
  check "which of six outputs?" fails 1 'the network has 6 outputs: .* there are: bound (6 units: bound:0 to bound:5)' run -m "$data/hepg2.h5" -b "$b" -o "$work/x"
  check "demo: no folder" fails 2 'no folder' "$seqgloss" demo
  check "demo: own data" fails 2 'has its own data' "$seqgloss" demo -o "$work/x" regions.bed
else
  skip "whole runs" "data/mafk.h5 is missing"
fi
finish
