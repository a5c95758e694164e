#!/bin/sh
# tests/cli/masks.sh: scores are greater in sufficient input subsets than elsewhere: more than by chance, than for weights without meaning, than
# for a score that knows the middle of the window. bench/subsets.py does the same for all regions, with intervals.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
data=$src/data
head -n 60 "$data/regions.bed" > "$work/some.bed"
where="-m $data/mafk.h5 -f $data/chr20.fa.gz -b $work/some.bed"
run() { c=$1; shift; "$seqgloss" "$c" -q --no-provenance $where "$@"; }

# Prints regions, ratio of the mean |score| in and out of the subsets, AUROC: for the masks of the regions, for masks turned by a third of the
# window, and for those of the region before.
summary='
  function add(k, at, i, j, a, b, na, nb, more) {
    for (i = 0; i < L; i++) if (m[at, (i + turn[k]) % L]) { a += s[i]; na++ } else { b += s[i]; nb++ }
    for (i = 0; i < L; i++) if (m[at, (i + turn[k]) % L])
      for (j = 0; j < L; j++) if (!m[at, (j + turn[k]) % L]) more += s[i] > s[j] ? 1 : s[i] == s[j] ? 0.5 : 0
    in_it[k] += a / na; out[k] += b / nb; auroc[k] += more / (na * nb)
  }
  BEGIN { L = 101; turn["shifted"] = 34; split("own shifted another", kinds, " ") }
  NR == FNR {
    if (/^#region/) for (i = 1; i <= NF; i++) if ($i == "positions") c = i
    if (/^#/ || $c == ".") next
    n = split($c, p, ",")
    for (i = 1; i <= n; i++) m[$1, p[i]] = 1
    if (!($1 in has)) { has[$1] = 1; name[N++] = $1 }
    next
  }
  /^#/ { next }
  { s[$6] = centre ? exp(-($6 < 50 ? 50 - $6 : $6 - 50) / 10) : $8 < 0 ? -$8 : $8 }
  $6 == L - 1 && ($1 in has) { add("own", $1); add("shifted", $1); add("another", name[(k++ + N - 1) % N]) }
  END {
    for (i = 1; i <= 3; i++) printf "%s%.4g %.4g", (i > 1 ? " " : ""), in_it[kinds[i]] / out[kinds[i]], auroc[kinds[i]] / k
    print "", k
  }'
table() { awk -F '\t' "$summary" "$work/sis.tsv" "$1"; }
# Own ratio and AUROC, those of other masks: three times as great in the subsets, and clearly above the controls.
passes() { awk '{ exit !($7 > 30 && $1 >= 3 && $2 > 0.9 && $2 > $4 + 0.2 && $2 > $6 + 0.2 && $1 > 2 * $3 && $1 > 2 * $5) }' "$1"; }
by_ism() { run ism --logits > "$work/ism.tsv" && table "$work/ism.tsv" > "$work/ism.sum" && cat "$work/ism.sum" && passes "$work/ism.sum"; }
by() { run "$1" > "$work/$1.tsv" && table "$work/$1.tsv" > "$work/$1.sum" && cat "$work/$1.sum" && passes "$work/$1.sum"; }
# Weights without meaning: no more in the subsets of the trained network than elsewhere.
permuted() {
  run "$@" --permute-weights 1 > "$work/permuted.tsv" && table "$work/permuted.tsv" > "$work/permuted.sum" && cat "$work/permuted.sum" &&
    ! passes "$work/permuted.sum" && awk '{ exit !($1 < 2 && $2 < 0.65) }' "$work/permuted.sum"
}
centre() {
  awk -F '\t' -v centre=1 "$summary" "$work/sis.tsv" "$work/deeplift.tsv" > "$work/centre.sum"
  cat "$work/centre.sum"
  [ -s "$work/centre.sum" ] && ! passes "$work/centre.sum"
}

check 'subsets' run sis --threshold 0.99 -o "$work/sis.tsv"
check 'deeplift is greater in them' by deeplift
check 'intgrad is greater in them' by intgrad
check 'mutagenesis is greater in them' by_ism
check 'deeplift of permuted weights is not' permuted deeplift -n 5
check 'intgrad of permuted weights is not' permuted intgrad --steps 20
check 'mutagenesis of permuted weights is not' permuted ism --logits
check 'what knows the middle of the window only does not pass' centre
finish
