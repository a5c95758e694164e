"""Parts of bench/run: in-silico mutagenesis, sufficient input subsets, and the command on the shipped regions."""
import os

from measure import TOP, delta, ms, output, peers, row, run_child, shown, times

# Network: (peer, times faster) ...
GOALS = {
    "ism": {"zeng": [("onnxruntime", 150)], "deepstarr": [("onnxruntime", 15)], "basset": [("onnxruntime", 18)],
            "bpnet": [("tangermeme", 12)]},
    "sis": {"zeng": [("torch", 350), ("onnxruntime", 180)]},
}
DEMO_SECONDS = 2.0


def table(a, task, tools):
    row("network", "seqgloss", *tools, *("x " + t for t in tools), "goal", "x full madds", "how", "start ms", "peak MiB",
        "difference-full", "difference-peer", "compared", *(["steps alike"] if task == "sis" else []))
    notes = []
    for name in a.nets:
        found = peers(a, task, name)
        d = delta(a, task, name)
        ratios = {t: times(found.get(t, (None,))[0], d["s"]) for t in tools}
        goals = GOALS[task].get(name, [])
        row(name, ms(d["s"]), *(ms(found.get(t, (None,))[0]) for t in tools), *(shown(ratios[t]) for t in tools),
            ", ".join(f"{g} x {t}" for t, g in goals) or "-", d["madds-ratio"], d["how"], d["start-ms"], d["peak-MiB"],
            d["difference-full"], d["difference-peer"], d["compared"], *([d.get("steps-alike", "-")] if task == "sis" else []))
        for tool, goal in goals:
            a.goals.add(task, name, "x " + tool, ratios[tool], goal)
        if d["how"] != "whole":
            notes.append(f"{name}: seqgloss by proportion ({d['evaluated']} of {d['of']} evaluations)")
        notes += [f"{name}: {tool} batch {batch}, {how}" if t else f"{name}: {tool} {how}" for tool, (t, batch, how) in found.items()]
    for note in notes:
        print("#   " + note)


def ism(a):
    print("\n# All 3L substitutions of one sequence, all outputs; one thread, ms per sequence")
    table(a, "ism", ("onnxruntime", "torch", "tangermeme"))


def sis(a):
    print("\n# One backward selection, L (L + 1) / 2 evaluations of the first output; one thread, ms per sequence")
    table(a, "sis", ("onnxruntime", "torch"))


def demo(a):
    print(f"\n# seqgloss sis on data/regions.bed, threshold 0.99: CPU seconds, best of 3 (goal < {DEMO_SECONDS:g})")
    if "sis" not in (line.split()[0] for line in output(a.command, "list", "commands").splitlines() if line.strip()):
        print("# skipped: this build of seqgloss has no command sis")
        return
    out = os.path.join(a.netdir, "demo.sis.tsv")
    runs = [run_child([a.command, "sis", "-q", "-m", os.path.join(TOP, "data/mafk.onnx"), "-f", os.path.join(TOP, "data/chr20.fa.gz"),
                       "-b", os.path.join(TOP, "data/regions.bed"), "--threshold", "0.99", "-o", out]) for _ in range(3)]
    with open(out) as f:
        subsets = sum(not line.startswith("#") for line in f)
    row("CPU s", "wall s", "peak MiB", "subsets")
    cpu = min(r[1] for r in runs)
    row(f"{cpu:.2f}", f"{min(r[0] for r in runs):.2f}", f"{max(r[2] for r in runs):.1f}", subsets)
    a.goals.add("demo", "mafk", "CPU seconds", cpu, DEMO_SECONDS, below=True)
