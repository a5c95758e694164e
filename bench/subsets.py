#!/usr/bin/env python3
"""Do the scores of a base say what sufficient input subsets say? Two kinds of explanation that share nothing but the network.

usage: bench/subsets.py --build DIR [--data data] [--methods deeplift,intgrad,ism] [--tau 0.99] [--regions N] [--draws 2000]

For every region with a subset (the network of data/, the regions of data/) the positions of all its subsets are its mask. Of each method:

  ratio     mean |score| in the mask over mean |score| outside of it; means over the regions, then the quotient. Goal: 3 and more
  AUROC     of |score| as a predictor of the mask, mean over the regions, with the 95 % interval of the bootstrap over regions

and the same for what must not do as well:

  shifted   the mask turned within its window by each of 9 amounts (a tenth of the window and its multiples)
  another   the mask of another region (9 of them): knows where in a window subsets lie, not which bases they are
  permuted  scores of the network with its weights permuted, three seeds

`centre` is a score that knows the middle of the window only. It shows what the third column is for: by its own mask it is as good as by
those of others. A method passes when its ratio is 3 or more and the interval of the AUROC lies above those of all three; the exit status is 1
unless all methods pass and `centre` does not. Needs numpy.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

SEEDS = (1, 2, 3)
OTHERS = 9


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", required=True)
    p.add_argument("--data", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data"))
    p.add_argument("--methods", default="deeplift,intgrad,ism")
    p.add_argument("--tau", default="0.99")
    p.add_argument("--regions", type=int, default=0, help="the first N alone")
    p.add_argument("--draws", type=int, default=2000, help="of the bootstrap")
    p.add_argument("--threads", default="1")
    return p.parse_args()


class Lab:
    """The command, and the regions it is asked about."""

    def __init__(self, a, folder):
        self.program = os.path.join(a.build, "seqgloss")
        self.folder = folder
        bed = os.path.join(folder, "regions.bed")
        with open(os.path.join(a.data, "regions.bed")) as f:
            lines = f.readlines()
        with open(bed, "w") as f:
            f.writelines(lines[:a.regions] if a.regions else lines)
        self.where = ["-q", "-@", a.threads, "-m", os.path.join(a.data, "mafk.h5"), "-f", os.path.join(a.data, "chr20.fa.gz"), "-b", bed]

    def run(self, command, out, *more):
        path = os.path.join(self.folder, out)
        subprocess.run([self.program, command, *self.where, *more, "-o", path], check=True)
        return path

    def scores(self, method, seed=None):
        """[regions][L]: what each base contributes. Mutagenesis: the effect on the logit, as the others."""
        more = ["--logits"] if method == "ism" else []
        more += ["--permute-weights", str(seed)] if seed else []
        with np.load(self.run(method, f"{method}.{seed}.npz", "--scores", "projected", *more)) as f:
            return np.array(f["arr_0"])

    def masks(self, L, tau):
        """name -> mask[L]; the union of the subsets of a region."""
        masks = {}
        with open(self.run("sis", "sis.tsv", "--threshold", tau)) as f:
            for line in f:
                cell = line.rstrip("\n").split("\t")
                if line.startswith("#region"):
                    at = cell.index("positions")
                if not line.startswith("#") and cell[at] != ".":
                    masks.setdefault(cell[0], np.zeros(L, bool))[[int(i) for i in cell[at].split(",")]] = True
        return masks


def names_of(lab):
    """Names of the regions in the order of the arrays: those of a table of predictions."""
    with open(lab.run("predict", "f.tsv")) as f:
        return [line.split("\t")[0] for line in f if not line.startswith("#")]


def auroc(score, mask):
    """Chance that a position of the mask has more than one outside; ties half."""
    inside, outside = score[mask], score[~mask]
    more = (inside[:, None] > outside[None, :]).sum() + 0.5 * (inside[:, None] == outside[None, :]).sum()
    return more / (len(inside) * len(outside))


def measure(score, masks):
    """Of each region: mean inside, mean outside, AUROC. masks[region][variants][L]."""
    rows = []
    for s, variants in zip(np.abs(score), masks):
        rows.append(np.mean([(s[m].mean(), s[~m].mean(), auroc(s, m)) for m in variants], axis=0))
    return np.array(rows)


def interval(values, draws):
    rng = np.random.default_rng(1)
    means = values[rng.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    return np.percentile(means, (2.5, 97.5))


def show(name, what, rows, draws):
    lo, hi = interval(rows[:, 2], draws)
    ratio = rows[:, 0].mean() / rows[:, 1].mean()
    print(f"{name}\t{what}\t{ratio:.2f}\t{rows[:, 2].mean():.3f}\t{lo:.3f}\t{hi:.3f}\t{np.mean(rows[:, 0] >= 3 * rows[:, 1]):.3f}")
    return ratio, lo, hi


def main():
    a = arguments()
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(a, folder)
        names = names_of(lab)
        methods = a.methods.split(",")
        scores = {m: lab.scores(m) for m in methods}
        L = scores[methods[0]].shape[-1]
        found = lab.masks(L, a.tau)
        rows = [i for i, n in enumerate(names) if n in found]
        own = [found[names[i]] for i in rows]
        n = len(own)
        turns = [round(k * L / 10) for k in range(1, 10)]
        rng = np.random.default_rng(2)
        steps = 1 + rng.choice(n - 1, min(OTHERS, n - 1), replace=False)
        masks = {"own": [[m] for m in own], "shifted": [[np.roll(m, t) for t in turns] for m in own],
                 "another": [[own[(i + s) % n] for s in steps] for i in range(n)]}
        permuted = {m: [lab.scores(m, seed).reshape(len(names), L)[rows] for seed in SEEDS] for m in methods}
        middle = np.exp(-np.abs(np.arange(L) - (L - 1) / 2) / 10)
        scores["centre"] = np.tile(middle, (len(names), 1))
        print(f"# {n} of {len(names)} regions have a subset; {np.mean([m.sum() for m in own]):.1f} positions of {L} are in it")
        print("#score\tmask\tratio\tAUROC\tfrom\tto\tregions with 3 and more")
        good = True
        for m, s in scores.items():
            s = s.reshape(len(names), L)[rows]
            got = {k: show(m, k, measure(s, v), a.draws) for k, v in masks.items()}
            if m in permuted:
                got["permuted"] = show(m, "permuted", np.mean([measure(p, masks["own"]) for p in permuted[m]], axis=0), a.draws)
            passes = got["own"][0] >= 3 and all(got["own"][1] > v[2] for k, v in got.items() if k != "own")
            print(f"# {m} {'passes' if passes else 'does not pass'}")
            good &= passes == (m != "centre")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
