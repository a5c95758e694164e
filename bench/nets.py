"""The four reference networks, with seeded random weights: their shapes matter, not their numbers.

nets.py OUTDIR [NAME ...]   writes OUTDIR/NAME.onnx (opset 13, input x, output y). Needs torch 2.13 and onnx.

  zeng       101 bp   the transcription factor networks of Zeng et al. 2016: one convolution, global maximum, two dense layers
  deepstarr  249 bp   de Almeida et al. 2022: four convolutions with batch normalisation and pooling, three dense layers
  basset     600 bp   Kelley et al. 2016: three wide convolutions, dense layers of 1000, 164 outputs
  bpnet     2114 bp   Avsec et al. 2021: eight dilated convolutions with residuals; the counts head (the profile head is cut off,
                      so that every tool computes the same)
  zeng-L, bpnet-L, bpnet-L-dD   the same for other lengths L, and with D dilated layers (each doubles the dilation)
"""
import functools
import os
import sys

import torch
from torch import nn


def tower(widths, kernels, pools):
    """Convolution 'same', batch normalisation, ReLU, maximum pooling; repeated."""
    layers, channels = [], 4
    for width, kernel, pool in zip(widths, kernels, pools):
        layers += [nn.Conv1d(channels, width, kernel, padding=kernel // 2), nn.BatchNorm1d(width), nn.ReLU(), nn.MaxPool1d(pool)]
        channels = width
    return layers + [nn.Flatten()]


def dense(sizes):
    """Linear, batch normalisation, ReLU; repeated."""
    layers = []
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU()]
    return layers


def zeng(length=101):
    return nn.Sequential(nn.ConstantPad1d((11, 12), 0.0), nn.Conv1d(4, 128, 24), nn.ReLU(), nn.MaxPool1d(length), nn.Flatten(),
                         nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())


def deepstarr():
    return nn.Sequential(*tower((256, 60, 60, 120), (7, 3, 5, 3), (2, 2, 2, 2)), *dense((1800, 256, 256)), nn.Linear(256, 2))


def basset():
    return nn.Sequential(*tower((300, 200, 200), (19, 11, 7), (3, 4, 4)), *dense((2400, 1000, 1000)), nn.Linear(1000, 164),
                         nn.Sigmoid())


class BPNet(nn.Module):
    def __init__(self, layers=8, width=64):
        super().__init__()
        self.first = nn.Conv1d(4, width, 21)
        self.dilated = nn.ModuleList(nn.Conv1d(width, width, 3, dilation=2 ** i) for i in range(1, layers + 1))
        self.counts = nn.Linear(width, 1)
        self.relu = nn.ModuleList(nn.ReLU() for _ in range(layers + 1))     # one each: explainers hook modules

    def forward(self, x):
        x = self.relu[0](self.first(x))
        for conv, relu in zip(self.dilated, self.relu[1:]):
            d = conv.dilation[0]
            x = x[:, :, d:-d] + relu(conv(x))
        return self.counts(x.mean(2))


NETS = {"zeng": (zeng, 101), "deepstarr": (deepstarr, 249), "basset": (basset, 600), "bpnet": (BPNet, 2114)}


def shape(name):
    """What makes the network of that name, and its length."""
    kind, *rest = name.split("-")
    make, length = NETS[kind]
    for part in rest:
        if part[0] == "d" and kind == "bpnet":
            make = functools.partial(make, layers=int(part[1:]))
        else:
            length = int(part)
    if rest and kind == "zeng":
        make = functools.partial(make, length)
    elif rest and kind != "bpnet":
        raise SystemExit(f"nets.py: {name}: only zeng and bpnet come in other lengths")
    return make, length


def build(name):
    """The network with weights that are the same on every machine, and its length."""
    torch.manual_seed(1234)
    make, length = shape(name)
    net = make()
    for m in net.modules():
        if isinstance(m, nn.BatchNorm1d):
            for t, lo, hi in ((m.running_mean, -0.2, 0.2), (m.running_var, 0.5, 1.5), (m.weight.data, 0.5, 1.5), (m.bias.data, -0.2, 0.2)):
                t.uniform_(lo, hi)
    return net.eval().requires_grad_(False), length


def main(outdir, names):
    os.makedirs(outdir, exist_ok=True)
    for name in names or NETS:
        net, length = build(name)
        torch.onnx.export(net, (torch.zeros(2, 4, length),), os.path.join(outdir, name + ".onnx"), opset_version=13, dynamo=False,
                          input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})
        print(name, length, sum(p.numel() for p in net.parameters()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
