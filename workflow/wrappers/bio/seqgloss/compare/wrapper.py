"""Snakemake wrapper for seqgloss compare."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

motifs = "{snakemake.input.motifs:q}" if snakemake.input.get("motifs") else snakemake.params.get("motifs", "vertebrates")
outputs = " ".join(f"-o {path}" for path in snakemake.output)

shell("(seqgloss compare -d " + motifs + " -@ {snakemake.threads} {extra} {outputs} {snakemake.input.queries:q}) {log}")
