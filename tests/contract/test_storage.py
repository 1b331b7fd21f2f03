"""What every storage does."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rekindle.errors import TooLarge
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.infra.storage.port import FileMissing, Storage, StorageFull
from rekindle.infra.storage.signing import LinkInvalid
from tests.factories import NOON, small_disk
from tests.seaweedfs import shared_seaweed
from tests.stores import SIGNER, object_storage, seaweed_place


def folder_storage(folder: Path) -> Storage:
    return FolderStorage(folder / "files", signer=SIGNER, base_url="/api/v1/files")


def s3_storage(folder: Path) -> Storage:
    server = shared_seaweed()
    return object_storage(seaweed_place(server, f"s3://{server.new_bucket()}/some/prefix"), folder)


IMPLEMENTATIONS: list[Callable[[Path], Storage]] = [folder_storage, s3_storage]


@pytest.fixture(params=IMPLEMENTATIONS, ids=lambda make: make.__name__)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return request.param(tmp_path)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes a file that can be put somewhere."""
    numbers = iter(range(10**6))

    def write(content: bytes) -> Path:
        path = tmp_path / f"source-{next(numbers)}"
        path.write_bytes(content)
        return path

    return write


Fresh = Callable[[bytes], Path]


async def content(storage: Storage, key: str) -> bytes:
    async with storage.local(key) as path:
        return path.read_bytes()


async def keys(storage: Storage, prefix: str = "") -> set[str]:
    return {stored.key async for stored in storage.scan(prefix)}


async def test_what_was_put_can_be_read(storage: Storage, fresh: Fresh) -> None:
    await storage.put("a/b/c.jpg", fresh(b"pixels"))
    assert await content(storage, "a/b/c.jpg") == b"pixels"
    stored = await storage.stat("a/b/c.jpg")
    assert stored is not None
    assert (stored.key, stored.bytes) == ("a/b/c.jpg", 6)
    assert stored.modified.utcoffset() == timedelta(0)


async def test_putting_takes_the_source_away(storage: Storage, fresh: Fresh) -> None:
    source = fresh(b"pixels")
    await storage.put("a.jpg", source)
    assert not source.exists()


async def test_putting_again_replaces_the_whole_file(storage: Storage, fresh: Fresh) -> None:
    await storage.put("a.jpg", fresh(b"a long first content"))
    await storage.put("a.jpg", fresh(b"short"))
    assert await content(storage, "a.jpg") == b"short"


async def test_a_reader_never_sees_half_a_file(storage: Storage, fresh: Fresh) -> None:
    sizes = [300_000, 50_000]
    await storage.put("a.bin", fresh(b"0" * sizes[0]))
    seen: set[int] = set()

    async def write() -> None:
        for number in range(30):
            await storage.put("a.bin", fresh(b"1" * sizes[number % 2]))

    writing = asyncio.create_task(write())
    while not writing.done():
        seen.add(len(await content(storage, "a.bin")))
        await asyncio.sleep(0)
    await writing
    assert seen <= set(sizes)


async def test_a_source_that_is_not_there_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await storage.put("a.jpg", tmp_path / "nothing")
    assert await storage.stat("a.jpg") is None
    assert await keys(storage) == set()


async def test_a_key_with_nothing_under_it_is_missing(storage: Storage) -> None:
    assert await storage.stat("no/such.jpg") is None
    with pytest.raises(FileMissing):
        async with storage.local("no/such.jpg"):
            pass


async def test_a_file_that_is_longer_than_it_may_be_is_not_fetched(storage: Storage, fresh: Fresh) -> None:
    await storage.put("a/file", fresh(bytes(100)))
    async with storage.local("a/file", most=100) as path:
        assert path.stat().st_size == 100
    with pytest.raises(TooLarge):
        async with storage.local("a/file", most=99):
            pass


async def test_a_folder_of_files_is_not_a_file(storage: Storage, fresh: Fresh) -> None:
    await storage.put("a/b.jpg", fresh(b"x"))
    with pytest.raises(FileMissing):
        async with storage.local("a"):
            pass
    assert await storage.stat("a") is None
    assert await storage.stat("a/b.jpg/c") is None


async def test_deleting_twice_is_no_error(storage: Storage, fresh: Fresh) -> None:
    await storage.put("a/b.jpg", fresh(b"x"))
    await storage.delete("a/b.jpg")
    await storage.delete("a/b.jpg")
    await storage.delete("never/was.jpg")
    assert await storage.stat("a/b.jpg") is None


async def test_scanning_finds_every_file_under_a_prefix(storage: Storage, fresh: Fresh) -> None:
    for key in ("a/one.jpg", "a/b/two.jpg", "c/three.jpg"):
        await storage.put(key, fresh(b"x"))
    assert await keys(storage) == {"a/one.jpg", "a/b/two.jpg", "c/three.jpg"}
    assert await keys(storage, "a/") == {"a/one.jpg", "a/b/two.jpg"}
    assert await keys(storage, "none/") == set()


GOOD_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
ODD_KEYS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["..", ".", "", "a", "\\", "\0", "~", "%2e%2e", "c:", "\n"]), max_size=8).map("/".join),
    st.lists(st.sampled_from(["../", "..\\", "/", "a", ".", "\0", "\n"]), max_size=8).map("".join),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(key=ODD_KEYS)
def test_no_key_leads_out_of_the_storage(storage: Storage, tmp_path: Path, key: str) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")
    source = tmp_path / "source"
    source.write_bytes(b"new")

    async def try_everything() -> None:
        if GOOD_KEY.fullmatch(key):
            return
        with pytest.raises(FileMissing):
            await storage.put(key, source)
        with pytest.raises(FileMissing):
            async with storage.local(key):
                pass
        with pytest.raises(FileMissing):
            await storage.stat(key)
        with pytest.raises(FileMissing):
            await storage.delete(key)

    asyncio.run(try_everything())
    assert outside.read_bytes() == b"secret"
    assert asyncio.run(keys(storage)) == set()


ESCAPES = ["../outside", "a/../../outside", "/etc/passwd", "a//b", "a/", ".hidden", "a/./b", "a\n"]


@pytest.mark.parametrize("key", ESCAPES)
async def test_odd_keys_are_missing_files(storage: Storage, key: str) -> None:
    with pytest.raises(FileMissing):
        async with storage.local(key):
            pass


async def test_a_link_opens_its_file_and_no_other(storage: Storage) -> None:
    address, _, query = storage.url("previews/a.jpg", NOON).partition("?")
    assert address.endswith("/previews/a.jpg")
    given_ = dict(pair.split("=") for pair in query.split("&"))
    storage.verify("previews/a.jpg", given_["expires"], given_["signature"], NOON)
    with pytest.raises(LinkInvalid):
        storage.verify("previews/b.jpg", given_["expires"], given_["signature"], NOON)


# ── a full disk: the embedded storage on a real one ──


async def test_a_full_disk_is_told_as_such_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with small_disk(tmp_path, size="1m", inodes=8) as disk:
        storage = folder_storage(disk)
        source = disk / "source"
        source.write_bytes(b"x")
        with pytest.raises(StorageFull, match="disk is full"):
            await storage.put("a/b/c/d/e/f/g/h.jpg", source)
        assert source.exists()
        assert await keys(storage) == set()
        await storage.put("room.jpg", source)
        assert await content(storage, "room.jpg") == b"x"
