"""Archives: a zip that any program reads, written while it is sent and never whole in memory."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

from rekindle.accounts.archive import CHUNK, Archive, sent
from rekindle.infra.db.base import Json
from tests.factories import NOON


async def items(number: int) -> AsyncIterator[Json]:
    for each in range(number):
        yield {"number": each, "text": "Größe"}


async def whole(parts: AsyncGenerator[bytes]) -> bytes:
    return b"".join([part async for part in sent(parts)])


async def test_any_program_reads_it(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(bytes(range(256)) * 4000)
    (tmp_path / "empty.jpg").write_bytes(b"")
    archive = Archive(NOON)
    written = await whole(archive.file("photos/one.jpg", tmp_path / "one.jpg"))
    written += await whole(archive.file("photos/empty.jpg", tmp_path / "empty.jpg"))
    written += await whole(
        archive.facts("account.json", {"email": "ada@example.org"}, {"jobs": items(3), "none": items(0)})
    )
    written += archive.end()
    with zipfile.ZipFile(io.BytesIO(written)) as found:
        assert found.testzip() is None
        assert found.namelist() == ["photos/one.jpg", "photos/empty.jpg", "account.json"]
        assert found.read("photos/one.jpg") == (tmp_path / "one.jpg").read_bytes()
        facts = json.loads(found.read("account.json"))
        assert found.getinfo("photos/one.jpg").date_time == NOON.timetuple()[:6]
    assert facts["email"] == "ada@example.org"
    assert [each["number"] for each in facts["jobs"]] == [0, 1, 2]
    assert facts["none"] == []


async def test_it_is_never_whole_in_memory(tmp_path: Path) -> None:
    large = tmp_path / "large.tif"
    with large.open("wb") as file:
        file.truncate(48 * CHUNK)
    archive, total, longest = Archive(NOON), 0, 0
    tracemalloc.start()
    try:
        async for part in sent(archive.file("large.tif", large)):
            total, longest = total + len(part), max(longest, len(part))
        async for part in sent(archive.facts("account.json", {}, {"many": items(5_000)})):
            longest = max(longest, len(part))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total >= 48 * CHUNK
    assert longest <= 3 * CHUNK
    assert peak <= 8 * CHUNK


async def test_a_file_that_grows_meanwhile_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.jpg"
    path.write_bytes(b"x" * (2 * CHUNK))
    archive, written = Archive(NOON), b""
    parts = sent(archive.file("one.jpg", path))
    written += await anext(parts)
    with path.open("ab") as file:
        file.write(b"y" * CHUNK)
    written += b"".join([part async for part in parts])
    written += archive.end()
    with zipfile.ZipFile(io.BytesIO(written)) as found:
        assert found.testzip() is None
