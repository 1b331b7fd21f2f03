"""Makes a run of a file of weights in the package, for a training to go on from where it is not at hand any more.

Usage: python -m training.networks.unpack FILE.onnx RUN

Only of a file with weights in 16 or 32 bits: those in 8 are too coarse to go on from.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper


def main() -> None:
    """Write `weights.pt` into RUN."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    stored = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(source)).graph.initializer}
    weights = {
        name.removesuffix(".half"): torch.from_numpy(np.array(values, np.float32)) for name, values in stored.items()
    }
    target.mkdir(parents=True, exist_ok=True)
    torch.save(weights, target / "weights.pt")


if __name__ == "__main__":
    main()
