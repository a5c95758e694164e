# tests/cli/lib.sh: TAP for scripts that run the command. Sourced; makes and removes a folder of its own.
seqgloss=${SEQGLOSS:-./seqgloss}
src=${SEQGLOSS_SRC:-.}
work=$(mktemp -d "${TMPDIR:-/tmp}/seqgloss-test.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cases=0 bad=0
# Shipped motifs are those of the source, whatever is installed on this machine.
SEQGLOSS_DATA=$(cd "$src" && pwd)
export SEQGLOSS_DATA
export LC_ALL=C

# check NAME COMMAND...: ok when the command succeeds; shows its output when it does not.
check() {
  name=$1
  shift
  cases=$((cases + 1))
  if "$@" > "$work/.log" 2>&1; then echo "ok $cases - $name"
  else
    bad=$((bad + 1))
    echo "not ok $cases - $name"
    sed 's/^/# /' "$work/.log" | head -n 20
  fi
}
skip() { cases=$((cases + 1)); echo "ok $cases - $1 # SKIP $2"; }
# fails STATUS WORDS COMMAND...: exit status as said, nothing on stdout, WORDS in the one message.
fails() {
  want=$1 words=$2
  shift 2
  "$@" > "$work/.out" 2> "$work/.err"
  got=$?
  cat "$work/.err"
  [ "$got" = "$want" ] || { echo "status $got, not $want"; return 1; }
  [ ! -s "$work/.out" ] || { echo "something on stdout"; return 1; }
  grep -q -- "$words" "$work/.err" || { echo "no word of: $words"; return 1; }
}
finish() {
  echo "1..$cases"
  [ "$bad" = 0 ]
  exit
}
