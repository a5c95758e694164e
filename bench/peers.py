"""Forward time of other tools on the networks of nets.py, one thread.

peers.py DIR NAME BATCH[,BATCH ...] SECONDS   reads DIR/NAME.onnx; prints "TOOL seconds-per-sequence batch", the best batch of each tool.
Also writes DIR/NAME.codes (uint8, the first 64 test sequences) and DIR/NAME.y (float32, onnxruntime's outputs) for bench/forward.
Needs torch and onnxruntime.
"""
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
import numpy as np
import onnxruntime as ort
import torch

import nets


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


def main(folder, name, batches, seconds):
    torch.set_num_threads(1)
    net, length = nets.build(name)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(os.path.join(folder, name + ".onnx"), options, providers=["CPUExecutionProvider"])
    jit = torch.jit.freeze(torch.jit.trace(net, torch.zeros(2, 4, length)))
    codes = np.random.RandomState(3).randint(0, 4, (64, length)).astype(np.uint8)
    codes.tofile(os.path.join(folder, name + ".codes"))
    session.run(None, {"x": onehot(codes)})[0].tofile(os.path.join(folder, name + ".y"))
    tools = {"onnxruntime": lambda x: session.run(None, {"x": x}), "torch": lambda x: net(torch.from_numpy(x)),
             "torch-jit": lambda x: jit(torch.from_numpy(x))}
    for tool, run in tools.items():
        with torch.inference_mode():
            times = []
            for b in batches:
                x = onehot(np.resize(codes, (b, length)))
                times.append((best(lambda: run(x), seconds) / b, b))
        print(tool, *min(times))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], [int(b) for b in sys.argv[3].split(",")], float(sys.argv[4]))
