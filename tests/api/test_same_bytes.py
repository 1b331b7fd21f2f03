"""Photos with the same bytes share an original, and two machines that add and delete them never lose one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rekindle.accounts.asking import HOME_ID
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.workbench import Workbench
from rekindle.photos.receive import Received, Receiver
from rekindle.photos.service import Photos, Reception
from rekindle.photos.tables import PhotoRow
from rekindle.safety.uploads import UploadLimits
from tests.factories import HeldClock, database, jpeg


class Hesitating(FolderStorage):
    """A storage of a machine that is frozen for a while before it deletes an original."""

    deciding = asyncio.Event()
    going_on = asyncio.Event()

    async def delete(self, key: str) -> None:
        if key.startswith("originals/"):
            self.deciding.set()
            await self.going_on.wait()
        await super().delete(key)


@dataclass
class Machines:
    """Two machines on one database and one storage; the first may hesitate."""

    frozen: Photos
    other: Photos
    storage: FolderStorage
    hesitating: Hesitating


@asynccontextmanager
async def machines(folder: Path) -> AsyncGenerator[Machines]:
    async with database(folder) as db:
        clock, scratch = HeldClock(), Scratch(folder / "scratch")
        signer = LinkSigner(b"a secret of sixteen or more", seconds=3600)
        storages = [kind(folder / "files", signer=signer, base_url="/files") for kind in (Hesitating, FolderStorage)]
        bench = Workbench(workers=1, memory_bytes=10**9, folder=folder / "scratch")
        reception = Reception(UploadLimits(), stream_seconds=20.0, decode_seconds=20.0)
        frozen, other = (
            Photos(db, storage, bench=bench, scratch=scratch, clock=clock, reception=reception) for storage in storages
        )
        hesitating, storage = storages
        assert isinstance(hesitating, Hesitating)
        hesitating.deciding, hesitating.going_on = asyncio.Event(), asyncio.Event()
        yield Machines(frozen, other, storage, hesitating)
        await bench.aclose()


async def add(photos: Photos, data: bytes) -> PhotoRow:
    async def incoming(receiver: Receiver) -> Received:
        async def chunks() -> AsyncIterator[bytes]:
            yield data

        return await receiver.raw(chunks(), "photo.jpg")

    return await photos.receive(HOME_ID, incoming)


async def original(at: Machines, photo: PhotoRow) -> bytes:
    row = await at.other.get(HOME_ID, photo.id)
    assert row.original_key is not None
    async with at.storage.local(row.original_key) as path:
        return path.read_bytes()


@pytest.mark.parametrize("when", ["after it was decided", "before it was decided"])
async def test_an_original_that_one_machine_deletes_late_is_no_other_photos(tmp_path: Path, when: str) -> None:
    data = jpeg()
    async with machines(tmp_path) as at:
        first = await add(at.other, data)
        if when == "before it was decided":
            second = await add(at.other, data)
            assert second.original_key == first.original_key
            at.hesitating.going_on.set()
            await at.frozen.delete(HOME_ID, first.id)
        else:
            deleting = asyncio.create_task(at.frozen.delete(HOME_ID, first.id))
            await at.hesitating.deciding.wait()
            # The row is gone, the file still there, and the machine that deletes it does not get on.
            second = await add(at.other, data)
            at.hesitating.going_on.set()
            await deleting
        assert await original(at, second) == data
        keys = [stored.key async for stored in at.storage.scan("originals/")]
        assert keys == [second.original_key]


@pytest.mark.exhaustive
async def test_many_that_come_and_go_at_once_leave_each_photo_with_its_original(tmp_path: Path) -> None:
    data = jpeg()
    async with machines(tmp_path) as at:
        at.hesitating.going_on.set()

        async def come_and_go(photos: Photos, *, stays: bool) -> PhotoRow | None:
            photo = await add(photos, data)
            if stays:
                return photo
            await photos.delete(HOME_ID, photo.id)
            return None

        rows = await asyncio.gather(
            *(come_and_go((at.frozen, at.other)[n % 2], stays=n % 3 == 0) for n in range(9))
        )  # fmt: skip
        staying = [row for row in rows if row is not None]
        assert len(staying) == 3
        for photo in staying:
            assert await original(at, photo) == data
        keys = {stored.key async for stored in at.storage.scan("originals/")}
        assert keys == {photo.original_key for photo in staying}


async def test_an_original_that_was_lost_is_stored_once_more(tmp_path: Path) -> None:
    data = jpeg()
    async with machines(tmp_path) as at:
        first = await add(at.other, data)
        assert first.original_key is not None
        await at.storage.delete(first.original_key)
        second = await add(at.other, data)
        assert second.original_key != first.original_key
        assert await original(at, second) == data
