"""What is said about a photo, where two sources say it, and what a result keeps of it."""

from pathlib import Path

import pytest

from rekindle.imaging import exif
from rekindle.imaging.image import Metadata
from rekindle.imaging.metadata import Keep, captured_at, has_location, kept, read_metadata, with_resolution
from tests import pictures

EXIF = pictures.exif(orientation=6).tobytes().removeprefix(b"Exif\0\0")
PLACED = pictures.exif(location=True).tobytes().removeprefix(b"Exif\0\0")
DATED = b'<rdf:Description xmp:CreateDate="1999-12-31T23:59:58+01:00" dc:source="attic"/>'
XMP_PLACED = b'<rdf:Description exif:GPSLatitude="48,51.5N" dc:source="attic"/>'
FULL = Metadata(PLACED, XMP_PLACED, b"\x1c\x02\x78\x00\x04aunt", pictures.display_p3(), (300.0, 240.0))


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (Metadata(exif=EXIF, xmp=DATED), "1987-06-05T14:03:02+02:00"),
        (Metadata(xmp=DATED), "1999-12-31T23:59:58+01:00"),
        (Metadata(exif=b"II*\0\x08\0\0\0\0\0\0\0\0\0", xmp=DATED), "1999-12-31T23:59:58+01:00"),
        (Metadata(exif=b"rubbish"), None),
        (Metadata(), None),
    ],
)
def test_exif_is_asked_for_the_moment_before_xmp(metadata: Metadata, expected: str | None) -> None:
    assert captured_at(metadata) == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (Metadata(exif=PLACED), True),
        (Metadata(exif=EXIF, xmp=XMP_PLACED), True),
        (Metadata(exif=EXIF, xmp=DATED), False),
        (Metadata(exif=b"rubbish", xmp=b"rubbish"), False),
    ],
)
def test_either_block_may_tell_the_place(metadata: Metadata, expected: bool) -> None:
    assert has_location(metadata) is expected


def test_all_is_kept_but_the_shape_of_the_old_picture() -> None:
    result = kept(FULL, Keep.ALL, width=40, height=30)
    assert (result.iptc, result.icc, result.dpi) == (FULL.iptc, FULL.icc, FULL.dpi)
    assert result.xmp == XMP_PLACED
    assert result.exif is not None
    assert exif.has_location(result.exif)
    assert exif.taken_at(result.exif) == "1987-06-05T14:03:02+02:00"


def test_without_location_everything_else_is_kept() -> None:
    result = kept(FULL, Keep.NO_LOCATION, width=40, height=30)
    assert not has_location(result)
    assert result.xmp is not None
    assert b"attic" in result.xmp
    assert captured_at(result) == "1987-06-05T14:03:02+02:00"
    assert (result.iptc, result.icc, result.dpi) == (FULL.iptc, FULL.icc, FULL.dpi)


def test_nothing_means_colours_and_resolution_alone() -> None:
    assert kept(FULL, Keep.NOTHING, width=40, height=30) == Metadata(icc=FULL.icc, dpi=FULL.dpi)


@pytest.mark.parametrize("keep", list(Keep))
def test_an_exif_block_that_cannot_be_mended_is_left_out(keep: Keep) -> None:
    assert kept(Metadata(exif=b"II*\0\xff\xff\xff\xff"), keep, width=4, height=3) == Metadata()


def test_the_resolution_of_an_exif_block_is_used_and_its_lack_is_no_number() -> None:
    stated = Metadata(exif=exif.stating_resolution(EXIF, (600.0, 300.0)))
    assert with_resolution(stated).dpi == pytest.approx((600.0, 300.0))
    assert with_resolution(Metadata(exif=EXIF, dpi=(5.0, 5.0))).dpi is None
    assert with_resolution(Metadata()) == Metadata()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_reading_the_metadata_alone_finds_moment_place_and_profile(tmp_path: Path, kind: str) -> None:
    content = pictures.encoded(kind, exif=pictures.exif(location=True), icc_profile=pictures.display_p3())
    found = read_metadata(pictures.written(tmp_path, "photo", content))
    assert (captured_at(found), has_location(found)) == ("1987-06-05T14:03:02+02:00", True)
    assert found.icc == pictures.display_p3()


def test_reading_the_metadata_of_a_heic_needs_no_pixels() -> None:
    found = read_metadata(pictures.PHONE_HEIC)
    assert (captured_at(found), has_location(found)) == ("1987-06-05T14:03:02+02:00", True)
