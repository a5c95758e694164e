#!/bin/sh
# tests/cli/pipeline_places.sh: where pipelines put a command: inputs that cannot be written, full disks, folders with spaces, no HOME,
# no terminal, other locales; and pieces that are missing or half there.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
src=$SEQGLOSS_DATA
case $seqgloss in /*) ;; *) seqgloss=$PWD/$seqgloss ;; esac
cd "$work" || exit 99
mkdir in
cp "$src/data/mafk.h5" "$src/data/mafk.onnx" in
# A short genome without indices, plain and compressed.
gzip -dc "$src/data/chr20.fa.gz" 2> /dev/null | head -n 66000 > in/plain.fa
gzip -c in/plain.fa > in/bare.fa.gz
head -n 3 "$src/data/regions.bed" > in/few.bed
awk '$3 < 3900000' "$src/data/regions.bed" > part.bed
"$seqgloss" sis -q --threshold 0.9 -m in/mafk.h5 -f in/plain.fa -b part.bed -o in/sis.tsv
mkdir in/run
"$seqgloss" run -q --threshold 0.9 -m in/mafk.h5 -f in/plain.fa -b part.bed -o in/run > /dev/null
for i in 1 2; do
  for e in tsv npz; do "$seqgloss" predict -q -m in/mafk.h5 -f in/plain.fa -b in/few.bed --shard $i/2 -o in/piece$i.$e; done
done

# Commands that write files, OUT being the folder: a line each.
cat > writing << 'EOF'
predict -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.tsv
ism -m in/mafk.onnx -f in/bare.fa.gz -b in/few.bed -o OUT/x.tsv.gz
predict -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.json
predict -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.npz
predict -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.h5
ism -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.npz
ism -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.bedgraph
ism -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.bw
ism --resume -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.tsv
deeplift -n 2 -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.h5
sis --threshold 0.9 -m in/mafk.h5 -f in/plain.fa -b in/few.bed -o OUT/x.tsv -o OUT/x.bed -o OUT/x.fa
onehot -f in/plain.fa -b in/few.bed -l 101 -o OUT/x.npz
shuffle -f in/plain.fa -b in/few.bed -n 20 -o OUT/x.fa
cluster -f in/plain.fa -o OUT in/sis.tsv
compare TGCTGANTCAGCA -o OUT/x.tsv -o OUT/x.txt
motifs vertebrates -o OUT/x.meme
logo TGCTGANTCAGCA -o OUT/x.svg
report in/run -o OUT/x.html --multiqc OUT/x_mqc.json
merge -o OUT/x.tsv in/piece1.tsv in/piece2.tsv
merge -o OUT/x.npz in/piece2.npz in/piece1.npz
EOF

# One of each kind, for what concerns the process rather than a format.
grep -E '^(predict.*tsv|ism.*(bedgraph|bare)|sis|cluster|compare|report|merge.*npz)' writing > kinds

# all_of DIR [WRAPPER...]: every command of the file $list with a folder in DIR each; those that fail are named.
list=writing
all_of() {
  to=$1 n=0 wrong=0
  shift
  while read -r line; do
    n=$((n + 1))
    mkdir -p "$to/$n"
    line=$(printf '%s\n' "$line" | sed "s|OUT|$to/$n|g")
    # shellcheck disable=SC2086
    "$@" "$seqgloss" $line < /dev/null > "$to/$n.out" 2> "$to/$n.err" || { echo "failed: $line"; cat "$to/$n.err"; wrong=1; }
  done < $list
  return $wrong
}
same() { diff -r "plain_$list" "$1"; }

plain() { all_of plain_writing && list=kinds && all_of plain_kinds && list=writing; }
nothing_beside() {
  find in | sort > now
  diff before now
}

# ---- Inputs that cannot be written ----
# Root may write whatever the permissions say: a read-only mount stops it, in a mount namespace of its own.
read_only_how=
if [ "$(id -u)" != 0 ]; then read_only_how=permissions
elif unshare -m sh -c 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && ! touch "$1/x"' - "$work/in" > /dev/null 2>&1; then
  read_only_how=mount
fi
read_only() {
  case $read_only_how in
  mount)
    mkdir ro
    # shellcheck disable=SC2016
    all_of ro unshare -m sh -c 'mount --bind in in && mount -o remount,ro,bind in && exec "$@"' -
    ;;
  permissions)
    chmod -R a-w in
    all_of ro
    got=$?
    chmod -R u+w in
    [ $got = 0 ]
    ;;
  esac && same ro
}

# ---- Full disks ----
full_how=
if [ "$(id -u)" = 0 ] && unshare -m sh -c 'mount -t tmpfs -o size=4k none "$1"' - "$work/in" > /dev/null 2>&1; then full_how=tmpfs; fi
# one_full LINE: on a disk of one page, status 1, one error, and nothing left.
one_full() {
  # shellcheck disable=SC2016,SC2086
  unshare -m sh -c 'mount -t tmpfs -o size=4k none full && "$@" > full.out 2> full.err < /dev/null; echo $? > full.status; find full -type f > full.left' \
    - "$seqgloss" $1
  [ "$(cat full.status)" = 1 ] && [ "$(grep -c '\[E::' full.err)" = 1 ] && [ ! -s full.left ] && return
  echo "status $(cat full.status): $1"
  cat full.err full.left
  return 1
}
full_disk() {
  mkdir full
  wrong=0
  # --resume leaves what is computed, on purpose. Outputs of less than a page fit: those commands are given more to write.
  sed -e 's|OUT|full|g' -e '/^predict/s|in/few.bed|many.bed|' -e '/gz$/s|in/few.bed|part.bed|' -e '/^\(compare\|logo\|merge\)/d' -e '/--resume/d' writing > filling
  cat part.bed part.bed part.bed part.bed > many.bed
  while read -r line; do one_full "$line" || wrong=1; done < filling
  [ $wrong = 0 ]
}

# ---- Folders, environment, locale ----
bare() {
  for key in $(env | sed -n 's/^\([A-Za-z_][A-Za-z_0-9]*\)=.*/\1/p'); do
    case $key in PATH | SEQGLOSS_DATA | ASAN_OPTIONS | LSAN_OPTIONS | LD_LIBRARY_PATH) ;; *) drop="$drop -u $key" ;; esac
  done
  # shellcheck disable=SC2086
  mkdir "a b" && cp -R in "a b/in" && cp kinds "a b" && (cd "a b" && all_of c env $drop setsid -w) && same "a b/c"
}
# A decimal comma; a language whose small i is not that of I.
locales="LOCPATH=$work/locales LC_NUMERIC=de_DE.UTF-8 LC_CTYPE=tr_TR.UTF-8"
# shellcheck disable=SC2086
localised() { all_of locale env -u LC_ALL $locales && same locale; }
# The command never asks for a locale, but a program around the library may have: so does a library that is loaded first. (Tables of
# compare, reports and what stands on stderr are written by the command itself.)
# shellcheck disable=SC2086
forced() {
  echo '#include <locale.h>
__attribute__((constructor)) static void take(void) { setlocale(LC_ALL, ""); }' > take.c
  cc -shared -fPIC -o take.so take.c && sed -E '/^(compare|report)/d' kinds > forcing && list=forcing && all_of plain_forcing &&
    all_of forced env -u LC_ALL $locales LD_PRELOAD="$work/take.so"
  got=$?
  list=kinds
  [ $got = 0 ] && rm -f plain_forcing/*.err forced/*.err && diff -r plain_forcing forced
}

# An input that is staged as a link is not written through it.
own_input() {
  mkdir staged && cp in/mafk.h5 in/few.bed staged && ln -s staged/mafk.h5 linked.h5 && cp in/mafk.h5 kept.h5 &&
    fails 2 'linked.h5: is an input' "$seqgloss" ism -m linked.h5 -f in/plain.fa -b in/few.bed -o linked.h5 &&
    fails 2 'mafk.h5: is an input' "$seqgloss" predict -m in/mafk.onnx -m linked.h5 -f in/plain.fa -b in/few.bed -o staged/mafk.h5 || return 1
  fails 2 'is an input' "$seqgloss" merge -o in/piece1.tsv in/piece1.tsv in/piece2.tsv && cmp kept.h5 staged/mafk.h5
}

# ---- Pieces ----
m=in/mafk.h5 g=in/plain.fa b=in/few.bed
pieces() {
  stem=$1 e=$2
  shift 2
  for i in 1 2 3; do "$seqgloss" "$@" -q -m $m -f $g -b $b --shard $i/3 -o $stem$i.$e || return 1; done
  "$seqgloss" "$@" -q -m $m -f $g -b $b -o $stem.$e && "$seqgloss" merge -o merged.$e $stem*[123].$e && cmp merged.$e $stem.$e || return 1
  rm -f merged.$e
  fails 1 '2 of 3 pieces missing: --shard 1, 3' "$seqgloss" merge -o merged.$e ${stem}2.$e || return 1
  fails 1 . "$seqgloss" merge -o merged.$e ${stem}1.$e ${stem}2.$e ${stem}2.$e ${stem}3.$e || return 1
  # Half a piece, as a copy that was cut off leaves it.
  size=$(wc -c < ${stem}3.$e)
  for k in 1 2 3; do
    head -c $((size * k / 4)) ${stem}3.$e > half.$e
    fails 1 half "$seqgloss" merge -o merged.$e ${stem}1.$e ${stem}2.$e half.$e || { echo "half a piece was taken: $k/4"; return 1; }
  done
  # Cut exactly at the end of a line: text that is whole by itself.
  case $e in tsv | bed)
    for k in 1 2; do
      sed '$d' ${stem}3.$e > cut.$e && cp cut.$e half.$e
      [ $k = 1 ] || sed '$d' cut.$e > half.$e
      fails 1 half "$seqgloss" merge -o merged.$e ${stem}1.$e ${stem}2.$e half.$e || { echo "a piece without its last $k lines was taken"; return 1; }
    done ;;
  esac
  [ ! -e merged.$e ]
}

find in | sort > before
check "every command that writes" plain
check "nothing is written beside the inputs" nothing_beside
list=kinds
if [ -n "$read_only_how" ]; then check "inputs that cannot be written ($read_only_how): the same bytes" read_only
else skip "inputs that cannot be written" "root, and no mount namespaces"; fi
if [ -n "$full_how" ]; then check "a full disk: one error, nothing left" full_disk
else skip "a full disk" "no root, or no mount namespaces"; fi
check "a folder with spaces, no HOME, no terminal, an empty environment" bare
mkdir locales
made=yes
for at in de_DE tr_TR; do localedef -i $at -f UTF-8 "locales/$at.UTF-8" > /dev/null 2>&1 || made=no; done
if [ $made = yes ]; then check "other locales" localised
else skip "other locales" "they cannot be made here"; fi
if [ "${SEQGLOSS_SANITIZED:-no}" != no ] || [ $made = no ] || ! command -v cc > /dev/null; then
  skip "a locale that the process took" "sanitizers come first, or no cc, or no such locale"
else
  check "a locale that the process took" forced
fi
check "an output that is an input, also through a link: refused" own_input
check "pieces of predict: what is missing is named, halves are refused" pieces predict tsv predict
check "pieces of arrays" pieces array npz predict
check "pieces of sis" pieces sis tsv sis --threshold 0.9
check "pieces of sis as BED" pieces places bed sis --threshold 0.9
check "pieces of ism" pieces ism npz ism
check "pieces of ism as a table" pieces table tsv ism
check "pieces of attribution" pieces deeplift h5 deeplift -n 2
check "pieces of attribution as a table" pieces gradient tsv gradient
finish
