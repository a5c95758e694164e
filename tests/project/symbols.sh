#!/bin/sh
# What the library shows: only sg_ names; and what it keeps: no writable data, so that any number of threads and users share it.
set -u
lib=${SEQGLOSS_LIB:?}
all=${SEQGLOSS_ARCHIVE:?}
if ! command -v nm > /dev/null 2>&1 || [ ! -f "$lib" ]; then
  echo '1..0 # SKIP nm or the shared library is missing'
  exit 0
fi
if [ "${SEQGLOSS_SANITIZED:-no}" = yes ]; then
  echo '1..0 # SKIP sanitizers add symbols of their own'
  exit 0
fi
echo 1..2

bad=$(nm -D --defined-only "$lib" | awk '{ print $NF }' | grep -v '^sg_' | grep -vE '^(_init|_fini|__bss_start|_edata|_end)$')
[ -z "$bad" ] && echo 'ok 1 - exported names begin with sg_' || { echo 'not ok 1 - exported names begin with sg_'; echo "# $bad"; }

# name|value|class|type|size|line|section; the sections of constants with addresses in them are .data.rel.ro*
bad=$(nm --format=sysv "$all" 2> /dev/null | awk -F'|' '{ gsub(/ /, "", $1); gsub(/ /, "", $7) }
  $7 ~ /^\.(data|bss|tbss|tdata)/ && $7 !~ /^\.data\.rel\.ro/ { print $1 }')
[ -z "$bad" ] && echo 'ok 2 - no writable data' || { echo 'not ok 2 - no writable data'; echo "# "$bad; }
