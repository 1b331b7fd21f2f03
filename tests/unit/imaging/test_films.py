"""What the header of a film says, and that nothing else is taken for one."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.films import FilmHeader, read_film
from rekindle.imaging.header_base import DamagedFile
from tests.factories import jpeg
from tests.films import box, film, movie_header, track

KIND = box(b"ftyp", b"isom", bytes(4))
PICTURES = box(b"mdat", bytes(10))


def read(folder: Path, data: bytes) -> FilmHeader:
    path = folder / "film.mp4"
    path.write_bytes(data)
    return read_film(path)


def test_a_film_says_how_large_and_how_long_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, film(854, 480, 5.25)) == FilmHeader(854, 480, 5.25)


def test_long_numbers_and_long_boxes_are_read(tmp_path: Path) -> None:
    moov = box(b"moov", movie_header(8, version=1), track(64, 48))
    last = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + bytes(5)
    assert read(tmp_path, KIND + moov + last) == FilmHeader(64, 48, 8.0)
    open_end = struct.pack(">I4s", 0, b"mdat") + bytes(50)
    assert read(tmp_path, KIND + moov + open_end) == FilmHeader(64, 48, 8.0)


def test_a_film_in_fragments_does_not_say_how_long_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, KIND + box(b"moov", movie_header(0), track(64, 48)) + PICTURES).seconds is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        jpeg(),
        film()[:-1],
        film()[:40],
        KIND + PICTURES,
        KIND + box(b"moov", movie_header(5), track(64, 48)),
        KIND + box(b"moov", movie_header(5), track(0, 0)) + PICTURES,
        box(b"moov", movie_header(5), track(64, 48)) + PICTURES,
        KIND + box(b"moov", box(b"mvhd", b"\0")) + PICTURES + box(b"moov", box(b"trak", box(b"tkhd"))),
    ],
    ids=["empty", "html", "jpeg", "cut", "cut early", "no header", "no pictures", "no size", "no kind", "short boxes"],
)
def test_what_is_no_whole_film_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DamagedFile):
        read(tmp_path, data)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_whatever_the_bytes_they_are_a_film_or_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    whole = film(pictures=20)
    with suppress(DamagedFile):
        read(tmp_path_factory.getbasetemp(), whole[:at] + noise + whole[at + len(noise) :])
