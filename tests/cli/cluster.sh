#!/bin/sh
# tests/cli/cluster.sh: subsets of the shipped network to clusters: motifs recovered, places, order, files, failures.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
g=$data/chr20.fa.gz m=$data/mafk.h5 b=$data/regions.bed
sis=$work/sis.tsv

run() { "$seqgloss" cluster -q "$@"; }

make_subsets() {
  "$seqgloss" sis -q -m "$m" --threshold 0.99 -f "$g" -b "$b" -o "$sis" || return 1
  [ "$(grep -vc '^#' "$sis")" -gt 500 ]
}
files() {
  run -f "$g" -o "$work/out" "$sis" > "$work/summary" || return 1
  have=$(cd "$work/out" && ls | tr '\n' ' ')
  want='clusters.tsv instances.bed motifs.genomic.meme motifs.jaspar motifs.meme pairs.tsv provenance.json regions.top.bed regions.unexplained.bed summary.tsv '
  [ "$have" = "$want" ] || { echo "$have"; return 1; }
  cmp "$work/summary" "$work/out/summary.tsv" && cat "$work/summary" &&
    grep -q '^## command seqgloss cluster --genome chr20.fa.gz sis.tsv$' "$work/summary" &&
    grep -q '^## decided_by kept and genomic bases$' "$work/summary"
}
# The regions whose output is the furthest past tau, one of those that overlap, as windows.
top() {
  grep -v '^#' "$sis" | sort -t '	' -k 9,9gr -k 2,2 -k 3,3n -k 4,4n -k 1,1 |
    awk -F '\t' 'BEGIN { n = 0 } { for (i = 0; i < n; i++) if ($3 + 0 < end[i] + 0 && start[i] + 0 < $4 + 0) next
      start[n] = $3; end[n++] = $4; print $2 "\t" $3 "\t" $4 "\t" $1 "\t" sprintf("%.0f", 1000 * $9) "\t" $5 }' > "$work/past"
  head -n 12 "$work/past" | cmp - "$work/out/regions.top.bed" && run -f "$g" --top 40 -o "$work/top" "$sis" > "$work/.top" &&
    head -n 40 "$work/past" | cmp - "$work/top/regions.top.bed" && run -f "$g" --top 0 -o "$work/top" "$sis" > "$work/.top" && [ ! -s "$work/top/regions.top.bed" ]
}
# Every cluster of ten sites or more is a full MARE (the right base on top with a bit or more in five of TGCTGA, 0.25 bit in four of the
# facing TCAGCA) or a half site (a bit in six of TGCTGAC, 0.4 bit of A or T in two of the three columns before); one of each is there.
recovered() {
  awk '
    function bits(c,  b, h) { h = 2; for (b = 1; b <= 4; b++) if (p[c, b] > 0) h += p[c, b] * log(p[c, b]) / log(2); return h }
    function top(c,  b, t) { t = 1; for (b = 2; b <= 4; b++) if (p[c, b] > p[c, t]) t = b; return substr("ACGT", t, 1) }
    function at(c,  w) { w = p[c, 1] + p[c, 4]; if (w <= 0.5) return 0; return w >= 1 ? 1 : 1 + (w * log(w) + (1 - w) * log(1 - w)) / log(2) }
    function agree(from, word, least,  k, n) {
      n = 0
      for (k = 1; k <= length(word); k++)
        if (from + k >= 1 && from + k <= width && top(from + k) == substr(word, k, 1) && bits(from + k) >= least) n++
      return n
    }
    function flip(  c, b, q) {
      for (c = 1; c <= width; c++) for (b = 1; b <= 4; b++) q[c, b] = p[width + 1 - c, 5 - b]
      for (c = 1; c <= width; c++) for (b = 1; b <= 4; b++) p[c, b] = q[c, b]
    }
    function judge(  o, i, k, n, is_full, is_half) {
      if (!width || sites < 10) return
      for (o = 0; o < 2; o++) {
        for (i = -6; i < width; i++) {
          if (agree(i, "TGCTGA", 1) >= 5 && agree(i + 7, "TCAGCA", 0.25) >= 4) is_full = 1
          n = 0
          for (k = i - 2; k <= i; k++) if (k >= 1 && k <= width && at(k) >= 0.4) n++
          if (agree(i, "TGCTGAC", 1) >= 6 && n >= 2) is_half = 1
        }
        flip()
      }
      print name, sites, is_full ? "full site" : is_half ? "half site" : "what is it?"
      full += is_full; half += !is_full && is_half; other += !is_full && !is_half
    }
    /^MOTIF/ { judge(); name = $2 " " $3; width = 0 }
    /nsites=/ { sites = $0; sub(/.*nsites= */, "", sites); sites += 0; next }
    /^ *[0-9]/ && name { width++; for (b = 1; b <= 4; b++) p[width, b] = $b }
    END { judge(); exit !(full && half) || other }' "$work/out/motifs.genomic.meme"
}
# The bases at the places of a member, on its strand, are the letters of its aligned string, in order. (Lines of the genome have 60 bases.)
spelled() {
  gzip -dc "$g" | awk -v table="$work/out/clusters.tsv" '
    /^>/ { next }
    { if ($0 !~ /^N*$/) line[n + 0] = toupper($0); n++ }
    END {
      while ((getline row < table) > 0) {
        if (row ~ /^#/) continue
        split(row, f, "\t")
        text = ""
        k = split(f[16], at, ",")
        for (i = 1; i <= k; i++) {
          c = substr(line[int(at[i] / 60)], at[i] % 60 + 1, 1)
          if (f[15] == "-") c = substr("TGCA", index("ACGT", c), 1)
          text = text c
        }
        kept = f[17]
        gsub(/-/, "", kept)
        if (text != kept) { print f[1], f[15], text, f[17]; bad = 1 }
        if (f[9] != "noise" && f[14] <= f[13]) { print "site", row; bad = 1 }
        rows++
      }
      exit bad || rows < 500 }'
}
shuffled() {
  { grep '^#' "$sis"; grep -v '^#' "$sis" | sort -t "$(printf '\t')" -k 17,17; } > "$work/x/sis.tsv" || return 1
  cmp -s "$sis" "$work/x/sis.tsv" && return 1
  run -f "$g" -o "$work/out2" "$work/x/sis.tsv" > /dev/null && diff -r "$work/out" "$work/out2"
}
# Strings in another order, every second one on the other strand: the same bytes.
turned() {
  cut -f 1 "$src/tests/golden/cluster/synthetic_13motifs.tsv" > "$work/x/strings.txt"
  run -o "$work/s1" "$work/x/strings.txt" > /dev/null || return 1
  sort "$work/x/strings.txt" | awk '
    NR % 2 { print; next }
    { text = ""; for (i = length($0); i; i--) { c = substr($0, i, 1); k = index("ACGT", c); text = text (k ? substr("TGCA", k, 1) : c) } print text }' \
    > "$work/y/strings.txt"
  run -o "$work/s2" "$work/y/strings.txt" > /dev/null && diff -r "$work/s1" "$work/s2" &&
    [ "$(grep -vc '^#' "$work/s1/clusters.tsv")" = 3000 ] && [ ! -e "$work/s1/motifs.genomic.meme" ] &&
    grep -q '^## decided_by kept bases alone' "$work/s1/summary.tsv"
}
instances() {
  awk -F '\t' -v summary="$work/out/summary.tsv" '
    BEGIN { while ((getline row < summary) > 0) { split(row, f, "\t"); if (row !~ /^#/) sites[f[1]] = f[3] } }
    NF != 6 || $2 >= $3 || $5 < 990 || $6 !~ /^[+-]$/ || $2 < last { print; bad = 1 }
    { sites[$4]--; last = $2 }
    END { for (k in sites) if (sites[k]) { print k, sites[k]; bad = 1 } exit bad }' "$work/out/instances.bed"
}
# Without the genome there are no motifs of it, whatever an earlier run left there.
no_genome() {
  cp -r "$work/out" "$work/again" && run -o "$work/again" "$sis" > /dev/null && [ ! -e "$work/again/motifs.genomic.meme" ] &&
    run --no-provenance -o "$work/again" "$sis" > /dev/null && [ ! -e "$work/again/provenance.json" ]
}
# Pairs are the neighbouring pieces of cut subsets.
pairs() {
  want=$(grep -v '^#' "$work/out/clusters.tsv" | cut -f 8 | awk -F / '$1 > 1' | wc -l)
  have=$(grep -v '^#' "$work/out/pairs.tsv" | awk '{ n += $6 } END { print n + 0 }')
  [ "$want" -gt 10 ] && [ "$want" = "$have" ] || { echo "$want $have"; return 1; }
}
# Regions above tau without a member; by predictions also those that gave no subset at all.
unexplained() {
  awk -F '\t' 'NR == FNR { if (!/^#/ && $9 != "noise") has[$1] = 1; next } /^#/ || ($1 in has) || seen[$1]++ { next }
    { print $1 }' "$work/out/clusters.tsv" "$sis" | sort > "$work/want"
  cut -f 4 "$work/out/regions.unexplained.bed" | sort | diff "$work/want" - || return 1
  "$seqgloss" predict -q -m "$m" -f "$g" -b "$b" -o "$work/p.tsv" || return 1
  awk -F '\t' 'NR == FNR { if (!/^#/) has[$1] = 1; next } /^#/ { next } $6 >= 0.99 && $1 in has && n++ < 100 { print $1 }' "$sis" "$work/p.tsv" |
    sort > "$work/gone"
  awk -F '\t' 'NR == FNR { gone[$1] = 1; next } !($1 in gone)' "$work/gone" "$sis" > "$work/fewer.tsv"
  run -f "$g" --predictions "$work/p.tsv" -o "$work/out3" "$work/fewer.tsv" > /dev/null || return 1
  cut -f 4 "$work/out3/regions.unexplained.bed" | sort | comm -12 - "$work/gone" | diff - "$work/gone"
}
# A network may say "not a number" of a region.
not_a_number() {
  awk -F '\t' -v OFS='\t' '/^#/ { print; next } { n++ } n == 3 { $6 = "nan" } n == 5 { $6 = "inf" } n == 7 { $6 = "-inf" } { print }' "$work/p.tsv" > "$work/nan.tsv"
  grep -c 'nan$' "$work/nan.tsv" && run -f "$g" --predictions "$work/nan.tsv" -o "$work/out5" "$sis" > /dev/null && [ -s "$work/out5/regions.unexplained.bed" ]
}
published() {
  run --method published --min-samples 20 -o "$work/out4" "$sis" > "$work/published" || return 1
  cat "$work/published"
  [ "$(grep -vc '^#' "$work/published")" -ge 1 ] && grep -q 'GTCAGC' "$work/published"
}
compressed() {
  gzip -c "$sis" > "$work/x/sis.tsv.gz"
  run --no-provenance "$work/x/sis.tsv.gz" > "$work/a" && run --no-provenance - < "$sis" > "$work/b" && cmp "$work/a" "$work/b" &&
    ! grep -q '^##' "$work/a"
}
targets() {
  awk -F '\t' -v OFS='\t' '/^#/ { print; next } { print; $6 = "other"; print }' "$sis" > "$work/two.tsv"
  fails 1 'choose one by --target' run "$work/two.tsv" || return 1
  fails 1 'no subset of target third' run -t third "$work/two.tsv" || return 1
  run --no-provenance -t other "$work/two.tsv" > "$work/a" && run --no-provenance "$sis" > "$work/b" && cmp "$work/a" "$work/b"
}
# A failure leaves no file behind.
nothing_written() {
  awk -F '\t' -v OFS='\t' '/^#/ || n++ { print; next } { gsub(/A/, "C", $18); gsub(/G/, "T", $18); print }' "$sis" > "$work/wrong.tsv"
  fails 1 'is this the genome' run -f "$g" -o "$work/none" "$work/wrong.tsv" && [ -z "$(ls "$work/none")" ]
}
few() {
  printf 'ACGTACGT\nTTTTT\n' > "$work/few.txt"
  run --no-provenance -o "$work/few" "$work/few.txt" > "$work/a" && [ "$(grep -c . "$work/a")" = 1 ] &&
    [ "$(grep -vc '^#' "$work/few/clusters.tsv")" = 2 ] && [ -e "$work/few/motifs.meme" ]
}

mkdir "$work/x" "$work/y"
check "subsets of the shipped regions" make_subsets
check "files of a run" files
  check "regions worth a look" top
check "what MAFK binds is recovered, and nothing else" recovered
check "members spell what the genome has at their places" spelled
check "the order of rows is nothing" shuffled
check "order and strand of strings are nothing" turned
check "one line a site" instances
check "files of an earlier run do not stay" no_genome
check "pairs of sites" pairs
check "regions that are not explained" unexplained
check "predictions that are no numbers" not_a_number
check "as published" published
check "compressed, standard input" compressed
check "several targets" targets
check "no cluster at all" few
check "another genome is noticed, nothing is written" nothing_written
# The FASTA of the windows has the bases too. Where it says where they lie, all files are as with the genome, but for what is outside.
window_fasta() {
  gzip -dc "$g" | awk -F '\t' 'NR == FNR { m = int(($2 + $3) / 2); lo[++n] = m - 50; name[n] = $4; next }
    /^>/ { next } { if (!width) width = length($0); if (/[ACGTacgt]/) line[k + 0] = toupper($0); k++ }
    END { for (i = 1; i <= n; i++) { first = int(lo[i] / width); s = line[first] line[first + 1] line[first + 2]
      print ">" name[i] "::chr20:" lo[i] "-" lo[i] + 101; print substr(s, lo[i] - first * width + 1, 101) } }' "$b" - > "$work/placed.fa"
  sed 's/::.*//' "$work/placed.fa" > "$work/plain.fa"
  for k in placed plain; do
    "$seqgloss" sis -q -m "$m" --threshold 0.99 "$work/$k.fa" -o "$work/$k.tsv" &&
      "$seqgloss" cluster -f "$work/$k.fa" -o "$work/$k" "$work/$k.tsv" > /dev/null 2> "$work/$k.err" || { cat "$work/$k.err"; return 1; }
    grep 'without\|leave' "$work/$k.err" && return 1
    for f in motifs.meme motifs.genomic.meme instances.bed clusters.tsv; do [ -s "$work/$k/$f" ] || { echo "$k: no $f"; return 1; }; done
  done
  "$seqgloss" cluster -q -f "$g" -o "$work/whole" "$work/placed.tsv" > /dev/null || return 1
  for k in placed whole; do grep -v '^#' "$work/$k/clusters.tsv" | awk -F '\t' '$9 != "noise" { print $1, $2, $8 }' | sort > "$work/$k.members"; done
  comm -12 "$work/placed.members" "$work/whole.members" > "$work/both"
  echo "$(wc -l < "$work/both") of $(wc -l < "$work/whole.members") members as with the genome"
  [ "$(wc -l < "$work/whole.members")" -gt 400 ] && [ $((10 * $(wc -l < "$work/both"))) -ge $((9 * $(wc -l < "$work/whole.members"))) ] || return 1
  # In coordinates of windows: the bases there are what the members say.
  awk -F '\t' 'NR == FNR { if (/^>/) name = substr($0, 2); else seq[name] = $0; next }
    /^#/ { next } { if ($2 != "." || $3 != ".") exit 1 }
    $15 == "+" { a = $17; m = split($16, q, ","); lo = q[1]; for (i = 2; i <= m; i++) if (q[i] + 0 < lo + 0) lo = q[i]; x = substr(seq[$1], lo + 1, length(a)); for (i = 1; i <= length(a); i++) if (substr(a, i, 1) ~ /[ACGT]/ && substr(a, i, 1) != substr(x, i, 1)) { print $1, a, x; exit 1 } n++ }
    END { exit n < 20 }' "$work/plain.fa" "$work/plain/clusters.tsv" &&
    awk '!($1 in seen) { n++; seen[$1] } $2 < 0 || $3 > 140 { exit 1 } END { exit n < 100 }' "$work/plain/instances.bed" || return 1
  fails 1 'give the FASTA of the windows' "$seqgloss" cluster -f "$g" "$work/plain.tsv" &&
    "$seqgloss" cluster "$work/plain.tsv" 2>&1 > /dev/null | grep -q 'without the FASTA of the windows (-f)'
}
check "windows: their FASTA in place of a genome" window_fasta
check "no input" fails 2 'one table of subsets' run
check "no such file" fails 1 'no.tsv' run "$work/no.tsv"
: > "$work/file"
check "a folder is wanted" fails 1 'a folder is wanted' run -o "$work/file" "$sis"
check "not a table" fails 1 'regions.bed:1: subset: ' run "$b"
check "lambda out of range" fails 2 'lambda' run --lambda 0 "$sis"
finish
