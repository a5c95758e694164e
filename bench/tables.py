"""Parts of bench/run: the forward pass, threads, the command on one sequence and on very many."""
import os
import random

from measure import BATCHES, LENGTHS, delta, ms, output, peers, predict, random_windows, row, run_child, shown, times

GOALS = {"zeng": 8.0, "deepstarr": 1.5, "basset": 1.2, "bpnet": 1.4}
TWO_THREADS = 1.9


def ours(a, name, threads, batches, seconds):
    """Best (seconds per sequence, batch, isa, difference) of the timer over the batches."""
    path = os.path.join(a.netdir, name)
    check = [path + ".codes", path + ".y"] if os.path.exists(path + ".y") else []
    results = []
    for b in batches:
        t, b, _, isa, off = output(a.forward, path + ".onnx", b, str(seconds), str(threads), *check).split()
        results.append((float(t), int(b), isa, float(off)))
    best = min(results)
    return best[:3] + (max(r[3] for r in results),)


def forward(a):
    print("\n# Forward pass, one thread, ms per sequence (best batch of each tool); difference: against onnxruntime, 64 sequences")
    row("network", "seqgloss", "onnxruntime", "torch", "torch-jit", "x onnxruntime", "goal", "x best peer", "batch", "isa", "difference")
    for name in a.nets:
        found = {tool: t for tool, (t, _, _) in peers(a, "forward", name).items()}
        t, b, isa, off = ours(a, name, 1, ["0"] + BATCHES[name].split(","), a.seconds)
        ratio = times(found.get("onnxruntime"), t)
        row(name, ms(t), *(ms(found.get(tool)) for tool in ("onnxruntime", "torch", "torch-jit")), shown(ratio), GOALS[name],
            shown(min(found.values()) / t if found else None), b, isa, f"{off:.1g}")
        a.goals.add("forward", name, "x onnxruntime", ratio, GOALS[name])


def threads(a):
    print(f"\n# Two threads over sequences against one, ms per sequence (goal {TWO_THREADS})")
    row("task", "network", "one thread", "two threads", "ratio")
    for task in ("forward", "ism", "sis"):
        for name in a.nets:
            one, two = (ours(a, name, t, ["0"], a.seconds)[0] if task == "forward" else delta(a, task, name, "-t", str(t))["s"]
                        for t in (1, 2))
            row(task, name, ms(one), ms(two), shown(one / two))
            a.goals.add(task, name, "two threads, x one", one / two, TWO_THREADS)


def start_and_memory(a):
    print("\n# The command on one sequence: start to end in ms (best of 20; goal for 101 bp: 20) and peak memory in MiB (goal 100)")
    row("network", "ms", "MiB")
    rng = random.Random(1)
    for name in (n for n in LENGTHS if n in a.nets):
        fasta = os.path.join(a.netdir, name + ".fa")
        with open(fasta, "w") as f:
            f.write(">s\n" + "".join(rng.choice("ACGT") for _ in range(LENGTHS[name])) + "\n")
        runs = [run_child([a.command, "predict", "-m", os.path.join(a.netdir, name + ".onnx"), "-o", fasta + ".tsv", fasta])
                for _ in range(20)]
        took, mem = 1e3 * min(r[0] for r in runs), max(r[2] for r in runs)
        row(name, f"{took:.1f}", f"{mem:.1f}")
        if name == "zeng":
            a.goals.add("start", name, "ms", took, 20, below=True)
        a.goals.add("memory", name, "MiB", mem, 100, below=True)


def streaming(a):
    print("\n# Memory of many regions and of few: predict with data/mafk.onnx on random windows of data/chr20.fa.gz, two threads")
    row("regions", "seconds", "MiB")
    for n in (1000, a.regions):
        bed = os.path.join(a.netdir, f"random{n}.bed")
        random_windows(bed, n, 2)
        t, _, mem = predict(a, bed, 2)
        row(n, f"{t:.2f}", f"{mem:.1f}")
