"""Snakemake wrapper for seqgloss onehot."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

if snakemake.input.get("genome"):
    windows = "-f {snakemake.input.genome:q} -b {snakemake.input.regions:q}"
    if snakemake.input.get("fai"):
        windows += " --fai {snakemake.input.fai:q}"
else:
    windows = "{snakemake.input.sequences:q}"

shard = snakemake.params.get("shard")
shard = f"--shard {shard}" if shard else ""

shell("(seqgloss onehot {shard} {extra} " + windows + " -o {snakemake.output[0]:q}) {log}")
