"""scripts/plan.py: how many regions there are, what one of them costs, and how many shards each step gets.

Both follow from the files alone, so that a workflow that is started again plans the same shards. Snakemake calls it as a script, and
it asks `seqgloss info` itself; others by hand, with what that says:

    seqgloss info --json --cost mafk.h5 > costs.json; plan.py --costs costs.json --regions regions.bed > plan.json
"""
import argparse
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


def ask(seqgloss, options, log):
    """What `seqgloss info` says of the network."""
    command = shlex.split(seqgloss) + ["info", "--json", "--cost"] + shlex.split(options)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        fail(log, done.stderr)
    return json.loads(done.stdout)[0]


def plan(net, path, params):
    """Shards of each step: enough that one takes about shard_minutes, at most max_shards and one a region. Beside them which outputs
    have a value before a final sigmoid or softmax."""
    regions = count(path)
    if not regions:
        raise ValueError(f"{path}: no regions")
    if "cost" not in net:
        raise ValueError("the network takes windows of any length: say --length N in the column options")
    steps = {}
    for row in net["cost"]:
        name = row["command"]
        seconds = row["seconds"] * (params["subsets"] if name == "sis" else 1)
        wanted = math.ceil(regions * seconds / params["threads"] / (60 * params["shard_minutes"]))
        if params["shards"] != "auto":
            wanted = int(params["shards"])
        shards = max(1, min(wanted, regions, params["max_shards"]))
        steps[name] = {"shards": shards, "seconds": seconds, "process_mib": row["process_mib"], "thread_mib": row["thread_mib"]}
    logits = " ".join(output["name"] for output in net["outputs"] if output["logit"])
    return {"regions": regions, "length": net["length"], "logits": logits, "steps": steps}


def write(made, f):
    json.dump(made, f, indent=1)
    f.write("\n")


KEYS = ("shards", "shard_minutes", "max_shards", "threads", "subsets")


def main(snakemake):
    net = ask(snakemake.params.seqgloss, snakemake.params.info, snakemake.log[0])
    try:
        made = plan(net, snakemake.input.regions, {key: snakemake.params[key] for key in KEYS})
    except ValueError as e:
        fail(snakemake.log[0], f"{e}\n")
    with open(snakemake.output[0], "w") as f:
        write(made, f)


def by_hand():
    p = argparse.ArgumentParser(description="How many shards each step of a network gets.")
    p.add_argument("--costs", required=True, help="what seqgloss info --json --cost says")
    p.add_argument("--regions", required=True, help="BED file")
    p.add_argument("--shards", default="auto")
    p.add_argument("--shard-minutes", type=float, default=30)
    p.add_argument("--max-shards", type=int, default=200)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--subsets", type=float, default=1)
    args = p.parse_args()
    with open(args.costs) as f:
        net = json.load(f)[0]
    try:
        write(plan(net, args.regions, vars(args)), sys.stdout)
    except ValueError as e:
        sys.exit(f"plan.py: {e}")


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
elif __name__ == "__main__":
    by_hand()
