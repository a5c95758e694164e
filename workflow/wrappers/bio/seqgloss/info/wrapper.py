"""Snakemake wrapper for seqgloss info."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=False, stderr=True)

weights = "--weights {snakemake.input.weights:q}" if snakemake.input.get("weights") else ""

json = "--json" if snakemake.output[0].endswith(".json") else ""

shell("(seqgloss info {json} " + weights + " {extra} {snakemake.input.model:q} > {snakemake.output[0]:q}) {log}")
