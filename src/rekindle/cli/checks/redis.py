"""A look at the servers that several processes share: do they answer, and how quickly."""

import asyncio
import time

from rekindle.cli.checks.finding import Finding, broken, note, ok
from rekindle.cli.settings import read_settings
from rekindle.wiring.events import ping

_SECONDS, _SLOW = 3.0, 0.1
_STRANGER = ("noauth", "wrongpass", "authentication required", "invalid username-password", "invalid password")
"""How a server says that it wants another password."""


def redis() -> Finding:
    """Whether every Redis that the settings name answers."""
    name, settings = "Redis", read_settings()
    wanted = {
        "REKINDLE_EVENTS__REDIS_URL": settings.events.redis_url,
        "REKINDLE_LIMITS__REDIS_URL": settings.limits.redis_url,
    }
    given = {variable: url.get_secret_value() for variable, url in wanted.items() if url is not None}
    if not given:
        return ok(name, "none is asked for: this process counts and tells for itself")
    slowest = 0.0
    for variable, url in given.items():
        begun = time.monotonic()
        try:
            asyncio.run(ping(url, seconds=_SECONDS))
        except ValueError:
            cure = "Write it as redis://127.0.0.1:6379/0, with rediss:// for TLS."
            return broken(name, f"{variable} is no address of a Redis", cure)
        except OSError as error:
            return _away(name, variable, str(error).lower())
        slowest = max(slowest, time.monotonic() - begun)
    seen = f"{len(given)} of {len(given)} answer within {slowest * 1000:.0f} ms"
    if slowest > _SLOW:
        return note(name, seen, "Bring it nearer: it is asked for many a request.")
    return ok(name, seen)


def _away(name: str, variable: str, said: str) -> Finding:
    if any(words in said for words in _STRANGER):
        return broken(name, f"the server of {variable} does not let us in", f"Correct the password in {variable}.")
    cure = f"Start the server, or correct {variable}, or remove it to go on without."
    return broken(name, f"the server of {variable} does not answer", cure)
