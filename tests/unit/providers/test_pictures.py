"""Results: pictures and films, from bytes or from an address, and only what they are."""

import asyncio
import base64
import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rekindle.imaging.marks import write_mask
from rekindle.infra.fetching import Fetched, Fetcher, Look, NotFetched, Why
from rekindle.providers.errors import BadResult, Lost, ProviderError, Unavailable
from rekindle.providers.pictures import (
    alpha_mask,
    film_from_url,
    picture_from_base64,
    picture_from_url,
)
from rekindle.providers.protocol import MASK_TYPE, SENT_TYPE, VIDEO_TYPE, Edit, Picture
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes
from tests.pictures import encoded, exif

URL = "https://results.example/1.png"


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    picture = Picture(tmp_path / "sent.jpg", SENT_TYPE, 96, 64)
    (tmp_path / "results").mkdir()
    return Edit(
        key="job/1", operation=Operation.RESTORE, model="m", images=[picture], treatment=Treatment((), ""),
        wishes=Wishes(), folder=tmp_path / "results",
    )  # fmt: skip


class Store(Fetcher):
    """Has one file, or a reason why not."""

    def __init__(self, content: bytes = b"", why: Why | None = None) -> None:
        super().__init__()
        self._content, self._why = content, why

    async def fetch(self, url: str, target: Path, look: Look | None = None) -> Fetched:
        assert url == URL
        if self._why is not None:
            raise NotFetched("It did not come.", self._why)
        await asyncio.to_thread(target.write_bytes, self._content)
        if look is not None:
            look(target)
        return Fetched("text/html", len(self._content))


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def film() -> bytes:
    """The least that is a film of 640 × 360."""
    header = box(b"tkhd", bytes(76), struct.pack(">II", 640 << 16, 360 << 16))
    moov = box(b"moov", box(b"mvhd", bytes(12), struct.pack(">II", 1000, 5000), bytes(80)), box(b"trak", header))
    return box(b"ftyp", b"isom", bytes(4), b"isom") + moov + box(b"mdat", bytes(20))


@pytest.mark.parametrize(("kind", "media_type"), [
    ("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("TIFF", "image/tiff"),
])  # fmt: skip
async def test_a_picture_is_what_its_bytes_say(edit: Edit, kind: str, media_type: str) -> None:
    content = encoded(kind)
    picture = await picture_from_url(Store(content), edit, URL)
    assert picture == Picture(edit.folder / "result", media_type, 96, 64)
    assert picture.path.read_bytes() == content
    assert (await picture_from_base64(edit, in_base64(content), "second")).path == edit.folder / "second"


async def test_a_picture_that_lies_on_its_side_has_its_upright_size(edit: Edit) -> None:
    content = encoded("JPEG", exif=exif(orientation=6))
    picture = await picture_from_base64(edit, in_base64(content))
    assert (picture.width, picture.height) == (64, 96)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>sorry</html>", b"\x89PNG\r\n\x1a\n", encoded("PNG")[:20], encoded("GIF"), encoded("BMP"), film()],
)
async def test_what_is_no_picture_is_a_bad_result(edit: Edit, content: bytes) -> None:
    with pytest.raises(BadResult):
        await picture_from_base64(edit, in_base64(content))
    with pytest.raises(BadResult):
        await picture_from_url(Store(content), edit, URL)


async def test_a_picture_that_would_fill_the_memory_is_a_bad_result(edit: Edit) -> None:
    content = bytearray(encoded("PNG"))
    content[16:24] = struct.pack(">II", 40_000, 40_000)
    with pytest.raises(BadResult, match="too large"):
        await picture_from_base64(edit, in_base64(bytes(content)))


@pytest.mark.parametrize("form", [
    lambda data: base64.b64encode(data).decode(), lambda data: base64.urlsafe_b64encode(data).decode(),
    lambda data: base64.encodebytes(data).decode(),
    lambda data: f"data:image/webp;base64,{base64.b64encode(data).decode()}",
])  # fmt: skip
async def test_base64_is_read_in_every_form_it_comes_in(edit: Edit, form: Callable[[bytes], str]) -> None:
    content = encoded("PNG", np.random.default_rng(1).integers(0, 256, (9, 11, 3), np.uint8))
    picture = await picture_from_base64(edit, form(content))
    assert picture.path.read_bytes() == content
    assert picture.media_type == "image/png"


@pytest.mark.parametrize("text", ["", "abc", "%%%%", "data:image/png,abc", "data:", "ä" * 8, "data:image/png;base64,A"])
async def test_what_is_no_base64_is_a_bad_result(edit: Edit, text: str) -> None:
    with pytest.raises(BadResult):
        await picture_from_base64(edit, text)


async def test_a_data_address_is_not_fetched(edit: Edit) -> None:
    url = f"data:image/png;base64,{base64.b64encode(encoded('PNG')).decode()}"
    assert (await picture_from_url(Store(why="unreachable"), edit, url)).width == 96


MEANINGS: list[tuple[Why, type[ProviderError]]] = [
    ("gone", Lost), ("forbidden", BadResult), ("too_large", BadResult), ("unreachable", Unavailable),
]  # fmt: skip


@pytest.mark.parametrize(("why", "kind"), MEANINGS)
async def test_what_does_not_come_means_what_is_to_be_done(edit: Edit, why: Why, kind: type[ProviderError]) -> None:
    with pytest.raises(kind) as told:
        await picture_from_url(Store(why=why), edit, URL)
    assert type(told.value) is kind
    with pytest.raises(kind):
        await film_from_url(Store(why=why), edit, URL)


async def test_a_film_is_what_its_boxes_say(edit: Edit) -> None:
    expected = Picture(edit.folder / "result", VIDEO_TYPE, 640, 360)
    assert await film_from_url(Store(film()), edit, URL) == expected


@pytest.mark.parametrize("content", [
    b"", b"<html></html>", encoded("PNG"), encoded("AVIF"), film()[:40], film().replace(b"ftyp", b"free"),
])  # fmt: skip
async def test_what_is_no_film_is_a_bad_result(edit: Edit, content: bytes) -> None:
    with pytest.raises(BadResult):
        await film_from_url(Store(content), edit, URL)


async def test_a_mask_becomes_a_hole_of_the_size_of_the_picture(edit: Edit, tmp_path: Path) -> None:
    marked = np.zeros((32, 48), bool)
    marked[:16] = True
    write_mask(marked, tmp_path / "mask.png")
    content = await alpha_mask(edit, Picture(tmp_path / "mask.png", MASK_TYPE, 48, 32))
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (96, 64))
        alpha = np.asarray(image)[..., 3]
    assert not alpha[:30].any()
    assert (alpha[34:] == 255).all()
