"""Writes a trained network as ONNX, with 16-bit weights and in int8, checks that they agree, and notes their SHA-256.

Usage: python -m training.networks.export RUN FOLDER TARGET [--task picture|marks] [--checkpoint]

int8 is static quantization in QDQ form, per channel, calibrated on aged patches of the training side of the split.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.ageing import Mixture, age
from training.networks.lighten import lighten_file
from training.networks.restorer import TASKS
from training.networks.unet import Restorer
from training.photographs import Samples, load, patch

Array = NDArray[np.float32]
_CALIBRATION, _CHECKED = 32, 24
_NAMES = {"picture": "restorer", "marks": "marks"}
_KEPT = {"picture": 99.95, "marks": 99.995}
_SAME = 2e-3
"""Largest difference, of a range of 1, that the file of 16-bit weights may show from the network itself."""


@dataclass(frozen=True, slots=True)
class Parity:
    """`exact`: largest difference of fp32 from the network; `int8_db`: what int8 loses against fp32, in dB of PSNR
    over damaged patches; `int8_mask`: share of pixels whose mask differs at one half.
    """

    exact: float
    int8_db: float
    int8_mask: float


class Calibration(CalibrationDataReader):
    """Inputs of a network, one at a time."""

    def __init__(self, inputs: Iterator[Array]) -> None:
        self._patches = inputs

    def get_next(self) -> dict[str, Array] | None:
        """The next input, or None at the end."""
        found = next(self._patches, None)
        return None if found is None else {"picture": found}


def patches(photos: list[Samples], count: int, *, seed: int, side: int) -> Iterator[Array]:
    """Aged patches as inputs (1, 3, side, side)."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield np.ascontiguousarray(age(patch(photos, side, random), random).aged.transpose(2, 0, 1)[None])


def read_weights(run: Path, task: str, *, checkpoint: bool) -> Restorer:
    """The network of a finished run, or the running average of one that still goes on."""
    net = Restorer(TASKS[task])
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
        net, (torch.zeros(1, 3, 64, 64),), str(target), input_names=["picture"], output_names=["mended"],
        dynamic_axes={"picture": sizes, "mended": sizes}, opset_version=17, dynamo=False,
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(str(target)))


def halve(path: Path) -> None:
    """Store the weights of a file in 16 bits, which the runtime widens again as it loads them: half the size, and the
    same to a few parts in ten thousand.
    """
    model = onnx.load(str(path))
    graph, casts = model.graph, list[onnx.NodeProto]()
    for tensor in graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_int8(exact: Path, target: Path, inputs: Iterator[Array], *, kept: float) -> None:
    """Quantize all but the last convolution, which would cost 0.9 dB: its output is added to the picture. The ranges
    hold `kept` percent of the activations of some inputs: with full ranges several times as much is lost.
    """
    prepared = target.with_suffix(".prepared.onnx")
    quant_pre_process(str(exact), str(prepared), skip_symbolic_shape=True)
    convolutions = [node.name for node in onnx.load(str(prepared)).graph.node if node.op_type == "Conv"]
    quantize_static(
        str(prepared), str(target), Calibration(inputs), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv", "ConvTranspose", "Relu", "Add"],
        nodes_to_exclude=[convolutions[-1]],
        calibrate_method=CalibrationMethod.Percentile, extra_options={"CalibPercentile": kept},
    )  # fmt: skip
    prepared.unlink()
    lighten_file(target)


def compare(net: Restorer, exact: Path, small: Path, photos: list[Samples]) -> Parity:
    """Run all three on held-out patches."""
    one, two = (onnxruntime.InferenceSession(str(p), providers=["CPUExecutionProvider"]) for p in (exact, small))
    random = np.random.default_rng(11)
    worst, losses, masks = 0.0, list[float](), list[float]()
    for _ in range(_CHECKED):
        pair = age(patch(photos, 256, random), random, Mixture(low_quality=1))
        given = np.ascontiguousarray(pair.aged.transpose(2, 0, 1)[None])
        with torch.no_grad():
            truth = net(torch.from_numpy(given)).numpy()
        first, second = (np.asarray(s.run(None, {"picture": given})[0]) for s in (one, two))
        worst = max(worst, float(np.abs(first - truth).max()))
        clean, free = pair.clean.transpose(2, 0, 1), pair.mask < 0.5
        errors = [float(np.mean((a[0, :3] - clean)[:, free] ** 2)) + 1e-6 for a in (first, second)]
        losses.append(10 * np.log10(errors[1] / errors[0]))
        masks.append(float(np.mean((first[0, 3] > 0.5) != (second[0, 3] > 0.5))))
    return Parity(worst, float(np.mean(losses)), float(np.mean(masks)))


def main() -> None:
    """Export, compare, and stop with 1 when the fp32 file is not the same network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path, help="a folder for the files of weights")
    parser.add_argument("--task", choices=sorted(TASKS), default="picture")
    parser.add_argument("--checkpoint", action="store_true", help="of a run that is not over")
    asked = parser.parse_args()
    asked.target.mkdir(parents=True, exist_ok=True)
    net = read_weights(asked.run, asked.task, checkpoint=asked.checkpoint)
    name = _NAMES[asked.task]
    exact, small = asked.target / f"{name}.onnx", asked.target / f"{name}.int8.onnx"
    write_fp32(net, exact)
    aged = patches(load(asked.folder, held_out=False, most=200), _CALIBRATION, seed=3, side=128)
    write_int8(exact, small, aged, kept=_KEPT[asked.task])
    halve(exact)
    parity = compare(net, exact, small, load(asked.folder, held_out=True))
    for path in (exact, small):
        print(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    print(json.dumps({"exact": parity.exact, "int8_db": parity.int8_db, "int8_mask": parity.int8_mask}))
    if asked.task == "marks":
        exact.unlink()  # eight bits do for a mask
    if parity.exact > _SAME:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
