#!/bin/sh
# quickstart.sh          install what is needed, build, and explain the shipped network in the shipped regions
# quickstart.sh check    the same set-up, then every test
#
# Debian 12, Ubuntu 22.04 or later, as root or with sudo; nothing else has to be there. Each command is shown as it is run ("+ ...").
# Run again, it does only what is still to do. The build goes to build/, the results to build/quickstart/.
set -eu
cd "$(dirname "$0")"
top=$PWD
build=$top/build
list=build-aux/apt-packages.txt

say() { printf '\n== %s\n' "$*"; }
run() { printf '+ %s\n' "$*"; "$@"; }
die() { printf 'quickstart.sh: %s\n' "$*" >&2; exit 1; }

# Packages of the list that are not installed; $1: those marked optional (yes) or the others (no).
missing() {
  awk -v want="$1" '{ opt = /# optional/ ? "yes" : "no"; sub(/#.*/, ""); if (NF && opt == want) print $1 }' "$list" |
    while read -r package; do
      dpkg-query -W -f '${Status}\n' "$package" 2> /dev/null | grep -q '^install ok installed' || echo "$package"
    done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then run "$@"
  elif command -v sudo > /dev/null 2>&1; then run sudo "$@"
  else die "packages are missing and this is neither root nor a machine with sudo; ask for: $(echo $required $optional)"
  fi
}

install_packages() {
  if ! command -v apt-get > /dev/null 2>&1; then
    echo "No apt-get here: the libraries of $list have to be installed by hand. Trying to build with what is there."
    return
  fi
  required=$(missing no)
  optional=$(missing yes)
  if [ -z "$required$optional" ]; then
    echo "All packages of $list are installed."
    return
  fi
  as_root apt-get update -q
  found=
  for package in $optional; do
    if apt-cache show "$package" > /dev/null 2>&1; then found="$found $package"
    else echo "$package is not in this distribution: left out"; fi
  done
  # shellcheck disable=SC2086
  [ -z "$required$found" ] || as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends $required $found
}

build() {
  jobs=$(nproc 2> /dev/null || echo 2)
  [ -x configure ] && [ -z "$(find configure.ac Makefile.am m4 -newer configure 2> /dev/null)" ] || run ./bootstrap
  mkdir -p "$build"
  cd "$build"
  [ -f Makefile ] && [ -z "$(find ../configure -newer Makefile)" ] || run ../configure --quiet
  run make -s -j "$jobs"
  cd "$top"
}

# The whole run on the shipped network and regions, and its predictions held against the regions' own score column.
main_job() {
  out=$build/quickstart
  SEQGLOSS_DATA=$top
  export SEQGLOSS_DATA
  echo "seqgloss below is $build/seqgloss, and SEQGLOSS_DATA=$top tells it where its data are"
  printf '+ seqgloss run -m data/mafk.h5 -f data/chr20.fa.gz -b data/regions.bed --threshold 0.99 --expect maf -o %s\n' "$out"
  "$build/seqgloss" run -m data/mafk.h5 -f data/chr20.fa.gz -b data/regions.bed --threshold 0.99 --expect maf -o "$out" \
    > /dev/null || recovered=no
  say "Motifs ($out/motifs.tsv)"
  # Lines of ## say what the columns are.
  if command -v column > /dev/null 2>&1; then grep -v '^## ' "$out/motifs.tsv" | column -t -s "$(printf '\t')"; else cat "$out/motifs.tsv"; fi
  say "Checking"
  # Field 4 and 5 of the BED: name and 1000 x the prediction by PyTorch, rounded. Rows keep the order of the regions.
  grep -v '^#' "$out/predictions.tsv" | awk -F '\t' '
    NR == FNR { name[FNR] = $4; score[FNR] = $5; n = FNR; next }
    {
      rows++
      if ($1 != name[rows]) { print "row " rows " is " $1 ", not " name[rows]; bad++ }
      d = 1000 * $6 - score[rows]; if (d < 0) d = -d
      if (!(d <= 0.501)) { print $1 " is " $6 ", but the score column says " score[rows]; bad++ }
    }
    END {
      if (rows != n) { print rows " rows for " n " regions"; bad++ }
      if (bad) exit 1
      print rows " predictions agree with the score column of data/regions.bed"
    }' data/regions.bed - || die "the predictions are wrong"
  [ "$recovered" = yes ] || die "the motif that the network was trained to know was not recovered"
  echo "the motif that the network was trained to know was recovered"
}

case ${1-} in
  '' | check) ;;
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

say "1. Packages"
install_packages
say "2. Build"
build
if [ "${1-}" = check ]; then
  say "3. Tests"
  run make -C "$build" -j "$(nproc 2> /dev/null || echo 2)" check
  say "All tests passed."
else
  say "3. Explain a network trained on MAFK binding in 789 regions of human chromosome 20"
  recovered=yes
  main_job
  say "Done. Open $build/quickstart/report.html; README.md shows what else the command does."
fi
