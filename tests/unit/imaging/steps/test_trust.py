"""What a network was unsure of is filled half, and what a person painted is filled wholly."""

import cv2
import numpy as np
import pytest

from rekindle.imaging.planes import Mask
from rekindle.imaging.steps.repair import fill
from rekindle.imaging.steps.trust import as_changed, trusted


def line(column: int, width: int = 3) -> Mask:
    mask = np.zeros((120, 160), np.bool_)
    mask[20:100, column : column + width] = True
    return mask


def chances(mask: Mask, chance: float) -> np.ndarray:
    return np.where(mask, np.uint8(round(chance * 255)), np.uint8(0))


@pytest.mark.parametrize(("chance", "low", "high"), [(0.99, 240, 255), (0.75, 60, 200), (0.4, 0, 0)])
def test_the_surer_the_stronger(chance: float, low: int, high: int) -> None:
    mask = line(70)
    strength = trusted(chances(mask, chance), mask)[mask]
    assert low <= strength.min() <= strength.max() <= high


def test_a_long_line_of_which_one_is_sure_is_filled_wholly_in_its_doubtful_places_too() -> None:
    mask, doubtful = line(70, 2), line(70, 2)
    doubtful[:60] = doubtful[80:] = False
    assert trusted(np.where(doubtful, np.uint8(140), chances(mask, 0.95)), mask)[mask].min() == 255


def test_what_is_broad_is_not_taken_for_the_line_that_runs_into_it() -> None:
    thin, rim = line(70), line(60, 24)
    rim[:70] = False
    strength = trusted(chances(thin | rim, 0.85), thin | rim)
    assert strength[25:60, 70:73].min() == 255
    assert strength[76:94, 63:81].max() < 255


def test_a_speck_is_filled_as_far_as_one_is_sure_of_it() -> None:
    speck = line(70)
    speck[35:] = False
    assert trusted(chances(speck, 0.85), speck)[speck].max() < 255


def test_a_bold_mark_that_is_nearly_certain_is_filled_wholly() -> None:
    bold = line(70, 7)
    assert trusted(chances(bold, 0.98), bold)[bold].min() == 255


def test_the_soft_edge_of_a_bold_line_is_filled_as_wholly_as_its_middle() -> None:
    mask = line(70, 7)
    chance = chances(mask, 0.35)
    chance[line(71, 5)] = 255
    assert trusted(chance, mask)[mask].min() > 230


def test_a_doubtful_mark_near_a_sure_one_stays_doubtful() -> None:
    doubtful, sure = line(40), line(100)
    strength = trusted(np.maximum(chances(doubtful, 0.45), chances(sure, 1)), doubtful | sure)
    assert strength[doubtful].max() == 0
    assert strength[sure].min() == 255


def test_the_mask_that_was_found_keeps_its_strength_when_it_is_given_back() -> None:
    found = line(40) | line(100)
    strength = trusted(chances(found, 0.8), found)
    assert np.array_equal(as_changed(strength, found, found), strength)


def test_what_a_person_painted_over_a_doubtful_mark_is_filled_wholly() -> None:
    found = line(40) | line(100)
    strength = trusted(chances(found, 0.45), found)
    given = found | line(38, 9)
    changed = as_changed(strength, found, given)
    assert changed[line(38, 9)].min() == 255
    assert changed[line(100)].max() == 0


def test_a_mask_that_came_back_from_a_smaller_size_counts_as_unchanged() -> None:
    found = line(40, 9) | line(100, 9)
    strength = trusted(chances(found, 0.45), found)
    frayed = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert as_changed(strength, found, frayed)[found].max() == 0


def test_a_filling_of_no_strength_is_no_filling() -> None:
    picture = np.full((120, 160, 3), 90, np.uint8)
    mask = line(70)
    picture[mask] = 255
    none = np.zeros(mask.shape, np.uint8)
    assert np.array_equal(fill(picture, mask, strength=none), picture)
    half = fill(picture, mask, strength=np.full(mask.shape, 128, np.uint8))
    assert 165 <= half[mask].mean() <= 180
