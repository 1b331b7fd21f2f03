"""Finding the corners of a print: right on prints, silent on ordinary photographs."""

import cv2
import numpy as np
import pytest
import skimage.data

from benchmarks.corner_scenes import KINDS, Photo
from benchmarks.corners import HIT, evaluate, largest_contour, photographs, scene
from rekindle.imaging.corner_evidence import FEATURES, lines_outside
from rekindle.imaging.corner_judge import judge
from rekindle.imaging.corners import AUTOMATIC, SUGGESTED, find_corners
from rekindle.imaging.image import Image
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners, Point, check, distance

PHOTOS = photographs(None)
LYING = Corners(Point(0.2, 0.18), Point(0.83, 0.24), Point(0.79, 0.82), Point(0.16, 0.76))


def print_on_a_table(corners: Corners = LYING, width: int = 1000, height: int = 750) -> Photo:
    """A photograph, printed on paper, on a dark table."""
    photo = skimage.data.coffee()
    rows, columns = photo.shape[:2]
    flat = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    places = np.array([(p.x * width, p.y * height) for p in corners.points()], np.float32)
    grain = np.random.default_rng(3).normal(0, 4, (height, width, 1)) + np.array([60, 48, 40])
    table = np.clip(grain, 0, 255).astype(np.uint8)
    matrix = cv2.getPerspectiveTransform(flat, places)
    seen = cv2.warpPerspective(photo // 2 + 110, matrix, (width, height), table, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(seen, np.uint8)


def test_a_print_on_a_table_is_found_and_used() -> None:
    found = find_corners(print_on_a_table())
    assert found.confidence >= AUTOMATIC
    assert distance(found.corners, LYING) < 0.006
    check(found.corners)


@pytest.mark.slow
def test_the_corners_are_the_same_whatever_the_size_and_the_depth_of_the_picture() -> None:
    small, large = print_on_a_table(), print_on_a_table(width=2000, height=1500)
    deep = Image(small.astype(np.uint16) * 257)
    assert distance(find_corners(large).corners, find_corners(small).corners) < 0.004
    assert find_corners(deep) == find_corners(Image(small)) == find_corners(small)


@pytest.mark.parametrize("photo", PHOTOS)
def test_an_ordinary_photograph_is_left_whole(photo: Photo) -> None:
    found = find_corners(photo)
    assert found.confidence < AUTOMATIC
    assert (found.corners == FULL_FRAME) == (found.confidence < SUGGESTED)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_nothing_is_left_whole(value: int) -> None:
    assert find_corners(np.full((400, 600, 3), value, np.uint8)).corners == FULL_FRAME


def test_noise_is_left_whole() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (400, 600, 3), np.uint8)
    assert find_corners(noise).confidence < SUGGESTED


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (40, 30)])
def test_tiny_and_thin_pictures_are_left_whole(shape: tuple[int, int]) -> None:
    assert find_corners(np.full((*shape, 3), 90, np.uint8)).corners == FULL_FRAME


@pytest.mark.slow
def test_most_prints_are_found_and_hardly_any_is_cropped_wrongly() -> None:
    outcomes = evaluate([scene(2_000_000 + i, PHOTOS) for i in range(2 * len(KINDS))], find_corners)
    used = [each for each in outcomes if each.used]
    wrong = [each for each in used if min(each.error, each.printed_error) >= HIT]
    assert len(used) >= 0.6 * len(outcomes)
    assert len(wrong) <= 1


def test_the_peer_of_the_benchmark_finds_an_easy_print() -> None:
    assert distance(largest_contour(print_on_a_table()).corners, LYING) < 0.02


def test_scenes_are_the_same_each_time() -> None:
    first, second = scene(7, PHOTOS), scene(7, PHOTOS)
    assert np.array_equal(first.picture, second.picture)
    assert np.array_equal(first.corners, second.corners)


@pytest.mark.parametrize(
    ("evidence", "sign"), [("edge_mean", 1), ("step_least", 1), ("overrun_mean", -1), ("skew", -1)]
)
def test_the_judge_follows_the_evidence(evidence: str, sign: int) -> None:
    rng = np.random.default_rng(4)
    rows = rng.uniform(0, 1, (200, len(FEATURES))).astype(np.float32)
    more = rows.copy()
    more[:, FEATURES.index(evidence)] += 0.3
    assert (sign * (judge().logits(more) - judge().logits(rows)) >= -1e-9).all()


def test_lines_count_as_outside_as_far_as_their_middles_are() -> None:
    outline = np.array([(20, 30), (120, 22), (130, 90), (15, 100)], np.float32)
    rng = np.random.default_rng(5)
    middles, weights = rng.uniform(0, 150, (60, 2)).astype(np.float32), rng.uniform(1, 9, 60).astype(np.float32)
    contour = outline.reshape(-1, 1, 2)
    away = np.array([cv2.pointPolygonTest(contour, (float(x), float(y)), measureDist=True) for x, y in middles])
    expected = float(weights[away < -8].sum() / cv2.arcLength(contour, closed=True))
    assert 0 < expected < 2
    assert lines_outside(outline[None], middles, weights) == pytest.approx([expected], rel=1e-5)
