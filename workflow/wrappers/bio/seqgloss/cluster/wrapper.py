"""Snakemake wrapper for seqgloss cluster."""

__author__ = "The Seqgloss authors"
__copyright__ = "Copyright 2026, The Seqgloss authors"
__license__ = "MIT"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

options = {"genome": "-f", "fai": "--fai", "predictions": "--predictions"}
files = " ".join(f"{option} {{snakemake.input.{key}:q}}" for key, option in options.items() if snakemake.input.get(key))

shell("(seqgloss cluster " + files + " {extra} -o {snakemake.output[0]:q} {snakemake.input.subsets:q}) {log}")
