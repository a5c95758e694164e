#!/bin/sh
# usage: gen-man.sh SEQGLOSS SCDOC FILE.scd [COMMAND] > PAGE.1
#
# The manual page of a command, or seqgloss(1): SEQGLOSS writes the source from its option tables and the hand-written FILE.scd,
# SCDOC makes roff of it. Two things are changed then:
#   - the day of the build is taken out, so that equal sources give equal pages (the version stands at the foot);
#   - dashes of names and options (bold), of examples, and those that begin a word are written \-: a plain one is a hyphen, which
#     some terminals show as another character, and what is copied from the page would not run.
set -eu
seqgloss=$1 scdoc=$2 body=$3
shift 3
tmp=$(mktemp -d "${TMPDIR:-/tmp}/seqgloss.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

"$seqgloss" help --scdoc "$body" "$@" > "$tmp/page.scd"
"$scdoc" < "$tmp/page.scd" > "$tmp/page"
sed -E \
  -e '/^\.TH /s/ "[0-9]+-[0-9]+-[0-9]+"/ ""/' \
  -e '/^\.nf/,/^\.fi/{' -e '/^\./!s/-/\\-/g' -e 'b' -e '}' \
  -e '/^\.[A-Z]/b' \
  -e ':bold' -e 's/(\\fB([^\\-]|\\-)*)-/\1\\-/' -e 't bold' \
  -e 's/(^|[[ (|])-/\1\\-/g' -e 's/\\--/\\-\\-/g' \
  "$tmp/page"
