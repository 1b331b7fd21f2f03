"""Headers are read without a decoder, whatever the name of the file, and quickly on any input."""

import struct
import time
from pathlib import Path

import pytest
from PIL import Image as Pillow

from rekindle.errors import UnsupportedFormat
from rekindle.imaging.formats import Format, sniff
from rekindle.imaging.header import read_header
from rekindle.imaging.header_base import DamagedFile, EmptyFile, Header
from tests import pictures


def header_of(folder: Path, content: bytes) -> Header:
    return read_header(pictures.written(folder, "file", content))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("JPEG", Format.JPEG),
        ("PNG", Format.PNG),
        ("WEBP", Format.WEBP),
        ("AVIF", Format.AVIF),
        ("TIFF", Format.TIFF),
    ],
)
def test_a_format_is_recognised_by_content_with_its_size(tmp_path: Path, kind: str, expected: Format) -> None:
    header = header_of(tmp_path, pictures.encoded(kind))
    assert (header.format, header.width, header.height, header.frames) == (expected, 96, 64, 1)


def test_formats_know_their_media_type_and_extension() -> None:
    assert [(each.media_type, each.extension) for each in (Format.JPEG, Format.TIFF, Format.HEIC)] == [
        ("image/jpeg", "jpg"),
        ("image/tiff", "tif"),
        ("image/heic", "heic"),
    ]


@pytest.mark.parametrize("head", [b"", b"GIF89a", b"BM", b"%!PS", b"<svg", b"\0\0\0\x18ftypisom", b"RIFF\0\0\0\0WAVE"])
def test_what_is_none_of_the_formats_is_not_recognised(head: bytes) -> None:
    assert sniff(head) is None


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat, match="JPEG, PNG, WebP, HEIC, AVIF or TIFF"):
        header_of(tmp_path, b"GIF89a" + bytes(100))
    with pytest.raises(EmptyFile):
        header_of(tmp_path, b"")


# JPEG


def test_the_orientation_of_a_jpeg_is_read(tmp_path: Path) -> None:
    for orientation in range(1, 9):
        content = pictures.encoded("JPEG", exif=pictures.exif(orientation=orientation))
        assert header_of(tmp_path, content).orientation == orientation


def test_an_orientation_that_makes_no_sense_counts_as_none(tmp_path: Path) -> None:
    block = b"Exif\0\0II*\0\x08\0\0\0" + pictures.tiff_directory({0x0112: (3, 99)}, following=8)
    assert header_of(tmp_path, pictures.encoded("JPEG", exif=block)).orientation == 1


def test_the_scans_of_a_jpeg_are_counted(tmp_path: Path) -> None:
    assert header_of(tmp_path, pictures.encoded("JPEG")).scans == 1
    assert header_of(tmp_path, pictures.many_scans(150)).scans == 150


def test_the_thumbnail_inside_of_a_jpeg_does_not_count(tmp_path: Path) -> None:
    thumbnail = pictures.encoded("JPEG", pictures.flat(16, 16))
    content = pictures.encoded("JPEG")
    inside = content[:2] + b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + content[2:]
    header = header_of(tmp_path, inside)
    assert (header.width, header.scans) == (96, 1)


def test_a_second_picture_behind_a_jpeg_is_not_looked_at(tmp_path: Path) -> None:
    second = pictures.encoded("JPEG", pictures.flat(160, 90))
    header = header_of(tmp_path, pictures.encoded("JPEG") + second)
    assert (header.width, header.height, header.frames, header.scans) == (96, 64, 1, 1)


def test_a_jpeg_with_two_frame_headers_is_judged_by_the_larger(tmp_path: Path) -> None:
    content = pictures.encoded("JPEG")
    at = content.find(b"\xff\xc0")
    length = struct.unpack(">H", content[at + 2 : at + 4])[0] + 2
    larger = pictures.with_size(content, 60000, 60000)[at : at + length]
    assert header_of(tmp_path, content[:at] + larger + content[at:]).width == 60000


# PNG


def test_an_animated_png_counts_its_frames(tmp_path: Path) -> None:
    assert header_of(tmp_path, pictures.animated_png(7)).frames == 7
    assert header_of(tmp_path, pictures.animated_png(1)).frames == 1


def test_the_depth_and_channels_of_a_png_are_read(tmp_path: Path) -> None:
    header = header_of(tmp_path, pictures.png(5, 4, bits=16, colour=6))
    assert (header.bits, header.channels) == (16, 4)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_compressed_texts_may_not_unpack_to_absurd_sizes(tmp_path: Path, kind: bytes) -> None:
    bomb = pictures.chunk(kind, b"name\0\0" + pictures.packed_zeros(64 << 20))
    with pytest.raises(DamagedFile, match="unpacks to an absurd size"):
        header_of(tmp_path, pictures.png(8, 8, extra=bomb))
    fair = pictures.chunk(kind, b"name\0\0" + pictures.packed_zeros(4 << 20))
    assert header_of(tmp_path, pictures.png(8, 8, extra=fair)).width == 8


def test_many_small_compressed_texts_count_together(tmp_path: Path) -> None:
    fair = pictures.chunk(b"zTXt", b"name\0\0" + pictures.packed_zeros(4 << 20))
    with pytest.raises(DamagedFile, match="absurd size"):
        header_of(tmp_path, pictures.png(8, 8, extra=fair * 5))


# WebP


def test_an_animated_webp_counts_its_frames(tmp_path: Path) -> None:
    frames = [Pillow.new("RGB", (20, 10), (shade, 0, 0)) for shade in (0, 99, 200)]
    frames[0].save(tmp_path / "moving", "WEBP", save_all=True, append_images=frames[1:])
    assert read_header(tmp_path / "moving").frames == 3


def test_the_size_of_a_lossless_webp_is_read(tmp_path: Path) -> None:
    header = header_of(tmp_path, pictures.encoded("WEBP", lossless=True))
    assert (header.width, header.height) == (96, 64)


# TIFF


def test_the_pages_of_a_tiff_are_counted_without_its_thumbnails(tmp_path: Path) -> None:
    first, second = pictures.tiff(96, 64, following=10_000), pictures.tiff_directory({256: (4, 9), 257: (4, 9)})
    reduced = pictures.tiff_directory({254: (4, 1), 256: (4, 9), 257: (4, 9)})
    mask = pictures.tiff_directory({254: (4, 4), 256: (4, 96), 257: (4, 64)})
    for page, frames in ((second, 2), (reduced, 1), (mask, 1)):
        assert header_of(tmp_path, first.ljust(10_000, b"\0") + page).frames == frames


def test_a_tiff_that_begins_with_its_thumbnail_is_judged_by_its_picture(tmp_path: Path) -> None:
    thumbnail = pictures.tiff(16, 12, following=10_000, extra={254: (4, 1)})
    header = header_of(
        tmp_path, thumbnail.ljust(10_000, b"\0") + pictures.tiff_directory({256: (4, 960), 257: (4, 640), 259: (3, 5)})
    )
    assert (header.width, header.height, header.page, header.frames) == (960, 640, 1, 1)


def test_a_tiff_whose_samples_lie_beyond_its_end_is_cut_short(tmp_path: Path) -> None:
    whole = pictures.tiff(96, 64)
    assert header_of(tmp_path, whole).width == 96
    for broken in (whole[:-200], pictures.tiff(96, 64, extra={273: (4, 50_000)})):
        with pytest.raises(DamagedFile, match="cut short"):
            header_of(tmp_path, broken)


@pytest.mark.parametrize("extra", [{50706: (4, 1)}, {254: (4, 1), 330: (4, 8)}])
def test_raw_files_of_cameras_are_named_as_such(tmp_path: Path, extra: dict[int, tuple[int, int]]) -> None:
    with pytest.raises(UnsupportedFormat, match="raw"):
        header_of(tmp_path, pictures.tiff(96, 64, extra=extra))


def test_a_tiff_whose_directories_form_a_loop_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile):
        header_of(tmp_path, pictures.tiff(8, 8, following=8))


# HEIC and AVIF


def test_a_phones_heic_is_one_picture_of_its_primary_size(tmp_path: Path) -> None:
    header = header_of(tmp_path, pictures.phone_header(4032, 3024))
    assert (header.format, header.width, header.height, header.frames) == (Format.HEIC, 4032, 3024, 1)
    assert (header.bits, header.channels) == (10, 3)


def test_the_turns_of_a_heic_are_part_of_its_size(tmp_path: Path) -> None:
    sizes = [header_of(tmp_path, pictures.phone_header(4032, 3024, turns=turns)) for turns in range(4)]
    assert [(each.width, each.height) for each in sizes] == [(4032, 3024), (3024, 4032)] * 2


def test_the_coding_of_the_primary_picture_decides_and_not_the_brand(tmp_path: Path) -> None:
    assert header_of(tmp_path, pictures.phone_header(400, 300, coding=b"av01", brand=b"mif1")).format is Format.AVIF
    assert header_of(tmp_path, pictures.phone_header(400, 300, brand=b"mif1")).format is Format.HEIC


def test_image_sequences_are_not_stills(tmp_path: Path) -> None:
    for brand in (b"hevc", b"msf1", b"avis"):
        content = pictures.phone_header(400, 300, brand=brand) + pictures.box(b"moov", bytes(8))
        assert header_of(tmp_path, content).frames > 1
    still = pictures.phone_header(400, 300) + pictures.box(b"moov", bytes(8))
    assert header_of(tmp_path, still).frames == 1


@pytest.mark.parametrize("name", ["phone.heic", "ten_bits.heic", "two_items.heic"])
def test_real_heic_files_are_read(name: str) -> None:
    header = read_header(pictures.DATA / name)
    assert (header.format, header.pixels, header.frames) == (Format.HEIC, 96 * 64, 1)


# Any input


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_a_file_cut_anywhere_is_read_or_refused(tmp_path: Path, kind: str) -> None:
    whole = pictures.encoded(kind, exif=pictures.exif(location=True))
    for length in range(1, len(whole), max(7, len(whole) // 200)):
        try:
            assert header_of(tmp_path, whole[:length]).width == 96
        except (DamagedFile, UnsupportedFormat):
            continue


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff" * 50_000_000,
        b"\xff\xd8" + b"\xff\xe0\0\2" * 12_000_000,
        b"\xff\xd8" + b"\xff\xda\0\2\0\xff" * 8_000_000,
        b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"IHDR", bytes(13)) + bytes(50_000_000),
        b"RIFF\0\0\0\0WEBP" + bytes(50_000_000),
        b"\0\0\0\x10ftypheic\0\0\0\0" + b"\0\0\0\x08free" * 6_000_000,
        b"II*\0\x08\0\0\0" + b"\xff" * 50_000_000,
    ],
    ids=["fill", "markers", "scans", "chunks", "riff", "boxes", "tags"],
)
def test_fifty_megabytes_made_to_be_slow_are_refused_at_once(tmp_path: Path, content: bytes) -> None:
    path = pictures.written(tmp_path, "file", content)
    began = time.process_time()
    with pytest.raises(DamagedFile):
        read_header(path)
    assert time.process_time() - began < 1.0
