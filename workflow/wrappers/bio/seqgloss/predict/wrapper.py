"""Snakemake wrapper for seqgloss predict."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

weights = "--weights {snakemake.input.weights:q}" if snakemake.input.get("weights") else ""

if snakemake.input.get("genome"):
    windows = "-f {snakemake.input.genome:q} -b {snakemake.input.regions:q}"
    if snakemake.input.get("fai"):
        windows += " --fai {snakemake.input.fai:q}"
else:
    windows = "{snakemake.input.sequences:q}"

target = snakemake.params.get("target")
target = f"-t {target}" if target is not None else ""

shard = snakemake.params.get("shard")
shard = f"--shard {shard}" if shard else ""

shell(
    "(seqgloss predict -m {snakemake.input.model:q} " + weights + " {target} {shard} -@ {snakemake.threads} {extra} "
    + windows + " -o {snakemake.output[0]:q}) {log}"
)
