#!/bin/sh
# tests/cli/gallery.sh: --report and --logos of attribution: which regions, numbers, marks, hostile names; in a browser where it is there.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
m=$data/mafk.h5
where="-m $m -f $data/chr20.fa.gz -b $work/some.bed"
head -n 12 "$data/regions.bed" > "$work/some.bed"

run() { "$seqgloss" "$@"; }
page() { run attribute -q --method deeplift,grad-x-input $where -o "$work/s.tsv" --sis "$work/sis.tsv" --report-top 3 "$@"; }
made() {
  run sis -q --threshold 0.99 $where -o "$work/sis.tsv" && page --report "$work/r.html" --logos "$work/logos" &&
    [ "$(ls "$work/logos" | tr '\n' ' ')" = 'region_1.svg region_2.svg region_3.svg ' ]
}
# Regions in the order of |sum of deeplift's scores|, which is |f(x) - f(r)|.
chosen() {
  awk -F '\t' '/^#/ { next } { s[$1] += $8 } END { for (r in s) print (s[r] < 0 ? -s[r] : s[r]), r }' "$work/s.deeplift.tsv" | sort -k1,1 -g -r |
    head -n 3 | cut -d ' ' -f 2 > "$work/want"
  sed -n 's/.*<h2 id="region-[0-9]*">\([^<]*\)<.*/\1/p' "$work/r.html" > "$work/got"
  cat "$work/want" "$work/got"
  cmp "$work/want" "$work/got" && [ "$(wc -l < "$work/got")" = 3 ] && grep -q '3 of 12 regions' "$work/r.html"
}
# The sum in the table is the sum in the file, and the marks are the positions of the subsets.
numbers() {
  first=$(sed -n 1p "$work/want")
  sum=$(awk -F '\t' -v r="$first" '$1 == r { s += $8 } END { printf "%.3g", s }' "$work/s.deeplift.tsv")
  grep -q "<td class=\"number\">$sum</td>" "$work/r.html" || { echo "no sum $sum"; return 1; }
  awk -F '\t' -v r="$first" 'NR == FNR { if (/^#region/ || /^region/) for (i = 1; i <= NF; i++) if ($i == "positions") c = i
      if ($1 == r) { n = split($c, p, ","); for (i = 1; i <= n; i++) in_it[p[i]] = 1 } next }
    $1 == r { v = $8 < 0 ? -$8 : $8; if ($6 in in_it) { a += v; k++ } else { b += v; l++ } }
    END { printf "%.3g %.3g %d\n", a / k, b / l, k }' "$work/sis.tsv" "$work/s.deeplift.tsv" > "$work/means"
  cat "$work/means"
  read -r inside outside n < "$work/means" && [ "$n" -gt 0 ] && grep -q "<td class=\"number\">$inside</td><td class=\"number\">$outside</td>" "$work/r.html"
}
same() {
  page -@ 3 --batch 1 --report "$work/same.html" && cmp "$work/r.html" "$work/same.html" || return 1
  run attribute -q --resume --method deeplift,grad-x-input $where -o "$work/s.tsv" --sis "$work/sis.tsv" --report-top 3 --report "$work/same.html" || return 1
  sed 's/ --resume//' "$work/same.html" | cmp "$work/r.html" -
}
# Without references those of the highest prediction.
highest() {
  run gradient -q $where --report "$work/g.html" --report-top 2 -o "$work/g.npz" && run predict -q --no-provenance --logits $where > "$work/p.tsv" &&
    awk -F '\t' '!/^#/ { print $NF, $1 }' "$work/p.tsv" | sort -k1,1 -g -r | head -n 2 | cut -d ' ' -f 2 > "$work/want" &&
    sed -n 's/.*<h2 id="region-[0-9]*">\([^<]*\)<.*/\1/p' "$work/g.html" | cmp "$work/want" - && [ "$(grep -c 'highest prediction' "$work/g.html")" = 1 ]
}
# A region on the reverse strand, shown as it is read: its marks still lie on its letters.
native() {
  awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $4, 0, "-" }' "$work/some.bed" > "$work/minus.bed"
  w="-m $m -f $data/chr20.fa.gz -b $work/minus.bed"
  run sis -q --threshold 0.99 $w -o "$work/minus.tsv" && run deeplift -q -n 5 $w --sis "$work/minus.tsv" --report "$work/a.html" --logos "$work/la" -o "$work/a.npz" &&
    run deeplift -q -n 5 --strand-native $w --sis "$work/minus.tsv" --report "$work/b.html" --logos "$work/lb" -o "$work/b.npz" || return 1
  grep -q 'shown on the forward one' "$work/a.html" && grep -q 'and shown so' "$work/b.html" || return 1
  # Numbers of a region do not depend on the direction it is shown in.
  for f in a b; do sed -n '/id="numbers-1-1"/,/<\/table>/p' "$work/$f.html" > "$work/$f.table"; done
  grep -q deeplift "$work/a.table" && cmp "$work/a.table" "$work/b.table" && ! cmp -s "$work/la/region_1.svg" "$work/lb/region_1.svg"
}
# Windows without a place are known by name.
unplaced() {
  { echo '>one two'; printf 'ACGTTGCTGAGTCAGCATTTACGATCGATTGCATGCTAGCATCGATCGATGCTAGTGCTGACTCAGCATATCGATCGATGCATCGATCGATCGATCAGTCA\n'; } > "$work/w.fa"
  run sis -q --threshold 0.5 -m "$m" "$work/w.fa" -o "$work/w.tsv" && run deeplift -q -n 5 -m "$m" "$work/w.fa" --sis "$work/w.tsv" --report "$work/w.html" -o "$work/w.npz" &&
    grep -q 'id="region-1">one<' "$work/w.html" && grep -q '>in subset<' "$work/w.html"
}
hostile() {
  evil='<script>alert(1)</script>"onload=&]]><!--'
  awk -F '\t' -v OFS='\t' -v e="$evil" '{ $4 = e NR; print }' "$work/some.bed" > "$work/evil.bed"
  run attribute -q --method deeplift,gradient -n 2 -m "$m" -f "$data/chr20.fa.gz" -b "$work/evil.bed" -o "$work/e.npz" --report "$work/evil.html" --logos "$work/evil" || return 1
  ! grep -qF '<script>alert' "$work/evil.html" && ! grep -qF '<!--' "$work/evil.html" && ! grep -qF '<script' "$work/evil/region_1.svg" &&
    [ "$(grep -o '<script' "$work/evil.html" | wc -l)" = "$(grep -o '<script' "$work/r.html" | wc -l)" ] &&
    grep -qF '&lt;script&gt;alert(1)&lt;/script&gt;&quot;onload=&amp;]]&gt;&lt;!--' "$work/evil.html"
}
xml() {
  command -v python3 > /dev/null 2>&1 || return 0
  python3 -c 'import sys, xml.dom.minidom; [xml.dom.minidom.parse(f) for f in sys.argv[1:]]' "$work"/logos/*.svg "$work"/evil/*.svg
}
# Pictures of an earlier run with more regions go; other files stay.
left_over() {
  touch "$work/logos/mine.svg" && page --report-top 1 --logos "$work/logos" && [ "$(ls "$work/logos" | tr '\n' ' ')" = 'mine.svg region_1.svg ' ]
}
targets() {
  run deeplift -q -n 2 -m "$data/hepg2.h5" -f "$data/chr20.fa.gz" -R chr20:297448-297548 -o "$work/t.npz" --report "$work/t.html" --logos "$work/lt" &&
    [ "$(ls "$work/lt" | wc -l)" = 6 ] && [ "$(grep -c '<h3>' "$work/t.html")" = 6 ]
}
long_windows() {
  d=$SEQGLOSS_SHARED/data/models/tal1
  run deeplift -q --references zero -m "$d/arch.json" --weights "$d/weights.hdf5" "$d/example.fa" -t 0:0 -o "$work/l.npz" --report "$work/l.html" --report-top 2 &&
    [ "$(grep -c 'over all 500 bases; below, bases' "$work/l.html")" = 2 ]
}
# Scores that are no numbers are drawn as nothing and shown as such; a page is still written.
one_letter() {
  { echo '>a'; printf '%0101d\n' 0 | tr 0 A; echo '>n'; printf '%0101d\n' 0 | tr 0 N; } > "$work/d.fa"
  run attribute -q --method deeplift,intgrad -m "$m" "$work/d.fa" -o "$work/d.npz" --report "$work/d.html" --logos "$work/ld" && grep -q '2 of 2 regions' "$work/d.html"
}
other_genome() {
  awk -F '\t' -v OFS='\t' '{ $2++; $3++; print }' "$work/some.bed" > "$work/shifted.bed"
  awk -F '\t' -v OFS='\t' '/^#/ { if ($1 == "#region") for (i = 1; i <= NF; i++) if ($i == "genomic_positions") c = i; print; next }
    { n = split($c, p, ","); $c = ""; for (i = 1; i <= n; i++) $c = $c (i > 1 ? "," : "") p[i] + 1; $3++; $4++; print }' "$work/sis.tsv" > "$work/other.tsv"
  fails 1 'of another genome' run deeplift -q -n 1 $where -o "$work/x.npz" --sis "$work/other.tsv" --report "$work/x.html" && [ ! -e "$work/x.html" ]
}
elsewhere() {
  awk -F '\t' '/^#/ || $2 != "chr20"' "$work/sis.tsv" > "$work/none.tsv"
  run gradient $where -o "$work/x.npz" --sis "$work/none.tsv" --report "$work/none.html" 2> "$work/none.err" && grep -q 'none of its subsets' "$work/none.err" &&
    grep -q 'No subset of the table lies here' "$work/none.html"
}
silent() {
  timeout 100 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --enable-logging=stderr --virtual-time-budget=3000 \
    --dump-dom "file://$1" 2> "$work/browser.err" > "$work/dom.html"
  grep CONSOLE "$work/browser.err" && return 1
  grep -q 'id="region-1"' "$work/dom.html"
}

check 'a page and pictures' made
check 'the regions farthest from their references' chosen
check 'sums and means are those of the files' numbers
check 'three threads, and --resume' same
check 'without references: the highest' highest
check 'the reverse strand' native
check 'windows without a place' unplaced
check 'hostile names do not become markup' hostile
check 'pictures are XML' xml
check 'pictures of an earlier run' left_over
check 'six targets' targets
check 'windows of one letter' one_letter
check 'subsets of another genome' other_genome
check 'subsets that lie elsewhere' elsewhere
check '--sis alone' fails 2 'neither is given' run gradient $where --sis "$work/sis.tsv"
check '--report-top alone' fails 2 'neither is given' run gradient $where --report-top 2
check 'of a shard' fails 2 'sees a part' run gradient $where --report "$work/x.html" --shard 1/2
check 'a folder that is a file' fails 1 'a folder is wanted' run gradient $where -o "$work/x.npz" --logos "$work/sis.tsv"
check 'a page that cannot be written' fails 1 'no/x.html' run gradient $where -o "$work/y.npz" --report "$work/no/x.html"
check 'subsets without places' fails 1 'does not say where' run gradient $where -o "$work/y.npz" --report "$work/x.html" --sis "$work/w.fa"
check 'nothing was written' test ! -e "$work/y.npz" -a ! -e "$work/x.html"
if [ -f "${SEQGLOSS_SHARED:-/nonexistent}/data/models/tal1/arch.json" ]; then check 'long windows' long_windows
else skip 'long windows' 'no shared data: set SEQGLOSS_SHARED'; fi
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ "$chromium" ]; then
  check 'a browser: nothing on the console' silent "$work/r.html"
  check 'a browser: hostile names' silent "$work/evil.html"
else skip 'in a browser' 'chromium is not there'; fi
finish
