"""An upload is looked at once: previews for browsers, and what its metadata say."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rekindle.imaging.decode import decode
from rekindle.imaging.formats import Format
from rekindle.imaging.header import read_header
from rekindle.imaging.header_base import Header
from rekindle.imaging.image import Image, Space
from rekindle.imaging.intake import Inspected, expected_seconds, inspect
from rekindle.imaging.previews import save_previews
from tests import pictures

P3_RED_IN_SRGB = (217, 42, 39)


def inspected(folder: Path, content: bytes) -> Inspected:
    source = pictures.written(folder, "file", content)
    return inspect(source, folder, read_header(source))


def colour_of(path: Path) -> tuple[int, ...]:
    return tuple(int(value) for value in np.asarray(Pillow.open(path).convert("RGB"))[-5, -5])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_what_the_metadata_say_is_told(tmp_path: Path, kind: str) -> None:
    options = {} if kind == "AVIF" else {"icc_profile": pictures.display_p3()}
    content = pictures.encoded(kind, exif=pictures.exif(orientation=6, location=True), **options)
    found = inspected(tmp_path, content)
    assert (found.format.value, found.width, found.height) == (kind.lower(), 64, 96)
    assert (found.has_gps, found.captured_at) == (True, "1987-06-05T14:03:02+02:00")
    assert found.icc_name == (None if kind == "AVIF" else "Display P3")


def test_a_phones_heic_is_told_about(tmp_path: Path) -> None:
    found = inspect(pictures.PHONE_HEIC, tmp_path, read_header(pictures.PHONE_HEIC))
    assert (found.format.value, found.width, found.height, found.has_gps) == ("heic", 64, 96, True)
    assert (found.captured_at, found.icc_name) == ("1987-06-05T14:03:02+02:00", "Display P3")
    assert Pillow.open(found.preview).size == (64, 96)


def test_the_resolution_is_told_only_when_the_file_states_one(tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "TIFF"):
        assert inspected(tmp_path, pictures.encoded(kind, dpi=(300, 300))).dpi == pytest.approx((300, 300), abs=0.02)
    for kind in ("JPEG", "PNG", "WEBP"):
        assert inspected(tmp_path, pictures.encoded(kind)).dpi is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_previews_fit_their_squares_and_are_upright(tmp_path: Path, kind: str) -> None:
    content = pictures.encoded(kind, pictures.photo(3000, 1500), exif=pictures.exif(orientation=6))
    found = inspected(tmp_path, content)
    assert Pillow.open(found.preview).size == (1000, 2000)
    assert Pillow.open(found.thumbnail).size == (200, 400)


def test_small_pictures_are_not_blown_up(tmp_path: Path) -> None:
    found = inspected(tmp_path, pictures.encoded("PNG"))
    assert Pillow.open(found.preview).size == Pillow.open(found.thumbnail).size == (96, 64)


def test_previews_tell_nothing(tmp_path: Path) -> None:
    found = inspected(
        tmp_path, pictures.encoded("JPEG", exif=pictures.exif(location=True), comment=b"<?php evil(); ?>")
    )
    for path in (found.preview, found.thumbnail):
        content = path.read_bytes()
        assert not any(trace in content for trace in (b"Exif", b"Kodak", b"php", b"http", b"ICC_PROFILE"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_previews_of_p3_photos_are_converted_to_srgb(tmp_path: Path, kind: str) -> None:
    found = inspected(
        tmp_path,
        pictures.encoded(kind, icc_profile=pictures.display_p3(), **({"quality": 95} if kind == "JPEG" else {})),
    )
    for path in (found.preview, found.thumbnail):
        assert np.abs(np.subtract(colour_of(path), P3_RED_IN_SRGB)).max() <= 3


def test_previews_of_untagged_photos_keep_their_colours(tmp_path: Path) -> None:
    assert np.abs(np.subtract(colour_of(inspected(tmp_path, pictures.encoded("PNG")).preview), pictures.RED)).max() <= 2


def test_what_can_be_seen_through_is_on_white(tmp_path: Path) -> None:
    content = pictures.encoded("PNG", np.dstack([pictures.flat(), np.zeros((64, 96), np.uint8)]))
    assert colour_of(inspected(tmp_path, content).preview) == (255, 255, 255)


def test_previews_of_an_image_in_memory_are_in_srgb(tmp_path: Path) -> None:
    save_previews(Image(pictures.photo(3000, 30)), tmp_path / "wide.jpg", tmp_path / "narrow.jpg")
    assert Pillow.open(tmp_path / "wide.jpg").size == (2000, 20)
    save_previews(Image(pictures.flat(), Space.DISPLAY_P3), tmp_path / "preview.jpg", tmp_path / "thumbnail.jpg")
    assert np.abs(np.subtract(colour_of(tmp_path / "preview.jpg"), P3_RED_IN_SRGB)).max() <= 3


def test_formats_that_are_slow_to_decode_are_given_more_time() -> None:
    jpeg, heic = (expected_seconds(Header(kind, 4000, 3000)) for kind in (Format.JPEG, Format.HEIC))
    assert 0.1 < jpeg < heic < 3.0
    assert all(expected_seconds(Header(kind, 100, 100)) < 0.01 for kind in Format)


def test_names_with_brackets_are_only_names(tmp_path: Path) -> None:
    for name, kind in (("scan[1]", "PNG"), ("scan[page=7]", "TIFF"), ("scan[shrink=8].jpg", "JPEG")):
        source = pictures.written(tmp_path, name, pictures.encoded(kind))
        assert inspect(source, tmp_path, read_header(source)).width == 96
        assert decode(source)[0].width == 96


@pytest.mark.parametrize("size", [(2001, 700), (3999, 30), (4000, 80), (700, 4032), (8100, 170)])
def test_previews_of_jpegs_have_the_right_size_whatever_the_reduction(tmp_path: Path, size: tuple[int, int]) -> None:
    found = inspected(tmp_path, pictures.encoded("JPEG", pictures.photo(*size), quality=95))
    width, height = Pillow.open(found.preview).size
    assert max(width, height) == 2000
    assert abs(width / height - size[0] / size[1]) / (size[0] / size[1]) < 0.02
