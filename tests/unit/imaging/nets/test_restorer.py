"""What the network sees of a whole picture, whatever its size and depth, and however it is cut into tiles."""

import numpy as np
import pytest

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.nets.restorer import (
    CERTAIN,
    Quality,
    glance_for_marks,
    look,
    look_for_marks,
    run_padded,
    shrink_of,
    shrunk,
    views_of,
)
from rekindle.imaging.nets.session import session
from rekindle.imaging.nets.tiling import EXACT, QUICK, network_tiles
from rekindle.imaging.planes import to_planes
from tests.damages import compressed, deep, noisy, psnr, sample, scratched

LARGE = 900, 1000
"""Height and width of what takes several tiles."""


def damaged(height: int, width: int) -> np.ndarray:
    photo = np.tile(sample("coffee"), (3, 3, 1))[:height, :width]
    return scratched(noisy(np.ascontiguousarray(photo), 10))[0]


def mended(pixels: Samples, quality: Quality) -> Samples:
    change = look(pixels, quality=quality).change.astype(np.float32)
    return to_bytes(pixels / 255 + change)


def to_bytes(planes: np.ndarray) -> np.ndarray:
    return np.clip(np.round(planes * 255), 0, 255).astype(np.uint8)


def viewed(name: str, planes: Planes) -> Planes:
    """The mean of what a network says of a whole picture by all its views."""
    views = views_of(*planes.shape[:2])
    said = [view.of(run_padded(session(name).run, np.ascontiguousarray(view.of(planes)))) for view in views]
    return np.mean(said, axis=0)


@pytest.mark.parametrize(("shape", "count"), [((400, 600), 4), ((600, 800), 2), ((1000, 1000), 1), ((1, 1), 4)])
def test_a_small_picture_is_worth_more_looks(shape: tuple[int, int], count: int) -> None:
    assert len(views_of(*shape)) == count


def test_a_view_done_twice_is_no_view() -> None:
    pixels = damaged(33, 47)
    for view in views_of(*pixels.shape[:2]):
        assert np.array_equal(view.of(view.of(pixels)), pixels)
    assert len({view.of(pixels).tobytes() for view in views_of(*pixels.shape[:2])}) == 4


def test_more_looks_at_a_noisy_picture_err_less() -> None:
    clean = np.ascontiguousarray(sample("coffee")[:200, :300])
    given = noisy(clean, 14)
    planes = to_planes(given)
    once = run_padded(session("restorer").run, planes)[..., :3]
    assert psnr(mended(given, Quality.EXACT), clean) > psnr(to_bytes(once), clean) + 0.03


def test_tiles_give_what_the_whole_picture_gives() -> None:
    assert len(network_tiles(*LARGE, most=EXACT)) > 1
    pixels = damaged(*LARGE)
    seen = look(pixels, quality=Quality.EXACT)
    planes = to_planes(pixels)
    whole = viewed("restorer", planes)
    apart = np.abs(seen.change.astype(np.float32) - (whole[..., :3] - planes))
    border = 8
    assert apart[border:-border, border:-border].max() <= 1 / 255


def test_tiles_find_the_marks_that_are_found_in_the_whole_picture() -> None:
    assert len(network_tiles(*LARGE, most=QUICK)) > 1
    pixels = damaged(*LARGE)
    marked = look_for_marks(pixels)
    planes = to_planes(pixels)
    first, second = (viewed(name, planes)[..., 3] for name in ("marks.int8", "marks2.int8"))
    whole = np.where(first >= CERTAIN / 255, first, (first + second) / 2)
    assert np.mean((marked.chance > 127) != (whole > 0.5)) < 1e-3
    once = glance_for_marks(pixels)
    assert np.mean((once.chance > 127) != (run_padded(session("marks.int8").run, planes)[..., 3] > 0.5)) < 1e-3


def test_eight_bits_are_as_good_as_thirty_two() -> None:
    for name, worse in (("coffee", lambda p: noisy(p, 12)), ("chelsea", lambda p: compressed(p, 30))):
        clean = np.ascontiguousarray(sample(name)[:240, :320])
        given = worse(clean)
        exact, small = (psnr(mended(given, quality), clean) for quality in (Quality.EXACT, Quality.QUICK))
        assert small > exact - 0.3


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 500), (17, 16), (33, 95), (200, 3)])
def test_any_size_is_seen_in_its_own_size(shape: tuple[int, int]) -> None:
    seen = look(np.full((*shape, 3), 90, np.uint8))
    assert seen.change.shape == (*shape, 3)
    assert look_for_marks(np.full((*shape, 3), 90, np.uint8)).chance.shape == shape
    assert np.isfinite(seen.change).all()


def test_eight_and_sixteen_bits_look_alike() -> None:
    pixels = damaged(120, 160)
    narrow, wide = look(pixels), look(deep(pixels))
    assert np.abs(narrow.change.astype(float) - wide.change).max() < 2 / 255


@pytest.mark.parametrize(
    ("shape", "shrink"), [((1500, 2000), 1), ((2000, 2000), 1), ((3000, 4000), 2), ((4000, 6000), 4), ((9000, 9000), 8)]
)
def test_large_pictures_are_looked_at_smaller(shape: tuple[int, int], shrink: int) -> None:
    assert shrink_of(*shape) == shrink


@pytest.mark.parametrize(("shape", "expected"), [((8, 12), (2, 3)), ((9, 13), (3, 4))])
def test_the_smaller_copy_covers_every_pixel(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert shrunk(np.zeros((*shape, 3), np.uint8), 4).shape[:2] == expected


def test_progress_ends_at_one() -> None:
    told: list[float] = []
    look(damaged(*LARGE), told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)
