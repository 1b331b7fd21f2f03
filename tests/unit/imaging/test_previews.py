"""Previews of pictures in memory: their size, their channels and their colours, whatever the picture is made of."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rekindle.imaging.image import Image
from rekindle.imaging.previews import save_previews, to_browser
from rekindle.imaging.vips import from_array, with_profile
from tests import pictures
from tests.damages import deep, sample


def previews(folder: Path, image: Image) -> tuple[Pillow.Image, Pillow.Image]:
    save_previews(image, folder / "preview.jpg", folder / "thumbnail.jpg")
    return Pillow.open(folder / "preview.jpg"), Pillow.open(folder / "thumbnail.jpg")


@pytest.mark.parametrize(
    ("size", "preview", "thumbnail"),
    [
        ((2000, 1000), (2000, 1000), (400, 200)),
        ((2001, 1500), (2000, 1499), (400, 300)),
        ((300, 2400), (250, 2000), (50, 400)),
        ((400, 400), (400, 400), (400, 400)),
        ((1, 1), (1, 1), (1, 1)),
    ],
)
def test_both_fit_their_squares_and_nothing_grows(
    tmp_path: Path, size: tuple[int, int], preview: tuple[int, int], thumbnail: tuple[int, int]
) -> None:
    large, small = previews(tmp_path, Image(np.full((size[1], size[0], 3), 90, np.uint8)))
    assert np.abs(np.subtract(large.size, preview)).max() <= 1
    assert np.abs(np.subtract(small.size, thumbnail)).max() <= 1
    assert max(small.size) <= 400


def test_deep_pictures_look_like_shallow_ones(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    narrow, _ = previews(tmp_path, Image(sample("chelsea")))
    wide, _ = previews(tmp_path / "deep", Image(deep(sample("chelsea"))))
    assert np.abs(np.asarray(wide).astype(int) - np.asarray(narrow)).mean() < 0.5


def test_grey_pictures_have_one_channel_until_they_are_coloured(tmp_path: Path) -> None:
    for pixels, mode in ((sample("camera"), "L"), (sample("coffee"), "RGB")):
        large, small = previews(tmp_path, Image(pixels, grey=True))
        assert (large.mode, small.mode) == (mode, mode)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_half_transparent_black_is_grey_on_white(tmp_path: Path, dtype: type) -> None:
    top = np.iinfo(dtype).max
    image = Image(np.zeros((40, 60, 3), dtype), alpha=np.full((40, 60), top // 2, dtype))
    large, small = previews(tmp_path, image)
    for picture in (large, small):
        assert np.asarray(picture.convert("L")) == pytest.approx(128, abs=3)


def test_a_profile_that_does_not_fit_the_channels_is_passed_over() -> None:
    pixels = pictures.photo(30, 20)
    assert np.array_equal(to_browser(with_profile(from_array(pixels), pictures.grey_profile())).numpy(), pixels)


def test_previews_hold_no_metadata(tmp_path: Path) -> None:
    for picture in previews(tmp_path, Image(pictures.flat())):
        assert not picture.getexif()
        assert "icc_profile" not in picture.info
