"""What a plan lets out: smaller, and with a mark that can be seen and stays in its corner."""

import numpy as np
import pytest

from rekindle.imaging.image import Image, Samples
from rekindle.imaging.output import MARK, WHOLE, CannotMark, Output, shaped
from rekindle.imaging.vips import is_neutral
from tests.factories import scene

MARKED = Output(1.0, MARK)


def plain(tone: float, *, deep: bool = False, width: int = 640, height: int = 480) -> Samples:
    kind = np.uint16 if deep else np.uint8
    return np.full((height, width, 3), round(tone * np.iinfo(kind).max), kind)


def test_a_whole_result_is_the_very_same() -> None:
    image = Image(np.asarray(scene()))
    assert shaped(image, WHOLE) is image


@pytest.mark.parametrize("tone", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("deep", [False, True])
def test_the_mark_can_be_seen_on_every_tone_and_nowhere_but_in_its_corner(tone: float, deep: bool) -> None:
    before = plain(tone, deep=deep)
    after = shaped(Image(before), MARKED).pixels
    most = np.iinfo(before.dtype).max
    changed = np.abs(after.astype(float) - before).max(axis=2) / most
    rows, columns = np.nonzero(changed)
    assert changed.max() > 0.15
    assert after.dtype == before.dtype
    assert rows.min() > 0.88 * 480
    assert columns.min() > 0.5 * 640


def test_the_image_that_was_given_stays_as_it_was() -> None:
    before = plain(0.5)
    shaped(Image(before), MARKED)
    assert np.array_equal(before, plain(0.5))


def test_grey_stays_grey() -> None:
    assert is_neutral(shaped(Image(plain(0.3), grey=True), Output(0.5, MARK)).pixels)


def test_where_nothing_can_be_seen_the_mark_can() -> None:
    alpha = np.zeros((480, 640), np.uint8)
    image = shaped(Image(plain(0.0), alpha=alpha), MARKED)
    assert image.alpha is not None
    assert image.alpha.max() == 255
    assert not alpha.any()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (20, 15), (100, 30), (30, 3000), (3000, 20)])
def test_the_smallest_picture_is_marked_as_well(width: int, height: int) -> None:
    image = shaped(Image(plain(0.0, width=width, height=height)), MARKED)
    assert image.pixels.shape == (height, width, 3)
    assert image.pixels.any()


@pytest.mark.parametrize("deep", [False, True])
def test_both_sides_become_smaller_and_tones_stay(deep: bool) -> None:
    alpha = plain(1.0, deep=deep)[:, :, 0]
    image = shaped(Image(plain(0.5, deep=deep), alpha=alpha, grey=True), Output(0.5))
    assert (image.width, image.height, image.grey) == (320, 240, True)
    assert np.array_equal(np.unique(image.pixels), np.unique(plain(0.5, deep=deep)))
    assert image.alpha is not None
    assert image.alpha.shape == (240, 320)
    assert image.pixels.dtype == image.alpha.dtype == alpha.dtype


def test_a_picture_of_a_pixel_in_height_keeps_it() -> None:
    assert shaped(Image(plain(0.5, height=1)), Output(0.1)).pixels.shape == (1, 64, 3)


@pytest.mark.parametrize("text", ["", "   "])
def test_a_mark_that_shows_nothing_is_an_error_and_not_a_picture_without(text: str) -> None:
    with pytest.raises(CannotMark) as caught:
        shaped(Image(plain(0.5)), Output(1.0, text))
    assert caught.value.status == 503
