"""Bodies of requests: what is on the wire is what was asked for, to the byte, and files are read as they go."""

import asyncio
import base64
import json
import random
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_multipart import parse_form

from rekindle.infra.turns import Turns
from rekindle.providers.bodies import NOTHING, Body, Sending, form_body, json_body
from rekindle.providers.forms import Enclosed

SIZES = [0, 1, 2, 3, 1000, 98_303, 98_304, 98_305, 393_215, 393_216, 393_217, 1_000_000]
"""Around those at which a file is cut."""


async def sent(body: Body) -> bytes:
    return b"".join([part async for part in Sending(body, Turns(1))])


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_in_json_is_its_base64_whole(size: int, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(content := random.Random(size).randbytes(size))
    photo = Enclosed(tmp_path / "photo", "data:image/jpeg;base64,")
    body = json_body({"prompt": "Mend it.", "images": [photo, {"again": Enclosed(tmp_path / "photo")}], "seed": 1})
    text, on_wire = base64.b64encode(content).decode(), await sent(body)
    assert body.length == len(on_wire)
    assert json.loads(on_wire) == {
        "prompt": "Mend it.", "images": [f"data:image/jpeg;base64,{text}", {"again": text}], "seed": 1,
    }  # fmt: skip


def test_a_body_holds_no_file(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(bytes(1_000_000))
    held = [part for part in json_body({"a": Enclosed(tmp_path / "photo")}).parts if isinstance(part, bytes)]
    assert sum(map(len, held)) < 100


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(
    st.characters(exclude_categories=["Cs"])
)  # fmt: skip


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner)))
def test_json_without_files_is_json(value: Any) -> None:
    on_wire = asyncio.run(sent(json_body([value])))
    assert json.loads(on_wire) == [value]
    assert on_wire == httpx2.Request("POST", "https://a", json=[value]).content


@pytest.mark.parametrize("value", [object(), {"a": b"bytes"}, {"a": {1, 2}}])
def test_what_is_no_json_is_a_mistake(value: object) -> None:
    with pytest.raises(TypeError):
        json_body(value)


async def test_a_form_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(content := random.Random(7).randbytes(500_000))
    fields = {"prompt": "Mend it, \r\n--please.", "size": "1x1", 'odd"\r\nname': "é"}
    files = [("image[]", ("0.jpg", tmp_path / "photo", "image/jpeg")), ("mask", ('m"\r\n.png', b"png", "image/png"))]
    body = form_body(fields, files)
    on_wire = await sent(body)
    assert body.length == len(on_wire)
    found: list[tuple[str, bytes]] = []

    def file(each: Any) -> None:
        each.file_object.seek(0)
        found.append((f"{each.field_name.decode()} {each.file_name.decode()}", each.file_object.read()))

    class Stream:
        rest = on_wire

        def read(self, size: int) -> bytes:
            read, self.rest = self.rest[:size], self.rest[size:]
            return read

    parse_form(
        {"Content-Type": body.media_type.encode(), "Content-Length": str(body.length).encode()}, Stream(),
        lambda field: found.append(((field.field_name or b"").decode(), field.value or b"")), file,
    )  # fmt: skip
    assert found == [
        ("prompt", b"Mend it, \r\n--please."), ("size", b"1x1"), ("odd%22%0D%0Aname", "é".encode()),
        ("image[] 0.jpg", content), ("mask m%22%0D%0A.png", b"png"),
    ]  # fmt: skip


async def test_a_file_that_became_shorter_is_not_sent_as_if_it_were_whole(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(bytes(1000))
    body = json_body(Enclosed(tmp_path / "photo"))
    (tmp_path / "photo").write_bytes(bytes(10))
    with pytest.raises(httpx2.WriteError):
        await sent(body)


def test_nothing_is_nothing() -> None:
    assert (NOTHING.length, NOTHING.headers, NOTHING.files) == (0, {}, False)


async def test_few_bodies_with_files_are_on_their_way_at_once(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(bytes(1000))
    door = Turns(2, seconds=20.0)
    bodies = [Sending(json_body(Enclosed(tmp_path / "photo")), door) for _ in range(3)]
    await bodies[0].enter()
    await bodies[1].enter()
    third = asyncio.create_task(bodies[2].enter())
    await asyncio.sleep(0.05)
    assert not third.done()
    assert [part async for part in bodies[0]]
    await asyncio.wait_for(third, 20.0)


async def test_a_body_without_files_waits_for_nobody(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(bytes(1000))
    door = Turns(1, seconds=20.0)
    await Sending(json_body(Enclosed(tmp_path / "photo")), door).enter()
    await asyncio.wait_for(Sending(json_body({}), door).enter(), 20.0)
