"""Whether the files that the settings name are those of the database: looked at by whoever starts."""

import logging
import secrets

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.mark.book import Mark
from rekindle.infra.scratch import Scratch, place_in
from rekindle.infra.storage.port import Storage, StorageAway
from rekindle.infra.storage.signing import LinkSigner
from rekindle.photos.tables import PhotoRow
from rekindle.wiring.databases import open_tables
from rekindle.wiring.storage import open_storage

log = logging.getLogger(__name__)

SAMPLES = 5
"""Photos, of the newest, one of whose files is enough to know a place by."""


def can_differ(settings: Settings) -> bool:
    """Whether another process may have other files, or these files another database. One that has its data folder to
    itself has both in there.
    """
    return not settings.alone or bool(settings.storage.url)


async def check_files(settings: Settings, db: Database, storage: Storage, *, scratch: Scratch) -> None:
    """Raise OtherFiles where they are not. Where the store does not answer, whoever starts next looks again."""
    if not can_differ(settings):
        return
    try:
        with seeing_everything():
            await _mark(settings, db, storage, scratch).check(lambda: _known_files_are_here(db, storage))
    except StorageAway:
        log.warning("the store of files does not answer: whether it belongs to this database is looked at later")


async def look_at_files(settings: Settings, *, adopt: bool = False) -> None:
    """The same before anything else is opened. `adopt`: these are its files from now on. Raises OtherFiles."""
    if not can_differ(settings):
        return
    db, signer = open_tables(settings), LinkSigner(secrets.token_bytes(16), seconds=60)
    try:
        with place_in(settings.scratch_folder, alone=False) as folder:
            scratch = Scratch(folder)
            storage = open_storage(settings, scratch=scratch, signer=signer)
            if adopt:
                await _mark(settings, db, storage, scratch).adopt()
            else:
                await check_files(settings, db, storage, scratch=scratch)
    finally:
        await db.aclose()


def _mark(settings: Settings, db: Database, storage: Storage, scratch: Scratch) -> Mark:
    place = settings.storage.url or str(settings.files_folder)
    return Mark(db, storage, scratch=scratch, clock=Clock(), place=place)


async def _known_files_are_here(db: Database, storage: Storage) -> bool | None:
    newest = select(PhotoRow.original_key, PhotoRow.preview_key).order_by(PhotoRow.created_at.desc()).limit(SAMPLES)
    async with db.reading() as tx:
        keys = [key for row in await tx.execute(newest) for key in row if key is not None]
    for key in keys:
        if await storage.stat(key) is not None:
            return True
    return False if keys else None
