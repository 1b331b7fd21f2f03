"""Writes the trained colourizer as ONNX with its weights in 8 bits, and checks it against the network itself.

Usage: python -m training.networks.export_colourizer RUN FOLDER TARGET [--last]

Only the weights are rounded (symmetric, per output channel); all sums are done in 32 bits, so nothing is calibrated.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper

from training.colour_samples import load_small, sample, split
from training.networks.colourizer import Colourizer, rmse

_SMALLEST = 512
"""Weights of fewer numbers than this stay as they are."""


def read_weights(run: Path, *, last: bool) -> Colourizer:
    """The running average of the weights, or the last ones: after few steps the average still carries the first."""
    whole = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    average = {k.removeprefix("module."): v for k, v in whole["average"].items() if k.startswith("module.")}
    net = Colourizer()
    net.load_state_dict(whole["net"] if last else average)
    return net.eval()


def write_fp32(net: torch.nn.Module, target: Path) -> None:
    """ONNX opset 17 with free height and width, multiples of 32."""
    torch.onnx.export(
        net, (torch.zeros(1, 4, 64, 96),), str(target), input_names=["shown"], output_names=["chroma"],
        dynamic_axes={"shown": {0: "n", 2: "height", 3: "width"}, "chroma": {0: "n", 2: "rows", 3: "columns"}},
        opset_version=17, dynamo=False,
    )  # fmt: skip


def round_weights(source: Path, target: Path) -> None:
    """Each large weight becomes 8-bit integers and one scale for each output channel."""
    model = onnx.load(str(source))
    graph = model.graph
    axes = {node.input[1]: int(node.op_type == "ConvTranspose") for node in graph.node if "Conv" in node.op_type}
    added: list[onnx.NodeProto] = []
    for tensor in [t for t in graph.initializer if t.name in axes]:
        values, axis = numpy_helper.to_array(tensor), axes[tensor.name]
        if values.size < _SMALLEST:
            continue
        others = tuple(i for i in range(values.ndim) if i != axis)
        scale = np.maximum(np.abs(values).max(axis=others) / 127, 1e-12).astype(np.float32)
        shape = [-1 if i == axis else 1 for i in range(values.ndim)]
        whole = np.clip(np.round(values / scale.reshape(shape)), -127, 127).astype(np.int8)
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [numpy_helper.from_array(whole, f"{name}.whole"), numpy_helper.from_array(scale, f"{name}.scale")]
        )
        added.append(helper.make_node("DequantizeLinear", [f"{name}.whole", f"{name}.scale"], [name], axis=axis))
    nodes = [*added, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def compare(net: Colourizer, path: Path, folder: Path) -> tuple[float, float, float]:
    """On photographs that were not trained on: RMSE of a*b* of the network, of the file, and between the two."""
    random = np.random.default_rng(5)
    photos = load_small(folder, split(folder)[1])
    pairs = [sample(photos, 128, random) for _ in range(64)]
    shown, truth = (np.stack([pair[i] for pair in pairs]) for i in range(2))
    with torch.no_grad():
        exact = net(torch.from_numpy(shown)).numpy()
    ran = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rounded = np.asarray(ran.run(None, {"shown": shown})[0])
    return rmse(exact - truth), rmse(rounded - truth), rmse(exact - rounded)


def main() -> None:
    """Write TARGET and print its size, its SHA-256 and how far it is from the network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--last", action="store_true", help="the last weights, not their running average")
    asked = parser.parse_args()
    net = read_weights(asked.run, last=asked.last)
    asked.target.parent.mkdir(parents=True, exist_ok=True)
    full = asked.run / "colourizer.fp32.onnx"
    write_fp32(net, full)
    round_weights(full, asked.target)
    exact, rounded, between = compare(net, asked.target, asked.folder)
    digest = hashlib.sha256(asked.target.read_bytes()).hexdigest()
    print(f"{asked.target}: {asked.target.stat().st_size} bytes, sha256 {digest}")
    print(f"RMSE a*b*: network {exact:.3f}, file {rounded:.3f}, between them {between:.3f}")


if __name__ == "__main__":
    main()
