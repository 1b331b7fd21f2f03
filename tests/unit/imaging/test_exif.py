"""EXIF blocks are read carefully and mended in place."""

import struct

import pytest

from rekindle.imaging import exif
from rekindle.imaging.tags import TagError, TagFile, orientation_of
from tests import pictures

NOTE = b"Maker\0" + bytes(range(1, 60))


def block(*, orientation: int = 6, location: bool = True) -> bytes:
    return (
        pictures.exif(orientation=orientation, location=location, maker_note=NOTE).tobytes().removeprefix(b"Exif\0\0")
    )


def with_thumbnail(content: bytes, picture: bytes) -> bytes:
    """The block with a second directory that holds a thumbnail, as cameras write it."""
    tags = TagFile(content)
    first = tags.directory(tags.first)
    at = len(content) + len(content) % 2
    entries = ((0x0201, 4, 1, at + 30), (0x0202, 4, 1, len(picture)))
    second = struct.pack(">H", 2) + b"".join(struct.pack(">HHII", *entry) for entry in entries) + bytes(4)
    linked = bytearray(content.ljust(at, b"\0"))
    linked[first.next_at : first.next_at + 4] = struct.pack(">I", at)
    return bytes(linked) + second + picture


def test_the_orientation_is_read() -> None:
    assert orientation_of(block(orientation=8)) == 8
    assert orientation_of(b"Exif\0\0" + block(orientation=3)) == 3
    assert orientation_of(b"nonsense") == 1


def test_the_moment_and_its_offset_are_read() -> None:
    assert exif.taken_at(block()) == "1987-06-05T14:03:02+02:00"
    assert exif.taken_at(b"II*\0") is None


def test_a_moment_that_is_none_is_not_made_up() -> None:
    assert exif.taken_at(block().replace(b"1987:06:05 14:03:02", b"0000:00:00 00:00:00")) is None


def test_the_location_is_found() -> None:
    assert exif.has_location(block(location=True))
    assert not exif.has_location(block(location=False))


def test_mending_turns_the_picture_upright_and_states_its_new_size() -> None:
    mended = exif.mended(block(), width=4000, height=70_000, location=True)
    assert mended is not None
    tags = TagFile(mended)
    inner = tags.directory(tags.number(tags.directory(tags.first), 0x8769, 0))
    assert orientation_of(mended) == 1
    assert (tags.number(inner, 0xA002, 0), tags.number(inner, 0xA003, 0)) == (4000, 70_000)


def test_mending_keeps_everything_else_in_its_place() -> None:
    whole = block()
    mended = exif.mended(whole, width=96, height=64, location=True)
    assert mended is not None
    assert len(mended) == len(whole)
    assert mended.index(NOTE) == whole.index(NOTE)
    assert exif.taken_at(mended) == exif.taken_at(whole)
    assert exif.has_location(mended)


def test_a_location_goes_without_a_trace_when_asked() -> None:
    mended = exif.mended(block(), width=96, height=64, location=False)
    assert mended is not None
    assert not exif.has_location(mended)
    assert struct.pack(">II", 51, 1) in block()
    assert struct.pack(">II", 51, 1) not in mended
    assert exif.taken_at(mended) == "1987-06-05T14:03:02+02:00"
    assert NOTE in mended


def test_the_thumbnail_of_the_old_picture_goes() -> None:
    mended = exif.mended(with_thumbnail(block(), b"old pixels"), width=96, height=64, location=True)
    assert mended is not None
    assert b"old pixels" not in mended
    tags = TagFile(mended)
    assert tags.directory(tags.first).next == 0


@pytest.mark.parametrize("order", ["<", ">"])
def test_blocks_in_either_byte_order_are_mended(order: str) -> None:
    entries = ((0x0112, 3, struct.pack(f"{order}HH", 6, 0)), (0x8825, 4, struct.pack(f"{order}I", 38)))
    mark = b"II*\0" if order == "<" else b"MM\0*"
    directory = b"".join(struct.pack(f"{order}HHI", tag, kind, 1) + value for tag, kind, value in entries)
    gps = struct.pack(f"{order}HHHI", 1, 1, 2, 2) + b"N\0\0\0" + bytes(4)
    whole = mark + struct.pack(f"{order}IH", 8, 2) + directory + bytes(4) + gps
    assert exif.has_location(whole)
    mended = exif.mended(whole, width=5, height=4, location=False)
    assert mended is not None
    assert orientation_of(whole) == 6
    assert orientation_of(mended) == 1
    assert not exif.has_location(mended)


def test_a_block_that_cannot_be_mended_is_not_passed_on() -> None:
    assert exif.mended(b"II*\0\xff\xff\xff\x7f", width=1, height=1, location=False) is None
    assert exif.mended(b"", width=1, height=1, location=True) is None


def test_any_damage_to_a_block_is_survived() -> None:
    whole = with_thumbnail(block(), b"old pixels")
    for at in range(len(whole)):
        for value in (0, 255, whole[at] ^ 64):
            broken = whole[:at] + bytes([value]) + whole[at + 1 :]
            exif.mended(broken, width=9, height=9, location=False)
            exif.taken_at(broken)
            exif.has_location(broken)
            exif.resolution(broken)


def test_a_resolution_is_added_where_there_is_none() -> None:
    for start in (None, block()):
        stated = exif.stating_resolution(start, (300.0, 240.5))
        assert exif.resolution(stated) == (300.0, 240.5)
        assert exif.stating_resolution(stated, (72.0, 72.0)) == stated
    assert NOTE in stated
    assert exif.taken_at(stated) == "1987-06-05T14:03:02+02:00"


def test_a_resolution_per_centimetre_is_understood() -> None:
    stated = bytearray(exif.stating_resolution(None, (100.0, 100.0)))
    at = stated.rindex(struct.pack("<HHI", 0x0128, 3, 1))
    stated[at + 8] = 3
    assert exif.resolution(bytes(stated)) == (254.0, 254.0)


def test_a_resolution_cannot_be_added_to_what_is_no_block() -> None:
    with pytest.raises(TagError):
        exif.stating_resolution(b"nonsense", (1.0, 1.0))
