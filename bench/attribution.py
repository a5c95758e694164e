"""Part of bench/run: gradients, integrated gradients, DeepLIFT and the shuffles it is measured against, beside torch, captum and tangermeme."""
import os

from measure import HERE, ms, output, row, shown, times

# The peers, and times faster than the fastest of them.
TASKS = {
    "deeplift": (("tangermeme", "captum"), {"zeng": 100, "deepstarr": 8, "basset": 2.8, "bpnet": 4}),
    "intgrad": (("captum",), {"zeng": 50, "deepstarr": 3, "basset": 1.4, "bpnet": 1.9}),
    "gradient": (("torch",), {"zeng": 10, "deepstarr": 2, "basset": 1.2, "bpnet": 1.5}),
    "shuffle": (("tangermeme",), {"zeng": 4, "deepstarr": 4, "basset": 4, "bpnet": 4}),
}
MEMORY = 150
RESCALE = "1"


def explainers(a, task, name):
    """{tool: (seconds of one sequence, batch)}, and what was said of how the peers agree. Empty without --python."""
    found, off = {}, {}
    if a.python:
        for line in output(a.python, os.path.join(HERE, "explainers.py"), task, a.netdir, name, str(a.seconds)).splitlines():
            tool, t, batch = line.split("\t")
            if tool.endswith("-difference"):
                off[tool[:-len("-difference")]] = t
            else:
                found[tool] = (float(t), batch)
    return found, off


def ours(a, task, name):
    """Seconds of one sequence, peak MiB, worst residual, difference to the first peer."""
    path = os.path.join(a.netdir, name)
    check = [path] if os.path.exists(path + ".seqs") and (task == "shuffle" or os.path.exists(f"{path}.{task}.scores")) else []
    t, _, _, _, residual, peak, off = output(a.attribution, task, path + ".onnx", str(a.seconds), "0", RESCALE, *check).split()
    return float(t), float(peak), residual, off


def attribution(a):
    print("\n# Explaining one sequence, one thread, ms: DeepLIFT (Rescale) against 20 dinucleotide shuffles, integrated gradients with 50 nodes, "
          "gradients; and those shuffles.\n# difference: largest one to the scores of the first peer, in units of the largest score")
    row("method", "network", "seqgloss", "tangermeme", "captum", "torch", "x best peer", "goal", "peak MiB", "residual", "difference")
    notes = []
    for task, (tools, goals) in TASKS.items():
        for name in a.nets:
            found, off = explainers(a, task, name)
            t, peak, residual, difference = ours(a, task, name)
            ratio = times(min(f[0] for f in found.values()), t) if found else None
            row(task, name, ms(t), *(ms(found.get(tool, (None,))[0]) for tool in ("tangermeme", "captum", "torch")), shown(ratio), goals[name],
                peak, residual, difference)
            a.goals.add(task, name, "x best of " + ", ".join(tools), ratio, goals[name])
            if task != "shuffle":
                a.goals.add(task, name, "MiB", peak, MEMORY, below=True)
            notes.append(f"{task} {name}: " + ", ".join(f"{tool} batch {batch}" for tool, (_, batch) in found.items()) +
                         "".join(f"; {tool} is off the first peer by {o}" for tool, o in off.items() if float(o) > 1e-3))
    for note in notes if a.python else ():
        print("#   " + note)
