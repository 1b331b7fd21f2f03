"""Files are recognised by how they begin, whatever they are called, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.formats import EVERY_FORMAT, Format, sniff
from tests import pictures


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_the_first_64_bytes_of_a_file_are_enough(kind: str) -> None:
    assert sniff(pictures.encoded(kind)[:64]) == Format(kind.lower())


def test_a_phones_photo_is_heic() -> None:
    assert sniff(pictures.PHONE_HEIC.read_bytes()[:64]) is Format.HEIC


@pytest.mark.parametrize("mark", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
def test_tiff_is_known_in_both_byte_orders_and_both_sizes(mark: bytes) -> None:
    assert sniff(mark + bytes(60)) is Format.TIFF


def brands(major: bytes, *others: bytes) -> bytes:
    return pictures.box(b"ftyp", major + bytes(4) + b"".join(others)).ljust(64, b"\0")


@pytest.mark.parametrize(
    ("major", "others", "expected"),
    [
        (b"heic", (b"mif1", b"heic"), Format.HEIC),
        (b"mif1", (b"heic",), Format.HEIC),
        (b"mif1", (), Format.HEIC),
        (b"mif1", (b"miaf", b"avif"), Format.AVIF),
        (b"avif", (b"mif1",), Format.AVIF),
        (b"avis", (), Format.AVIF),
        (b"isom", (b"mp42",), None),
        (b"qt  ", (), None),
    ],
)
def test_brands_tell_heic_avif_and_films_apart(major: bytes, others: tuple[bytes, ...], expected: Format) -> None:
    assert sniff(brands(major, *others)) is expected


def test_a_brand_behind_the_end_of_the_list_does_not_count() -> None:
    assert sniff(pictures.box(b"ftyp", b"isom" + bytes(4)) + b"avif" * 8) is None


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff\xd8", b"GIF89a", b"BM" + bytes(60), b"%PDF-1.7", b"<svg xmlns=", b"RIFF\x24\0\0\0WAVEfmt ", b"II\0*"],
)
def test_anything_else_is_no_photo(head: bytes) -> None:
    assert sniff(head) is None


@given(head=st.binary(max_size=80))
def test_no_beginning_makes_it_fail(head: bytes) -> None:
    assert sniff(head) is None or sniff(head) in EVERY_FORMAT
    assert sniff(b"\0\0\0\x18ftyp" + head) in {None, Format.HEIC, Format.AVIF}


def test_every_format_has_a_media_type_and_an_end_of_its_own() -> None:
    assert {kind.media_type for kind in Format} == {
        "image/jpeg", "image/png", "image/webp", "image/heic", "image/avif", "image/tiff"
    }  # fmt: skip
    assert {kind.extension for kind in Format} == {"jpg", "png", "webp", "heic", "avif", "tif"}
