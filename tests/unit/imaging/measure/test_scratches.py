"""Scratches are found where they are; the lines of the scene are left alone."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from rekindle.imaging.measure.lines import FEATURES
from rekindle.imaging.measure.scratches import find_scratches, probability, search
from tests.damages import BLACK, WHITE, Pixels, deep, sample, scratched


@pytest.mark.parametrize(
    ("name", "level"),
    [("coffee", WHITE), ("coffee", BLACK), ("chelsea", WHITE), ("chelsea", BLACK), ("flower", WHITE), ("china", BLACK)],
)
def test_most_of_the_scratches_are_found_and_little_else(name: str, level: int) -> None:
    damaged, truth = scratched(sample(name), level)
    found = find_scratches(damaged)
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (found & truth).sum() > 0.65 * truth.sum()
    assert (found & near).sum() > 0.65 * found.sum()


@pytest.mark.parametrize(
    "name", ["astronaut", "china", "flower", "rocket", "camera", "grass", "gravel", "text", "page", "coins", "clock"]
)
def test_masts_roofs_letters_and_grass_are_no_scratches(name: str) -> None:
    assert not search(sample(name)).mask.any()


def fence(photo: Pixels) -> Pixels:
    result = photo.copy()
    for x in range(20, photo.shape[1], 40):
        cv2.line(result, (x, 200), (x, 330), (60, 55, 50), 4, cv2.LINE_AA)
    return result


def wires(photo: Pixels) -> Pixels:
    result = photo.copy()
    for y in (40, 70):
        bow = np.column_stack([np.arange(0, 640, 20), y + 25 * np.sin(np.arange(32) * np.pi / 31)])
        cv2.polylines(result, [bow.astype(np.int32)], False, (50, 50, 55), 2, cv2.LINE_AA)
    return result


@pytest.mark.parametrize("draw", [fence, wires])
def test_a_fence_and_wires_are_no_scratches(draw: Callable[[Pixels], Pixels]) -> None:
    assert not search(draw(sample("china"))).mask.any()


def test_one_faint_line_is_too_little_to_call_a_picture_scratched() -> None:
    damaged = sample("coffee").copy()
    cv2.line(damaged, (150, 100), (160, 160), (200, 200, 200), 1, cv2.LINE_AA)
    found = search(damaged)
    assert not found.mask.any()
    assert found.evidence < 0.25


def test_scratches_of_a_large_picture_are_marked_at_its_full_size() -> None:
    damaged, truth = scratched(cv2.resize(sample("flower"), (1500, 1000), interpolation=cv2.INTER_CUBIC))
    found = find_scratches(damaged)
    assert found.shape == truth.shape
    near = cv2.dilate(truth.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (found & near).sum() > 0.65 * found.sum()
    assert (found & truth).sum() > 0.4 * truth.sum()


def test_the_same_scratches_are_found_in_sixteen_bits() -> None:
    damaged, _ = scratched(sample("chelsea"))
    assert np.mean(find_scratches(deep(damaged)) != find_scratches(damaged)) < 1e-3


def test_bright_scratches_do_not_mark_what_is_darker_than_its_surroundings() -> None:
    damaged, truth = scratched(sample("flower"))
    marked = damaged[find_scratches(damaged) & truth].mean()
    assert marked > sample("flower")[truth].mean() + 40


def test_a_probability_is_one_whatever_the_numbers_are() -> None:
    features = np.random.default_rng(1).normal(0, 1e4, (500, len(FEATURES))).astype(np.float32)
    chances = probability(features)
    assert chances.shape == (500,)
    assert np.all((chances >= 0) & (chances <= 1))
    assert len(probability(features[:0])) == 0
