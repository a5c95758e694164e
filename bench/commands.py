"""Part of bench/run: what a region costs each command, against the number of regions and shards; what merging costs; what follows
for large jobs. Tables (TSV) in --outdir. Times are processor seconds of one thread, so that neighbours on the machine matter less."""
import json
import os
import random
import time

from measure import LENGTHS, TOP, output, random_windows, row, run_child

# Regions of each command at most: enough that one takes long beside starting.
MOST = {"predict": 100_000, "ism": 10_000, "gradient": 10_000, "deeplift": 1000, "sis": 1000}
OPTIONS = {"sis": ["--threshold", "0.99"]}
ENDS = {"sis": ".tsv", "predict": ".tsv"}     # the others: arrays
SHARDS = (1, 10, 100)
JOBS = (10**6, 10**8)
CORES = (10, 100, 1000)


def regions_file(a, n, command):
    """Random windows; for `sis` the regions that the network scores highest, since the others cost it one evaluation."""
    path = os.path.join(a.netdir, f"commands{n}.{command}.bed")
    if command != "sis":
        random_windows(path, n, 2)
        return path
    with open(os.path.join(TOP, "data", "regions.bed")) as f:
        calls = [line for line in f if "call_" in line]
    with open(path, "w") as f:
        f.writelines((calls * (n // len(calls) + 1))[:n])
    return path


def run(a, command, bed, *more, out=None):
    """run_child of the command on the shipped network; what it wrote goes, unless `out` names it."""
    path = out or os.path.join(a.netdir, "commands" + ENDS.get(command, ".npz"))
    data = os.path.join(TOP, "data")
    try:
        return run_child([a.command, command, "-q", "-m", os.path.join(data, "mafk.h5"), "-f", os.path.join(data, "chr20.fa.gz"), "-b", bed,
                          *OPTIONS.get(command, ()), *more, "-o", path])
    finally:
        for end in ("", ".provenance.json"):
            if not out and os.path.exists(path + end):
                os.remove(path + end)


def sizes(most, limit):
    return [n for n in (10, 100, 1000, 10_000, 100_000) if n <= min(most, limit)]


class Table:
    def __init__(self, a, name, *columns):
        self.path, self.lines = os.path.join(a.outdir, name + ".tsv"), []
        self.add(*columns)

    def add(self, *cells):
        self.lines.append("\t".join(str(c) for c in cells) + "\n")
        row(*cells)
        with open(self.path, "w") as f:
            f.writelines(self.lines)


def by_regions(a):
    """Seconds and memory; the slope between the two largest numbers of regions is what a region costs."""
    told = json.loads(output(a.command, "info", "--json", "--cost", os.path.join(TOP, "data", "mafk.h5")))[0]["cost"]
    told = {c["command"]: c for c in told}
    print("\n# data/mafk.h5 (101 bp), one thread")
    t = Table(a, "commands", "command", "regions", "CPU_s", "us_a_region", "peak_MiB", "foretold_us", "foretold_MiB")
    cost = {}
    for command, most in MOST.items():
        before = None
        for n in sizes(most, a.regions):
            bed = regions_file(a, n, command)
            _, cpu, peak = run(a, command, bed)
            each = (cpu - before[1]) / (n - before[0]) if before else cpu / n
            c = told[command]
            t.add(command, n, f"{cpu:.3f}", f"{1e6 * each:.1f}", f"{peak:.0f}", f"{1e6 * c['seconds']:.0f}",
                  c["process_mib"] + c["thread_mib"])
            before, cost[command] = (n, cpu), each
            os.remove(bed)
    return cost


def by_shards(a):
    """All pieces of 10^5 predictions, and putting them together."""
    n = min(100_000, a.regions)
    bed = regions_file(a, n, "predict")
    print(f"\n# predict, {n} regions in shards: all pieces, and merging them")
    t = Table(a, "shards", "shards", "pieces_CPU_s", "most_MiB", "merge_CPU_s", "merge_MiB", "MB_merged", "merge_MB_a_s")
    rate = 0
    for shards in SHARDS:
        cpu = most = 0
        pieces = [os.path.join(a.netdir, f"piece{i}.tsv") for i in range(1, shards + 1)]
        for i, piece in enumerate(pieces, 1):
            _, c, peak = run(a, "predict", bed, "--shard", f"{i}/{shards}", out=piece)
            cpu, most = cpu + c, max(most, peak)
        whole = os.path.join(a.netdir, "whole.tsv")
        _, merge, merge_peak = run_child([a.command, "merge", "-q", "-o", whole, *pieces])
        size = os.path.getsize(whole) / 1e6
        rate = max(rate, size / merge)
        t.add(shards, f"{cpu:.2f}", f"{most:.0f}", f"{merge:.3f}", f"{merge_peak:.0f}", f"{size:.1f}", f"{size / merge:.0f}")
        for p in pieces + [whole]:
            os.remove(p)
    os.remove(bed)
    return rate


def shown(seconds):
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def follows(a, cost):
    print("\n# what follows: wall time of all shards, where cores are alike")
    t = Table(a, "jobs", "command", "regions", *(f"{c}_cores" for c in CORES))
    for command, each in cost.items():
        for n in JOBS:
            t.add(command, f"{n:g}", *(shown(n * each / c) for c in CORES))


def by_network(a):
    """Networks of nets.py: a region measured beside what `seqgloss info --cost` foretells; random windows, one thread."""
    names = [n for n in LENGTHS if os.path.exists(os.path.join(a.netdir, n + ".onnx"))]
    if not names:
        return
    print("\n# the networks of nets.py: measured, and foretold")
    t = Table(a, "foretold", "network", "command", "us_a_region", "foretold_us", "peak_MiB", "foretold_MiB")
    for name in names:
        net = os.path.join(a.netdir, name + ".onnx")
        told = json.loads(output(a.command, "info", "--json", "--cost", net))[0]["cost"]
        for c in (c for c in told if c["command"] in ("predict", "ism", "gradient", "intgrad", "deeplift")):
            n = max(1, min(20_000, int(a.seconds / c["seconds"])))
            small, large = (random_sequences(a, LENGTHS[name], k) for k in (1, n + 1))
            target = [] if c["command"] in ("predict", "ism") else ["-t", "0:0"]
            line = [a.command, c["command"], "-q", "-m", net, *target, "-o", os.path.join(a.netdir, "commands.npz")]
            cpu = [run_child(line + [path]) for path in (small, large)]
            t.add(name, c["command"], f"{1e6 * (cpu[1][1] - cpu[0][1]) / n:.1f}", f"{1e6 * c['seconds']:.0f}", f"{cpu[1][2]:.0f}",
                  c["process_mib"] + c["thread_mib"])


def random_sequences(a, length, n):
    path, rng = os.path.join(a.netdir, f"commands.{min(n, 2)}.fa"), random.Random(1)
    with open(path, "w") as f:
        f.writelines(f">r{i}\n{''.join(rng.choices('ACGT', k=length))}\n" for i in range(n))
    return path


def by_subsets(a):
    """Clusters and their report: subsets of the shipped network, repeated under other names."""
    data, table = os.path.join(TOP, "data"), os.path.join(a.netdir, "subsets.tsv")
    bed = regions_file(a, 500, "sis")
    run(a, "sis", bed, out=table)
    with open(table) as f:
        lines = f.readlines()
    head, rows = [line for line in lines if line[0] == "#"], [line for line in lines if line[0] != "#"]
    print("\n# cluster with the genome")
    t = Table(a, "subsets", "subsets", "MB", "CPU_s", "peak_MiB")
    for n in (n for n in (1000, 10_000, 100_000) if n <= a.regions):
        with open(table, "w") as f:
            f.writelines(head + [f"{k}." + rows[k % len(rows)] for k in range(n)])
        _, cpu, peak = run_child([a.command, "cluster", "-q", "-f", os.path.join(data, "chr20.fa.gz"), "-o",
                                  os.path.join(a.netdir, "clusters"), table])
        t.add(n, f"{os.path.getsize(table) / 1e6:.1f}", f"{cpu:.2f}", f"{peak:.0f}")


def commands(a):
    os.makedirs(a.outdir, exist_ok=True)
    begun = time.perf_counter()
    cost = by_regions(a)
    by_shards(a)
    by_subsets(a)
    by_network(a)
    follows(a, cost)
    print(f"# {time.perf_counter() - begun:.0f} s")
