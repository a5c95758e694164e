"""Comparison of motifs, exact, beside memelite's approximation: time and agreement, one thread, one run.

usage: tomtom.py --build DIR --motifs JASPAR2026_CORE_vertebrates.jaspar     (by a Python that has memelite)

Two jobs: every motif of a database against the database; 5,000 sites, drawn from its motifs, against it, ten nearest. Both
programs get the same numbers, in turns; the least processor time of each counts. memelite is compiled (numba) before it is
timed.
"""
import argparse
import os
import subprocess
import tempfile
import time

import memelite
import numpy as np


def read_jaspar(path):
    """Probabilities (4, width) of each motif, with a pseudocount of 0.1, as both programs compare them."""
    motifs, rows = [], []
    for line in open(path):
        if line[0] == ">":
            rows = []
        elif "[" in line:
            rows.append([float(x) for x in line[line.index("[") + 1:line.index("]")].split()])
            if len(rows) == 4:
                counts = np.array(rows)
                motifs.append((counts + 0.025) / (counts.sum(0) + 0.1))
    return motifs


def draw_sites(motifs, n, rng):
    """Sites of motifs on either strand, one base in ten changed, 8 to 20 bases with what is around."""
    sites = []
    for _ in range(n):
        p = motifs[rng.integers(len(motifs))]
        site = [rng.choice(4, p=column / column.sum()) for column in p.T]
        site = [rng.integers(4) if rng.random() < 0.1 else base for base in site]
        length = rng.integers(8, 21)
        while len(site) < length:
            site = [rng.integers(4)] + site + [rng.integers(4)]
        site = site[:length] if rng.random() < 0.5 else [3 - base for base in site[:length][::-1]]
        sites.append("".join("ACGT"[base] for base in site))
    return sites


def one_hot(site):
    """What both programs compare: 20 sites with that base, a pseudocount of 0.1."""
    x = np.full((4, len(site)), 0.025)
    x[["ACGT".index(base) for base in site], np.arange(len(site))] += 20
    return x / 20.1


def ours(build, db, queries, nearest, out=None):
    command = [os.path.join(build, "bench", "tomtom"), db, queries, str(nearest), "1"] + ([out] if out else [])
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0])


def theirs(queries, targets, nearest):
    begin = time.process_time()
    result = memelite.tomtom(queries, targets, n_nearest=nearest, n_jobs=1)
    return 1e3 * (time.process_time() - begin), result


def take_turns(run_ours, run_theirs, rounds):
    """Least times, ratios of neighbours."""
    pairs = [(run_ours(), run_theirs()[0]) for _ in range(rounds)]
    return min(p[0] for p in pairs), min(p[1] for p in pairs), sorted(b / a for a, b in pairs)[len(pairs) // 2]


def read_matches(path):
    return np.array([[float(x) for x in line.split("\t")[:5]] for line in open(path)])


def agreement(matches, result, n, nearest):
    """Queries whose nearest target is alike; |log10 p| differences of all matches with p above 1e-8: median, 95 %."""
    p = np.asarray(result[0])
    idx = np.asarray(result[5]).astype(int) if nearest else np.tile(np.arange(p.shape[1]), (n, 1))
    theirs_of = [dict(zip(idx[q], p[q])) for q in range(n)]
    first, difference = {}, []
    for q, t, value in matches[:, :3]:
        q, t = int(q), int(t)
        first.setdefault(q, t)
        other = theirs_of[q].get(t)
        if other is not None and other > 1e-8 and value > 1e-8:
            difference.append(abs(np.log10(value) - np.log10(other)))
    same = sum(theirs_of[q].get(t, 2) <= p[q].min() * 1.0001 + 1e-300 for q, t in first.items())
    return same / n, np.median(difference), np.quantile(difference, 0.95)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--build", required=True)
    a.add_argument("--motifs", required=True)
    a.add_argument("--sites", type=int, default=5000)
    a.add_argument("--rounds", type=int, default=3)
    a = a.parse_args()
    motifs = read_jaspar(a.motifs)
    sites = draw_sites(motifs, a.sites, np.random.default_rng(1))
    print("job\tqueries\ttargets\tseqgloss ms\tmemelite ms\tx memelite (median of pairs)\tnearest alike\t"
          "|log10 p| median\t95 %")
    with tempfile.TemporaryDirectory() as folder:
        strings, out = os.path.join(folder, "sites.txt"), os.path.join(folder, "matches")
        with open(strings, "w") as file:
            file.write("\n".join(sites) + "\n")
        jobs = [("all against all", a.motifs, motifs, 0), ("sites, ten nearest", strings, [one_hot(s) for s in sites], 10)]
        for name, path, queries, nearest in jobs:
            theirs(queries[:20], motifs, nearest or None)
            t, u, ratio = take_turns(lambda: ours(a.build, a.motifs, path, nearest),
                                     lambda: theirs(queries, motifs, nearest or None), a.rounds)
            ours(a.build, a.motifs, path, nearest, out)
            alike = agreement(read_matches(out), theirs(queries, motifs, nearest or None)[1], len(queries), nearest)
            print(f"{name}\t{len(queries)}\t{len(motifs)}\t{t:.0f}\t{u:.0f}\t{ratio:.2f}\t{alike[0]:.4f}\t{alike[1]:.2g}\t{alike[2]:.2g}",
                  flush=True)


if __name__ == "__main__":
    main()
