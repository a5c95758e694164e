"""What the parts of bench/run have in common: the machine, the programs that are timed, rows of tables, goals."""
import os
import platform
import random
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
# Batch sizes each peer may choose from; ours are the library's own choice and these.
BATCHES = {"zeng": "1,101,303", "deepstarr": "1,32,96", "basset": "1,16,64", "bpnet": "1,2,8"}
LENGTHS = {"zeng": 101, "deepstarr": 249, "basset": 600, "bpnet": 2114}


def machine():
    model = flags = "unknown"
    for line in open("/proc/cpuinfo"):
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            model = value.strip()
        if key.strip() == "flags":
            flags = [f for f in ("avx2", "fma", "avx512f", "avx512_vnni") if f in value.split()]
            break
    mem = next(int(l.split()[1]) for l in open("/proc/meminfo") if l.startswith("MemTotal"))
    print(f"# {model}, {os.cpu_count()} CPUs ({' '.join(flags)}), {mem / 2**20:.1f} GiB, {platform.system()} {platform.release()}")
    print(f"# load when started: {os.getloadavg()[0]:.2f} (measure on a quiet machine)")


def output(*command):
    r = subprocess.run(command, capture_output=True, text=True)
    if r.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(r.stderr.strip().splitlines() or ['failed'])[-1]}")
    return r.stdout


def run_child(command):
    """Wall seconds, CPU seconds and peak memory in MiB of one process. This process stays small: its own peak is inherited over exec."""
    start = time.perf_counter()
    with open(os.devnull, "w") as null:
        p = subprocess.Popen(command, stdout=null, stderr=subprocess.PIPE, close_fds=False)
        err = p.stderr.read().decode()
        _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - start
    if p.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(err.strip().splitlines() or ['failed'])[-1]}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(*cells):
    print("\t".join(str(c) for c in cells), flush=True)


def ms(seconds):
    return f"{1e3 * seconds:.4g}" if seconds else "-"


def times(peer, ours):
    """How many times faster than the peer; None when it was not measured."""
    return peer / ours if peer else None


def shown(ratio):
    return f"{ratio:.2f}" if ratio else "-"


def peers(a, task, name, tools=()):
    """{tool: (seconds per sequence, batch, how)} of peers.py; seconds are None when the tool could not. Empty without --python."""
    found = {}
    if a.python:
        batches = BATCHES[name.split("-")[0]]
        for line in output(a.python, os.path.join(HERE, "peers.py"), task, a.netdir, name, batches, str(a.seconds), *tools).splitlines():
            tool, t, batch, how = line.split("\t")
            found[tool] = (None if t == "-" else float(t), batch, how)
    return found


def delta(a, task, name, *options, seconds=None):
    """What bench/delta prints for one network, as {key: text}; ours["s"] is seconds per sequence."""
    path = os.path.join(a.netdir, name)
    check = ["-p", path] if os.path.exists(path + ".codes") else []
    lines = output(a.delta, "-s", str(seconds or a.seconds), *check, *options, task, path + ".onnx").splitlines()
    found = dict(line.split(None, 1) for line in lines)
    found["s"] = float(found["ms"]) / 1e3
    return found


def random_windows(path, n, seed):
    """A BED file of n windows of the shipped chromosome, in order."""
    rng = random.Random(seed)
    # One after another, without a list: what this process takes, its child begins with.
    step = 62_840_000 / n
    starts = (int(60_000 + (i + rng.random()) * step) for i in range(n))
    with open(path, "w") as f:
        f.writelines(f"chr20\t{s}\t{s + 101}\tr{i}\n" for i, s in enumerate(starts))


def predict(a, bed, threads):
    """run_child of predict with the shipped network on `bed`."""
    try:
        return run_child([a.command, "predict", "-@", str(threads), "-q", "-m", os.path.join(TOP, "data/mafk.onnx"), "-f",
                          os.path.join(TOP, "data/chr20.fa.gz"), "-b", bed, "-o", bed + ".tsv"])
    finally:
        if os.path.exists(bed + ".tsv"):
            os.remove(bed + ".tsv")


class Goals:
    """What was to be reached, for the last table."""

    def __init__(self):
        self.rows = []

    def add(self, task, name, what, value, goal, below=False):
        """value None: not measured. below: the value is to be less than the goal, not more."""
        reached = "-" if value is None else "yes" if (value < goal if below else value >= goal) else "no"
        self.rows.append((task, name, what, shown(value), f"{'<' if below else '>='} {goal:g}", reached))

    def print(self):
        if self.rows:
            print("\n# Goals: times faster than the peer named, unless another unit is given")
            row("task", "network", "measure", "value", "goal", "reached")
        for r in self.rows:
            row(*r)
