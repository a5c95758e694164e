#!/usr/bin/env python3
"""TF-MoDISco (modisco-lite 3.0) reads our arrays as they are, and its first pattern is the motif of the shipped network.

usage: bench/modisco.py --build DIR [--data data] [--regions 400] [--method deeplift] [--seqlets 2000] [--family Maf-related]

`seqgloss METHOD -o scores.npz --ohe onehot.npz` writes what `modisco motifs -a scores.npz -s onehot.npz` reads. The patterns found are written
as MEME by `modisco meme`, cut to the columns with 0.3 bits, and compared by `seqgloss compare`. The exit status is 1 unless the matrix nearest
to the first pattern is of the family. Needs modisco-lite in the interpreter that runs this. About a minute.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import h5py

IUPAC = {"A": "A", "C": "C", "G": "G", "T": "T", "AC": "M", "AG": "R", "AT": "W", "CG": "S", "CT": "Y", "GT": "K"}


def arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", required=True)
    p.add_argument("--data", default=os.path.join(here, "..", "data"))
    p.add_argument("--regions", type=int, default=400)
    p.add_argument("--method", default="deeplift")
    p.add_argument("--seqlets", default="2000")
    p.add_argument("--family", default="Maf-related")
    return p.parse_args()


def head(path, out, n):
    with open(path) as f, open(out, "w") as g:
        g.writelines(line for i, line in enumerate(f) if i < n)


def consensus(rows):
    """A letter where it has half of the column, two where they have three quarters, else N."""
    text = ""
    for row in rows:
        order = sorted(zip(row, "ACGT"), reverse=True)
        if order[0][0] >= 0.5:
            text += order[0][1]
        elif order[0][0] + order[1][0] >= 0.75:
            text += IUPAC["".join(sorted(order[0][1] + order[1][1]))]
        else:
            text += "N"
    return text


def matrices(path):
    """name -> rows, of a MEME file."""
    found, rows = {}, None
    with open(path) as f:
        for line in f:
            if line.startswith("MOTIF"):
                rows = found.setdefault(line.split()[1], [])
            elif rows is not None and line[:2].strip() and line.split()[0][0].isdigit() or line.startswith(" "):
                rows.append([float(v) for v in line.split()])
    return found


def nearest(path):
    """query -> first row of a table of compare."""
    first, names = {}, None
    with open(path) as f:
        for line in f:
            cell = line.rstrip("\n").split("\t")
            if cell[0] == "Query_ID":
                names = cell
            elif names and not line.startswith("#") and len(cell) == len(names):
                first.setdefault(cell[0], dict(zip(names, cell)))
    return first


def main():
    a = arguments()
    seqgloss, scripts = os.path.join(a.build, "seqgloss"), os.path.dirname(sys.executable)
    os.environ.setdefault("SEQGLOSS_DATA", os.path.dirname(os.path.abspath(a.data)))
    modisco = os.path.join(scripts, "modisco")
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        run = lambda *words: subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        head(os.path.join(a.data, "regions.bed"), at("r.bed"), a.regions)
        run(seqgloss, a.method, "-q", "-m", os.path.join(a.data, "mafk.h5"), "-f", os.path.join(a.data, "chr20.fa.gz"), "-b", at("r.bed"),
            "-o", at("scores.npz"), "--ohe", at("onehot.npz"))
        run(modisco, "motifs", "-a", at("scores.npz"), "-s", at("onehot.npz"), "-n", a.seqlets, "-w", "100", "-o", at("patterns.h5"))
        with h5py.File(at("patterns.h5")) as f:
            for sign in f:
                for name in f[sign]:
                    print(f"{sign}.{name}: {f[sign][name]['seqlets/n_seqlets'][0]} seqlets")
        run(modisco, "meme", "-q", "-i", at("patterns.h5"), "-t", "PFM", "-o", at("patterns.meme"))
        run(seqgloss, "motifs", "-q", "--trim", "0.3", "-F", "meme", at("patterns.meme"), "-o", at("cut.meme"))
        run(seqgloss, "compare", "-q", at("cut.meme"), "-o", at("tomtom.tsv"))
        best = nearest(at("tomtom.tsv"))
        for name, rows in matrices(at("cut.meme")).items():
            hit = best.get(name, {})
            print(f"{name}: {consensus(rows)}, nearest {hit.get('Target_name', 'none')} ({hit.get('Target_ID', '')}, {hit.get('Family', '')}), "
                  f"p {hit.get('p-value', '')}, E {hit.get('E-value', '')}, strand {hit.get('Orientation', '')}")
        first = best.get("pos_patterns.pattern_0")
        return 0 if first and a.family in "\t".join(first.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
