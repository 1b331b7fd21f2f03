"""The limits of uploads, judged by the header alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from rekindle.errors import RekindleError
from rekindle.imaging.formats import Format
from rekindle.imaging.header_base import Header
from rekindle.safety.uploads import UploadLimits, check, check_upload, inspect_upload
from tests import pictures

LIMITS = UploadLimits()
GOOD = Header(Format.JPEG, 4032, 3024)


def refusal(header: Header, size: int = 3_000_000, limits: UploadLimits = LIMITS) -> RekindleError:
    with pytest.raises(RekindleError) as caught:
        check(header, size, limits)
    return caught.value


def test_an_ordinary_photo_is_taken() -> None:
    check(GOOD, 3_000_000, LIMITS)


def test_what_is_just_within_the_limits_is_taken() -> None:
    check(replace(GOOD, width=10_000, height=10_000, scans=100), 50_000_000, LIMITS)
    check(replace(GOOD, format=Format.PNG, width=8000, height=8000), 1, LIMITS)
    check(replace(GOOD, width=20_000, height=400), 1, LIMITS)


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"frames": 2}, "animated", 422),
        ({"width": 20_001}, "side_too_long", 422),
        ({"width": 5001, "height": 100}, "aspect_too_extreme", 422),
        ({"width": 100, "height": 5001}, "aspect_too_extreme", 422),
        ({"width": 10_001, "height": 10_000}, "too_many_pixels", 422),
        ({"format": Format.PNG, "width": 8001, "height": 8000}, "too_many_pixels", 422),
        ({"format": Format.HEIC, "width": 8001, "height": 8000}, "too_many_pixels", 422),
        ({"scans": 101}, "too_many_scans", 422),
        ({"width": 0}, "damaged_file", 422),
    ],
)
def test_what_is_beyond_a_limit_is_refused_with_its_own_code(change: dict[str, object], code: str, status: int) -> None:
    error = refusal(replace(GOOD, **change))  # type: ignore[arg-type]
    assert (error.code, error.status) == (code, status)
    assert error.message.endswith(".")


def test_a_file_with_too_many_bytes_is_refused() -> None:
    error = refusal(GOOD, 50_000_001)
    assert (error.code, error.status) == ("too_large", 413)
    assert "50 MB" in error.message


def test_an_empty_file_is_refused() -> None:
    assert refusal(GOOD, 0).code == "empty_file"


def test_every_limit_can_be_set() -> None:
    limits = UploadLimits(max_bytes=10, max_pixels_jpeg=100, max_side=50, max_aspect=2, max_scans=1)
    assert refusal(replace(GOOD, width=9, height=9), 11, limits).code == "too_large"
    assert refusal(replace(GOOD, width=51, height=50), 9, limits).code == "side_too_long"
    assert refusal(replace(GOOD, width=9, height=4), 9, limits).code == "aspect_too_extreme"
    assert refusal(replace(GOOD, width=11, height=10), 9, limits).code == "too_many_pixels"
    assert refusal(replace(GOOD, width=9, height=9, scans=2), 9, limits).code == "too_many_scans"


def test_formats_that_are_switched_off_are_refused_by_name() -> None:
    error = refusal(GOOD, limits=UploadLimits(formats=frozenset({Format.PNG, Format.TIFF})))
    assert (error.code, error.status) == ("unsupported_format", 415)
    assert "PNG, TIFF" in error.message


def test_the_name_of_a_file_means_nothing(tmp_path: Path) -> None:
    source = pictures.written(tmp_path, "photo.gif", pictures.encoded("PNG"))
    assert inspect_upload(source, tmp_path, LIMITS).format is Format.PNG


def test_the_header_of_a_good_file_is_given_without_decoding(tmp_path: Path) -> None:
    header = check_upload(pictures.written(tmp_path, "file", pictures.phone_header(4032, 3024)), LIMITS)
    assert (header.format, header.width) == (Format.HEIC, 4032)


def test_a_refused_file_is_not_decoded(tmp_path: Path) -> None:
    source = pictures.written(tmp_path, "photo.jpg", pictures.encoded("JPEG"))
    with pytest.raises(RekindleError):
        inspect_upload(source, tmp_path, UploadLimits(max_side=10))
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
