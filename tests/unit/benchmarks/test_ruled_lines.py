"""Of thin lines on a faded print nothing is to be seen any more, and the benchmark tells when something is."""

import numpy as np
import pytest

from benchmarks.damage import Samples
from benchmarks.methods import engine
from benchmarks.ruled_lines import compare, enlarged, ruled, visible
from tests.damages import sample


def ours(pixels: Samples) -> Samples:
    return engine(pixels).pixels


@pytest.mark.slow
@pytest.mark.parametrize("name", ["astronaut", "flower"])
def test_ruled_lines_go_without_a_trace(name: str) -> None:
    row = compare(name, sample(name), 0, ours)
    assert row.before > 0.95
    assert row.after < 0.04


@pytest.mark.slow
def test_ruled_lines_go_without_a_trace_from_a_large_scan() -> None:
    clean, factor = enlarged(sample("coffee"), 4_200_000)
    row = compare("coffee", clean, 0, ours, factor * 0.7)
    assert row.before > 0.95
    assert row.after < 0.04


def test_the_same_seed_rules_the_same_lines() -> None:
    one, other = (ruled(sample("coffee"), 3) for _ in range(2))
    assert np.array_equal(one.pixels, other.pixels)
    assert not np.array_equal(one.pixels, ruled(sample("coffee"), 4).pixels)


def test_a_photo_without_lines_shows_none() -> None:
    clean = sample("coffee")
    assert visible(clean, ruled(clean, 0), clean) == 0.0


def test_a_line_of_which_a_quarter_is_left_is_still_seen() -> None:
    clean = sample("rocket")
    made = ruled(clean, 0)
    faint = np.round(clean + 0.25 * (made.pixels.astype(np.float32) - clean)).astype(np.uint8)
    assert visible(faint, made, clean) > 0.5
