"""Decoding gives upright pixels in a working space, as they are in the file wherever that is possible."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rekindle.imaging.decode import decode
from rekindle.imaging.header_base import DamagedFile
from rekindle.imaging.image import Image, Space
from rekindle.imaging.tags import TagFile
from tests import pictures

LOSSLESS = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}}
BACK = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
"""Pillow's transposition that makes of an upright picture the stored one of each orientation."""


def decoded(folder: Path, content: bytes) -> Image:
    return decode(pictures.written(folder, "file", content))[0]


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_pixels_are_as_they_are_in_the_file(tmp_path: Path, kind: str) -> None:
    drawing = pictures.photo(90, 60)
    image = decoded(tmp_path, pictures.encoded(kind, drawing, **LOSSLESS[kind]))
    assert np.array_equal(image.pixels, drawing)
    assert (image.space, image.alpha, image.grey, image.pixels.dtype) == (Space.SRGB, None, False, np.uint8)


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_lossy_pixels_are_close_to_what_was_encoded(tmp_path: Path, kind: str) -> None:
    image = decoded(tmp_path, pictures.encoded(kind, quality=95))
    assert np.abs(image.pixels[10:20, 60:80].astype(int) - pictures.RED).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_every_orientation_comes_out_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    upright = Pillow.fromarray(pictures.photo(90, 60))
    stored = upright if orientation == 1 else upright.transpose(Pillow.Transpose(BACK[orientation]))
    content = pictures.encoded(kind, np.asarray(stored), exif=pictures.exif(orientation=orientation), **LOSSLESS[kind])
    assert np.array_equal(decoded(tmp_path, content).pixels, np.asarray(upright))


def test_display_p3_pixels_are_not_touched(tmp_path: Path) -> None:
    image = decoded(tmp_path, pictures.encoded("PNG", icc_profile=pictures.display_p3()))
    assert image.space is Space.DISPLAY_P3
    assert np.array_equal(image.pixels, pictures.flat())


def test_p3_named_by_number_instead_of_by_a_profile_is_p3(tmp_path: Path) -> None:
    content = pictures.encoded("AVIF", quality=95)
    at = content.index(b"nclx") + 4
    assert decoded(tmp_path, content).space is Space.SRGB
    assert decoded(tmp_path, content[:at] + b"\0\x0c" + content[at + 2 :]).space is Space.DISPLAY_P3


def test_other_colour_spaces_become_p3_at_16_bits(tmp_path: Path) -> None:
    image = decoded(tmp_path, pictures.encoded("PNG", icc_profile=pictures.wide_gamma_22()))
    assert (image.space, image.pixels.dtype) == (Space.DISPLAY_P3, np.uint16)
    assert np.abs(image.pixels[-1, -1] / 257 - (213.4, 73.1, 56.8)).max() < 1.0


def test_cmyk_becomes_p3(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Pillow.fromarray(pictures.flat()).convert("CMYK").save(buffer, "JPEG", quality=95)
    image = decoded(tmp_path, buffer.getvalue())
    red, green, blue = image.pixels[-1, -1] / 257
    assert image.space is Space.DISPLAY_P3
    assert image.pixels.shape == (64, 96, 3)
    assert red > 130 > green
    assert red > 130 > blue


def test_a_profile_that_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    for icc in (pictures.grey_profile(), b"no profile at all"):
        image = decoded(tmp_path, pictures.encoded("PNG", icc_profile=icc))
        assert image.space is Space.SRGB
        assert np.array_equal(image.pixels, pictures.flat())


def test_grey_pictures_are_remembered_as_such(tmp_path: Path) -> None:
    grey = pictures.photo(90, 60)[:, :, 0]
    image = decoded(tmp_path, pictures.encoded("PNG", grey))
    assert image.grey
    assert all(np.array_equal(image.pixels[:, :, channel], grey) for channel in range(3))


def test_a_grey_profile_is_converted(tmp_path: Path) -> None:
    grey = np.full((20, 20), 100, np.uint8)
    image = decoded(tmp_path, pictures.encoded("PNG", grey, icc_profile=pictures.grey_profile(1.8)))
    assert (image.grey, image.pixels.dtype) == (True, np.uint16)
    assert abs(int(image.pixels[5, 5, 0]) / 257 - 118.8) < 1.0


def test_sixteen_bits_stay_sixteen_bits(tmp_path: Path) -> None:
    ramp = np.arange(96 * 64, dtype=np.uint16).reshape(64, 96) * 10
    buffer = io.BytesIO()
    Pillow.fromarray(ramp).save(buffer, "TIFF")
    image = decoded(tmp_path, buffer.getvalue())
    assert np.array_equal(image.pixels[:, :, 1], ramp)


def test_alpha_is_kept_apart(tmp_path: Path) -> None:
    alpha = pictures.photo(96, 64)[:, :, 0]
    image = decoded(tmp_path, pictures.encoded("PNG", np.dstack([pictures.flat(), alpha])))
    assert image.alpha is not None
    assert np.array_equal(image.alpha, alpha)
    assert np.array_equal(image.pixels, pictures.flat())


def test_alpha_is_as_deep_as_the_colours(tmp_path: Path) -> None:
    alpha = pictures.photo(96, 64)[:, :, 0]
    content = pictures.encoded("PNG", np.dstack([pictures.flat(), alpha]), icc_profile=pictures.wide_gamma_22())
    image = decoded(tmp_path, content)
    assert image.alpha is not None
    assert np.array_equal(image.alpha, alpha.astype(np.uint16) * 257)


@pytest.mark.parametrize("mode", ["1", "P"])
def test_bitmaps_and_palettes_become_samples(tmp_path: Path, mode: str) -> None:
    buffer = io.BytesIO()
    Pillow.fromarray(pictures.flat()).convert(mode).save(buffer, "PNG")
    image = decoded(tmp_path, buffer.getvalue())
    assert (image.pixels.shape, image.pixels.dtype) == ((64, 96, 3), np.uint8)


def test_a_phones_heic_is_upright_and_in_p3() -> None:
    image, metadata = decode(pictures.PHONE_HEIC)
    assert (image.width, image.height, image.space) == (64, 96, Space.DISPLAY_P3)
    assert np.abs(image.pixels[5, -5].astype(int) - pictures.BLUE).max() <= 3
    assert np.abs(image.pixels[-5, -5].astype(int) - pictures.RED).max() <= 3
    assert metadata.icc == pictures.display_p3()
    assert metadata.exif is not None


def test_a_deep_heic_stays_deep() -> None:
    image, _ = decode(pictures.DATA / "ten_bits.heic")
    assert image.pixels.dtype == np.uint16
    assert np.abs(image.pixels[-5, -5] / 257 - pictures.RED).max() <= 2


def test_the_first_of_two_items_is_taken() -> None:
    image, _ = decode(pictures.DATA / "two_items.heic")
    assert np.abs(image.pixels[5, 5].astype(int) - pictures.BLUE).max() <= 6


def test_the_picture_behind_the_thumbnail_of_a_tiff_is_taken(tmp_path: Path) -> None:
    small, large = Pillow.new("L", (16, 12), 9), Pillow.fromarray(pictures.photo(90, 60))
    small.save(tmp_path / "scan", "TIFF", tiffinfo={254: 1}, save_all=True, append_images=[large])
    content = bytearray((tmp_path / "scan").read_bytes())
    tags = TagFile(bytes(content))
    second = tags.directory(tags.directory(tags.first).next)
    content[second.entries[254].value_at] = 0
    (tmp_path / "scan").write_bytes(content)
    assert np.array_equal(decode(tmp_path / "scan")[0].pixels, np.asarray(large))


def test_a_second_picture_behind_a_jpeg_is_passed_over(tmp_path: Path) -> None:
    second = pictures.encoded("JPEG", pictures.flat(160, 90))
    image = decoded(tmp_path, pictures.encoded("JPEG") + second)
    assert (image.width, image.height) == (96, 64)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_a_file_cut_short_is_refused_with_a_reason(tmp_path: Path, kind: str) -> None:
    content = pictures.encoded(kind, pictures.photo(300, 200))
    with pytest.raises(DamagedFile, match="cannot be read"):
        decoded(tmp_path, content[: len(content) * 3 // 4])


def test_a_heic_cut_short_is_refused_with_a_reason(tmp_path: Path) -> None:
    content = pictures.PHONE_HEIC.read_bytes()
    with pytest.raises(DamagedFile, match="cannot be read"):
        decoded(tmp_path, content[:-300])
