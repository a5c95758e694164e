#!/bin/sh
# usage: check-layers.sh [TOP]   (default: the parent of this script's folder)
#
# The laws of the source tree, as TAP: one line a law, what breaks it as comments below.
#   1. layers    a folder under src/ includes headers of the folders in `layers` only; seqgloss/x.h counts as folder x
#   2. external  a library's headers are included in the folders of `external` only
#   3. names     no two files under src/ (or in include/seqgloss, the installed contract) share a name
#   4. columns   no line of C is longer than 100 columns
#   5. length    no C file is longer than 800 lines
#   6. banned    no call that cannot check its input or its room
#   7. quiet     the library neither prints nor ends the process
# Comments and strings are blanked before calls are looked for.
set -eu
cd "${1:-$(dirname "$0")/..}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/seqgloss.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Column 1: a folder; the rest: folders whose headers it may include beside its own.
cat > "$tmp/layers" <<'EOF'
base
kernels base
seqio base
model kernels base
ops model kernels base
import model base
engine ops model kernels base
methods engine model kernels base
sis engine model base
motif base
cluster motif base
report base
cli seqgloss
EOF

# Column 1: a header of the installed contract that is not named after its folder; column 2: the folder it counts as.
cat > "$tmp/public" <<'EOF'
agree report
attribute methods
codes base
compare motif
delta engine
io base
ism methods
logo report
motifnotes motif
pipeline base
region seqio
seq seqio
subsets cluster
track report
tsv base
html report
EOF

# Column 1: the start of an external header's name; the rest: folders that may include it. `*`: all (C and POSIX).
cat > "$tmp/external" <<'EOF'
htslib/bgzf.h base seqio
htslib/hfile.h base seqio
htslib/hts.h base seqio
htslib/khash.h base seqio
htslib/kstring.h base seqio
htslib/thread_pool.h base
htslib/hts_log.h base cli
htslib/ seqio
zlib.h base report
hdf5.h import report
zip.h import report
jansson.h import
protobuf-c import
cairo report
bigWig.h report
immintrin.h kernels
cpuid.h kernels
sys/ *
EOF
for header in assert ctype dirent errno fcntl float inttypes limits locale math poll pthread sched \
  setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib string strings termios \
  time unistd; do
  echo "$header.h *"
done >> "$tmp/external"

find src include tests examples bench -name '*.[ch]' 2>/dev/null | sort > "$tmp/all"
grep '^src/' "$tmp/all" > "$tmp/src" || :

# Blanks comments, strings and character constants; keeps line numbers. Prints FILE:LINE:TEXT.
strip() {
  awk '
    FNR == 1 { comment = 0 }
    {
      out = ""; n = length($0); i = 1
      while (i <= n) {
        c = substr($0, i, 1); two = substr($0, i, 2)
        if (comment) { if (two == "*/") { comment = 0; i++ } i++; continue }
        if (two == "/*") { comment = 1; i += 2; continue }
        if (two == "//") break
        if (c == "\"" || c == "\047") {
          for (j = i + 1; j <= n && substr($0, j, 1) != c; j++) if (substr($0, j, 1) == "\\") j++
          out = out c c; i = j + 1; continue
        }
        out = out c; i++
      }
      if (out ~ /[^ ]/) print FILENAME ":" FNR ":" out
    }' "$@" < /dev/null
}

count=0 bad=0
# law NAME: what stands in $tmp/found breaks it.
law() {
  count=$((count + 1))
  if [ -s "$tmp/found" ]; then
    bad=1
    echo "not ok $count - $1"
    sed 's/^/# /' "$tmp/found"
  else
    echo "ok $count - $1"
  fi
}

# 1, 2. "FILE LINE NAME KIND" for every include; KIND is " or <.
awk '/^[ \t]*#[ \t]*include[ \t]*["<]/ {
  kind = index($0, "\"") ? "\"" : "<"
  name = $0; sub(/^[^"<]*["<]/, "", name); sub(/[">].*/, "", name)
  print FILENAME, FNR, name, kind
}' $(cat "$tmp/src") $(find include -name '*.h' | sort) < /dev/null > "$tmp/includes"

awk '
  FILENAME ~ /public$/ { folder[$1] = $2; next }
  FILENAME ~ /layers$/ { known[$1] = 1; for (i = 1; i <= NF; i++) may[$1, $i] = 1; next }
  {
    n = split($1, part, "/")
    if (part[1] == "src") from = part[2]
    else { from = part[n]; sub(/\.h$/, "", from); if (from == "seqgloss") next; if (from in folder) from = folder[from] }
    to = $3
    if (to ~ /^seqgloss\//) { sub(/^seqgloss\//, "", to); sub(/\.h$/, "", to); if (to in folder) to = folder[to]; public = 1 }
    else if ($4 == "\"") { if (to == "config.h") next; if (!index(to, "/")) to = "(no folder)"; sub(/\/.*/, "", to); public = 0 }
    else next
    if (!(from in known)) { print $1 ":" $2 ": folder " from " is not in the table of layers"; next }
    if (from == to) next
    if (public && (from, "seqgloss") in may) next
    if (!((from, to) in may)) print $1 ":" $2 ": " $3 ": " from " may not know " to
  }' "$tmp/public" "$tmp/layers" "$tmp/includes" > "$tmp/found"
law 'layers: folders include only what lies below them'

awk '
  FILENAME ~ /external$/ { rule[++rules] = $1; where[rules] = " " substr($0, length($1) + 2) " "; next }
  $4 == "<" {
    split($1, part, "/"); folder = part[1] == "src" ? part[2] : "*"
    for (i = 1; i <= rules; i++) if (index($3, rule[i]) == 1) {
      if (!index(where[i], " * ") && !index(where[i], " " folder " ")) print $1 ":" $2 ": <" $3 "> belongs to" where[i]
      next
    }
    print $1 ":" $2 ": <" $3 "> is not in the table of external headers"
  }' "$tmp/external" "$tmp/includes" > "$tmp/found"
law 'external: libraries are known to their own folders only'

{
  sed 's|.*/||' "$tmp/src" | sort | uniq -d
  { grep '^include/' "$tmp/all" || :; } | sed 's|.*/||' | sort | uniq -d
} > "$tmp/found"
law 'names: every file name is used once'

awk 'length($0) > 100 { print FILENAME ":" FNR ": " length($0) " columns" }' $(cat "$tmp/all") > "$tmp/found"
law 'columns: lines of C have at most 100'

awk '{ n[FILENAME]++ } END { for (f in n) if (n[f] > 800) print f ": " n[f] " lines" }' $(cat "$tmp/all") > "$tmp/found"
law 'length: C files have at most 800 lines'

strip $(cat "$tmp/all") > "$tmp/code"
grep -E '(^|[^A-Za-z0-9_.>])(atoi|atol|atoll|atof|strtok|sprintf|vsprintf|strcpy|strcat|gets|alloca)[ ]*\(' "$tmp/code" \
  > "$tmp/found" || :
law 'banned: no atoi, atof, strtok, sprintf, strcpy, strcat, gets, alloca'

grep '^src/' "$tmp/code" | grep -v '^src/cli/' |
  grep -E '(^|[^A-Za-z0-9_.>])(exit|_exit|abort|assert|printf|vprintf|puts|putchar|perror|rand|srand)[ ]*\(|[^A-Za-z0-9_](stdout|stderr)([^A-Za-z0-9_]|$)' \
  > "$tmp/found" || :
law 'quiet: the library does not print, exit, abort or draw hidden random numbers'

echo "1..$count"
exit $bad
