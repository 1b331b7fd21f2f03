"""Writes the trained filler as ONNX with weights in 16 bits, and tells how far that is from the network itself.

Usage: python -m training.networks.export_filler RUN FOLDER TARGET [--checkpoint]

int8, as the other networks have it, would lose 0.1 dB under marks.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from training.ageing import Mixture, age
from training.networks.export import Array, halve
from training.networks.filler import Filler, marks_for, shown_of
from training.photographs import Samples, load, patch

_CHECKED = 12
NAME = "filler.onnx"
_SAME = 2e-3
"""Largest difference, of a range of 1, that the file may show from the network itself."""


def read_weights(run: Path, *, checkpoint: bool) -> Filler:
    """The network of a finished run, or the running average of one that still goes on."""
    net = Filler()
    if checkpoint:
        whole = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)["average"]
        net.load_state_dict({k.removeprefix("module."): v for k, v in whole.items() if k.startswith("module.")})
    else:
        net.load_state_dict(torch.load(run / "weights.pt", map_location="cpu", weights_only=True))
    return net.eval()


def write_fp32(net: torch.nn.Module, target: Path) -> None:
    """ONNX opset 17 with free height and width."""
    sizes = {0: "n", 2: "height", 3: "width"}
    torch.onnx.export(
        net, (torch.zeros(1, 7, 64, 64),), str(target), input_names=["picture"], output_names=["mended"],
        dynamic_axes={"picture": sizes, "mended": sizes}, opset_version=17, dynamo=False,
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(str(target)))


def inputs(photos: list[Samples], count: int, *, seed: int, side: int) -> Iterator[Array]:
    """What the network is shown of aged patches (1, 7, side, side)."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        pair = age(patch(photos, side, random), random, Mixture(marks=1, low_quality=0.78))
        shown = shown_of(pair, marks_for(pair, random))
        yield np.ascontiguousarray(shown.transpose(2, 0, 1)[None])


def apart(net: Filler, written: Path, photos: list[Samples]) -> float:
    """The largest difference on held-out patches, of a range of 1."""
    session = onnxruntime.InferenceSession(str(written), providers=["CPUExecutionProvider"])
    worst = 0.0
    for shown in inputs(photos, _CHECKED, seed=11, side=256):
        with torch.no_grad():
            exact = net(torch.from_numpy(shown)).numpy()
        worst = max(worst, float(np.abs(np.asarray(session.run(None, {"picture": shown})[0]) - exact).max()))
    return worst


def main() -> None:
    """Export, compare, and stop with 1 when the file is not the same network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path, help="a folder for the file of weights")
    parser.add_argument("--checkpoint", action="store_true", help="of a run that is not over")
    asked = parser.parse_args()
    asked.target.mkdir(parents=True, exist_ok=True)
    net = read_weights(asked.run, checkpoint=asked.checkpoint)
    written = asked.target / NAME
    write_fp32(net, written)
    halve(written)
    worst = apart(net, written, load(asked.folder, held_out=True))
    print(written.name, written.stat().st_size, hashlib.sha256(written.read_bytes()).hexdigest())
    print(json.dumps({"apart": worst}))
    if worst > _SAME:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
