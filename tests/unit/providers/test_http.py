"""Requests to a provider, and what their troubles mean: against a server on this machine that says what it is told."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rekindle.providers.errors import (
    BadResult,
    Lost,
    Misconfigured,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)
from rekindle.providers.http import LONGEST_PAUSE, MOST_BYTES, USUAL_PAUSE, Ask, Explain, Upstream, pause_of
from rekindle.providers.protocol import Edit, Leaving
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes

KEY = "secret-key"


def reply(status: int, body: object = None, *headers: str, length: int | None = None) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(content) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class Place:
    """A server: `says` what it answers, byte by byte with `pause`; `hears` what it was asked."""

    port: int = 0
    says: bytes = b""
    pause: float = 0.0
    again: int = 0
    hears: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
            self.hears.append(head + await reader.readexactly(int(length.partition(b":")[2])))
            if self.pause:
                for byte in self.says:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(self.pause)
            writer.write(b"" if self.pause else self.says)
            for _ in range(self.again):
                writer.write(bytes(1024 * 1024))
                await writer.drain()
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def upstream(self, *, seconds: float = 20.0, explain: Explain | None = None) -> Upstream:
        headers = {"Authorization": f"Bearer {KEY}"}
        return Upstream(f"http://127.0.0.1:{self.port}/v1/", headers=headers, seconds=seconds, explain=explain)

    async def call(self, ask: Ask, *, seconds: float = 20.0, explain: Explain | None = None) -> object:
        upstream = self.upstream(seconds=seconds, explain=explain)
        try:
            return (await upstream.call(ask)).body
        finally:
            await upstream.aclose()

    async def fault(self, ask: Ask, *, seconds: float = 20.0, explain: Explain | None = None) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            await self.call(ask, seconds=seconds, explain=explain)
        assert KEY not in f"{caught.value.message} {caught.value.detail}"
        assert len(caught.value.detail) <= 300
        return caught.value


@pytest.fixture
async def place() -> AsyncGenerator[Place]:
    here = Place()
    server = await asyncio.start_server(here.talk, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    yield here
    server.close()


LOOK, HAND_IN = Ask("GET", "/jobs/1"), Ask("POST", "/jobs", json={"prompt": "Mend it."}, begins=True)


async def test_a_request_carries_the_key_and_asks_for_plain_bytes(place: Place) -> None:
    place.says = reply(200, {"id": 1})
    assert await place.call(HAND_IN) == {"id": 1}
    (heard,) = place.hears
    head, _, body = heard.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/jobs HTTP/1.1"
    assert {f"Authorization: Bearer {KEY}", "Accept-Encoding: identity"} <= set(lines)
    assert json.loads(body) == {"prompt": "Mend it."}


async def test_forms_and_files_go_as_parts(place: Place) -> None:
    place.says = reply(200, {})
    files = (("image[]", ("0.jpg", b"first", "image/jpeg")), ("image[]", ("1.jpg", b"second", "image/jpeg")))
    await place.call(Ask("POST", "/edits", form={"model": "one"}, files=files, headers={"X-Own": "yes"}))
    (heard,) = place.hears
    assert heard.count(b'name="image[]"') == 2
    assert b"first" in heard
    assert b'name="model"' in heard
    assert b"X-Own: yes" in heard


BY_STATUS: list[tuple[int, type[ProviderError], type[ProviderError]]] = [
    (400, Unsupported, Unsupported), (401, Misconfigured, Misconfigured), (402, Misconfigured, Misconfigured),
    (403, Misconfigured, Misconfigured), (404, Misconfigured, Lost), (410, Misconfigured, Lost),
    (408, Unavailable, Unavailable), (413, Unsupported, Unsupported), (415, Unsupported, Unsupported),
    (422, Unsupported, Unsupported), (429, RateLimited, RateLimited), (500, Unavailable, Unavailable),
    (502, Unavailable, Unavailable), (503, Unavailable, Unavailable), (504, Lost, Unavailable),
    (524, Lost, Unavailable),
    (302, Unavailable, Unavailable), (418, Unavailable, Unavailable),
]  # fmt: skip


@pytest.mark.parametrize(("status", "handed_in", "looked"), BY_STATUS)
async def test_a_status_means_what_the_table_says(
    place: Place, status: int, handed_in: type[ProviderError], looked: type[ProviderError]
) -> None:
    place.says = reply(status, {"detail": "why"}, "Location: http://127.0.0.1:1/")
    for ask, kind in ((HAND_IN, handed_in), (LOOK, looked)):
        error = await place.fault(ask)
        assert type(error) is kind
        assert "why" in error.detail
    assert len(place.hears) == 2, "no request is made twice, and no redirect is followed"


@pytest.mark.parametrize(("header", "seconds"), [
    ("Retry-After: 7", 7.0), ("Retry-After: 0.5", 0.5), ("Retry-After: -3", 0.0), ("Retry-After: soon", USUAL_PAUSE),
    ("Retry-After: Fri, 31 Dec 2027 23:59:59 GMT", USUAL_PAUSE), ("X-Nothing: 1", USUAL_PAUSE),
])  # fmt: skip
async def test_a_pause_is_as_long_as_is_asked_for(place: Place, header: str, seconds: float) -> None:
    place.says = reply(429, {}, header)
    error = await place.fault(HAND_IN)
    assert isinstance(error, RateLimited)
    assert error.after == seconds


@pytest.mark.parametrize("told", ["nan", "inf", "1e400", "", "7s"])
def test_a_pause_is_a_number_of_seconds(told: str) -> None:
    assert pause_of({"retry-after": told}) == USUAL_PAUSE


def test_nobody_is_left_alone_for_more_than_a_day() -> None:
    assert pause_of({"retry-after": "99999999"}) == LONGEST_PAUSE


@pytest.mark.parametrize("body", [b"<html>502</html>", b"", b"{", b"\xff\xfe", b"{'a': 1}"])
async def test_what_is_no_json_is_a_bad_result_of_an_edit_and_trouble_otherwise(place: Place, body: bytes) -> None:
    place.says = reply(200, body)
    assert type(await place.fault(HAND_IN)) is BadResult
    assert type(await place.fault(LOOK)) is Unavailable


@pytest.mark.parametrize("says", [
    b"", b"HTTP/1.1 200 OK\r\n", reply(200, b"{", length=500), b"rubbish\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
])  # fmt: skip
async def test_a_connection_that_is_cut_may_have_been_charged(place: Place, says: bytes) -> None:
    place.says = says
    assert type(await place.fault(HAND_IN)) is Lost
    assert type(await place.fault(LOOK)) is Unavailable
    assert len(place.hears) == 2


async def test_an_answer_that_drips_is_given_up_in_time(place: Place) -> None:
    place.says, place.pause = reply(200, {"a": "b" * 200}), 0.02
    began = asyncio.get_running_loop().time()
    assert type(await place.fault(HAND_IN, seconds=0.3)) is Lost
    assert type(await place.fault(LOOK, seconds=0.3)) is Unavailable
    assert asyncio.get_running_loop().time() - began < 3.0


async def test_a_place_where_nobody_listens_is_unavailable(place: Place) -> None:
    place.port = 1
    assert type(await place.fault(HAND_IN)) is Unavailable


async def test_an_answer_without_end_is_given_up(place: Place) -> None:
    place.says, place.again = reply(200, b"", length=2**40), MOST_BYTES // 1024**2 + 2
    assert type(await place.fault(HAND_IN)) is BadResult


async def test_an_answer_that_is_long_is_read_nonetheless(place: Place) -> None:
    place.says = reply(200, {"a": "b" * 1_000_000})
    assert await place.call(LOOK) == {"a": "b" * 1_000_000}


@pytest.mark.parametrize("path", [
    "http://127.0.0.1:1/v1/jobs/1", "https://127.0.0.1/v1/jobs", "http://example.com/", "https://127.0.0.1:{port}/a",
    "http://localhost:{port}/a", "http://127.0.0.1:{port}@example.com/", "http://127.0.0.1.example.com:{port}/",
])  # fmt: skip
async def test_the_key_does_not_go_to_another_host(place: Place, path: str) -> None:
    error = await place.fault(Ask("GET", path.replace("{port}", str(place.port))))
    assert type(error) is BadResult
    assert not place.hears


async def test_a_whole_address_at_the_same_host_is_well(place: Place) -> None:
    place.says = reply(200, [1])
    assert await place.call(Ask("GET", f"http://127.0.0.1:{place.port}/other/1?a=b")) == [1]
    assert place.hears[0].startswith(b"GET /other/1?a=b ")


# What the provider's own body means


def explain(status: int, body: object) -> ProviderError | None:
    if body == {"error": "nsfw"}:
        return Refused("The provider's safety policy does not allow this edit.")
    if body == {"error": "slow"}:
        return RateLimited("The provider asks for a pause.", after=99.0)
    return None


async def test_what_a_body_means_goes_before_its_status(place: Place) -> None:
    for status in (200, 400, 500):
        place.says = reply(status, {"error": "nsfw"})
        assert type(await place.fault(HAND_IN, explain=explain)) is Refused
    place.says = reply(200, {"error": "other"})
    assert await place.call(HAND_IN, explain=explain) == {"error": "other"}
    place.says = reply(500, {"error": "other"})
    assert type(await place.fault(HAND_IN, explain=explain)) is Unavailable


async def test_the_header_knows_best_how_long_a_pause_is(place: Place) -> None:
    place.says = reply(400, {"error": "slow"})
    first = await place.fault(HAND_IN, explain=explain)
    place.says = reply(400, {"error": "slow"}, "Retry-After: 3")
    second = await place.fault(HAND_IN, explain=explain)
    assert isinstance(first, RateLimited)
    assert isinstance(second, RateLimited)
    assert (first.after, second.after) == (99.0, 3.0)


# What leaves the machine


def edit(folder: Path, leaving: Leaving | None) -> Edit:
    return Edit(
        key="job/1", operation=Operation.RESTORE, model="m", images=[], treatment=Treatment((), ""), wishes=Wishes(),
        folder=folder, leaving=leaving,
    )  # fmt: skip


async def test_what_leaves_is_told_before_it_leaves_to_the_byte(place: Place, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []

    async def leaving(host: str, size: int) -> None:
        assert not place.hears
        told.append((host, size))

    place.says = reply(200, {})
    files = (("image", ("0.jpg", bytes(10_000), "image/jpeg")),)
    await place.call(Ask("POST", "/edits", edit=edit(tmp_path, leaving), form={"a": "b"}, files=files, begins=True))
    (heard,) = place.hears
    assert told == [("127.0.0.1", len(heard.partition(b"\r\n\r\n")[2]))]


class Stop(Exception):
    """Nothing may leave."""


async def test_what_is_not_let_out_does_not_leave(place: Place, tmp_path: Path) -> None:
    async def leaving(host: str, size: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        await place.call(Ask("POST", "/edits", edit=edit(tmp_path, leaving), json={}, begins=True))
    assert not place.hears
