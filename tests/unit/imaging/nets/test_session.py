"""The weights are the ones that were written down, and a network gives the same on every thread."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rekindle.imaging.nets.session import WEIGHTS, OnnxSession, session

LISTED: dict[str, dict[str, object]] = json.loads((WEIGHTS / "weights.json").read_text())
FILES = sorted(path.name for path in WEIGHTS.glob("*.onnx"))


def test_every_file_of_weights_is_listed_and_none_is_missing() -> None:
    assert sorted(LISTED) == FILES


@pytest.mark.parametrize("name", FILES)
def test_weights_have_the_bytes_that_were_written_down(name: str) -> None:
    content = (WEIGHTS / name).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (LISTED[name]["bytes"], LISTED[name]["sha256"])


def test_all_weights_together_are_at_most_twelve_megabytes() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 12_000_000


def test_a_network_is_loaded_once() -> None:
    assert session("restorer") is session("restorer")


def test_many_threads_get_what_one_gets() -> None:
    net = OnnxSession(WEIGHTS / "restorer.int8.onnx")
    inputs = [np.random.default_rng(seed).random((1, 3, 64, 64), np.float32) for seed in range(12)]
    alone = [net.run(each) for each in inputs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(net.run, inputs))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
