"""The parts that a process stands on, and how to ask each of them."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import func, select

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.observing.readiness import Part, Readiness
from rekindle.infra.storage.port import Storage
from rekindle.jobs.lifecycle import Status
from rekindle.jobs.tables import JobRow
from rekindle.wiring.events import ping

LITTLE_ROOM = 1_000_000_000
"""Bytes below which a disk is nearly full."""

FORGOTTEN = timedelta(minutes=5)
"""After so long a job that waits while nobody works says that there are no workers."""

REDIS_SECONDS = 1.0

Check = Callable[[], Awaitable[str | None]]


def readiness_of(settings: Settings, db: Database, storage: Storage, *, clock: Clock) -> Readiness:
    """What to ask, by the settings."""
    parts = [
        Part("database", db.ping, essential=True),
        Part("storage", _storage(settings, storage), essential=True),
        Part("room", _room(settings)),
        Part("workers", _workers(db, clock)),
    ]
    limits = settings.limits
    limited = settings.accounts.enabled if limits.enabled is None else limits.enabled
    for name, url in (("limits", limits.redis_url if limited else None), ("events", settings.events.redis_url)):
        if url is not None:
            parts.append(Part(name, _redis(url)))
    return Readiness(parts)


def _storage(settings: Settings, storage: Storage) -> Check:
    folder = None if settings.storage.url else settings.files_folder

    async def check() -> None:
        await storage.stat("health")
        # Asked for a file, a folder that is not there says that there is no such file.
        if folder is not None and folder.exists() and not os.access(folder / ".", os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError("the folder of files cannot be used")

    return check


def _room(settings: Settings) -> Check:
    """For unfinished files, which every process has on its own disk."""

    async def check() -> str | None:
        place = next(each for each in (settings.scratch_folder, *settings.scratch_folder.parents) if each.exists())
        free = (await asyncio.to_thread(shutil.disk_usage, place)).free
        return None if free >= LITTLE_ROOM else f"There are {free // 1_000_000} MB left on the disk."

    return check


def _workers(db: Database, clock: Clock) -> Check:
    oldest = select(func.min(JobRow.created_at)).where(JobRow.status == Status.QUEUED)
    running = select(func.count()).where(JobRow.status == Status.RUNNING)

    async def check() -> str | None:
        with seeing_everything():
            async with db.reading() as tx:
                since = await tx.scalar(oldest)
                if since is None or clock.now() - since < FORGOTTEN or await tx.scalar(running):
                    return None
        return "Jobs wait, and nobody works on any."

    return check


def _redis(url: SecretStr) -> Check:
    async def check() -> str | None:
        try:
            await ping(url.get_secret_value(), seconds=REDIS_SECONDS)
        except OSError:
            return "Redis does not answer, and each process goes on for itself."
        return None

    return check
