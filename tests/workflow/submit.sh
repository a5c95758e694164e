#!/bin/sh
# tests/workflow/submit.sh: a batch system of one machine: runs a job's script later, in a fresh shell with no environment but PATH,
# which Snakemake itself wants. For --cluster of Snakemake 7 and --cluster-generic-submit-cmd of the plugin.
# usage: submit.sh FOLDER SCRIPT; prints the job's number. Jobs of FOLDER can be told by their .pid files.
folder=$1 script=$2
id=$(basename "$script").$$
cp "$script" "$folder/$id.sh"
later='sleep 0.2; echo $$ > "$1.pid"; exec /bin/sh "$1.sh"'
nohup env -i PATH=/usr/bin:/bin /bin/sh -c "$later" job "$folder/$id" > "$folder/$id.out" 2>&1 < /dev/null &
echo "$id"
