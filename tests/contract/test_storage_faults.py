"""The object storage behind a bad connection: it ends in time, says what is the matter, and never gives half a file."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rekindle.infra.storage.objects import PART, ObjectStorage
from rekindle.infra.storage.port import FileMissing, Storage, StorageAway, StorageFull
from tests.factories import small_disk
from tests.faultproxy import FaultProxy, fault_proxy
from tests.seaweedfs import Seaweed, shared_seaweed
from tests.stores import object_storage, seaweed_place

SECONDS = 1.0
"""That the storage gives the store; a test that waits for it to give up takes as long."""


@pytest.fixture
def store() -> Seaweed:
    return shared_seaweed()


@pytest.fixture
def proxy(store: Seaweed) -> Generator[FaultProxy]:
    with fault_proxy(("127.0.0.1", store.port), seed=3) as made:
        yield made


@pytest.fixture
def url(store: Seaweed) -> str:
    return f"s3://{store.new_bucket()}"


@pytest.fixture
def storage(store: Seaweed, proxy: FaultProxy, url: str, tmp_path: Path) -> ObjectStorage:
    """A storage whose way to the store leads through the proxy."""
    place = seaweed_place(store, url, endpoint=f"http://127.0.0.1:{proxy.port}", seconds=SECONDS)
    return object_storage(place, tmp_path)


@pytest.fixture
def patient(store: Seaweed, proxy: FaultProxy, url: str, tmp_path: Path) -> ObjectStorage:
    """The same with time enough on a busy machine, for what is to succeed."""
    place = seaweed_place(store, url, endpoint=f"http://127.0.0.1:{proxy.port}", seconds=20.0)
    return object_storage(place, tmp_path)


@pytest.fixture
def near(store: Seaweed, url: str, tmp_path: Path) -> ObjectStorage:
    """Another machine's storage in the same bucket, with a good connection."""
    return object_storage(seaweed_place(store, url), tmp_path / "other")


def fresh(folder: Path, content: bytes) -> Path:
    path = folder / f"source-{random.randrange(10**9)}"
    path.write_bytes(content)
    return path


async def content(storage: Storage, key: str) -> bytes:
    async with storage.local(key) as path:
        return path.read_bytes()


@asynccontextmanager
async def away_in_time(seconds: float = SECONDS) -> AsyncGenerator[None]:
    """The block finds the store away by its deadline and a second later, or four on a busy machine."""
    began = time.monotonic()
    with pytest.raises(StorageAway) as caught:
        yield
    assert time.monotonic() - began < seconds + 4.0
    assert caught.value.retry_after is not None


Everything = Callable[[Storage, Path], Awaitable[object]]


async def scan(storage: Storage, source: Path) -> None:
    async for _ in storage.scan(""):
        pass


EVERYTHING: dict[str, Everything] = {
    "put": lambda storage, source: storage.put("a.jpg", source),
    "local": lambda storage, source: content(storage, "there.jpg"),
    "stat": lambda storage, source: storage.stat("there.jpg"),
    "delete": lambda storage, source: storage.delete("there.jpg"),
    "scan": scan,
}


@pytest.mark.parametrize("fault", ["down", "blackhole"])
async def test_a_store_that_is_away_is_told_as_such_in_time(
    storage: ObjectStorage, near: ObjectStorage, proxy: FaultProxy, tmp_path: Path, fault: str
) -> None:
    await near.put("there.jpg", fresh(tmp_path, b"there"))
    assert await content(storage, "there.jpg") == b"there"
    sources = {name: fresh(tmp_path, b"x" * 1000) for name in EVERYTHING}

    async def one(name: str, ask: Everything) -> None:
        async with away_in_time():
            await ask(storage, sources[name])

    with proxy.broken(getattr(proxy, fault)):
        await asyncio.gather(*(one(name, ask) for name, ask in EVERYTHING.items()))
    # What was given to be stored is still where it was, and can be stored once more.
    assert sources["put"].read_bytes() == b"x" * 1000
    await storage.put("a.jpg", sources["put"])
    assert await content(near, "a.jpg") == b"x" * 1000


async def test_a_slow_store_is_waited_for(patient: ObjectStorage, proxy: FaultProxy, tmp_path: Path) -> None:
    proxy.latency(0.2, "down")
    await patient.put("a.jpg", fresh(tmp_path, b"pixels"))
    assert await content(patient, "a.jpg") == b"pixels"


async def test_a_download_that_is_cut_goes_on_where_it_broke(
    patient: ObjectStorage, near: ObjectStorage, proxy: FaultProxy, tmp_path: Path
) -> None:
    whole = random.Random(1).randbytes(2_500_000)
    await near.put("a.tif", fresh(tmp_path, whole))
    # No connection lives long enough for all of it.
    proxy.cut(1_500_000, "down")
    assert await content(patient, "a.tif") == whole
    assert proxy.resets >= 2


@pytest.mark.exhaustive
async def test_a_download_that_is_cut_again_and_again_is_no_file(
    storage: ObjectStorage, near: ObjectStorage, proxy: FaultProxy, tmp_path: Path
) -> None:
    await near.put("a.tif", fresh(tmp_path, bytes(2_500_000)))
    proxy.cut(10_000, "down")
    async with away_in_time(SECONDS + 2.5):
        await content(storage, "a.tif")
    proxy.heal()
    assert await content(storage, "a.tif") == bytes(2_500_000)


@pytest.mark.parametrize("size", [1_500_000, pytest.param(2 * PART + 5, marks=pytest.mark.exhaustive)])
async def test_an_upload_that_is_cut_leaves_nothing_under_its_key(
    storage: ObjectStorage, near: ObjectStorage, proxy: FaultProxy, tmp_path: Path, size: int
) -> None:
    source = fresh(tmp_path, bytes(size))
    proxy.cut(1_000_000, "up")
    async with away_in_time(SECONDS + size / 1e6):
        await storage.put("a.tif", source)
    assert await near.stat("a.tif") is None
    proxy.heal()
    await storage.put("a.tif", source)
    stored = await near.stat("a.tif")
    assert stored is not None
    assert stored.bytes == size
    assert await content(near, "a.tif") == bytes(size)


@pytest.mark.exhaustive
async def test_on_a_flaky_line_what_was_acknowledged_is_there_and_whole(
    storage: ObjectStorage, near: ObjectStorage, proxy: FaultProxy, tmp_path: Path
) -> None:
    proxy.flaky(0.15)
    chance = random.Random(5)
    kept: dict[str, bytes] = {}
    refused = 0
    for number in range(12):
        key, bytes_ = f"{number}.bin", chance.randbytes(chance.randrange(1, 400_000))
        try:
            await storage.put(key, fresh(tmp_path, bytes_))
            kept[key] = bytes_
            assert await content(storage, key) == bytes_
        except StorageAway:
            refused += 1
    proxy.heal()
    assert kept
    assert proxy.resets > 0
    for key, bytes_ in kept.items():
        assert await content(near, key) == bytes_


async def test_a_file_is_fetched_once_and_asked_about_afterwards(
    patient: ObjectStorage, near: ObjectStorage, proxy: FaultProxy, tmp_path: Path
) -> None:
    await near.put("a.jpg", fresh(tmp_path, b"1" * 500_000))
    assert await content(patient, "a.jpg") == b"1" * 500_000
    before = proxy.passed["down"]
    async with patient.local("a.jpg") as path:
        assert path.read_bytes() == b"1" * 500_000
        assert proxy.passed["down"] - before < 5_000
        # Another machine replaces it while it is read here: this reader keeps what it has, the next gets the new one.
        await near.put("a.jpg", fresh(tmp_path, b"2" * 400_000))
        assert path.read_bytes() == b"1" * 500_000
        assert await content(patient, "a.jpg") == b"2" * 400_000
        assert path.read_bytes() == b"1" * 500_000
    await near.delete("a.jpg")
    with pytest.raises(FileMissing):
        await content(patient, "a.jpg")


async def test_what_was_put_from_here_is_not_fetched_at_all(
    patient: ObjectStorage, proxy: FaultProxy, tmp_path: Path
) -> None:
    await patient.put("a.jpg", fresh(tmp_path, b"1" * 500_000))
    assert await content(patient, "a.jpg") == b"1" * 500_000
    assert proxy.passed["down"] < 10_000


async def test_what_is_kept_here_stays_below_its_limit(store: Seaweed, url: str, tmp_path: Path) -> None:
    storage = object_storage(seaweed_place(store, url), tmp_path, nearby=100_000)
    for number in range(6):
        await storage.put(f"{number}.bin", fresh(tmp_path, bytes([number]) * 40_000))
    await storage.put("large.bin", fresh(tmp_path, bytes(200_000)))
    kept = sum(path.stat().st_size for path in (tmp_path / "nearby").iterdir())
    assert kept <= 100_000
    for number in range(6):
        assert await content(storage, f"{number}.bin") == bytes([number]) * 40_000
    assert not list((tmp_path / "scratch").iterdir())


async def test_a_full_disk_here_is_told_as_such(store: Seaweed, url: str, tmp_path: Path) -> None:
    await object_storage(seaweed_place(store, url), tmp_path).put("a.tif", fresh(tmp_path, bytes(3_000_000)))
    with small_disk(tmp_path, size="1m", inodes=20) as disk:
        storage = object_storage(seaweed_place(store, url), disk)
        with pytest.raises(StorageFull, match="disk is full"):
            await content(storage, "a.tif")
        assert not list((disk / "scratch").iterdir())


async def test_wrong_keys_are_an_outage_and_not_a_missing_file(store: Seaweed, url: str, tmp_path: Path) -> None:
    storage = object_storage(seaweed_place(store, url, secret_key="wrong"), tmp_path)
    for name, ask in EVERYTHING.items():
        source = fresh(tmp_path, b"x")
        with pytest.raises(StorageAway):
            await ask(storage, source)
        assert source.exists(), name


async def test_a_large_file_goes_in_parts_and_comes_back_whole(store: Seaweed, url: str, tmp_path: Path) -> None:
    storage = object_storage(seaweed_place(store, url), tmp_path, nearby=0)
    whole = random.Random(2).randbytes(2 * PART + 12_345)
    await storage.put("large.tif", fresh(tmp_path, whole))
    assert await content(storage, "large.tif") == whole
