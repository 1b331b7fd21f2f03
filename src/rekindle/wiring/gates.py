"""How much of each provider may be used, by all processes together, from the settings."""

import importlib
import uuid
from collections.abc import Mapping

from rekindle.config import Settings
from rekindle.infra.limits.database import DatabaseLimiter
from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.infra.limits.places import Places
from rekindle.infra.limits.port import Limiter
from rekindle.providers.gates import Gate, Gates
from rekindle.providers.places import DatabasePlaces
from rekindle.wiring.ground import Ground
from rekindle.wiring.limits import limiter_of


def gates_of(settings: Settings, on: Ground, gates: Mapping[str, Gate]) -> Gates:
    """Counted on Redis where there is one, else in the database; who is alone knows its own places."""
    counted = any(gate.limits() for gate in gates.values())
    shared = bool(gates) and not settings.alone
    return Gates(gates, _limiter(settings, on, counted=counted), places=_places(settings, on) if shared else None)


def _limiter(settings: Settings, on: Ground, *, counted: bool) -> Limiter:
    if settings.limits.redis_url is not None or not counted:
        return limiter_of(settings.limits, on=counted)
    return DatabaseLimiter(on.db, near=LocalLimiter(), clock=on.clock)


def _places(settings: Settings, on: Ground) -> Places:
    if settings.limits.redis_url is None:
        return DatabasePlaces(on.db, uuid.uuid4().hex, clock=on.clock)
    # Its client is an extra, so it is only looked for where it is wanted.
    module = importlib.import_module("rekindle.infra.limits.places_redis")
    return module.RedisPlaces(settings.limits.redis_url.get_secret_value())
