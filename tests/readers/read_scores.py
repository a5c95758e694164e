"""Reads attributions with the readers that others use, and compares them number by number.

read_scores.py FOLDER, where FOLDER has of the same regions and method
  a.tsv (projected) h.tsv (contribution) a.npz p.npz (projected) o.npz (--ohe) a.h5 a.bw a.bedgraph

Prints a line "ok READER ..." for each reader; "skip READER" where its package is missing. Exit status 1: numbers differ.
"""
import os
import sys


def table(path):
    """Rows of a table as dicts of its columns."""
    names, rows = None, []
    with open(path) as f:
        for line in f:
            cell = line.rstrip("\n").split("\t")
            if line.startswith("#") and not line.startswith("##"):
                names = [cell[0][1:]] + cell[1:]
            elif not line.startswith("#"):
                rows.append(dict(zip(names, cell)))
    return rows


def must(good, what):
    if not good:
        sys.exit(f"not ok {what}")


def numpy_reads(at, rows):
    import numpy as np
    score = np.array([np.float32(r["score"]) for r in rows])
    with np.load(at("a.npz"), allow_pickle=False) as a, np.load(at("p.npz")) as p, np.load(at("o.npz")) as o:
        hyp, proj, ohe = a["arr_0"], p["arr_0"], o["arr_0"]
        must(hyp.dtype == np.float32 and hyp.ndim == 3 and hyp.shape[1] == 4 and hyp.shape == ohe.shape, "shapes of the arrays")
        n, _, L = hyp.shape
        must(n * L == len(rows), "one score a position")
        must(np.array_equal(proj.reshape(-1), score), "projected scores are those of the table")
        must(set(np.unique(ohe)) <= {0.0, 1.0} and all("ACGT"[ohe[i // L, :, i % L].argmax()] == r["base"] for i, r in enumerate(rows)), "one-hot bases")
        must(np.allclose((hyp * ohe).sum(axis=1).reshape(-1), score, atol=1e-6), "hypothetical scores at the bases")
        must([v.decode() for v in a["coords/region"]] == [r["region"] for r in rows[::L]], "names")
        must([int(v) for v in a["coords/start"]] == [int(r["start"]) for r in rows[::L]], "places")
        must(a["residual"].shape == (n, 1) and float(np.abs(a["residual"]).max()) < 1e-3, "residuals")
    return f"numpy {np.__version__}: {n} regions of {L} bases"


def h5py_reads(at, rows):
    import h5py
    import numpy as np
    score = np.array([np.float32(r["score"]) for r in rows])
    with h5py.File(at("a.h5"), "r") as f, np.load(at("a.npz")) as a, np.load(at("o.npz")) as o:
        must(np.array_equal(f["shap/seq"][:], a["arr_0"]), "shap/seq is the array of hypothetical scores")
        must(np.array_equal(f["raw/seq"][:], o["arr_0"]), "raw/seq is the one-hot sequence")
        must(np.allclose(f["projected_shap/seq"][:].sum(axis=1).reshape(-1), score, atol=1e-6), "projected_shap/seq")
        return f"h5py {h5py.__version__}: {', '.join(f)}"


def pybigwig_reads(at, rows):
    import numpy as np
    import pyBigWig
    want = {}
    for r in rows:
        want.setdefault((r["chrom"], int(r["start"]) + int(r["position"])), []).append(float(r["score"]))
    f = pyBigWig.open(at("a.bw"))
    must(f.isBigWig(), "a bigWig file")
    header = f.header()
    worst, n = 0, 0
    for (chrom, i), v in sorted(want.items()):
        got = f.values(chrom, i, i + 1)[0]
        worst, n = max(worst, abs(got - np.mean(v))), n + 1
    must(worst < 1e-6 and header["nBasesCovered"] == n, f"values: {worst}, {n} and {header['nBasesCovered']} bases")
    chrom = rows[0]["chrom"]
    lo, hi = int(rows[0]["start"]), int(rows[0]["end"])
    values = np.array(f.values(chrom, lo, hi))
    must(abs(f.stats(chrom, lo, hi, exact=True)[0] - values.mean()) < 1e-6, "the mean of a window")
    # The header itself is cut to whole numbers by pyBigWig.
    most = max(np.mean(v) for v in want.values())
    must(header["maxVal"] == int(most) and abs(f.stats(chrom, 0, f.chroms(chrom), type="max", exact=True)[0] - most) < 1e-6, "the greatest value")
    must(sum(1 for _ in open(at("a.bedgraph"))) > 0 and f.chroms(chrom) > hi, "length of the chromosome")
    return f"pyBigWig {pyBigWig.__version__}: {n} bases, {header['nLevels']} zoom levels"


def bedgraph_reads(at, rows):
    """No package: four columns, sorted, nothing twice."""
    want = {(r["chrom"], int(r["start"]) + int(r["position"])) for r in rows}
    last, seen = ("", 0), 0
    with open(at("a.bedgraph")) as f:
        for line in f:
            if line.startswith(("track", "#", "browser")):
                continue
            chrom, start, end, value = line.split("\t")
            float(value)
            must(chrom != last[0] or int(start) >= last[1], "bedGraph in order")
            must(all((chrom, i) in want for i in range(int(start), int(end))), "bedGraph where windows are")
            last, seen = (chrom, int(end)), seen + int(end) - int(start)
    must(seen == len(want), f"{seen} of {len(want)} bases in the bedGraph")
    return f"bedGraph: {seen} bases"


def main():
    def at(name):
        return os.path.join(sys.argv[1], name)
    rows = table(at("a.tsv"))
    for reader in (numpy_reads, h5py_reads, pybigwig_reads, bedgraph_reads):
        try:
            print("ok", reader(at, rows))
        except ImportError as e:
            print("skip", e)


main()
