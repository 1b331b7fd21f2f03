"""The mark by which a database and a place of files know each other: the same random word in both, written once.

Whoever starts looks for it, and so notices that it was given another folder than the others, or a bucket that belongs
to another database.
"""

import asyncio
import logging
import platform
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from rekindle.clock import Clock
from rekindle.errors import Conflict
from rekindle.infra.db.database import Database
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.mark.tables import FilesMarkRow
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.port import FileMissing, Storage

log = logging.getLogger(__name__)

KEY = "rekindle-mark.txt"
"""Where it lies among the files; nothing that sweeps files may touch it."""

_NAME = "files"
_MEANING = "This word says to which database of Rekindle the files beside it belong. Keep it with them."
_LOOKS, _PAUSE = 25, 0.2
"""How often one looks for a mark that somebody may just be writing, and the seconds between."""

Ours = Callable[[], Awaitable[bool | None]]
"""Whether files that the database knows of are in this place; None where it knows of none."""


class OtherFiles(Conflict):
    code: ClassVar[str] = "other_files"
    title: ClassVar[str] = "These are not the files of this database"


class Mark:
    """The mark of one place of files. `place` is how people know it."""

    def __init__(self, db: Database, storage: Storage, *, scratch: Scratch, clock: Clock, place: str) -> None:
        self._db = db
        self._storage = storage
        self._scratch = scratch
        self._clock = clock
        self._place = place

    async def check(self, ours: Ours) -> None:
        """Raise OtherFiles unless database and files belong together. Two that are new to each other do from now on.

        A mark that was lost is written again where the files that the database knows of are here.
        """
        # In this order: who starts at the same time writes the row first, so there is one wherever a file was seen.
        here, known = await self._here(), await self._known()
        if known is not None and here is None:
            here = await self._awaited()
        if known is not None and here is not None:
            if known.mark != here:
                raise self._foreign()
        elif here is not None:
            # A database that was put back from before there were marks has the photos of these files.
            if not await ours():
                raise self._foreign()
            await self._remember(here)
        else:
            await self._without_a_mark(known, ours)

    async def adopt(self) -> None:
        """Say that these are the files of this database, whatever was before."""
        here = await self._here()
        known = await self._remember(here or secrets.token_hex(16), again=here is not None)
        if here is None:
            await self._write(known)

    async def _without_a_mark(self, known: FilesMarkRow | None, ours: Ours) -> None:
        found = await ours()
        if found is False or (known is not None and found is None):
            raise self._elsewhere(known)
        if known is not None:
            log.warning("the mark of the files at %s was lost, and is written again", self._place)
            await self._write(known.mark)
            return
        mine = secrets.token_hex(16)
        if await self._remember(mine) == mine:
            await self._write(mine)
        else:  # somebody else was quicker, and may have other files
            await self.check(ours)

    async def _known(self) -> FilesMarkRow | None:
        async with self._db.reading() as tx:
            return await tx.get(FilesMarkRow, _NAME)

    async def _remember(self, mark: str, *, again: bool = False) -> str:
        """Write a mark into the database, unless there is one; `again`: also then. Returns the one that is there."""
        values = {"mark": mark, "written_by": f"{platform.node()}, {self._place}", "at": self._clock.now()}
        async with self._db.transaction() as tx:
            new = insert_into(tx, FilesMarkRow).values(name=_NAME, **values)
            kept = new.on_conflict_do_update(index_elements=[FilesMarkRow.name], set_=values)
            await tx.execute(kept if again else new.on_conflict_do_nothing())
            return (await tx.get_one(FilesMarkRow, _NAME, populate_existing=True)).mark

    async def _here(self) -> str | None:
        try:
            async with self._storage.local(KEY) as path:
                text = await asyncio.to_thread(Path(path).read_text, encoding="utf-8", errors="replace")
        except FileMissing:
            return None
        return text.partition("\n")[0].strip()

    async def _awaited(self) -> str | None:
        for _ in range(_LOOKS):
            if (here := await self._here()) is not None:
                return here
            await asyncio.sleep(_PAUSE)
        return None

    async def _write(self, mark: str) -> None:
        async with self._scratch.folder() as folder:
            path = folder / "mark"
            await asyncio.to_thread(path.write_text, f"{mark}\n{_MEANING}\n", encoding="utf-8")
            await self._storage.put(KEY, path)

    def _foreign(self) -> OtherFiles:
        return OtherFiles(
            f"The files at {self._place} belong to another database. Correct REKINDLE_DATABASE__URL, or the place: "
            "REKINDLE_STORAGE__FOLDER or REKINDLE_STORAGE__URL. If this database is to have these files from now on, "
            "say so once with `rekindle migrate --adopt-files`."
        )

    def _elsewhere(self, known: FilesMarkRow | None) -> OtherFiles:
        others = "are elsewhere" if known is None else f"are elsewhere ({known.written_by})"
        return OtherFiles(
            f"The files of this database {others}, and not at {self._place}. Give all servers and workers the same "
            "files: a folder that each of them reaches, in REKINDLE_STORAGE__FOLDER, or a store, in "
            "REKINDLE_STORAGE__URL. If these are the right ones, say so once with `rekindle migrate --adopt-files`."
        )
