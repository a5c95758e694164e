"""Snakemake wrapper for seqgloss logo."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

shell("(seqgloss logo {extra} -o {snakemake.output[0]:q} {snakemake.input.motifs:q}) {log}")
