"""Marks on a picture are found where they are; the lines of the scene are left alone."""

import cv2
import numpy as np
import pytest

from rekindle.imaging.faces import Face
from rekindle.imaging.measure.damage import find_damage, full_size, measure_damage
from rekindle.imaging.nets.restorer import Marked, look_for_marks
from tests.damages import WHITE, Pixels, deep, sample, scratched


@pytest.mark.parametrize("name", ["coffee", "chelsea", "flower"])
def test_most_of_the_bright_scratches_are_found_and_little_else(name: str) -> None:
    damaged, truth = scratched(sample(name), WHITE)
    found = find_damage(look_for_marks(damaged))
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (found & truth).sum() > 0.65 * truth.sum()
    assert (found & near).sum() > 0.65 * found.sum()


@pytest.mark.parametrize(
    "name", ["astronaut", "china", "flower", "rocket", "camera", "grass", "gravel", "page", "coins", "clock"]
)
def test_masts_roofs_letters_and_grass_are_no_scratches(name: str) -> None:
    assert measure_damage(sample(name)) < 0.001


def wires(photo: Pixels) -> Pixels:
    result = photo.copy()
    for y in (40, 70):
        bow = np.column_stack([np.arange(0, 640, 20), y + 25 * np.sin(np.arange(32) * np.pi / 31)])
        cv2.polylines(result, [bow.astype(np.int32)], False, (50, 50, 55), 2, cv2.LINE_AA)
    return result


def test_wires_are_mostly_left_alone() -> None:
    assert measure_damage(wires(sample("china"))) < 0.02


def test_the_same_marks_are_found_in_sixteen_bits() -> None:
    damaged, _ = scratched(sample("chelsea"))
    one, other = find_damage(look_for_marks(damaged)), find_damage(look_for_marks(deep(damaged)))
    assert np.mean(one != other) < 1e-3


def seen(chance: np.ndarray) -> Marked:
    return Marked(1, chance.astype(np.uint8))


def test_a_mark_counts_when_the_network_was_certain_somewhere_on_it() -> None:
    chance = np.zeros((20, 40))
    chance[5, 2:12], chance[5, 6], chance[15, 2:38] = 160, 240, 160
    found = find_damage(seen(chance))
    assert found[5, 2:12].all()
    assert not found[15].any()


@pytest.mark.parametrize("shape", [(40, 60), (41, 63), (39, 57)])
def test_a_mask_of_a_smaller_copy_is_stretched_over_the_whole_picture(shape: tuple[int, int]) -> None:
    small = np.zeros((-(-shape[0] // 4), -(-shape[1] // 4)), np.bool_)
    small[-1, -1] = True
    grown = full_size(small, *shape)
    assert grown.shape == shape
    assert grown[-1, -1]
    assert not grown[0, 0]


FACE = Face(x=0.25, y=0.2, width=0.5, height=0.6, score=0.99)


def seen_on_a_face(rows: slice, chance: float) -> Marked:
    found = np.zeros((400, 400), np.uint8)
    found[rows, 199:202] = round(chance * 255)
    return Marked(1, found)


def test_a_scratch_across_a_face_is_a_mark_all_along_though_nothing_of_it_is_certain() -> None:
    seen = seen_on_a_face(slice(60, 340), 0.82)
    assert np.array_equal(find_damage(seen, (FACE,)), seen.chance > 0)


def test_a_speck_on_a_face_is_a_mark_only_where_it_is_nearly_certain() -> None:
    assert not find_damage(seen_on_a_face(slice(190, 210), 0.82), (FACE,)).any()
    assert find_damage(seen_on_a_face(slice(190, 210), 0.95), (FACE,)).any()
    assert find_damage(seen_on_a_face(slice(190, 210), 0.82)).any()
