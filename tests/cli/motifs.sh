#!/bin/sh
# tests/cli/motifs.sh: motifs of files and shipped sets: what is found, chosen, changed, converted; where data are looked for.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
meme=${SEQGLOSS_SHARED:-/nonexistent}/data/expected/meme541
tab=$(printf '\t')

motifs() { "$seqgloss" motifs -q "$@"; }
ids() { motifs --no-provenance "$@" | sed -n 's/^\([^#][^\t]*\)\t.*/\1/p' | tr '\n' ' '; }
# is WORDS COMMAND...: prints exactly that.
is() { want=$1; shift; got=$("$@"); echo "'$got', not '$want'"; [ "$got" = "$want" ]; }

# The bits once more, by awk.
row() {
  want="MA0496.4${tab}MAFK${tab}counts${tab}10${tab}51734${tab}12.209${tab}MTGACTCAGC${tab}Maf-related${tab}Basic leucine zipper factors (bZIP)${tab}Homo sapiens"
  [ "$(motifs --no-provenance vertebrates -i MA0496.4 | sed -n 2p)" = "$want" ] || return 1
  awk -v name=MA0496.4 '
    /^>/ { on = $1 == ">" name; next }
    on { n = 0; for (i = 3; i < NF; i++) m[$1, ++n] = $i }
    END {
      for (i = 1; i <= n; i++) {
        s = m["A", i] + m["C", i] + m["G", i] + m["T", i]
        bits += 2
        for (k = 1; k <= 4; k++) { p = m[substr("ACGT", k, 1), i] / s; if (p > 0) bits += p * log(p) / log(2) }
      }
      exit !(n == 10 && bits > 12.2085 && bits < 12.2095)
    }' "$src/motifs/JASPAR2026_CORE_vertebrates.jaspar"
}
all_sets() {
  n=$(ids vertebrates plants insects fungi nematodes urochordates | wc -w)
  echo "$n motifs"
  [ "$n" = 2632 ]
}
families() {
  motifs --no-provenance vertebrates --family maf-related --species 'homo sapiens' > "$work/maf" &&
    awk -F '\t' 'NR > 1 { n++; if (tolower($8) !~ /maf-related/ || $10 !~ /Homo sapiens/) exit 1 }
      END { if (n < 5) exit 1 }' "$work/maf" &&
    awk -F '\t' 'NR > 1 && tolower($5) ~ /maf-related/ && tolower($6) ~ /homo sapiens/ && $3 == "vertebrates" { print $1 }' \
      "$src/motifs/JASPAR2026_CORE.tsv" | sort > "$work/want" &&
    sed 1d "$work/maf" | cut -f 1 | sort | diff - "$work/want"
}
# Through all formats and back; counts come back as they were.
convert() {
  motifs vertebrates -n 'maf*' -o "$work/a.jaspar" --no-provenance || return 1
  for way in 'meme homer' 'transfac jaspar'; do
    set -- $way
    motifs "$work/a.jaspar" -o "$work/b.$1" --no-provenance && motifs "$work/b.$1" -o "$work/c.$2" --no-provenance &&
      motifs "$work/c.$2" -o "$work/d.$1" --no-provenance && cmp "$work/b.$1" "$work/d.$1" || return 1
  done
  cmp "$work/a.jaspar" "$work/c.jaspar" && [ ! -e "$work/a.jaspar.provenance.json" ]
}
standard() {
  motifs - < "$work/a.jaspar" -F meme > "$work/s.meme" && grep -q '^MOTIF MA0496.4 MAFK$' "$work/s.meme" &&
    gzip -c "$work/s.meme" > "$work/s.meme.gz" && motifs "$work/s.meme.gz" -F meme | cmp - "$work/s.meme"
}
provenance() {
  motifs "$work/a.jaspar" -i 'MA0496.*' -o "$work/p.meme" && grep -q "motifs --id 'MA0496.\*' a.jaspar" "$work/p.meme.provenance.json" &&
    motifs "$work/a.jaspar" | grep -q '^## command seqgloss motifs a.jaspar$'
}
trims() {
  printf '>x\n25 0 25 0 25 25\n25 0 25 9 25 25\n25 9 25 0 25 25\n25 0 25 0 25 25\n' > "$work/x.pfm"
  printf '>n\n1 1\n1 1\n1 1\n1 1\n' > "$work/n.pfm"
  motifs "$work/x.pfm" "$work/n.pfm" --trim 0.5 -F jaspar > "$work/t" 2> "$work/err" || return 1
  diff - "$work/t" << 'END'
>x
A  [     0     25      0 ]
C  [     0     25      9 ]
G  [     9     25      0 ]
T  [     0     25      0 ]
END
}
turns() {
  printf '>x y\n1 2\n3 4\n5 6\n7 8\n' > "$work/r.pfm"
  motifs "$work/r.pfm" --revcomp -F jaspar > "$work/t" && diff - "$work/t" << END
>x${tab}y
A  [     8      7 ]
C  [     6      5 ]
G  [     4      3 ]
T  [     2      1 ]
END
}
contributions() {
  printf 'MEME version 4\nMOTIF c\nletter-probability matrix: w= 1\n0.5 -1 0 0.25\n' > "$work/c.meme"
  [ "$(motifs --no-provenance "$work/c.meme" | sed -n 2p | cut -f 3-7)" = "contributions${tab}1${tab}.${tab}.${tab}." ] &&
    motifs "$work/c.meme" -F meme | grep -q '^ 0.5 -1 0 0.25$'
}
bounds() {
  printf '>a\n4\n0\n0\n0\n>b\n4 4\n0 0\n0 0\n0 0\n>c\n4 4 1\n0 0 1\n0 0 1\n0 0 1\n' > "$work/w.pfm"
  is 'b c ' ids "$work/w.pfm" --min-width 2 && is 'a b ' ids "$work/w.pfm" --max-width 2 &&
    is 'b c ' ids "$work/w.pfm" --min-bits 3 && is 'a c ' ids "$work/w.pfm" -i a -i c && is 'a b c ' ids "$work/w.pfm" -i '?'
}
# Probabilities that MEME's own converter made of JASPAR's counts.
foreign() {
  motifs vertebrates -F meme > "$work/v.meme" &&
    awk 'FNR == 1 { file++ }
      /^MOTIF/ { id = $2; row = 0; next }
      /^letter/ { for (i = 1; i <= NF; i++) if ($i == "w=") w[file, id] = $(i + 1); next }
      /^ *[0-9]/ && NF == 4 { row++; for (k = 1; k <= 4; k++) p[file, id, row, k] = $k; if (file == 2) last[id] = row }
      END {
        for (id in last) {
          if (w[1, id] != w[2, id]) continue
          n++
          for (i = 1; i <= last[id]; i++) for (k = 1; k <= 4; k++) {
            d = p[1, id, i, k] - p[2, id, i, k]
            if (d > 1.01e-6 || d < -1.01e-6) { print id, i, k, d; bad = 1 }
          }
        }
        print n " compared"
        exit bad || n < 30
      }' "$work/v.meme" "$meme/targets160.meme"
}
# Installed somewhere and moved: found beside the program. ldd's libraries stay where they are.
moved() {
  real=$(dirname "$seqgloss")/.libs/seqgloss
  [ -x "$real" ] || real=$seqgloss
  mkdir -p "$work/env/bin" "$work/env/share/seqgloss/motifs" && cp "$real" "$work/env/bin/seqgloss" &&
    cp "$src"/motifs/JASPAR2026_CORE_fungi.jaspar "$src"/motifs/JASPAR2026_CORE.tsv "$work/env/share/seqgloss/motifs" || return 1
  (unset SEQGLOSS_DATA; cd / && LD_LIBRARY_PATH=$(dirname "$real") "$work/env/bin/seqgloss" motifs --no-provenance fungi) > "$work/moved" &&
    [ "$(grep -vc '^#' "$work/moved")" = 193 ]
}
nowhere() {
  (SEQGLOSS_DATA=/nonexistent/data; export SEQGLOSS_DATA
   fails 1 'JASPAR2026_CORE_plants.jaspar is not in /nonexistent/data, ' "$seqgloss" motifs plants)
}
# A file in the folder goes before the set of that name.
shadowed() { cp "$work/w.pfm" "$work/plants" && (cd "$work" && is 'a b c ' ids plants); }
kept() { printf 'old\n' > "$work/old.meme" && fails 1 "$1" "$seqgloss" motifs "$2" -o "$work/old.meme" && grep -qx old "$work/old.meme"; }

check "one row, every column" row
check "all shipped sets" all_sets
check "by identifier" is 'MA0495.4 MA0496.4 ' ids vertebrates -i 'ma0495.*' -i MA0496.4
check "by name" is 'MA0495.4 MA0496.4 ' ids vertebrates --name 'maf?' --class bzip --max-width 11 -i 'MA049*'
check "by family and species, as the table says" families
check "by width and information" bounds
check "conversion through every format" convert
check "standard input and output, compressed" standard
check "provenance" provenance
check "low ends are cut off" trims
check "the other strand" turns
check "contributions" contributions
check "a file before a set" shadowed
check "found beside a program that was moved" moved
check "not found: where it was looked for" nowhere
if [ -f "$meme/targets160.meme" ]; then check "probabilities as MEME's converter has them" foreign
else skip "probabilities as MEME's converter has them" "no targets160.meme"; fi

printf '>x\nA [1 2]\nC [1 2]\nG [1 2 3]\nT [1 2]\n' > "$work/bad.jaspar"
check "nothing to read" fails 2 'name motif files' "$seqgloss" motifs
check "no such file" fails 1 'none of the shipped sets' "$seqgloss" motifs "$work/none"
check "a malformed file: line and motif; the old output stays" kept 'bad.jaspar:4: motif x: 3 numbers' "$work/bad.jaspar"
check "another ending" fails 2 'x.foo: the ending' "$seqgloss" motifs fungi -o "$work/x.foo"
check "a folder that is not there" fails 1 'none' "$seqgloss" motifs fungi -o "$work/none/x.meme"
check "none is left" fails 1 'none of the motifs is left' "$seqgloss" motifs fungi -i nosuch
check "contributions as JASPAR" fails 1 'motif c is a matrix of contributions' "$seqgloss" motifs "$work/c.meme" -o "$work/c.jaspar"
check "bounds that exclude each other" fails 2 'min-width' "$seqgloss" motifs fungi --min-width 9 --max-width 8
finish
