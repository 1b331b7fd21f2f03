"""Working files give back the very image, and become files to keep."""

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rekindle.imaging.encode import Encoding
from rekindle.imaging.formats import Format
from rekindle.imaging.image import Image, Space
from rekindle.imaging.metadata import captured_at, read_metadata
from rekindle.imaging.working import load_working, save_working, transcode
from tests import pictures

COLOUR = pictures.photo(90, 60)
GREY = np.repeat(COLOUR[:, :, :1], 3, axis=2)
DEEP = COLOUR.astype(np.uint16) * 257 + 5


@pytest.mark.parametrize(
    "image",
    [
        Image(COLOUR),
        Image(COLOUR, Space.DISPLAY_P3),
        Image(DEEP, Space.DISPLAY_P3),
        Image(GREY, grey=True),
        Image(DEEP, alpha=DEEP[:, :, 0]),
        Image(GREY, alpha=COLOUR[:, :, 1], grey=True),
    ],
    ids=["plain", "p3", "deep", "grey", "deep alpha", "grey alpha"],
)
def test_an_image_comes_back_as_it_was(tmp_path: Path, image: Image) -> None:
    save_working(image, tmp_path / "work.tif")
    back = load_working(tmp_path / "work.tif")
    assert np.array_equal(back.pixels, image.pixels)
    assert back.pixels.dtype == image.pixels.dtype
    assert (back.space, back.grey) == (image.space, image.grey)
    assert (back.alpha is None) == (image.alpha is None)
    if image.alpha is not None:
        assert np.array_equal(back.alpha, image.alpha)
    assert [path.name for path in tmp_path.iterdir()] == ["work.tif"]


def test_a_grey_picture_that_was_coloured_is_no_longer_grey(tmp_path: Path) -> None:
    save_working(Image(COLOUR, grey=True), tmp_path / "work.tif")
    back = load_working(tmp_path / "work.tif")
    assert not back.grey
    assert np.array_equal(back.pixels, COLOUR)


def test_other_programs_open_a_working_file(tmp_path: Path) -> None:
    save_working(Image(COLOUR), tmp_path / "work.tif")
    assert np.array_equal(np.asarray(Pillow.open(tmp_path / "work.tif")), COLOUR)


def test_loaded_pixels_can_be_written_to(tmp_path: Path) -> None:
    save_working(Image(COLOUR), tmp_path / "work.tif")
    load_working(tmp_path / "work.tif").pixels[0, 0] = 7


def test_twelve_megapixels_are_handed_on_quickly(tmp_path: Path) -> None:
    image = Image(np.zeros((3000, 4000, 3), np.uint8))
    began = time.process_time()
    save_working(image, tmp_path / "work.tif")
    load_working(tmp_path / "work.tif")
    assert time.process_time() - began < 0.5


def test_a_working_file_becomes_a_file_to_keep_with_the_metadata_of_the_original(tmp_path: Path) -> None:
    save_working(Image(COLOUR, Space.DISPLAY_P3), tmp_path / "work.tif")
    transcode(tmp_path / "work.tif", pictures.PHONE_HEIC, tmp_path / "result.jpg", Encoding(Format.JPEG))
    kept = read_metadata(tmp_path / "result.jpg")
    assert captured_at(kept) == "1987-06-05T14:03:02+02:00"
    assert kept.icc == pictures.display_p3()


def test_a_working_file_becomes_a_file_to_keep_without_an_original(tmp_path: Path) -> None:
    save_working(Image(COLOUR), tmp_path / "work.tif")
    transcode(tmp_path / "work.tif", None, tmp_path / "result.png", Encoding(Format.PNG))
    assert np.array_equal(np.asarray(Pillow.open(tmp_path / "result.png")), COLOUR)


@pytest.mark.parametrize("kind", [Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF])
@pytest.mark.parametrize("tagged", [True, False])
def test_a_file_of_a_result_that_was_made_up_says_so(tmp_path: Path, kind: Format, tagged: bool) -> None:
    save_working(Image(pictures.flat(), Space.SRGB), tmp_path / "work.tif")
    original = None
    if tagged:
        original = tmp_path / "original.jpg"
        original.write_bytes(pictures.encoded("jpeg", exif=pictures.exif()))
    target = tmp_path / "result"
    transcode(
        tmp_path / "work.tif", original, target, Encoding(kind), source_type="compositeWithTrainedAlgorithmicMedia"
    )
    packet = read_metadata(target).xmp
    assert packet is not None
    assert packet.count(b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia") == 1
