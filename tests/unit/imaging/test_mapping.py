"""Plain working files are mapped as they are, and everything else is left to those who read files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rekindle.imaging.image import Image, Space
from rekindle.imaging.mapping import mapped
from rekindle.imaging.working import load_working, save_working
from tests import pictures

COLOUR = pictures.photo(90, 300)
DEEP = COLOUR.astype(np.uint16) * 257 + 5


@pytest.mark.parametrize("space", list(Space))
@pytest.mark.parametrize("pixels", [COLOUR, DEEP, COLOUR[:1, :1]], ids=["narrow", "deep", "one pixel"])
def test_three_channels_are_mapped_as_they_were_saved(tmp_path: Path, pixels: np.ndarray, space: Space) -> None:
    save_working(Image(pixels, space), tmp_path / "work.tif")
    image = mapped(tmp_path / "work.tif")
    assert image is not None
    assert np.array_equal(image.pixels, pixels)
    assert (image.pixels.dtype, image.space, image.alpha, image.grey) == (pixels.dtype, space, None, False)


def test_what_is_written_to_mapped_samples_does_not_reach_the_file(tmp_path: Path) -> None:
    save_working(Image(COLOUR), tmp_path / "work.tif")
    before = (tmp_path / "work.tif").read_bytes()
    load_working(tmp_path / "work.tif").pixels[...] = 7
    assert (tmp_path / "work.tif").read_bytes() == before


def test_mapped_samples_outlive_their_file(tmp_path: Path) -> None:
    save_working(Image(COLOUR), tmp_path / "work.tif")
    image = load_working(tmp_path / "work.tif")
    save_working(Image(DEEP), tmp_path / "work.tif")
    (tmp_path / "work.tif").unlink()
    assert np.array_equal(image.pixels, COLOUR)


@pytest.mark.parametrize(
    "image",
    [Image(np.repeat(COLOUR[:, :, :1], 3, axis=2), grey=True), Image(COLOUR, alpha=COLOUR[:, :, 0])],
    ids=["grey", "alpha"],
)
def test_other_channels_are_left_to_be_read(tmp_path: Path, image: Image) -> None:
    save_working(image, tmp_path / "work.tif")
    assert mapped(tmp_path / "work.tif") is None


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_files_of_other_programs_are_left_to_be_read(tmp_path: Path, compression: str | None) -> None:
    Pillow.fromarray(COLOUR).save(tmp_path / "other.tif", compression=compression)
    assert mapped(tmp_path / "other.tif") is None
    assert np.array_equal(load_working(tmp_path / "other.tif").pixels, COLOUR)


@pytest.mark.parametrize("left", [0, 4, 9, 40_000, -1, -700])
def test_a_file_that_was_cut_short_is_not_mapped(tmp_path: Path, left: int) -> None:
    save_working(Image(COLOUR), tmp_path / "work.tif")
    whole = (tmp_path / "work.tif").read_bytes()
    (tmp_path / "work.tif").write_bytes(whole[:left])
    assert mapped(tmp_path / "work.tif") is None


def test_what_is_no_picture_is_not_mapped(tmp_path: Path) -> None:
    (tmp_path / "note.tif").write_bytes(b"not a picture at all")
    assert mapped(tmp_path / "note.tif") is None
    assert mapped(tmp_path / "missing.tif") is None
