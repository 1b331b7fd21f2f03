"""Runs a network that was saved as ONNX: by OpenVINO where that is installed, by ONNX Runtime everywhere else."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from rekindle.imaging.planes import floats

Array = NDArray[np.float32]

WEIGHTS = Path(__file__).parent.parent / "weights"


class Session(Protocol):
    """A network with one input and one output, both float32. Safe to use from several threads at once."""

    def run(self, array: Array) -> Array:
        """One pass."""
        ...


def open_onnx(path: Path, *, arena: bool = False) -> Any:
    """A file of weights in ONNX Runtime. Waiting threads sleep, because other work shares the cores. Memory goes back
    as soon as it is not needed; with an `arena`, when whoever runs it says so.
    """
    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 2
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class OnnxSession:
    """ONNX Runtime on two threads, one large tile at a time: that needs half the memory of two tiles at once. What it
    works out meanwhile shares one block, planned ahead, which takes three fifths of the memory of a block for each; it
    goes back after each pass.
    """

    def __init__(self, path: Path) -> None:
        self._session = open_onnx(path, arena=True)
        self._input = str(self._session.get_inputs()[0].name)
        runtime: Any = onnxruntime
        self._handed_back = runtime.RunOptions()
        self._handed_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def run(self, array: Array) -> Array:
        """One pass."""
        return floats(np.asarray(self._session.run(None, {self._input: array}, self._handed_back)[0]))


class OpenVinoSession:
    """OpenVINO on two threads. It uses bfloat16 where the processor has it, which is several times faster."""

    def __init__(self, path: Path) -> None:
        import openvino  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

        config = {"INFERENCE_NUM_THREADS": 2, "PERFORMANCE_HINT": "LATENCY"}
        self._model: Any = openvino.Core().compile_model(str(path), "CPU", config)  # pyright: ignore[reportUnknownMemberType]

    def run(self, array: Array) -> Array:
        """One pass, with a request of its own so that threads do not meet."""
        return floats(np.asarray(self._model.create_infer_request().infer([array])[0]))


def runtime() -> str:
    """Which of the two this installation uses: "openvino" or "onnxruntime"."""
    return "openvino" if find_spec("openvino") else "onnxruntime"


@lru_cache(maxsize=8)
def session(name: str) -> Session:
    """The network `weights/<name>.onnx`, loaded once in each process."""
    path = WEIGHTS / f"{name}.onnx"
    return OpenVinoSession(path) if runtime() == "openvino" else OnnxSession(path)
