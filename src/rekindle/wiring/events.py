"""The notices that processes give one another, from the settings."""

import importlib
from typing import Any

from rekindle.config_events import EventSettings
from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.events.port import Events


def events_of(chosen: EventSettings) -> Events:
    """What passes notices on: between processes where there is Redis, else in this one. Raises ModuleNotFoundError."""
    near = LocalEvents()
    if chosen.redis_url is None:
        return near
    return _redis().RedisEvents(chosen.redis_url.get_secret_value(), near=near)


async def ping(url: str, *, seconds: float) -> None:
    """Return when the Redis at this address answers. Raises OSError, ValueError for a wrong address, ImportError."""
    await _redis().ping(url, seconds=seconds)


def _redis() -> Any:
    # Its client is an extra, so it is only looked for where it is wanted.
    return importlib.import_module("rekindle.infra.events.redis")
