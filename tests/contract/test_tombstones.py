"""What was deleted is written down beside the files, once, and deleted again in a database that does not know of it."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from rekindle.errors import Conflict
from rekindle.infra.db.database import Database
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.infra.storage.port import StorageAway
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.tombstones.book import FOLDER, Tombstones
from rekindle.infra.tombstones.tables import TombstoneRow
from rekindle.photos.retention import OURS
from tests.factories import HeldClock, database
from tests.postgres import postgres_database

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]


@dataclass
class House:
    """A database with files beside it."""

    db: Database
    storage: FolderStorage
    clock: HeldClock
    folder: Path
    deleted: list[tuple[str, UUID]] = field(default_factory=list[tuple[str, UUID]])

    def book(self) -> Tombstones:
        scratch = Scratch(self.folder / "unfinished")
        return Tombstones(self.db, self.storage, scratch=scratch, clock=self.clock, days=90)

    async def bury(self, *ids: UUID) -> None:
        book = self.book()
        async with self.db.transaction() as tx:
            for each in ids:
                await book.bury(tx, "photo", each)

    async def apply(self) -> int:
        async def photo(gone: UUID) -> None:
            self.deleted.append(("photo", gone))

        async def account(gone: UUID) -> None:
            self.deleted.append(("account", gone))

        return await self.book().apply({"photo": photo, "account": account})

    async def files(self) -> list[str]:
        return [file.key async for file in self.storage.scan(FOLDER)]

    async def put_back(self) -> None:
        """A database from before anything was deleted."""
        async with self.db.transaction() as tx:
            await tx.execute(delete(TombstoneRow))

    async def rows(self) -> list[TombstoneRow]:
        async with self.db.reading() as tx:
            return list(await tx.scalars(select(TombstoneRow)))


@pytest.fixture(params=[database, postgres_database], ids=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    opening: Opening = request.param
    signer = LinkSigner(b"a secret of sixteen or more", seconds=60)
    storage = FolderStorage(tmp_path / "files", signer=signer, base_url="/files")
    async with opening(tmp_path) as db:
        yield House(db, storage, HeldClock(), tmp_path)


async def test_what_was_deleted_comes_into_a_file_once(house: House) -> None:
    gone = [uuid4() for _ in range(3)]
    await house.bury(*gone, gone[0])
    assert await house.book().keep() == 3
    assert await house.book().keep() == 0
    (key,) = await house.files()
    async with house.storage.local(key) as path:
        written = json.loads(path.read_text())["tombstones"]
    assert {each["id"] for each in written} == set(map(str, gone))
    assert {row.file for row in await house.rows()} == {key}


async def test_a_database_that_was_put_back_deletes_it_again_and_then_knows(house: House) -> None:
    gone = [uuid4() for _ in range(3)]
    await house.bury(*gone)
    await house.book().keep()
    assert await house.apply() == 0
    await house.put_back()
    assert await house.apply() == 3
    assert {each for _, each in house.deleted} == set(gone)
    assert await house.apply() == 0
    assert len(house.deleted) == 3


async def test_what_was_deleted_before_the_backup_is_not_deleted_once_more(house: House) -> None:
    before, after = uuid4(), uuid4()
    await house.bury(before)
    await house.book().keep()
    kept = await house.rows()
    await house.bury(after)
    await house.book().keep()
    await house.put_back()
    async with house.db.transaction() as tx:
        for row in kept:
            tx.add(TombstoneRow(id=row.id, kind=row.kind, at=row.at, file=row.file))
    assert await house.apply() == 1
    assert house.deleted == [("photo", after)]


async def test_two_who_write_at_once_lose_nothing_and_leave_nothing_unknown(house: House) -> None:
    gone = [uuid4() for _ in range(20)]
    await house.bury(*gone)
    await asyncio.gather(*(house.book().keep() for _ in range(4)))
    assert {row.file for row in await house.rows()} == set(await house.files())
    assert await house.apply() == 0
    await house.put_back()
    await house.apply()
    assert {each for _, each in house.deleted} == set(gone)


async def test_what_cannot_be_deleted_again_is_tried_again_the_next_time(house: House) -> None:
    await house.bury(uuid4())
    await house.book().keep()
    await house.put_back()

    async def fails(gone: UUID) -> None:
        raise Conflict("it is in use")

    assert await house.book().apply({"photo": fails}) == 0
    assert await house.apply() == 1


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"tombstones": [{"id": "x", "kind": "photo", "at": ""}]}', "\0"])
async def test_a_file_that_says_nothing_sensible_keeps_nobody_from_the_others(house: House, content: str) -> None:
    await house.bury(uuid4())
    await house.book().keep()
    await house.put_back()
    (house.folder / "files" / "tombstones" / "0.json").write_text(content)
    assert await house.apply() == 1


async def test_after_a_while_it_is_forgotten_in_both_places(house: House) -> None:
    await house.bury(uuid4())
    await house.book().keep()
    house.clock.advance(days=89)
    await house.bury(young := uuid4())
    await house.book().keep()
    assert len(await house.files()) == 2
    house.clock.advance(days=2)
    await house.book().keep()
    assert [row.id for row in await house.rows()] == [young]
    assert await house.files() == [row.file for row in await house.rows()]


async def test_a_file_older_than_any_backup_is_not_applied(house: House) -> None:
    await house.bury(uuid4())
    await house.book().keep()
    await house.put_back()
    house.clock._now += timedelta(days=365_00)  # the files are as old as they are
    assert await house.apply() == 0
    assert await house.files() == []


async def test_without_the_store_it_stays_in_the_database_until_it_is_back(house: House) -> None:
    @asynccontextmanager
    async def away() -> AsyncGenerator[None]:
        folder = house.folder / "files"
        shutil.rmtree(folder)
        folder.touch()
        yield
        folder.unlink()
        folder.mkdir()

    await house.bury(uuid4())
    async with away():
        with pytest.raises((OSError, StorageAway)):
            await house.book().keep()
    assert [row.file for row in await house.rows()] == [None]
    assert await house.book().keep() == 1
    assert len(await house.files()) == 1


def test_nothing_that_sweeps_files_touches_them() -> None:
    assert not FOLDER.startswith(OURS)
