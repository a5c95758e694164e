"""Snakemake wrapper for seqgloss report."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

sample = snakemake.params.get("sample")
sample = f"--sample {sample}" if sample else ""
keys = ("subsets", "clusters", "kept", "genomic", "matches", "predictions", "unexplained")
files = " ".join(f"--{key} {{snakemake.input.{key}:q}}" for key in keys if snakemake.input.get(key))
files += "".join(f" --{key} {{snakemake.output.{key}:q}}" for key in ("multiqc", "table") if snakemake.output.get(key))

shell("(seqgloss report " + files + " {sample} {extra} -o {snakemake.output.page:q}) {log}")
