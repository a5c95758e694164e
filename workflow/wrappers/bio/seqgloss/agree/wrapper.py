"""Snakemake wrapper for seqgloss agree."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

outputs = " ".join(f"--{name} {{snakemake.output.{name}:q}}" for name in ("each", "svg") if snakemake.output.get(name))
table = "{snakemake.output.table:q}" if snakemake.output.get("table") else "{snakemake.output[0]:q}"

shell("seqgloss agree {extra} -o " + table + " " + outputs + " {snakemake.input:q} {log}")
