"""The book of what was deleted for good. It is kept in the database and, a little later, beside the files: a backup of
the database that is put back knows nothing of what was deleted since, and these files do.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import delete, select, update

from rekindle.clock import Clock
from rekindle.errors import RekindleError
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.port import FileMissing, Storage
from rekindle.infra.tombstones.tables import TombstoneRow

log = logging.getLogger(__name__)

FOLDER = "tombstones/"
"""How the keys of its files begin; nothing that sweeps files may touch them."""

BATCH = 5000

Kind = Literal["account", "photo"]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Something that was deleted, and when."""

    id: UUID
    kind: str
    at: datetime


class Tombstones:
    """Writes down what is deleted, and finds what a database that was put back does not know of."""

    def __init__(self, db: Database, storage: Storage, *, scratch: Scratch, clock: Clock, days: int) -> None:
        self._db = db
        self._storage = storage
        self._scratch = scratch
        self._clock = clock
        self._life = timedelta(days=days)

    async def bury(self, tx: Transaction, kind: Kind, gone: UUID) -> None:
        """Write it down in the transaction that deletes it."""
        new = insert_into(tx, TombstoneRow).values(id=gone, kind=kind, at=self._clock.now(), file=None)
        await tx.execute(new.on_conflict_do_nothing())

    async def keep(self) -> int:
        """Write what is not in a file yet into one, and forget what is too old. Returns how many were written."""
        kept = 0
        while rows := await self._unwritten():
            await self._write(rows)
            kept += len(rows)
        await self._forget()
        return kept

    async def apply(self, deleting: Mapping[str, Callable[[UUID], Awaitable[object]]]) -> int:
        """Delete again what files tell of that the database does not know. Returns how much was found in them.

        A file that could not be applied as a whole is read again next time.
        """
        found = 0
        async for key in self._unknown():
            try:
                tombstones = await self._read(key)
                for each in tombstones:
                    await deleting[each.kind](each.id)
            except (RekindleError, ValueError, KeyError, TypeError):
                log.exception("what %s tells was deleted could not be deleted again; it is tried again", key)
                continue
            await self._know(key, tombstones)
            found += len(tombstones)
        if found:
            log.warning("%d accounts and photos that were deleted after this backup was made are deleted again", found)
        return found

    async def _unwritten(self) -> Sequence[Tombstone]:
        query = select(TombstoneRow).where(TombstoneRow.file.is_(None)).order_by(TombstoneRow.at).limit(BATCH)
        async with self._db.reading() as tx:
            return [Tombstone(row.id, row.kind, row.at) for row in await tx.scalars(query)]

    async def _write(self, tombstones: Sequence[Tombstone]) -> None:
        key = f"{FOLDER}{self._clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(6)}.json"
        told = [{"id": str(each.id), "kind": each.kind, "at": each.at.isoformat()} for each in tombstones]
        async with self._scratch.folder() as folder:
            path = folder / "tombstones"
            await asyncio.to_thread(path.write_text, json.dumps({"tombstones": told}), encoding="utf-8")
            await self._storage.put(key, path)
        ids = [each.id for each in tombstones]
        async with self._db.transaction() as tx:
            mine = update(TombstoneRow).where(TombstoneRow.id.in_(ids), TombstoneRow.file.is_(None))
            written = (await tx.scalars(mine.values(file=key).returning(TombstoneRow.id))).all()
        if not written:  # somebody else was quicker, and has told all of it
            await self._storage.delete(key)

    async def _forget(self) -> None:
        """What is older than any backup may be."""
        oldest = self._clock.now() - self._life
        over = select(TombstoneRow.file).where(TombstoneRow.at < oldest, TombstoneRow.file.is_not(None)).distinct()
        async with self._db.reading() as tx:
            keys = [key for key in await tx.scalars(over) if key is not None]
        for key in keys:
            async with self._db.transaction() as tx:
                await tx.execute(delete(TombstoneRow).where(TombstoneRow.file == key, TombstoneRow.at < oldest))
                left = await tx.scalar(select(TombstoneRow.id).where(TombstoneRow.file == key).limit(1))
            if left is None:
                await self._storage.delete(key)

    async def _unknown(self) -> AsyncIterator[str]:
        oldest = self._clock.now() - self._life
        async with self._db.reading() as tx:
            known = set(await tx.scalars(select(TombstoneRow.file).where(TombstoneRow.file.is_not(None)).distinct()))
        files = [file async for file in self._storage.scan(FOLDER) if file.key not in known]
        for file in sorted(files, key=lambda file: file.key):
            if file.modified >= oldest:
                yield file.key
            else:
                await self._storage.delete(file.key)

    async def _read(self, key: str) -> Sequence[Tombstone]:
        try:
            async with self._storage.local(key) as path:
                written: Any = json.loads(await asyncio.to_thread(Path(path).read_text, encoding="utf-8"))
        except FileMissing:  # too old for somebody else meanwhile
            return []
        entries = cast("list[dict[str, str]]", written["tombstones"])
        return [Tombstone(UUID(each["id"]), each["kind"], datetime.fromisoformat(each["at"])) for each in entries]

    async def _know(self, key: str, tombstones: Sequence[Tombstone]) -> None:
        async with self._db.transaction() as tx:
            for each in tombstones:
                new = insert_into(tx, TombstoneRow).values(id=each.id, kind=each.kind, at=each.at, file=key)
                await tx.execute(new.on_conflict_do_update(index_elements=[TombstoneRow.id], set_={"file": key}))
