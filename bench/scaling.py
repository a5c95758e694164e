"""Part of bench/run: cost against length, depth and number of regions, as tables and plots in --outdir."""
import os

from measure import HERE, delta, output, peers, predict, random_windows, row
from tables import ours

LENGTHS = (101, 215, 464, 1000, 2154, 4642, 10000)
NETS = ("zeng-{}", "bpnet-{}-d4")       # four dilated layers fit into the shortest
DEPTHS = range(1, 10)
REGIONS = (10, 100, 1000, 10_000, 100_000)


class Table:
    """A table of --outdir, shown as it grows, and its plot."""

    def __init__(self, a, name, title, *columns):
        self.a, self.path, self.title = a, os.path.join(a.outdir, name + ".tsv"), title
        self.lines = [columns]
        print(f"\n# {title}")
        row(*columns)

    def add(self, *cells):
        self.lines.append(cells)
        row(*cells)

    def close(self, x, y):
        with open(self.path, "w") as f:
            f.writelines("\t".join(str(c) for c in line) + "\n" for line in self.lines)
        made = output(self.a.python or "python3", os.path.join(HERE, "plot.py"), self.path, x, y, self.title)
        print("# " + ", ".join([self.path] + made.split()))


def measure(a, table, name, x):
    """Forward, mutagenesis and selection of one network; the last two also from scratch, and mutagenesis by onnxruntime."""
    kind = name.split("-")[0]
    table.add(f"{kind} forward", x, f"{1e3 * ours(a, name, 1, ['0'], a.seconds)[0]:.6g}", "whole")
    for task in ("ism", "sis"):
        for label, options in ((task, ()), (task + " from scratch", ("-f",))):
            d = delta(a, task, name, *options)
            table.add(f"{kind} {label}", x, d["ms"], d["how"])
    for tool, (t, _, how) in peers(a, "ism", name, ["onnxruntime"]).items():
        table.add(f"{kind} ism {tool}", x, f"{1e3 * t:.6g}", how)


def networks(a, names):
    """Writes the networks that are not there; False without a python and without the files."""
    absent = [n for n in names if not os.path.exists(os.path.join(a.netdir, n + ".onnx"))]
    if absent and a.python:
        output(a.python, os.path.join(HERE, "nets.py"), a.netdir, *absent)
    elif absent:
        print(f"# skipped: {', '.join(absent)} not in {a.netdir}, and no --python to write them")
        return False
    return True


def by_length(a):
    nets = [(net.format(length), length) for net in NETS for length in a.lengths]
    if networks(a, [n for n, _ in nets]):
        t = Table(a, "length", "Cost against length, one thread", "series", "length", "ms", "how")
        for name, length in nets:
            measure(a, t, name, length)
        t.close("length", "ms")


def by_depth(a):
    nets = [(f"bpnet-2114-d{depth}", depth) for depth in a.depths]
    if networks(a, [n for n, _ in nets]):
        t = Table(a, "depth", "Cost against the number of dilated layers, 2114 bp, one thread", "series", "layers", "ms", "how")
        for name, depth in nets:
            measure(a, t, name, depth)
        t.close("layers", "ms")


def by_regions(a):
    t = Table(a, "regions", "predict with data/mafk.onnx against the number of regions, one thread", "series", "regions", "value")
    for n in (n for n in REGIONS if n <= a.regions):
        bed = os.path.join(a.netdir, f"scaling{n}.bed")
        random_windows(bed, n, 2)
        runs = [predict(a, bed, 1) for _ in range(3)]
        for i, what in enumerate(("wall seconds", "CPU seconds", "peak MiB")):
            t.add(what, n, f"{min(r[i] for r in runs):.4g}")
        os.remove(bed)
    t.close("regions", "value")


def scaling(a):
    os.makedirs(a.outdir, exist_ok=True)
    for part in (by_length, by_depth, by_regions):
        part(a)
