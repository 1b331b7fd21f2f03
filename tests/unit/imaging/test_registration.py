"""What came back lies on the photo's frame again: known cuts, scales and shifts are undone, and nonsense is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from rekindle.imaging.image import Image, Samples
from rekindle.imaging.registration import align, register
from rekindle.imaging.working import load_working, save_working
from tests.pictures import encoded

PHOTO: Samples = cv2.resize(data.coffee(), (840, 560), interpolation=cv2.INTER_AREA)
HEIGHT, WIDTH = PHOTO.shape[:2]


def moved(pixels: Samples, scale: tuple[float, float], shift: tuple[float, float], size: tuple[int, int]) -> Samples:
    """The picture enlarged about its corner by `scale` and shifted by pixels, as (width, height)."""
    matrix = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
    return cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def toned(pixels: Samples) -> Samples:
    return np.round(255 * (pixels / 255) ** 0.7 * (1, 0.93, 0.8)).astype(np.uint8)


def off(result: Samples) -> float:
    """How many pixels of the photo the result lies beside it, in the worst quarter."""
    after = cv2.cvtColor(cv2.resize(result, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    before = cv2.cvtColor(PHOTO, cv2.COLOR_RGB2GRAY)
    window = cv2.createHanningWindow((WIDTH // 2, HEIGHT // 2), cv2.CV_32F)
    worst = 0.0
    for top in (0, HEIGHT // 2):
        for left in (0, WIDTH // 2):
            part = slice(top, top + HEIGHT // 2), slice(left, left + WIDTH // 2)
            shift, _ = cv2.phaseCorrelate(np.float32(before[part]), np.float32(after[part]), window)
            worst = max(worst, *map(abs, shift))
    return worst


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.floats(0.9, 1.12), st.floats(0.98, 1.02), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_known_moves_are_undone_within_a_pixel(scale: float, stretch: float, x: float, y: float) -> None:
    scales = scale * stretch, scale
    shift = x * WIDTH - (scales[0] - 1) * WIDTH / 2, y * HEIGHT - (scales[1] - 1) * HEIGHT / 2
    made = moved(toned(PHOTO), scales, shift, (WIDTH, HEIGHT))
    aligned, reason = align(Image(made), Image(PHOTO))
    if aligned is None:
        assert "missing" in reason
        assert scale > 1.02
        return
    assert (aligned.width, aligned.height) >= (WIDTH, HEIGHT)
    assert off(aligned.pixels) < 1


def test_a_square_of_a_photo_that_is_none_gets_its_shape_back() -> None:
    made = cv2.resize(toned(PHOTO), (1024, 1024), interpolation=cv2.INTER_AREA)
    aligned, _ = align(Image(made), Image(PHOTO))
    assert aligned is not None
    assert aligned.width / aligned.height == pytest.approx(WIDTH / HEIGHT, rel=0.002)
    assert off(aligned.pixels) < 1


def test_more_detail_is_kept_and_less_is_brought_to_the_size_of_the_photo() -> None:
    larger = cv2.resize(PHOTO, (WIDTH * 2, HEIGHT * 2), interpolation=cv2.INTER_CUBIC)
    smaller = cv2.resize(PHOTO, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    kept, _ = align(Image(larger), Image(PHOTO))
    brought, _ = align(Image(smaller), Image(PHOTO))
    assert kept is not None
    assert brought is not None
    assert (kept.width, kept.height) == (WIDTH * 2, HEIGHT * 2)
    assert (brought.width, brought.height) == (WIDTH, HEIGHT)
    assert off(brought.pixels) < 1


def test_what_is_merely_smaller_is_enlarged_as_if_it_were_moved() -> None:
    smaller = cv2.resize(toned(PHOTO), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    aligned, _ = align(Image(smaller), Image(PHOTO))
    assert aligned is not None
    matrix = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(smaller, matrix, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    assert np.abs(aligned.pixels.astype(int) - warped).max() <= 2


def test_what_already_lies_right_keeps_every_sample() -> None:
    made = toned(PHOTO)
    aligned, reason = align(Image(made), Image(PHOTO))
    assert aligned is not None
    assert aligned.pixels is made
    assert "already" in reason


def test_what_was_cut_off_comes_from_the_photo_in_the_tones_of_the_result() -> None:
    cut = np.ascontiguousarray(toned(PHOTO)[12:-12, 16:-16])
    aligned, reason = align(Image(cut), Image(PHOTO))
    assert aligned is not None
    assert "edges" in reason
    assert off(aligned.pixels) < 1
    rim = np.ones((HEIGHT, WIDTH), bool)
    rim[12:-12, 16:-16] = False
    assert aligned.pixels.shape == PHOTO.shape
    difference = np.abs(aligned.pixels[rim].astype(int) - toned(PHOTO)[rim]).mean()
    assert difference < 0.5 * np.abs(PHOTO[rim].astype(int) - toned(PHOTO)[rim]).mean()


def test_another_scene_a_turned_photo_and_half_a_photo_are_refused() -> None:
    turned = cv2.warpAffine(PHOTO, cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 9, 1.0), (WIDTH, HEIGHT))
    half = np.ascontiguousarray(PHOTO[:, : WIDTH // 2])
    other = cv2.resize(data.astronaut(), (WIDTH, HEIGHT))
    for made in (turned, half, other):
        aligned, reason = align(Image(made), Image(PHOTO))
        assert aligned is None
        assert reason.endswith(".")


def test_files_become_working_files_with_the_alpha_and_greyness_of_the_photo(tmp_path: Path) -> None:
    source, result, target = (tmp_path / name for name in ("source.tif", "result.png", "target.tif"))
    grey = np.repeat(PHOTO[..., 1:2], 3, axis=2)
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:40] = 0
    save_working(Image(grey, alpha=alpha, grey=True), source)
    result.write_bytes(encoded("PNG", moved(grey, (1.02, 1.02), (-8, -6), (WIDTH, HEIGHT))))
    told = register(result, source, target)
    made = load_working(target)
    assert told.aligned
    assert (told.width, told.height) == (made.width, made.height)
    assert made.grey
    assert made.alpha is not None
    assert made.alpha[10, 10] == 0


def test_nothing_is_written_for_what_is_refused(tmp_path: Path) -> None:
    source, result, target = (tmp_path / name for name in ("source.tif", "result.jpg", "target.tif"))
    save_working(Image(PHOTO), source)
    result.write_bytes(encoded("JPEG", data.astronaut()))
    assert not register(result, source, target).aligned
    assert not target.exists()
