"""What other tools need to explain one sequence, on the networks of nets.py, one thread each.

explainers.py gradient|intgrad|deeplift|shuffle DIR NAME SECONDS   prints lines "TOOL seconds batch" with tabs between, seconds of one sequence:
the best batch size of each tool.

  gradient  torch: the gradient of the first output's logit
  intgrad   captum: integrated gradients, 50 Gauss-Legendre nodes from zero
  deeplift  tangermeme and captum: hypothetical contributions, averaged over 20 dinucleotide-shuffled references, which are given
  shuffle   tangermeme: 20 dinucleotide shuffles

For bench/attribution it writes DIR/NAME.seqs (uint8, 8 sequences), DIR/NAME.refs (20 references of the first one) and DIR/NAME.METHOD.scores (what
the first tool gives for the first sequence: float, [4][L]); it ends when the others give something else. Needs torch, captum, tangermeme.
"""
import os
import sys
import time
import warnings

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", NUMBA_NUM_THREADS="1")
import numpy as np
import torch
from captum.attr import DeepLift, IntegratedGradients
from tangermeme.deep_lift_shap import deep_lift_shap
from tangermeme.ersatz import dinucleotide_shuffle

import nets
from peers import onehot

SEQUENCES, REFERENCES, STEPS = 8, 20, 50
# Sequences, or pairs of a sequence and a reference or node, at a time: each tool takes the best.
SIZES = {"zeng": (8, 32, 128), "deepstarr": (4, 8, 20), "basset": (4, 8, 20), "bpnet": (1, 2, 8)}


def best(f, seconds):
    """Least processor time of one call, after a warm-up, over about `seconds`: what else runs on the machine counts little."""
    f()
    least, end = float("inf"), time.process_time() + seconds
    while True:
        start = time.process_time()
        f()
        now = time.process_time()
        least = min(least, now - start)
        if now > end:
            return least


class Explainers:
    def __init__(self, folder, name, seconds):
        torch.set_num_threads(1)
        self.path, self.seconds, self.sizes = os.path.join(folder, name), seconds, SIZES[name]
        net, self.length = nets.build(name)
        # The logits are explained: a sigmoid at the end is left out.
        self.net = net[:-1] if isinstance(net, torch.nn.Sequential) and isinstance(net[-1], torch.nn.Sigmoid) else net
        codes = np.random.RandomState(5).randint(0, 4, (SEQUENCES, self.length)).astype(np.uint8)
        codes.tofile(self.path + ".seqs")
        self.x = torch.from_numpy(onehot(codes))
        self.references = dinucleotide_shuffle(self.x, n=REFERENCES, random_state=1).to(torch.float32)
        self.references[0].argmax(1).to(torch.uint8).numpy().tofile(self.path + ".refs")

    def some(self, n):
        """n sequences and their references."""
        at = torch.arange(n) % SEQUENCES
        return self.x[at], self.references[at]

    def gradient(self, n, size):
        x = self.some(n)[0].requires_grad_()
        return torch.cat([torch.autograd.grad(self.net(x[i:i + size])[:, 0].sum(), x)[0][i:i + size] for i in range(0, n, size)])

    def captum_intgrad(self, n, size):
        """What captum returns is times the input: over ones it is the mean gradient where a base is, so that only this can be compared."""
        x = self.some(n)[0]
        return IntegratedGradients(self.net).attribute(x, target=0, n_steps=STEPS, internal_batch_size=max(size, n))

    def tangermeme_deeplift(self, n, size):
        x, references = self.some(n)
        return deep_lift_shap(self.net, x, target=0, batch_size=size, references=references, hypothetical=True, device="cpu",
                              warning_threshold=float("inf"))

    def captum_deeplift(self, n, size):
        """DeepLiftShap with references of each sequence's own: DeepLift of all pairs, and the mean of what bases would contribute."""
        x, references = self.some(n)
        pairs, flat = x.repeat_interleave(REFERENCES, 0), references.flatten(0, 1)
        tool, parts = DeepLift(self.net, multiply_by_inputs=False), []
        for i in range(0, len(pairs), size):
            m = tool.attribute(pairs[i:i + size], flat[i:i + size], target=0).detach()
            parts.append(m - (m * flat[i:i + size]).sum(1, keepdim=True))
        return torch.cat(parts).unflatten(0, (n, REFERENCES)).mean(1)

    def tangermeme_shuffle(self, n, size):
        return dinucleotide_shuffle(self.x[:1].repeat(n, 1, 1), n=REFERENCES, random_state=1)

    TOOLS = {"gradient": {"torch": gradient}, "intgrad": {"captum": captum_intgrad}, "shuffle": {"tangermeme": tangermeme_shuffle},
             "deeplift": {"tangermeme": tangermeme_deeplift, "captum": captum_deeplift}}
    PAIRS = {"gradient": 1, "intgrad": STEPS, "deeplift": REFERENCES, "shuffle": 1}

    def agree(self, task):
        """Scores of the first sequence for bench/attribution. Ends the program when two tools differ."""
        first = None
        for tool, run in self.TOOLS[task].items():
            y = run(self, 1, self.sizes[1])[0].detach().numpy().astype(np.float32)
            first = y if first is None else first
            off = np.abs(y - first).max() / np.abs(first).max()
            print(f"{tool}-difference", f"{off:.2g}", "-", sep="\t")
        first.tofile(f"{self.path}.{task}.scores")

    def measure(self, task):
        for tool, run in self.TOOLS[task].items():
            times = []
            for size in self.sizes:
                n = max(1, -(-size // self.PAIRS[task]))
                times.append((best(lambda: run(self, n, size), self.seconds) / n, size))
            yield tool, *min(times)


def main(task, folder, name, seconds):
    warnings.simplefilter("ignore")
    e = Explainers(folder, name, float(seconds))
    if task != "shuffle":
        e.agree(task)
    for tool, t, size in e.measure(task):
        print(tool, f"{t:.6g}", size, sep="\t", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in Explainers.TOOLS:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
