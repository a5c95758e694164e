#!/bin/sh
# tests/cli/manual.sh: help, manual pages and completions say the same as the option tables, and the examples of the pages run.
. "${SEQGLOSS_SRC:-.}/tests/cli/lib.sh"
build=${SEQGLOSS_BUILD:-.}
pages=$src/doc/man
SEQGLOSS_DATA=$(cd "$src" && pwd)
export SEQGLOSS_DATA
commands=$("$seqgloss" list commands | cut -f 1)

# Long options of a command, from --help.
options_of() { "$seqgloss" "$1" --help | sed -n 's/^  .\{3\} --\([a-z0-9-]*\).*/\1/p'; }
page_of() { [ -n "$1" ] && echo "seqgloss-$1" || echo seqgloss; }
source_of() { "$seqgloss" help --scdoc "$pages/$(page_of "$1").scd" $1; }

# ---- help ----
tidy_help() {
  "$seqgloss" "$1" --help > "$work/help" && [ -n "$(options_of "$1")" ] &&
    awk '/ $/ { print "blank at the end: " $0; bad = 1 }
      length($0) > 79 { print "wide: " $0; bad = 1 }
      END { exit bad }' "$work/help"
}

# ---- pages ----
# The list of the makefile, the hand-written parts and the table of commands name the same.
listed() {
  sed -n -e ':a' -e '/\\$/{N;s/\\\n/ /;ba' -e '}' -e 's/^MAN_COMMANDS *= *//p' "$pages/Makefile.inc" |
    tr -s ' ' '\n' | sort > "$work/listed"
  printf '%s\n' $commands | sort | diff - "$work/listed" &&
    ls "$pages" | sed -n 's/^seqgloss-\(.*\)\.scd$/\1/p' | sort | diff - "$work/listed"
}
sections() {
  source_of "$1" > "$work/scd" || return 1
  for s in NAME SYNOPSIS DESCRIPTION EXAMPLES 'SEE ALSO'; do grep -qx "# $s" "$work/scd" || { echo "no $s"; return 1; }; done
}
options_stand() {
  source_of "$1" > "$work/scd" && n=0 || return 1
  for o in $(options_of "$1"); do
    grep -q -- "^\(\*-.\*, \)\{0,1\}\*--$o\*" "$work/scd" || { echo "no --$o"; return 1; }
    n=$((n + 1))
  done
  [ "$n" -ge 3 ]
}
overview() {
  source_of '' > "$work/scd" || return 1
  for c in $commands; do
    grep -qx "\*$c\*" "$work/scd" && grep -q "\*seqgloss-$c\*(1)" "$work/scd" || { echo "no $c"; return 1; }
  done
}
render() {
  case $renderer in
    groff) groff -man -ww -Tascii "$1" ;;
    mandoc) mandoc -T ascii -W error "$1" ;;
  esac
}
# The whole page, without a warning; each option as it is typed; nothing of the day it was made.
rendered() {
  page=$build/man/$(page_of "$1").1
  render "$page" > "$work/text" 2> "$work/warnings" || return 1
  cat "$work/warnings"
  [ ! -s "$work/warnings" ] || return 1
  sed "s/.$(printf '\b')//g" "$work/text" | grep -q 'SEE ALSO' || return 1
  ! grep '^\.TH.*"[0-9]*-[0-9]*-[0-9]*"' "$page" || return 1
  [ -z "$1" ] || for o in $(options_of "$1"); do
    typed=$(printf '%s' "--$o" | sed 's/-/\\-/g')
    grep -qF "\\fB$typed\\fR" "$page" || { echo "no --$o"; return 1; }
  done
}

# ---- examples: the blocks between ``` of the section EXAMPLES, run in a folder where the files of data/ are ----
blocks() {
  rm -rf "$work/blocks" && mkdir "$work/blocks"
  awk -v dir="$work/blocks" '
    /^# / { on = $0 == "# EXAMPLES" }
    on && /^```/ { inside = !inside; if (inside) n++; next }
    on && inside { print > (dir "/" n) }' "$1"
  ls "$work/blocks" | sort -n
}
example() { cat "$1"; ! grep '\\' "$1" && (cd "$work/data" && PATH=$work/bin:$PATH sh -e "$1"); }
prepare_examples() {
  mkdir "$work/bin" "$work/data" || exit 99
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$seqgloss" > "$work/bin/seqgloss"
  chmod 755 "$work/bin/seqgloss"
  for f in "$(cd "$src" && pwd)"/data/*; do ln -s "$f" "$work/data/"; done
  # What the examples show, a sixth of the regions shows as well.
  rm "$work/data/regions.bed" && awk 'NR % 6 == 1' "$src/data/regions.bed" > "$work/data/regions.bed"
}
# A build that lacks a library cannot read all of the networks.
reads_networks() {
  for f in mafk.h5 mafk.onnx hepg2.keras; do
    "$seqgloss" info "$src/data/$f" > "$work/out" 2> "$work/err" || ! grep 'this build cannot read' "$work/err" || return 1
  done
}

# ---- completions ----
# bash_reply WORD...: what completes the last word.
bash_reply() {
  bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _seqgloss; printf "%s\n" "${COMPREPLY[@]}"' - \
    "$work/bash" seqgloss "$@" | sort | tr '\n' ' '
}
replies() { want=$1; shift; got=$(bash_reply "$@"); echo "$*: '$got', not '$want'"; [ "$got" = "$want" ]; }
sorted() { printf '%s\n' "$@" | sort | tr '\n' ' '; }
all_options() { for o in $(options_of "$1"); do printf '%s\n' "--$o"; done | sort | tr '\n' ' '; }
same_as_built() { "$seqgloss" help --completion "$1" | cmp - "$build/completions/$2"; }
# zsh_offers LINE PATTERN: what zsh shows when it completes LINE on a terminal of its own.
zsh_offers() {
  timeout 30 zsh -f -c '
    zmodload zsh/zpty; zpty z zsh -f -i
    zpty -w z "PROMPT=; autoload -Uz compinit; compinit -u -D; source $1; LINES=200 COLUMNS=100 LISTMAX=0"
    zpty -w z "echo rea""dy"; zpty -r -m z seen "*ready*"
    zpty -n -w z "$2"$'"'\t'"'
    zpty -r -m z seen "*$3*" && print -r -- "$seen"
  ' - "$work/zsh" "$1" "$2" < /dev/null
}

for c in $commands; do check "$c --help fits a terminal" tidy_help "$c"; done
check "the list of pages, their sources and the commands agree" listed
check "seqgloss(1) names every command" overview
for c in $commands; do
  check "$c: sections of the page" sections "$c"
  check "$c: every option stands in the page" options_stand "$c"
done
check "a source that is missing" fails 1 'none.scd' "$seqgloss" help --scdoc "$work/none.scd" predict

renderer=
for r in mandoc groff; do command -v $r > /dev/null 2>&1 && renderer=$r; done
for c in '' $commands; do
  if [ ! -f "$build/man/seqgloss.1" ]; then skip "$(page_of "$c")(1) renders" "built without manual pages (scdoc)"
  elif [ -z "$renderer" ]; then skip "$(page_of "$c")(1) renders" "neither groff nor mandoc"
  else check "$(page_of "$c")(1) renders, with $renderer" rendered "$c"; fi
done

prepare_examples
for c in '' $commands; do
  page=$(page_of "$c")
  if ! reads_networks; then skip "$page: examples" "this build lacks a library of the shipped networks"; continue; fi
  list=$(blocks "$pages/$page.scd")
  check "$page has examples" test -n "$list"
  for i in $list; do check "$page, example $i" example "$work/blocks/$i"; done
done

"$seqgloss" help --completion bash > "$work/bash"
"$seqgloss" help --completion zsh > "$work/zsh"
if command -v bash > /dev/null 2>&1; then
  check "bash completion is valid" bash -n "$work/bash"
  check "bash: commands" replies "$(sorted $commands --help --version)" ''
  check "bash: seqgloss pre" replies 'predict ' pre
  check "bash: choices of --rc" replies 'max mean none ' predict --rc ''
  check "bash: choices of --rc that begin with m" replies 'max mean ' predict --rc m
  check "bash: choices of --rc=" replies 'max mean none ' predict --rc =
  check "bash: choices of --rc=n" replies 'none ' predict --rc = n
  check "bash: files are left to bash" replies ' ' predict -m ''
  check "bash: what can be listed" replies 'commands methods ops ' list ''
  check "bash: help of a command" replies 'shuffle ' help sh
  for c in $commands; do check "bash: options of $c" replies "$(all_options "$c")" "$c" --; done
else
  skip "bash completion" "no bash"
fi
if command -v zsh > /dev/null 2>&1 && command -v timeout > /dev/null 2>&1; then
  check "zsh completion is valid" zsh -n "$work/zsh"
  check "zsh: seqgloss pre" zsh_offers 'seqgloss pre' 'seqgloss predict'
  check "zsh: choices of --rc" zsh_offers 'seqgloss predict --rc ' 'max*mean*none'
  check "zsh: what can be listed" zsh_offers 'seqgloss list ' 'commands*methods*ops'
  for c in $commands; do check "zsh: options of $c" zsh_offers "seqgloss $c --" '--quiet'; done
else
  skip "zsh completion" "no zsh"
fi
for f in bash/seqgloss zsh/_seqgloss; do
  if [ -f "$build/completions/$f" ]; then check "the built $f is what the command prints" same_as_built "${f%/*}" $f
  else skip "the built $f" "built without"; fi
done
finish
