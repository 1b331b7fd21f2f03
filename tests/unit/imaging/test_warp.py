"""Straightening: what was photographed at a slant comes back as it was."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rekindle.imaging.image import Image, Samples, Space
from rekindle.imaging.quadrilateral import FULL_FRAME, BadCorners, Corners, Point
from rekindle.imaging.warp import output_size, proportions, straighten

SLANTED = Corners(Point(0.12, 0.1), Point(0.85, 0.2), Point(0.9, 0.88), Point(0.08, 0.8))


def smooth_print(width: int = 300, height: int = 200) -> NDArray[np.uint8]:
    y, x = np.mgrid[:height, :width]
    waves = (np.sin(x / 23), np.cos(y / 17), np.sin((x + 2 * y) / 31))
    return np.stack([np.uint8(128 + 100 * wave) for wave in waves], axis=2)


def photographed(print_: NDArray[np.uint8], corners: Corners, width: int = 800, height: int = 600) -> NDArray[np.uint8]:
    """The print seen at its corners in a grey picture."""
    places = np.array([(p.x * width, p.y * height) for p in corners.points()], np.float32)
    rows, columns = print_.shape[:2]
    flat = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat - 0.5, places - 0.5)
    return np.asarray(
        cv2.warpPerspective(print_, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(90, 90, 90)), np.uint8
    )


def seen(ratio: float, tilt: tuple[float, float, float], focal: float, size: tuple[int, int]) -> NDArray[np.float64]:
    """Where a pinhole camera sees the corners of a sheet `ratio` times as wide as high, tilted by these degrees."""
    x, y, z = np.radians(tilt)
    about_x = np.array([[1, 0, 0], [0, math.cos(x), -math.sin(x)], [0, math.sin(x), math.cos(x)]])
    about_y = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    about_z = np.array([[math.cos(z), -math.sin(z), 0], [math.sin(z), math.cos(z), 0], [0, 0, 1]])
    sheet = np.array([(-ratio, -1, 0), (ratio, -1, 0), (ratio, 1, 0), (-ratio, 1, 0)]) / math.hypot(ratio, 1)
    space = sheet @ (about_x @ about_y @ about_z).T
    length = focal * math.hypot(*size)
    return space[:, :2] / (space[:, 2:] + 2.6 * focal) * length + np.array(size) / 2


def test_the_full_frame_gives_the_very_same_image() -> None:
    image = Image(smooth_print())
    assert straighten(image, FULL_FRAME) is image


def test_an_upright_rectangle_is_cut_out_without_touching_a_pixel() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
    alpha = pixels[..., 0].copy()
    cut = straighten(
        Image(pixels, alpha=alpha), Corners(Point(0.1, 0.2), Point(0.8, 0.2), Point(0.8, 0.9), Point(0.1, 0.9))
    )
    assert np.array_equal(cut.pixels, pixels[60:270, 40:320])
    assert cut.alpha is not None
    assert np.array_equal(cut.alpha, alpha[60:270, 40:320])
    assert cut.pixels.flags.c_contiguous


def test_corners_that_are_upright_to_half_a_pixel_are_a_crop_as_well() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
    corners = Corners(Point(40.4 / 400, 60.3 / 300), Point(0.8, 0.2), Point(0.8, 0.9), Point(39.8 / 400, 0.9))
    assert np.array_equal(straighten(Image(pixels), corners).pixels, pixels[60:270, 40:320])


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.tuples(st.floats(0.03, 0.2), st.floats(0.03, 0.2)) for _ in range(4)]))
def test_a_print_photographed_at_a_slant_comes_back(insets: tuple[tuple[float, float], ...]) -> None:
    (a, b), (c, d), (e, f), (g, h) = insets
    corners = Corners(Point(a, b), Point(1 - c, d), Point(1 - e, 1 - f), Point(g, 1 - h))
    print_ = smooth_print()
    result = straighten(Image(photographed(print_, corners)), corners).pixels
    back = cv2.resize(result, (300, 200), interpolation=cv2.INTER_AREA)
    difference = np.abs(back.astype(int) - print_)[4:-4, 4:-4]
    assert difference.mean() < 2.5


def test_a_print_that_lies_on_its_side_is_turned_upright() -> None:
    points = SLANTED.points()
    image = Image(photographed(smooth_print(), SLANTED))
    upright = straighten(image, SLANTED).pixels
    turned = straighten(image, Corners(*points[1:], points[0])).pixels
    assert turned.shape[:2] == upright.shape[1::-1]
    assert np.abs(np.rot90(upright).astype(int) - turned).mean() < 1.0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_depth_alpha_space_and_greyness_are_kept(dtype: type[np.uint8] | type[np.uint16]) -> None:
    grey = np.repeat(smooth_print()[..., :1], 3, axis=2).astype(dtype)
    alpha: Samples = np.full(grey.shape[:2], np.iinfo(dtype).max, dtype)
    result = straighten(Image(grey, space=Space.DISPLAY_P3, alpha=alpha, grey=True), SLANTED)
    assert result.pixels.dtype == dtype
    assert (result.space, result.grey) == (Space.DISPLAY_P3, True)
    assert np.array_equal(result.pixels[..., 0], result.pixels[..., 2])
    assert result.alpha is not None
    assert result.alpha.shape == result.pixels.shape[:2]
    assert (result.alpha == np.iinfo(dtype).max).all()


def test_sixteen_bits_lose_nothing_to_eight() -> None:
    eight = smooth_print()
    sixteen = (eight.astype(np.uint16) << 8) | eight
    one, two = straighten(Image(eight), SLANTED), straighten(Image(sixteen), SLANTED)
    assert np.abs(two.pixels / 257.0 - one.pixels).max() < 1.5


@settings(max_examples=60, deadline=None)
@given(
    ratio=st.sampled_from([2 / 3, 0.75, 1.0, 1.4, 1.5]),
    tilt=st.tuples(st.floats(-30, 30), st.floats(-30, 30), st.floats(-30, 30)),
    focal=st.floats(0.6, 1.2),
)
def test_the_proportions_of_the_paper_are_found_from_its_perspective(
    ratio: float, tilt: tuple[float, float, float], focal: float
) -> None:
    found = proportions(seen(ratio, tilt, focal, (1600, 1200)), 1600, 1200)
    assert abs(math.log(found / ratio)) < 0.13


def test_without_perspective_the_proportions_are_those_of_the_edges() -> None:
    square = np.array([(100, 100), (500, 140), (480, 340), (80, 300)], np.float64)
    assert proportions(square, 1000, 800) == pytest.approx(2.0, rel=1e-3)


def test_the_result_is_as_large_as_the_longer_edges_but_not_larger_than_the_picture() -> None:
    places = np.array([(100, 100), (900, 100), (860, 500), (140, 500)], np.float64)
    width, height = output_size(places, 1000, 600)
    assert width >= 800
    assert height >= 400
    assert width * height <= 1000 * 600 + width + height


def test_impossible_corners_are_refused() -> None:
    crossed = Corners(Point(0.1, 0.1), Point(0.9, 0.9), Point(0.9, 0.1), Point(0.1, 0.9))
    with pytest.raises(BadCorners):
        straighten(Image(smooth_print()), crossed)
