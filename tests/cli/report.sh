#!/bin/sh
# tests/cli/report.sh: reports: words, hostile names, many members, damaged files; in a browser and in MultiQC where they are there.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
SEQGLOSS_DATA=$src
export SEQGLOSS_DATA
data=$src/data
run=$work/run
report() { "$seqgloss" report "$@"; }

make_run() { "$seqgloss" demo -q -o "$run"; }
words() {
  report -q "$run" -o "$work/r.html" || return 1
  for w in 'gives 568 of 789 regions a value of at least tau = 0.99' '569 sufficient input subsets' 'It resembles' \
    'family Maf-related' 'E_run' 'f(nothing)' 'Carter B' 'Rauluseviciute' 'Gupta S' 'Within ten times the best p' \
    'Regions without a motif' 'Motifs together in a region' 'id="provenance"'; do
    grep -q "$w" "$work/r.html" || { echo "no word of: $w"; return 1; }
  done
  # What a pattern resembles is not what binds.
  ! grep -Eiq '(is|are) (a |the )?(MAF|NRL|NFE2|BACH)' "$work/r.html" && ! grep -q 'Expected and recovered' "$work/r.html" &&
    grep -q 'Expected and recovered' "$run/report.html" && report -q --expect maf "$run" -o "$work/r.html" && cmp "$work/r.html" "$run/report.html"
}
# The counts of the page are those of the files.
counts() {
  awk -F '\t' '/^#/ { next } $9 != "noise" { n[$9]++; if (!(($9, $1) in seen)) { seen[$9, $1] = 1; r[$9]++ } }
    END { for (c in n) print c, n[c], r[c] }' "$run/clusters.tsv" | sort > "$work/counted"
  grep -v '^#' "$run/motifs.tsv" | awk -F '\t' '{ print $1, $3, $5 }' | sort | cmp - "$work/counted" && [ -s "$work/counted" ] || return 1
  lost=$(wc -l < "$run/regions.unexplained.bed")
  grep -q "$lost regions pass tau and hold none" "$run/report.html"
}
# One consensus: that of summary.tsv is the one of the table and of the page.
one_consensus() {
  grep -v '^#' "$run/summary.tsv" | cut -f 1,7 > "$work/summary"
  grep -v '^#' "$run/motifs.tsv" | cut -f 1,2 | cmp - "$work/summary" && [ -s "$work/summary" ] || return 1
  while read -r id text; do grep -q "<h3 id=\"$id\">$id: $text</h3>" "$run/report.html" || return 1; done < "$work/summary"
  # A matrix whose name is no consensus is spelt.
  rm -rf "$work/named" && cp -r "$run" "$work/named" && sed -i 's/^\(MOTIF cluster_1\) .*/\1 first/' "$work/named/motifs.genomic.meme" &&
    report -q "$work/named" && grep -q '<h3 id="cluster_1">cluster_1: [ACGTRYSWKMN]*TCAGCA' "$work/named/report.html"
}
# Distances from the nearest summit in the window, by hand: two of three regions have one, moved by up to 30 bases; 20 is chr20.
from_summits() {
  awk -F '\t' -v OFS='\t' 'NR % 3 { at = int(($2 + $3) / 2) + NR % 61 - 30; print "20", at, at + 1 }' "$data/regions.bed" > "$work/points.bed"
  awk -F '\t' -v OFS='\t' '{ print "chr20", $2 - 40, $2 + 50, "p" NR, 0, ".", 9, -1, -1, 40 }' "$work/points.bed" | sort -k 2,2nr > "$work/s.narrowPeak"
  report "$run" --summits "$work/points.bed" -o "$work/points.html" 2> "$work/points.err" && report -q "$run" --summits "$work/s.narrowPeak" -o "$work/peaks.html" || return 1
  cmp "$work/points.html" "$work/peaks.html" || return 1
  awk -F '\t' 'NR == FNR { at[n++] = $2 + 0.5; next } /^#/ || $9 == "noise" { next }
    { mid = ($13 + $14) / 2; best = ""; for (i = 0; i < n; i++) if (at[i] > $3 && at[i] < $4) { d = mid - at[i]
        if (best == "" || d * d < best * best || (d * d == best * best && d > best)) best = d }
      print $1, $13, best == "" ? "-" : sprintf("%.1f", best) }' "$work/points.bed" "$run/clusters.tsv" | sort > "$work/want"
  grep -c -- ' -$' "$work/want" && sed -n '/<details><summary>Members/,/<\/details>/p' "$work/points.html" | tr -d '\n' | sed 's/<tr>/\n/g' |
    sed -n 's/^<td[^>]*>\([^<]*\)<\/td><td[^>]*>chr20:\([0-9,]*\)-[^<]*<\/td><td[^>]*>[^<]*<\/td><td[^>]*>[^<]*<\/td><td[^>]*>[^<]*<\/td><td[^>]*>\([^<]*\)<.*/\1 \2 \3/p' |
    awk '{ gsub(",", "", $2); print $1, $2 - 1, (NF > 2 ? $3 : "-") }' | sort > "$work/got"
  # (The first ten members of each motif are in the page as such.)
  [ "$(wc -l < "$work/got")" -ge 20 ] && grep -q -- ' -$' "$work/got" && ! comm -23 "$work/got" "$work/want" | grep . && grep -q 'from summit' "$work/points.html" && ! grep -q 'from middle' "$work/points.html" || return 1
  lost=$(grep -c -- ' -$' "$work/want")
  said=$(sed -n 's/.*>\([0-9]*\) members lie in windows without a summit.*/\1/p' "$work/points.html" | awk '{ n += $1 } END { print n }')
  [ "$lost" -gt 50 ] && [ "$lost" = "$said" ] && grep -q '^\[M::report\] [0-9]* of [0-9]* windows with subsets have no summit of ' "$work/points.err" || { echo "$lost $said"; return 1; }
  # Of another chromosome: said; no file, no points, no BED: an error, before anything is written.
  sed 's/^20/21/' "$work/points.bed" > "$work/other.bed" && report "$run" --summits "$work/other.bed" -o "$work/other.html" 2> "$work/other.err" &&
    grep -q '^\[W::report\] none of the windows' "$work/other.err" && ! grep -q 'Position of the motif' "$work/other.html" || return 1
  : > "$work/empty.bed" && echo 'chr20	5' > "$work/bad.bed" && mkdir "$work/early" && fails 1 'empty.bed: no summits' report "$run" --summits "$work/empty.bed" -o "$work/early/a.html" &&
    fails 1 'bad.bed:1: BED needs' report "$run" --summits "$work/bad.bed" -o "$work/early/a.html" && [ ! "$(ls "$work/early")" ] &&
    fails 1 'bad.bed:1: BED needs' "$seqgloss" run -m "$data/mafk.h5" -f "$data/chr20.fa.gz" -b "$data/regions.bed" --summits "$work/bad.bed" -o "$work/early/x" && [ ! -e "$work/early/x" ]
}
# What stands in a column is said where it cannot be pointed at.
legends() {
  for w in E_run E q 'by chance' pattern; do grep -q "<dt>$w</dt><dd>" "$run/report.html" || { echo "no legend: $w"; return 1; }; done
  grep -q '^## E_run E times the number of motifs' "$run/motifs.tsv"
}
# The page goes into the folder of the run.
into_folder() {
  rm -rf "$work/into" && cp -r "$run" "$work/into" && rm "$work/into/report.html" && mkdir "$work/elsewhere" || return 1
  full=$(cd "$(dirname "$seqgloss")" && pwd)/$(basename "$seqgloss")
  (cd "$work/elsewhere" && "$full" report -q --expect maf "$work/into") && cmp "$work/into/report.html" "$run/report.html" && [ ! "$(ls -A "$work/elsewhere")" ] &&
    fails 2 'name the page by -o' report --subsets "$run/sis.tsv" --clusters "$run/clusters.tsv" --kept "$run/motifs.meme"
}
# Matches with matrices that -d does not have: the motif's own logo all the same.
other_base() {
  "$seqgloss" motifs -q vertebrates --family jun-related -F meme -o "$work/jun.meme" && report -q "$run" -d "$work/jun.meme" -o "$work/jun.html" &&
    [ "$(grep -c '<figcaption>Bases that the subsets keep' "$work/jun.html")" = "$(grep -vc '^#' "$run/motifs.tsv")" ] &&
    ! grep -q '<figcaption>Bases that the subsets keep' "$run/report.html"
}
# Regions letter by letter: those with the highest outputs, their kept bases, their clusters.
tracks() {
  cut -f 4 "$run/regions.top.bed" > "$work/top"
  sed -n 's/.*<figure class="track"><figcaption><b>\([^<]*\)<.*/\1/p' "$run/report.html" > "$work/drawn"
  [ "$(wc -l < "$work/top")" = 12 ] && cmp "$work/top" "$work/drawn" || return 1
  sed -n '/<figure class="track">/,/<\/figure>/p' "$run/report.html" > "$work/tracks"
  while read -r id; do
    sed -n "/<b>$id</,/<\/figure>/p" "$work/tracks" > "$work/one"
    awk -F '\t' -v id="$id" '!/^#/ && $1 == id { n += $8 } END { print n }' "$run/sis.tsv" > "$work/kept"
    # The letters of the sequence, those before the scores' title: as many that are not pale as the subsets keep, all of the window.
    sed '/in-silico mutagenesis (logit)/,$d' "$work/one" | grep '<use' > "$work/letters"
    [ "$(grep -vc opacity "$work/letters")" = "$(cat "$work/kept")" ] && [ "$(grep -c . "$work/letters")" = 101 ] || { echo "$id: $(cat "$work/kept")"; return 1; }
    awk -F '\t' -v id="$id" '$1 == id && $9 != "noise" { print $9 }' "$run/clusters.tsv" | sort -u > "$work/in"
    sed -n 's/<figcaption>/\n/; s/<a href="#\([^"]*\)">/\n=\1\n/gp' "$work/one" | sed -n 's/^=//p' | sort | cmp - "$work/in" || return 1
  done < "$work/top"
  grep -q '<b>chip_061</b> chr20:44,963,234-44,963,334, f = 0.99' "$work/tracks"
}
few_tracks() {
  report -q "$run" --tracks 3 -o "$work/t.html" && [ "$(grep -c '<figure class="track">' "$work/t.html")" = 3 ] && grep -q 'href="#tracks"' "$work/t.html" &&
    report -q "$run" --tracks 0 -o "$work/t.html" && ! grep -q 'class="track"\|href="#tracks"' "$work/t.html" || return 1
  # Scores of all regions, in any order: the same ones are chosen. Those of another method, and of all four bases.
  { grep '^#' "$run/ism.tsv"; grep -v '^#' "$run/ism.tsv" | sort -t '	' -k 1,1 -k 6,6n; } > "$work/sorted.tsv"
  report -q --expect maf "$run" --scores "$work/sorted.tsv" -o "$work/t.html" && cmp "$work/t.html" "$run/report.html" || return 1
  "$seqgloss" grad-x-input -q -m "$data/mafk.h5" -f "$data/chr20.fa.gz" -b "$data/regions.bed" -o "$work/grad.tsv" &&
    report -q "$run" --scores "$work/grad.tsv" -o "$work/t.html" && [ "$(grep -c '<figure class="track">' "$work/t.html")" = 12 ] &&
    grep -q '>scores of grad-x-input<' "$work/t.html" && [ "$(sed -n 's/.*<figure class="track"><figcaption><b>\([^<]*\)<.*/\1/p' "$work/t.html" | sort -u | wc -l)" = 12 ] || return 1
  "$seqgloss" ism -q -m "$data/mafk.h5" --logits --scores hypothetical -f "$data/chr20.fa.gz" -b "$run/regions.top.bed" -o "$work/four.tsv" &&
    report -q "$run" --scores "$work/four.tsv" -o "$work/t.html" && [ "$(grep -c '<figure class="track">' "$work/t.html")" = 12 ]
}
# Regions that are there twice, side by side and apart, are drawn once; what is no number is drawn as 0.
odd_tracks() {
  awk -F '\t' -v OFS='\t' '/^#/ { print; next } { n++ } n < 102 { one = one $0 "\n" } n == 102 { printf "%s", one } { print } END { printf "%s", one }' "$run/ism.tsv" > "$work/again.tsv" &&
    report -q --expect maf "$run" --scores "$work/again.tsv" -o "$work/t.html" && cmp "$work/t.html" "$run/report.html" || return 1
  awk -F '\t' -v OFS='\t' '!/^#/ && $6 % 3 == 0 { $8 = $6 % 2 ? "nan" : "-inf" } { print }' "$run/ism.tsv" > "$work/nan.tsv" &&
    awk -F '\t' -v OFS='\t' '!/^#/ && $6 % 3 == 0 { $8 = 0 } { print }' "$run/ism.tsv" > "$work/nought.tsv" &&
    report -q "$run" --scores "$work/nan.tsv" -o "$work/t.html" && report -q "$run" --scores "$work/nought.tsv" -o "$work/u.html" && cmp "$work/t.html" "$work/u.html"
}
# A wide window is cut to where its kept bases are.
wide() {
  head -n 30 "$data/regions.bed" > "$work/wide.bed" && "$seqgloss" run -q -m "$data/hepg2.h5" -t bound:0 -t bound:3 -f "$data/chr20.fa.gz" -b "$work/wide.bed" -o "$work/wide" > /dev/null 2>&1 || return 1
  [ "$(grep -c '<figure class="track">' "$work/wide/bound_0/report.html")" = 3 ] && grep -q 'Bases [0-9]* to [0-9]* of the window of 200, with' "$work/wide/bound_0/report.html" || return 1
  sed -n '/<figure class="track">/,/<\/figure>/p' "$work/wide/bound_0/report.html" | sed '/in-silico/,$d' | grep -c '<use' | grep -qx 120
}
best_match() {
  grep -v '^#' "$run/motifs.tsv" | cut -f 1,7,9 > "$work/said"
  awk -F '\t' '/^#/ { next } $1 == "Query_ID" { for (i = 1; i <= NF; i++) if ($i == "Target_name") c = i; next }
    NF > 5 && !($1 in p || $1 == "Query_ID") { p[$1] = $4; print $1 "\t" $c }' "$run/tomtom.tsv" > "$work/tomtom"
  cut -f 1,2 "$work/said" | cmp - "$work/tomtom" && [ -s "$work/tomtom" ]
}
# Names that try to become markup, in every file where a name may stand.
hostile() {
  mkdir "$work/hostile" || return 1
  evil='<script>alert(1)<\/script>"'"'"'onload=\&]]><!--'
  for f in sis.tsv clusters.tsv predictions.tsv regions.unexplained.bed ism.tsv; do
    sed "s/call_/$evil/; s/chr20/<b>chr20<\\/b>/; s/	bound	/	<i>bound	/; s/	bound\$/	<i>bound/" "$run/$f" > "$work/hostile/$f"
  done
  sed -i "s/^## model .*/## model <img src=x onerror=alert(1)>.h5 sha256:0/" "$work/hostile/sis.tsv"
  cp "$run/motifs.genomic.meme" "$run/motifs.meme" "$work/hostile" || return 1
  sed -i 's/cluster_2/cl"<u>2/' "$work/hostile/motifs.genomic.meme" "$work/hostile/motifs.meme" "$work/hostile/clusters.tsv"
  sed 's/cluster_2/cl"<u>2/; s/Maf-related/<em>Maf<\/em>/' "$run/tomtom.tsv" > "$work/hostile/tomtom.tsv"
  sed -i 's/^## command seqgloss ism/## command seqgloss <s>ism/' "$work/hostile/ism.tsv"
  report -q "$work/hostile" -o "$work/hostile.html" --multiqc "$work/hostile_mqc.json" --table "$work/hostile.tsv" || return 1
  grep -q '<b>&lt;script&gt;alert.*</b> &lt;b&gt;chr20&lt;/b&gt;:' "$work/hostile.html" && grep -q 'scores of &lt;s&gt;ism' "$work/hostile.html" || return 1
  for w in '<script>alert' '<b>chr20' '<i>bound' '<img' '<u>2' '<em>' '<!--' '<s>'; do
    if grep -qF "$w" "$work/hostile.html"; then echo "$w got through"; return 1; fi
  done
  [ "$(grep -o '<script' "$work/hostile.html" | wc -l)" = "$(grep -o '<script' "$run/report.html" | wc -l)" ] &&
    grep -q '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;onload=&amp;\]\]&gt;' "$work/hostile.html" && json "$work/hostile_mqc.json"
}
json() {
  if command -v python3 > /dev/null 2>&1; then python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$1"; else grep -q '"plot_type": "table"' "$1"; fi
}
# 10^5 members: the page stays small.
many() {
  mkdir -p "$work/many" && cp "$run"/motifs*.meme "$run/tomtom.tsv" "$work/many" || return 1
  for f in sis clusters; do
    awk -F '\t' -v OFS='\t' '/^#/ { print; next } { row[n++] = $0 }
      END { for (k = 0; m < 100000; k++) for (i = 0; i < n && m < 100000; i++) { m++; $0 = row[i]; $1 = $1 "." k; print } }' "$run/$f.tsv" > "$work/many/$f.tsv"
  done
  # clusters.tsv has a few rows more a subset than sis.tsv: those without their subset go.
  awk -F '\t' 'NR == FNR { if (!/^#/) have[$1, $7] = 1; next } /^#/ || ($1, $7) in have' "$work/many/sis.tsv" "$work/many/clusters.tsv" > "$work/many/c" &&
    mv "$work/many/c" "$work/many/clusters.tsv" || return 1
  awk -F '\t' -v OFS='\t' '/^#/ { print; next } { $1 = $1 ".0"; print }' "$run/ism.tsv" > "$work/many/ism.tsv"
  report -q "$work/many" -o "$work/many.html" && [ "$(grep -c '<figure class="track">' "$work/many.html")" = 12 ] || return 1
  size=$(wc -c < "$work/many.html")
  echo "# $(grep -c . "$work/many/clusters.tsv") members, $size bytes"
  [ "$(grep -c . "$work/many/clusters.tsv")" -gt 95000 ] && [ "$size" -lt 5000000 ] &&
    grep -q 'all of them are in clusters.tsv' "$work/many.html"
}
# What was expected is judged by the genomic matrix, its sites, and what it resembles.
verdict() {
  rm -rf "$work/verdict" && cp -r "$run" "$work/verdict" || return 1
  "$@" > "$work/verdict/changed" && cp "$work/verdict/changed" "$work/verdict/$file" || return 1
  report "$work/verdict" -o "$work/verdict.html" --expect maf > "$work/said" 2>&1
  cat "$work/said"
}
judged() {
  file=motifs.genomic.meme
  verdict "$seqgloss" motifs -q --revcomp -F meme "$run/$file" && grep -q '\] recovered: full Maf' "$work/said" && grep -q '\] recovered: half' "$work/said" || return 1
  verdict sed 's/nsites= [0-9]*/nsites= 9/' "$run/$file" && ! grep -q '\] recovered' "$work/said" || return 1
  # Columns in another order: the same letters, another motif.
  verdict awk '/^letter-prob/ { print; n = 0; on = 1; next } on && /^ *[0-9]/ { row[n++] = $0; next }
    on { for (i = 0; i < n; i += 2) print row[i]; for (i = 1; i < n; i += 2) print row[i]; on = 0 } { print }
    END { if (on) { for (i = 0; i < n; i += 2) print row[i]; for (i = 1; i < n; i += 2) print row[i] } }' "$run/$file" &&
    ! grep -q '\] recovered' "$work/said" || return 1
  file=tomtom.tsv
  verdict sed 's/Maf-related/Jun-related/g' "$run/$file" && ! grep -q '\] recovered' "$work/said" || return 1
  verdict awk -F '\t' -v OFS='\t' '/^#/ || $1 == "Query_ID" || NF < 5 { print; next } { $5 = 0.006; print }' "$run/$file" && ! grep -q '\] recovered' "$work/said"
}
# Motifs of the genome in another order, with one more: the verdict names the kept one.
reordered() {
  "$seqgloss" motifs -q -F meme "$run/motifs.genomic.meme" > "$work/plain.meme" || return 1
  rm -rf "$work/verdict" && cp -r "$run" "$work/verdict" || return 1
  awk '/^MOTIF/ { n++ } { part[n + 0] = part[n + 0] $0 "\n" }
    END { extra = part[1]; sub(/MOTIF [^ \n]*/, "MOTIF extra", extra); printf "%s%s", part[0], extra; for (i = n; i >= 1; i--) printf "%s", part[i] }' \
    "$work/plain.meme" > "$work/verdict/motifs.genomic.meme"
  report "$run" -o "$work/a.html" --expect maf 2> "$work/a.said" && report "$work/verdict" -o "$work/b.html" --expect maf 2> "$work/b.said" &&
    cat "$work/b.said" && grep -q '\] recovered: full' "$work/a.said" && cmp "$work/a.said" "$work/b.said"
}
strict() {
  rm -rf "$work/strict" && cp -r "$run" "$work/strict" && sed -i 's/nsites= [0-9]*/nsites= 9/' "$work/strict/motifs.genomic.meme" &&
    report -q "$work/strict" -o "$work/strict.html" --expect maf && fails 1 'not recovered' report -q "$work/strict" -o "$work/strict.html" --expect maf --strict
}
warned() {
  mkdir "$work/warn" && cp "$run"/motifs*.meme "$run/tomtom.tsv" "$run/clusters.tsv" "$work/warn" &&
    sed 's/^## tau .*/## tau 0.99995/; s/^## f_nothing .*/## f_nothing 0.6/' "$run/sis.tsv" > "$work/warn/sis.tsv" &&
    report "$work/warn" -o "$work/warn.html" 2> "$work/warn.err" && cat "$work/warn.err" &&
    grep -q 'f(nothing) = 0.6 is more than half of tau' "$work/warn.html" && grep -q 'above 0.999' "$work/warn.html" &&
    grep -q 'more than half of tau' "$work/warn.err" && ! grep -q 'class="warning"' "$run/report.html"
}
# One string is most of a motif: copies of one sequence, unless the genome differs around it. Without a genome nobody knows.
dominated() {
  rm -rf "$work/same" && cp -r "$run" "$work/same" || return 1
  string=$(awk -F '\t' '$9 == "cluster_1" { print $17 }' "$run/clusters.tsv" | sort | uniq -c | sort -k1,1nr | awk 'NR == 1 { print $2 }')
  awk -F '\t' -v s="$string" '/^#/ || $9 != "cluster_1" || $17 == s' "$run/clusters.tsv" > "$work/same/clusters.tsv"
  report "$work/same" -o "$work/same.html" 2> "$work/same.err" && ! grep 'the same string' "$work/same.err" || return 1
  awk '/^MOTIF/ { one = $2 == "cluster_1"; done = 0 } one && /^letter/ { sub(/w= [0-9]+/, "w= 30") }
    one && /^ *[0-9]/ { while (done < 30) { print " 0 0 1 0"; done++ } next } { print }' "$run/motifs.genomic.meme" > "$work/same/motifs.genomic.meme"
  report "$work/same" -o "$work/same.html" 2> "$work/same.err" && grep -q "cluster_1: .* are the same string $string: copies" "$work/same.err" || return 1
  rm "$work/same/motifs.genomic.meme"
  report "$work/same" -o "$work/same.html" 2> "$work/same.err" && grep -q "cluster_1: .* are the same string $string: copies" "$work/same.html"
}
# damaged FILE SED WORDS: the message names what is wrong, and no page is left.
# f(nothing) reaches tau: nothing is explained, and the page says no more than that.
unexplained() {
  head -n 40 "$data/regions.bed" > "$work/few.bed"
  "$seqgloss" run -q -m "$data/mafk.h5" -f "$data/chr20.fa.gz" -b "$work/few.bed" --threshold 0.1 -o "$work/low" > /dev/null 2>&1 || return 1
  grep -q 'reaches tau = 0.1 by itself' "$work/low/report.html" && grep -q 'No sufficient input subset was found' "$work/low/report.html" &&
    ! grep -q 'Every region that passes tau holds' "$work/low/report.html"
}
damaged() {
  rm -rf "$work/damaged" "$work/damaged.html"
  cp -r "$run" "$work/damaged" && sed -i "$2" "$work/damaged/$1" && fails 1 "$3" report -q "$work/damaged" -o "$work/damaged.html" && [ ! -e "$work/damaged.html" ]
}
# Numbers that no float and no chromosome has.
huge() {
  rm -rf "$work/huge" && cp -r "$run" "$work/huge" || return 1
  awk -F '\t' -v OFS='\t' '/^#/ { print; next } { n++ } n == 3 { $6 = "1e308" } n == 5 { $6 = "-1e308" } n == 7 { $6 = "3e38" } n == 8 { $6 = "-3e38" } { print }' \
    "$run/predictions.tsv" > "$work/huge/predictions.tsv"
  awk -F '\t' -v OFS='\t' '/^#/ { print; next } $13 != "." && !n++ { $13 = "4000000000000000000"; $14 = "4000000000000000001" } { print }' "$run/clusters.tsv" \
    > "$work/huge/clusters.tsv"
  report -q "$work/huge" -o "$work/huge.html" && grep -q 'of 787 regions a value' "$work/huge.html" || return 1
  awk -F '\t' -v OFS='\t' '/^#/ { print; next } { $6 = "1e30"; print }' "$run/predictions.tsv" > "$work/huge/predictions.tsv"
  report -q "$work/huge" -o "$work/huge.html"
}
# Methods are those of the files: the data base, the mask, the clustering, and predictions only where they are.
methods() {
  rm -rf "$work/methods" && mkdir "$work/methods" && cp "$run"/motifs*.meme "$run/tomtom.tsv" "$work/methods" &&
    sed 's/^\(## command .*\)$/\1 --mask '"'my zero.npy' --select output"'/' "$run/sis.tsv" > "$work/methods/sis.tsv" &&
    sed 's/^\(## command .*\)$/\1 --method published/' "$run/clusters.tsv" > "$work/methods/clusters.tsv" &&
    "$seqgloss" motifs -q vertebrates --family maf-related -F meme -o "$work/own.meme" || return 1
  report -q "$work/methods" -o "$work/methods.html" && grep -q 'matrices of JASPAR 2026 \[3\], vertebrates' "$work/methods.html" &&
    grep -q 'the four numbers of my zero.npy \[1\]' "$work/methods.html" && grep -q 'DBSCAN' "$work/methods.html" && ! grep -q 'mixture of' "$work/methods.html" &&
    ! grep -q 'nan %' "$work/methods.html" && grep -q 'The table of predictions is not there' "$work/methods.html" || return 1
  report -q -d "$work/own.meme" "$run" -o "$work/methods.html" && grep -q 'matrices of own.meme' "$work/methods.html" &&
    ! grep -q 'JASPAR 2026' "$work/methods.html" && grep -q '0.25 of each base' "$work/methods.html" && grep -q 'mixture of' "$work/methods.html" || return 1
  # Nothing matched: still compared.
  cp -r "$run" "$work/nothing" && awk -F '\t' '/^#/ || $1 == "Query_ID"' "$run/tomtom.tsv" > "$work/nothing/tomtom.tsv" &&
    report -q "$work/nothing" -o "$work/methods.html" && grep -q 'compared with 1019 matrices' "$work/methods.html"
}
# What holds of a probability is not said of other outputs.
linear() {
  cp -r "$work/warn" "$work/linear" && awk -F '\t' -v OFS='\t' '/^#/ { print; next } !n++ { $9 = "3.5" } { print }' "$work/warn/sis.tsv" > "$work/linear/sis.tsv" &&
    report "$work/linear" -o "$work/linear.html" 2> "$work/linear.err" && ! grep -q 'more than half of tau\|above 0.999' "$work/linear.err"
}
# Two windows of one name and start are two regions.
ends() {
  rm -rf "$work/ends" && cp -r "$run" "$work/ends" && id=$(awk -F '\t' '!/^#/ && $9 != "noise" && $8 == "1/1" { print $1; exit }' "$run/clusters.tsv") || return 1
  for f in sis clusters; do
    awk -F '\t' -v OFS='\t' -v id="$id" '{ print } $1 == id { $4++; print }' "$run/$f.tsv" > "$work/ends/$f.tsv"
  done
  report -q "$work/ends" -o "$work/ends.html" --table "$work/ends.table" &&
    [ "$(awk -F '\t' '!/^#/ { n += $5 } END { print n }' "$work/ends.table")" -gt "$(awk -F '\t' '!/^#/ { n += $5 } END { print n }' "$run/motifs.tsv")" ]
}
missing() {
  rm -rf "$work/missing" && cp -r "$run" "$work/missing" && rm "$work/missing/clusters.tsv" && fails 1 'clusters.tsv is not there' report "$work/missing" -o "$work/m.html"
}
least() {
  mkdir "$work/least" && cp "$run/sis.tsv" "$run/clusters.tsv" "$run/motifs.meme" "$work/least" && report -q "$work/least" -o "$work/least.html" &&
    grep -q 'It resembles no matrix' "$work/least.html" &&
    report -q --subsets "$run/sis.tsv" --clusters "$run/clusters.tsv" --kept "$run/motifs.meme" -o "$work/least2.html" && cmp "$work/least.html" "$work/least2.html"
}
multiqc_reads() {
  mkdir "$work/mqc" && cp "$run/seqgloss_mqc.json" "$work/mqc" && sed 's/"mafk.h5 bound"/"another one"/' "$run/seqgloss_mqc.json" > "$work/mqc/b_mqc.json" &&
    "$multiqc" -q -o "$work/mqc/out" "$work/mqc" && grep -q 'another one' "$work/mqc/out/multiqc_report.html" && grep -rq 'Maf-related' "$work/mqc/out"
}

# ---- A browser ----
browse() { timeout 100 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" "$@" 2> "$work/browser.err"; }
# The page says nothing to the console: no error, nothing refused by its policy.
silent() {
  browse --enable-logging=stderr --virtual-time-budget=3000 --dump-dom "file://$1" > "$work/dom.html"
  grep CONSOLE "$work/browser.err" && return 1
  grep -q 'class="tools"' "$work/dom.html"
}
# A copy without policy, with a script at its end that clicks and writes down what it sees.
sorts() {
  sed 's/<meta http-equiv="Content-Security-Policy"[^>]*>//; s/<\/body>//; s/<\/html>//' "$run/report.html" > "$work/sort.html"
  cat >> "$work/sort.html" <<'PAGE'
<pre id="seen"></pre><script>
function column(name) { return Array.from(document.querySelectorAll('#members-1 tbody tr')).map(function (r) { return r.cells[at(name)].textContent; }); }
function head(name) { return Array.from(document.querySelectorAll('#members-1 th')).find(function (h) { return h.textContent === name; }); }
function at(name) { return Array.from(document.querySelectorAll('#members-1 th')).indexOf(head(name)); }
function ordered(a, up) { return a.every(function (v, i) { return !i || (up ? +a[i - 1] <= +v : +a[i - 1] >= +v); }); }
var seen = [], name = column('region')[0], tools = document.getElementById('members-1').parentNode.previousElementSibling;
seen.push('rows ' + column('size').length);
head('size').click(); var down = column('size'); seen.push('down ' + ordered(down, false));
head('size').click(); var up = column('size'); seen.push('up ' + ordered(up, true) + ' ' + (+up[0] < +down[0]));
head('from middle').click(); seen.push('negative ' + ordered(column('from middle'), false));
head('region').click(); seen.push('words ' + (column('region').slice().sort().join() === column('region').join()));
tools.querySelectorAll('button')[1].click(); seen.push('second ' + tools.querySelector('span').textContent);
var field = tools.querySelector('input'); field.value = name; field.dispatchEvent(new Event('input'));
seen.push('filtered ' + column('region').every(function (t) { return t.indexOf(name) === 0; }) + ' ' + column('region').length);
document.getElementById('seen').textContent = seen.join('\n');
</script></body></html>
PAGE
  browse --virtual-time-budget=3000 --dump-dom "file://$work/sort.html" > "$work/sorted.html"
  sed -n '/<pre id="seen">/,/<\/pre>/p' "$work/sorted.html" | sed 's/.*<pre id="seen">//; s/<\/pre>.*//' | tee "$work/seen"
  grep -qx 'rows 25' "$work/seen" && grep -qx 'down true' "$work/seen" && grep -qx 'up true true' "$work/seen" && grep -qx 'negative true' "$work/seen" &&
    grep -qx 'words true' "$work/seen" && grep -q '^second 26 to 50 of ' "$work/seen" && grep -q '^filtered true [1-9][0-9]*$' "$work/seen"
}

# Rows of the page of several targets keep their links when they are sorted, and it says nothing to the console.
links() {
  sed 's/<meta http-equiv="Content-Security-Policy"[^>]*>//; s/<\/body>//; s/<\/html>//' "$work/wide/report.html" > "$work/links.html"
  cat >> "$work/links.html" <<'PAGE'
<pre id="seen"></pre><script>
var seen = [], head = Array.from(document.querySelectorAll('#target-table th')).find(function (h) { return h.textContent === 'tau'; });
function rows() { return Array.from(document.querySelectorAll('#target-table tbody tr')).map(function (r) { return r.querySelector('a').getAttribute('href'); }); }
head.click(); seen.push('down ' + rows().join(' ')); head.click(); seen.push('up ' + rows().join(' '));
document.getElementById('seen').textContent = seen.join('\n');
</script></body></html>
PAGE
  browse --virtual-time-budget=3000 --dump-dom "file://$work/links.html" > "$work/sorted.html"
  sed -n '/<pre id="seen">/,/<\/pre>/p' "$work/sorted.html" | sed 's/.*<pre id="seen">//; s/<\/pre>.*//' | tee "$work/seen"
  # MAFK's threshold is the higher one.
  grep -qx 'down bound_0/report.html bound_3/report.html' "$work/seen" && grep -qx 'up bound_3/report.html bound_0/report.html' "$work/seen" || return 1
  browse --enable-logging=stderr --virtual-time-budget=3000 --dump-dom "file://$work/wide/report.html" > "$work/dom.html" && ! grep CONSOLE "$work/browser.err"
}

if [ -f "$data/mafk.h5" ]; then
  check "a run to report" make_run
  check "the words of the page" words
  check "counts are those of the files" counts
  check "one consensus in all tables" one_consensus
  check "columns are explained" legends
  check "the page goes into the folder" into_folder
  check "matches with another data base" other_base
  check "regions letter by letter" tracks
  check "regions letter by letter: how many, of which table" few_tracks
  check "regions twice, scores that are no numbers" odd_tracks
  check "regions letter by letter: wide windows" wide
  check "the nearest matrix is the first of compare" best_match
  check "hostile names do not become markup" hostile
  check "a hundred thousand members" many
  check "what was expected: strand, sites, order of columns, family, E_run" judged
  check "what was expected: the genome's motifs in another order" reordered
  check "--strict" strict
  check "warnings stand on the page" warned
  check "one string that is most of a motif" dominated
  check "distances from summits" from_summits
  check "nothing to explain" unexplained
  check "methods are those of the run" methods
  check "what is no probability is not warned of as one" linear
  check "windows that differ by their end" ends
  check "the fewest files" least
  check "MultiQC's file is JSON" json "$run/seqgloss_mqc.json"
  check "a missing file" missing
  check "a row cut off" damaged clusters.tsv '20s/	.*//' 'clusters.tsv:20: 1 cells'
  check "members of another table" damaged sis.tsv '/^call_00/d' 'no such subset of region call_00'
  check "a motif that is not there" damaged tomtom.tsv 's/^cluster_1	/cluster_9	/' 'no motif cluster_9'
  check "no number" damaged predictions.tsv '10s/[^	]*$/x/' 'predictions.tsv:10'
  check "scores of another genome" damaged ism.tsv 's/	A	\([^	]*\)$/	T	\1/' 'ism.tsv: region .* has not the bases'
  check "a position is missing" damaged ism.tsv '40d' 'ism.tsv:40: position'
  check "no score" damaged ism.tsv '40s/[^	]*$/x/' 'ism.tsv:40'
  check "numbers out of every range" huge
  check "a place out of every range" damaged regions.unexplained.bed '1s/	[0-9]*	[0-9]*	/	9223372036854775807	9223372036854775807	/' 'unexplained.bed:1: '
  check "another data base" fails 1 'nowhere.meme' report -q "$run" -d nowhere.meme -o "$work/x.html"
  check "two folders" fails 2 'one folder at a time' report "$run" "$run"
  check "logos into a file" fails 1 'logos .* is a file; a folder is wanted' report -q "$run" -o "$work/x.html" --logos "$run/sis.tsv"
  check "no folder" fails 1 'name the folder' report -o "$work/x.html"
  multiqc=$(command -v "${SEQGLOSS_MULTIQC:-multiqc}")
  if [ "$multiqc" ]; then check "MultiQC shows two runs" multiqc_reads
  else skip "MultiQC shows two runs" "multiqc is not there (SEQGLOSS_MULTIQC says where)"; fi
  chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
  if [ "$chromium" ]; then
    check "a browser: nothing on the console" silent "$run/report.html"
    check "a browser: hostile names, nothing on the console" silent "$work/hostile.html"
    check "a browser: a hundred thousand members" silent "$work/many.html"
    check "a browser: tables sort, turn pages and filter" sorts
    check "a browser: several targets" links
  else skip "in a browser" "chromium is not there"; fi
else
  skip "reports" "data/mafk.h5 is missing"
fi
finish
