#!/usr/bin/env python3
"""Writes net.onnx and expected.txt: DeepLIFT by an implementation of its own, in float64, of which tests/golden/run_revealcancel.c knows nothing
but the numbers.

usage: make_revealcancel.py FOLDER        (numpy, onnx)

The network: x[4][24] - conv 6 x 5, ReLU, max pool 3 by 2 (windows overlap), conv 5 x 3, softplus, dense 7, ReLU, dense 4, tanh, dense 1; weights
drawn by default_rng(11), stored as float32. Written from the papers (Shrikumar, Greenside, Kundaje 2017) and the definitions of doc/attribution.md:

  sum y = W x, D = x - r       parts p = W+ D+ + W- D-, n = W+ D- + W- D+ (D+, D-: by sign)
  y = f(x), RevealCancel       p' = 1/2 [f(r+p) - f(r) + f(r+p+n) - f(r+n)], n' with p and n exchanged; multipliers m p'/p for p, m n'/n for n
  behind the sum again         where D > 0 W+' M + W-' N, where D < 0 W-' M + W+' N, where D = 0 half of W' (M + N)
  y = f(x), Rescale            m (f(x) - f(r)) / (x - r)
  max pool                     c = max(y, y_r): m (c - y_r) to the winner for x, m (y - c) to the winner for r, over D; where D = 0 the gradient at x
  a quotient of less than 1e-7 the derivative at the reference

For each rule and sequence: value, reference (mean f(r)), multipliers (their mean over the references), hypothetical, contribution [4][24]. The
script itself checks that contributions sum to f(x) - f(r) for every single reference, and hyp_i - hyp_j = mean m_i - mean m_j.
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

L, EPS = 24, 1e-7
RULES = {"genomics": (False, False, True, True), "rescale": (False,) * 4, "revealcancel": (True,) * 4}
F = {"relu": (lambda y: np.maximum(y, 0), lambda y: (y > 0) * 1.0), "tanh": (np.tanh, lambda y: 1 - np.tanh(y) ** 2),
     "softplus": (lambda y: np.log1p(np.exp(-np.abs(y))) + np.maximum(y, 0), lambda y: 1 / (1 + np.exp(-y)))}


def conv(w, x):
    k = w.shape[2]
    return np.stack([np.tensordot(w, x[:, i:i + k], ((1, 2), (0, 1))) for i in range(x.shape[1] - k + 1)], axis=1)


def conv_back(w, m, shape):
    g = np.zeros(shape)
    for i in range(m.shape[1]):
        g[:, i:i + w.shape[2]] += np.tensordot(m[:, i], w, (0, 0))
    return g


def dense(w, x):
    return w.T @ x.reshape(-1)


def dense_back(w, m, shape):
    return (w @ m).reshape(shape)


def winners(x):
    """[channel][window]: the position of the first maximum of 3, every 2."""
    n = (x.shape[1] - 3) // 2 + 1
    return np.array([[2 * j + int(np.argmax(row[2 * j:2 * j + 3])) for j in range(n)] for row in x])


def pool(x):
    return np.take_along_axis(x, winners(x), 1)


def pool_back(m, x, r):
    y, q, d = pool(x), pool(r), x - r
    c = np.maximum(y, q)
    g, plain = np.zeros_like(x), np.zeros_like(x)
    for which, share in ((winners(x), m * (c - q)), (winners(r), m * (y - c))):
        for ch in range(x.shape[0]):
            np.add.at(g[ch], which[ch], share[ch])
    for ch in range(x.shape[0]):
        np.add.at(plain[ch], winners(x)[ch], m[ch])
    return np.where(d == 0, plain, g / np.where(d == 0, 1, d))


class Net:
    def __init__(self):
        rng = np.random.default_rng(11)
        draw = lambda *shape: (rng.normal(size=shape) * 0.6).astype(np.float32)
        # weights, bias, what it is, the function behind it, whether a pool follows
        self.layer = [(draw(6, 4, 5), draw(6), "conv", "relu", True), (draw(5, 6, 3), draw(5), "conv", "softplus", False),
                      (draw(5 * 7, 7), draw(7), "dense", "relu", False), (draw(7, 4), draw(4), "dense", "tanh", False)]
        self.last = draw(4, 1), draw(1)

    def forward(self, x):
        """The value, and for each layer what comes in, what the sum gives, what the function gives."""
        seen = []
        for w, b, kind, f, pooled in self.layer:
            y = conv(w.astype(float), x) + b[:, None].astype(float) if kind == "conv" else dense(w.astype(float), x) + b.astype(float)
            z = F[f][0](y)
            seen.append((x, y, z))
            x = pool(z) if pooled else z
        return float(self.last[0].astype(float)[:, 0] @ x + float(self.last[1][0])), seen

    def multipliers(self, x, r, cancels):
        fx, at_x = self.forward(x)
        fr, at_r = self.forward(r)
        m = self.last[0].astype(float)[:, 0]
        for (w, _, kind, f, pooled), (x_in, yx, zx), (r_in, yr, zr), cancel in list(zip(self.layer, at_x, at_r, cancels))[::-1]:
            w = w.astype(float)
            forth, back = (conv, conv_back) if kind == "conv" else (dense, dense_back)
            fun, slope = F[f]
            if pooled:
                m = pool_back(m, zx, zr)
            d, above, below = x_in - r_in, np.maximum(w, 0), np.minimum(w, 0)
            if not cancel:
                D = yx - yr
                same = np.abs(D) < EPS
                m = m * np.where(same, slope(yr), (zx - zr) / np.where(same, 1, D))
                m = back(w, m, d.shape)
                continue
            p = forth(above, np.maximum(d, 0)) + forth(below, np.minimum(d, 0))
            n = forth(above, np.minimum(d, 0)) + forth(below, np.maximum(d, 0))
            dp = (fun(yr + p) - fun(yr) + fun(yr + p + n) - fun(yr + n)) / 2
            dn = (fun(yr + n) - fun(yr) + fun(yr + p + n) - fun(yr + p)) / 2
            M = m * np.where(np.abs(p) < EPS, slope(yr), dp / np.where(np.abs(p) < EPS, 1, p))
            N = m * np.where(np.abs(n) < EPS, slope(yr), dn / np.where(np.abs(n) < EPS, 1, n))
            up = back(above, M, d.shape) + back(below, N, d.shape)
            down = back(below, M, d.shape) + back(above, N, d.shape)
            m = np.where(d > 0, up, np.where(d < 0, down, (up + down) / 2))
        assert abs(((x - r) * m).sum() - (fx - fr)) < 1e-12 * max(1, abs(fx - fr)), "incomplete"
        return fx, fr, m

    def onnx(self, path):
        names = {"relu": "Relu", "tanh": "Tanh", "softplus": "Softplus"}
        nodes, weights, at = [], [], "x"
        put = lambda name, v: weights.append(numpy_helper.from_array(v, name)) or name
        for k, (w, b, kind, f, pooled) in enumerate(self.layer):
            if kind == "dense" and self.layer[k - 1][2] == "conv":
                nodes.append(helper.make_node("Flatten", [at], ["flat"], axis=1))
                at = "flat"
            nodes.append(helper.make_node("Conv" if kind == "conv" else "Gemm", [at, put(f"w{k}", w), put(f"b{k}", b)], [f"y{k}"]))
            nodes.append(helper.make_node(names[f], [f"y{k}"], [f"z{k}"]))
            at = f"z{k}"
            if pooled:
                nodes.append(helper.make_node("MaxPool", [at], [f"p{k}"], kernel_shape=[3], strides=[2]))
                at = f"p{k}"
        nodes.append(helper.make_node("Gemm", [at, put("w", self.last[0]), put("b", self.last[1])], ["y"]))
        info = helper.make_tensor_value_info
        graph = helper.make_graph(nodes, "net", [info("x", TensorProto.FLOAT, ["N", 4, L])], [info("y", TensorProto.FLOAT, ["N", 1])], weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="make_revealcancel")
        model.ir_version = 8
        onnx.checker.check_model(model)
        with open(path, "wb") as out:
            out.write(model.SerializeToString(deterministic=True))


def encode(s):
    return np.array([[float(c == b) for c in s] for b in "ACGT"])


def sequences():
    """Sequences with their references: random ones, one with N, one among whose references it is itself, shuffled neighbours."""
    rng = np.random.default_rng(12)
    draw = lambda: "".join(rng.choice(list("ACGT"), L))
    rows = [(draw(), [draw() for _ in range(4)]) for _ in range(4)]
    s = draw()
    rows.append((s[:6] + "NNNN" + s[10:], [draw() for _ in range(3)] + ["N" * L]))
    s = draw()
    rows.append((s, [s, draw(), s[:12] + draw()[12:]]))
    rows.append(("A" * L, ["C" * L, draw()]))
    return rows


def tensor(out, name, v):
    v = np.atleast_1d(np.asarray(v, float))
    out.write(f"tensor {name} float64 {v.ndim} {' '.join(map(str, v.shape))}\n")
    for row in v.reshape(-1, v.shape[-1]):
        out.write(" ".join(f"{x:.12g}" for x in row) + "\n")


def main():
    folder, net = sys.argv[1], Net()
    net.onnx(os.path.join(folder, "net.onnx"))
    with open(os.path.join(folder, "expected.txt"), "w") as out:
        out.write(f"# make_revealcancel.py, numpy {np.__version__}\n")
        for i, (s, refs) in enumerate(sequences()):
            out.write(f"# {s} against {' '.join(refs)}\n")
            x, r = encode(s), [encode(t) for t in refs]
            tensor(out, f"x:{i}", x)
            tensor(out, f"references:{i}", np.stack(r))
            for rule, cancels in RULES.items():
                fx, fr, m = zip(*(net.multipliers(x, t, cancels) for t in r))
                mean = np.mean(m, axis=0)
                hyp = np.mean([[[mm[b, l] - (t[:, l] * mm[:, l]).sum() for l in range(L)] for b in range(4)] for t, mm in zip(r, m)], axis=0)
                con = np.mean([(x - t) * mm for t, mm in zip(r, m)], axis=0)
                assert all(np.allclose(hyp[a] - hyp[b], mean[a] - mean[b], atol=1e-12) for a in range(4) for b in range(4))
                tensor(out, f"value_{rule}:{i}", [fx[0], np.mean(fr)])
                tensor(out, f"multipliers_{rule}:{i}", mean)
                tensor(out, f"hypothetical_{rule}:{i}", hyp)
                tensor(out, f"contribution_{rule}:{i}", con)


main()
