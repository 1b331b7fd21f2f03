"""The notices that processes give one another, from the settings."""

import importlib
from typing import Any

from rekindle.config import Settings
from rekindle.infra.db.database import Database
from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.events.port import Events


def events_of(settings: Settings, db: Database) -> Events:
    """What passes notices on: between processes by Redis, or else by the Postgres that they share; where there is only
    one process, within it. Raises ModuleNotFoundError.
    """
    near, url = LocalEvents(), settings.events.redis_url
    if url is not None:
        return _redis().RedisEvents(url.get_secret_value(), near=near)
    if settings.alone:
        return near
    return importlib.import_module("rekindle.infra.events.postgres").PostgresEvents(db, near=near)


async def ping(url: str, *, seconds: float) -> None:
    """Return when the Redis at this address answers. Raises OSError, ValueError for a wrong address, ImportError."""
    await _redis().ping(url, seconds=seconds)


def _redis() -> Any:
    # Its client is an extra, so it is only looked for where it is wanted.
    return importlib.import_module("rekindle.infra.events.redis")
