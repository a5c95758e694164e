"""What other tools need for the same work on the networks of nets.py, one thread each.

peers.py forward|ism|sis DIR NAME BATCH[,BATCH ...] SECONDS [TOOL ...]   reads DIR/NAME.onnx; prints lines "TOOL seconds batch how" with tabs
between, seconds of one sequence: the best batch size of each tool, and whether the whole job was timed or a part of it, scaled up ("by proportion").

  forward  outputs of sequences
  ism      outputs at all 3L substitutions of one sequence, as batches: onnxruntime, torch, and the saturation mutagenesis of tangermeme
           in its fast mode. That mode captures a network first and is not taken for short jobs; here it always is, and the capture
           is not counted, as if it served many sequences
  sis      one backward selection as published (Carter et al. 2019): all candidates of a step are one batch

For bench/forward and bench/delta it writes DIR/NAME.codes (uint8, 64 sequences), .y (their outputs), .ism.edits and .ism.values, .sis.edits
and .sis.values (onnxruntime's; what they are: compare.h). Needs torch, onnxruntime, tangermeme.
"""
import importlib
import os
import sys
import time
import warnings

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", NUMBA_NUM_THREADS="1")
import numpy as np
import onnxruntime as ort
import torch

import nets

LIMIT = 60.0        # seconds that a whole job may take; longer ones are scaled up
CHECKED = 303       # substitutions whose values are left for comparison
STEPS = (1, 8, 64, 256)     # candidates of the steps that are timed when a selection is scaled up


def best(f, seconds):
    """Least time of one call, after a warm-up, over about `seconds`."""
    f()
    least, end = float("inf"), time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        f()
        now = time.perf_counter()
        least = min(least, now - start)
        if now > end:
            return least


def onehot(codes):
    return np.eye(4, dtype=np.float32)[codes].transpose(0, 2, 1).copy()


def runs(n, total, places=8):
    """n of range(total) in runs of neighbours, with equal gaps between."""
    i = np.arange(n)
    run = -(-n // places)
    return i + i // run * ((total - n) // -(-n // run))


class Bench:
    def __init__(self, folder, name, batches, seconds, wanted):
        torch.set_num_threads(1)
        self.path, self.batches, self.seconds, self.wanted = os.path.join(folder, name), batches, seconds, wanted
        self.net, self.length = nets.build(name)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(self.path + ".onnx", options, providers=["CPUExecutionProvider"])
        self.codes = np.random.RandomState(3).randint(0, 4, (64, self.length)).astype(np.uint8)
        self.codes.tofile(self.path + ".codes")

    def onnxruntime(self, x):
        return self.session.run(None, {"x": x})[0]

    def torch(self, x):
        return self.net(torch.from_numpy(x)).numpy()

    def tools(self):
        return {t: getattr(self, t) for t in ("onnxruntime", "torch") if not self.wanted or t in self.wanted}

    def forward(self):
        self.onnxruntime(onehot(self.codes)).tofile(self.path + ".y")
        jit = torch.jit.freeze(torch.jit.trace(self.net, torch.zeros(2, 4, self.length)))
        for tool, run in {**self.tools(), "torch-jit": lambda x: jit(torch.from_numpy(x))}.items():
            times = []
            for b in self.batches:
                x = onehot(np.resize(self.codes, (b, self.length)))
                times.append((best(lambda: run(x), self.seconds) / b, b))
            yield tool, *min(times), "whole"

    # ---- Mutagenesis

    def substitutions(self, edits):
        """One-hot sequences: the first one with each edit 3 * position + k, k + 1 further in the alphabet."""
        codes = np.repeat(self.codes[:1], len(edits), 0)
        pos, row = edits // 3, np.arange(len(edits))
        codes[row, pos] = (codes[row, pos] + 1 + edits % 3) % 4
        return onehot(codes)

    def agree(self, tool, y, edits):
        """Ends the program when a tool computes something else than onnxruntime: what it timed would mean nothing."""
        theirs = self.onnxruntime(self.substitutions(edits))
        off = np.abs(np.asarray(y).reshape(theirs.shape) - theirs).max() / max(1.0, np.abs(theirs).max())
        if not off <= 1e-4:
            raise SystemExit(f"{tool} and onnxruntime differ by {off:.2g}")

    def leave_mutagenesis(self):
        edits = runs(min(CHECKED, 3 * self.length), 3 * self.length).astype(np.int32)
        values = np.concatenate([self.onnxruntime(self.substitutions(edits[i:i + 16])) for i in range(0, len(edits), 16)])
        edits.tofile(self.path + ".ism.edits")
        values.astype(np.float32).tofile(self.path + ".ism.values")

    def ism(self):
        self.leave_mutagenesis()
        total = 3 * self.length
        for tool, run in self.tools().items():
            def job(n, b):
                x = self.substitutions(runs(n, total))
                return best(lambda: [run(x[i:i + b]) for i in range(0, n, b)], self.seconds) * total / n

            sample = runs(min(24, total), total)
            self.agree(tool, run(self.substitutions(sample)), sample)
            yield tool, *self.choose(job, self.batches)
        if not self.wanted or "tangermeme" in self.wanted:
            yield from self.tangermeme()

    def choose(self, job, batches):
        """job(n, b): seconds of the whole job, from n edits in batches of b. The best batch size, by one batch each, does the job."""
        total = 3 * self.length
        probes = [(job(min(b, total), b), b) for b in batches]
        t, b = min(probes)
        fits = self.seconds * 4 + 2
        n = total if t <= fits else max(b, int(total * fits / t) // b * b)
        return job(n, b), b, "whole" if n == total else f"by proportion ({n} of {total})"

    def tangermeme(self):
        try:
            sm = importlib.import_module("tangermeme.saturation_mutagenesis")
            capture, _ = sm._fast_path, sm._FAST_MIN_SECONDS
            sm._FAST_MIN_SECONDS = 0.0      # no job is too short
            x = torch.from_numpy(onehot(self.codes[:2])).to(torch.int8)
            edits = [sm._single_edits(x[i], 0, self.length)[1:] for i in (0, 1)]
        except (ImportError, AttributeError) as e:
            yield "tangermeme", None, "-", f"left out: {e}"
            return
        reasons = set()

        def job(n, b):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                fast = capture(self.net, x, None, 0, self.length, b, None, "cpu", None)[0]
            reasons.update(str(w.message).partition("because ")[2].partition(". Pass")[0] for w in caught if "because" in str(w.message))
            if fast is None:
                return float("inf")
            keep, turn = torch.from_numpy(runs(n, 3 * self.length)), [0]
            chars, positions = (e[keep[:24]] for e in edits[0])
            k = (chars.numpy() - self.codes[0, positions.numpy()] - 1) % 4
            self.agree("tangermeme", fast.predict_edits(0, chars, positions, b, None), 3 * positions.numpy() + k)

            def once():        # another sequence each time, so that the activations that are kept have to be computed
                turn[0] ^= 1
                chars, positions = edits[turn[0]]
                fast.predict_edits(turn[0], chars[keep], positions[keep], b, None)
            return best(once, self.seconds) * 3 * self.length / n

        sizes = sorted({32, 128, *self.batches} - {1})
        probes = [(job(min(4 * b, 3 * self.length), b), b) for b in sizes]
        if min(probes)[0] == float("inf"):
            yield "tangermeme", None, "-", f"fast mode not taken: {min(reasons, default='no reason given')}"
            return
        yield "tangermeme", *self.choose(job, [min(probes)[1]])

    # ---- Backward selection

    def step(self, run, x, left):
        """Which of `left` leaves the first output largest when masked in x[4][L], and that output."""
        batch = np.repeat(x[None], len(left), 0)
        batch[np.arange(len(left)), :, left] = 0.25
        y = run(batch).reshape(len(left), -1)[:, 0]
        j = int(y.argmax())
        return j, y[j]

    def walk(self, run):
        x, left, order, values = onehot(self.codes[:1])[0], list(range(self.length)), [], []
        while left:
            j, value = self.step(run, x, left)
            order.append(left.pop(j))
            values.append(value)
            x[:, order[-1]] = 0.25
        return order, values

    def sis(self):
        for ending in (".sis.edits", ".sis.values"):
            if os.path.exists(self.path + ending):
                os.remove(self.path + ending)
        x, total = onehot(self.codes[:1])[0], self.length * (self.length + 1) // 2
        for tool, run in self.tools().items():
            sizes = sorted({min(s, self.length) for s in STEPS})
            each = [best(lambda: self.step(run, x, list(runs(s, self.length))), self.seconds / 4) / s for s in sizes]
            left = np.arange(1, self.length + 1)
            guess = float((left * np.interp(left, sizes, each)).sum())
            if guess > LIMIT:
                yield tool, guess, "step", f"by proportion (steps of {', '.join(map(str, sizes))} of {total} evaluations)"
                continue
            start = time.perf_counter()
            order, values = self.walk(run)
            took = time.perf_counter() - start
            if took < self.seconds:
                took = min(took, best(lambda: self.walk(run), self.seconds))
            if tool == "onnxruntime":
                np.array(order, np.int32).tofile(self.path + ".sis.edits")
                np.array(values, np.float32).tofile(self.path + ".sis.values")
            yield tool, took, "step", "whole"


def main(task, folder, name, batches, seconds, *tools):
    bench = Bench(folder, name, [int(b) for b in batches.split(",")], float(seconds), tools)
    with torch.inference_mode():
        for tool, t, batch, how in getattr(bench, task)():
            print(tool, "-" if t is None else f"{t:.6g}", batch, how, sep="\t", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 6 or sys.argv[1] not in ("forward", "ism", "sis"):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
