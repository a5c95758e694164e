#!/usr/bin/env python3
"""Writes legacy.tsv: what tangermeme's dinucleotide_shuffle gives, for tests/golden/run_shuffle.c.

usage: make_legacy.py > legacy.tsv        (tangermeme 1.6.0, numpy 2)

A row has a sequence, the seed, the number of shuffles and the SHA-256 of the shuffles, one after the other. 100 sequences: lengths 1 to 5,
one letter, two letters, repeats of 2 to 6 bases, skewed and even compositions up to 400 bases, and runs between N (which tangermeme shuffles
with start and end: what lies outside stays). Row k is seeded with SEED + k, as item k of one call is; the sequences are drawn by numpy's
default_rng(2026).
"""
import hashlib
import warnings

import numpy as np
import torch
import tangermeme
from tangermeme.ersatz import dinucleotide_shuffle

SEED, SHUFFLES = 20, 20


def sequences():
    rng = np.random.default_rng(2026)

    def draw(n, p=(0.25, 0.25, 0.25, 0.25)):
        return "".join(rng.choice(list("ACGT"), n, p=p))
    rows = [draw(n) for n in (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5)]
    rows += ["A" * 101, "T" * 7, "G" * 2, "AC" * 50, "TG" * 51 + "T", "ACG" * 33, "GGC" * 20 + "A", "TTAGGG" * 30, "CAG" * 40 + "CAA" * 20, "A" * 50 + "C" * 51]
    rows += ["A" * 60 + "T", "ATTTTTTTTTTTTTTTTTTTTA", "AACCGGTT" * 12, "ACGT" * 25 + "A"]
    rows += [draw(n, (0.5, 0, 0, 0.5)) for n in (10, 50, 200)] + [draw(n, (0.02, 0.9, 0.04, 0.04)) for n in (20, 101, 300)]
    rows += ["N" * a + draw(n) + "N" * b for a, n, b in ((1, 9, 0), (0, 9, 1), (10, 81, 10), (30, 30, 41), (3, 2, 3), (5, 1, 5), (0, 100, 101))]
    rows += [draw(int(n)) for n in rng.integers(6, 40, 20)] + [draw(101) for _ in range(22)]
    while len(rows) < 100:
        rows.append(draw(int(rng.integers(100, 401)), rng.dirichlet((2, 2, 2, 2))))
    return rows


def one_hot(s):
    x = torch.zeros(1, 4, len(s))
    for i, c in enumerate(s):
        if c != "N":
            x[0, "ACGT".index(c), i] = 1
    return x


def letters(x):
    return "".join("ACGT"[c.argmax()] if c.max() > 0 else "N" for c in x.T.numpy())


def shuffles(x, seed, start, end):
    """All of them as one text. Where all are alike tangermeme refuses to give several; then they are the one that it gives."""
    def some(n):
        y = dinucleotide_shuffle(x, start=start, end=end, n=n, random_state=seed, verbose=False, allow_N=True)
        return "".join(letters(y[0, j]) for j in range(n))
    try:
        return some(SHUFFLES)
    except ValueError as e:
        assert "identical" in str(e)
        return some(1) * SHUFFLES


def main():
    warnings.simplefilter("ignore")
    print(f"## made_by tangermeme {tangermeme.__version__}, numpy {np.__version__}: make_legacy.py\n#sequence\tseed\tshuffles\tsha256")
    for k, s in enumerate(sequences()):
        start = len(s) - len(s.lstrip("N"))
        text = shuffles(one_hot(s), SEED + k, start, len(s.rstrip("N")))
        assert len(text) == SHUFFLES * len(s)
        print(s, SEED + k, SHUFFLES, hashlib.sha256(text.encode()).hexdigest(), sep="\t")


main()
