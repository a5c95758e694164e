"""scripts/plan.py: how many regions there are, what one of them costs, and how many shards each step gets.

Both follow from the files alone, so that a workflow that is started again plans the same shards.
"""
import gzip
import json
import math
import shlex
import subprocess
import sys


def count(path):
    """Regions of a BED file, plain or compressed: lines that are neither empty nor a comment, `track` or `browser`."""
    with open(path, "rb") as f:
        packed = f.read(2) == b"\x1f\x8b"
    skipped = (b"#", b"track", b"browser")
    with (gzip.open if packed else open)(path, "rb") as f:
        return sum(1 for line in f if line.strip() and not line.startswith(skipped))


def fail(log, text):
    """Says why in the log and on the terminal, and ends."""
    with open(log, "w") as f:
        f.write(text)
    sys.stderr.write(text)
    raise SystemExit(1)


def cost(seqgloss, options, log):
    """What `seqgloss info` says of the network: the window's length, and its table of costs."""
    command = shlex.split(seqgloss) + ["info", "--json", "--cost"] + shlex.split(options)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        fail(log, done.stderr)
    net = json.loads(done.stdout)[0]
    if "cost" not in net:
        fail(log, "the network takes windows of any length: say --length N in the column options\n")
    return net["length"], {row["command"]: row for row in net["cost"]}


def plan(regions, length, costs, params):
    """Shards of each step: enough that one takes about shard_minutes, at most max_shards and one a region."""
    steps = {}
    for name, row in costs.items():
        seconds = row["seconds"] * (params["subsets"] if name == "sis" else 1)
        wanted = math.ceil(regions * seconds / params["threads"] / (60 * params["shard_minutes"]))
        if params["shards"] != "auto":
            wanted = int(params["shards"])
        shards = max(1, min(wanted, regions, params["max_shards"]))
        steps[name] = {"shards": shards, "seconds": seconds, "process_mib": row["process_mib"], "thread_mib": row["thread_mib"]}
    return {"regions": regions, "length": length, "steps": steps}


def main(snakemake):
    regions = count(snakemake.input.regions)
    if not regions:
        fail(snakemake.log[0], f"{snakemake.input.regions}: no regions\n")
    length, costs = cost(snakemake.params.seqgloss, snakemake.params.info, snakemake.log[0])
    made = plan(regions, length, costs, {k: snakemake.params[k] for k in ("shards", "shard_minutes", "max_shards", "threads", "subsets")})
    with open(snakemake.output[0], "w") as f:
        json.dump(made, f, indent=1)
        f.write("\n")


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
