"""Names of uploaded files, and forms that carry them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rekindle.errors import TooLarge
from rekindle.photos.receive import MAX_NAME, BadForm, Receiver, UploadTimedOut, clean_name, name_from_header

NAMES = st.text(st.characters(exclude_categories=[]), max_size=400)


@given(NAMES)
def test_a_cleaned_name_has_no_folder_and_no_control_character_and_is_never_empty(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned
    assert len(cleaned) <= MAX_NAME
    assert cleaned.isprintable()
    assert not {"/", "\\", "\0"} & set(cleaned)
    assert cleaned not in (".", "..")
    cleaned.encode()


@given(NAMES)
def test_cleaning_a_clean_name_changes_nothing(name: str) -> None:
    assert clean_name(clean_name(name)) == clean_name(name)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("grandma.jpg", "grandma.jpg"),
        ("C:\\Photos\\Oma 1951.JPG", "Oma 1951.JPG"),
        ("../../etc/passwd", "passwd"),
        ("a/b/..", "photo"),
        ("Großmutter – 祖母.jpg", "Großmutter – 祖母.jpg"),
        ("nul\0l.jpg", "null.jpg"),
        ("line\r\nbreak.jpg", "line break.jpg"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("Screenshot 2024-01-01 at 9.41\u202fAM.png", "Screenshot 2024-01-01 at 9.41 AM.png"),
        ("", "photo"),
        ("   ", "photo"),
    ],
)
def test_names_are_cleaned_for_display(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


def test_a_long_name_keeps_its_end() -> None:
    assert clean_name("x" * 500 + ".jpeg") == "x" * (MAX_NAME - 5) + ".jpeg"


@given(NAMES.filter(lambda name: name.isprintable()))
def test_a_name_survives_the_header(name: str) -> None:
    assert name_from_header(quote(name)) == name


@given(st.text(max_size=100))
def test_no_header_breaks_the_reading_of_names(value: str) -> None:
    clean_name(name_from_header(value))


def test_without_a_header_there_is_still_a_name() -> None:
    assert clean_name(name_from_header(None)) == "photo"


# ── forms ──

CONTENT = bytes(range(256)) * 40


def form(*parts: tuple[str, bytes], boundary: str = "frontier") -> bytes:
    """Parts with their whole Content-Disposition, as a body."""
    begin = f"--{boundary}\r\n".encode()
    blocks = [
        begin + f"Content-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"
        for disposition, content in parts
    ]
    return b"".join(blocks) + f"--{boundary}--\r\n".encode()


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def receiver(folder: Path, *, max_bytes: int = 100_000, timeout: float = 5.0) -> Receiver:
    return Receiver(folder / "upload", max_bytes=max_bytes, timeout=timeout)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(size=st.integers(1, 3000))
def test_a_form_gives_the_bytes_of_its_file_however_it_is_cut_up(tmp_path: Path, size: int) -> None:
    body = form(('form-data; name="note"', b"hello"), ('form-data; name="file"; filename="oma.jpg"', CONTENT))
    arriving = receiver(tmp_path).form(pieces(body, size), "multipart/form-data; boundary=frontier")
    received = asyncio.run(arriving)
    assert received.path.read_bytes() == CONTENT
    assert (received.filename, received.bytes) == ("oma.jpg", len(CONTENT))
    assert received.sha256 == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    "disposition",
    [
        'form-data; name="photo"; filename="oma.jpg"',
        "form-data",
        'form-data; name="file2"; filename="oma.jpg"',
        'form-data; name=""; filename="file"',
    ],
)
async def test_a_form_without_a_part_named_file_is_refused(tmp_path: Path, disposition: str) -> None:
    body = form((disposition, CONTENT))
    with pytest.raises(BadForm, match="`file`"):
        await receiver(tmp_path).form(pieces(body, 1000), "multipart/form-data; boundary=frontier")


@pytest.mark.parametrize("rest", ["", "; boundary=", "; boundary=" + "x" * 71])
async def test_a_form_that_does_not_say_where_its_parts_begin_is_refused(tmp_path: Path, rest: str) -> None:
    with pytest.raises(BadForm):
        await receiver(tmp_path).form(pieces(b"whatever", 4), f"multipart/form-data{rest}")


async def test_a_form_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    body = form(('form-data; name="file"; filename="oma.jpg"', CONTENT))[:-200]
    with pytest.raises(BadForm):
        await receiver(tmp_path).form(pieces(body, 1000), "multipart/form-data; boundary=frontier")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(body=st.binary(max_size=300))
def test_rubbish_that_is_called_a_form_is_refused_with_a_reason(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadForm):
        asyncio.run(receiver(tmp_path).form(pieces(body, 7), "multipart/form-data; boundary=frontier"))


async def test_only_the_first_file_of_a_form_is_taken(tmp_path: Path) -> None:
    body = form(
        ('form-data; name="file"; filename="one.jpg"', b"one"), ('form-data; name="file"; filename="two.jpg"', b"two")
    )
    received = await receiver(tmp_path).form(pieces(body, 1000), "multipart/form-data; boundary=frontier")
    assert (received.filename, received.path.read_bytes()) == ("one.jpg", b"one")


@pytest.mark.parametrize("excess", [0, 1])
async def test_the_limit_is_exact_to_the_byte(tmp_path: Path, excess: int) -> None:
    body = b"x" * (1000 + excess)
    arriving = receiver(tmp_path, max_bytes=1000).raw(pieces(body, 300), "a.jpg")
    if excess:
        with pytest.raises(TooLarge):
            await arriving
    else:
        assert (await arriving).bytes == 1000


async def test_a_form_cannot_hide_a_flood_outside_of_its_file(tmp_path: Path) -> None:
    taken = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b'--frontier\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
        while True:
            taken += 10_000
            yield b"x" * 10_000

    with pytest.raises((TooLarge, BadForm)):
        await receiver(tmp_path, max_bytes=1000).form(flood(), "multipart/form-data; boundary=frontier")
    assert taken < 100_000


async def test_an_upload_that_stops_is_given_up(tmp_path: Path) -> None:
    async def stalls() -> AsyncIterator[bytes]:
        yield b"begin"
        await asyncio.sleep(60)

    with pytest.raises(UploadTimedOut):
        await receiver(tmp_path, timeout=0.05).raw(stalls(), "a.jpg")
