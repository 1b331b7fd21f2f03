"""Calls of providers that say that they are done: each only makes the job look now instead of a little later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.errors import NotFound
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.events.port import Events
from rekindle.jobs.nudges import NUDGE, Nudges
from rekindle.jobs.service import topic
from rekindle.jobs.tables import AttemptRow


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it came: its headers by their names in lower case, its body, and the receipt of the attempt that it is
    said to be about ("" where we have none yet).
    """

    headers: Mapping[str, str]
    body: bytes
    receipt: str = ""


Genuine = Callable[[Called, datetime], bool]
"""Whether a provider that signs its calls signed this one, now."""

_UNDER_WAY = ("started", "pending")


class Waking:
    """Wakes jobs up."""

    def __init__(
        self, db: Database, events: Events, *, nudges: Nudges, signed: Mapping[str, Genuine], clock: Clock
    ) -> None:
        """`signed`: how to tell a call of those providers that sign theirs. For the others the address is enough."""
        self._db, self._events, self._clock = db, events, clock
        self._nudges, self._signed = nudges, signed

    async def take(self, provider: str, token: str, headers: Mapping[str, str], body: bytes) -> None:
        """Make the job look, if there is anything to look at. Raises NotFound for whatever is not a call of ours."""
        attempt = self._nudges.attempt_of(provider, token)
        row = None if attempt is None else await self._find(provider, attempt)
        if row is None:
            raise _nothing_here()
        genuine = self._signed.get(provider)
        if genuine is not None and not genuine(Called(headers, body, row.handle or ""), self._clock.now()):
            raise _nothing_here()
        if row.status in _UNDER_WAY:
            await self._events.publish(topic(row.job_id), NUDGE)

    async def _find(self, provider: str, attempt: UUID) -> AttemptRow | None:
        # Nobody is logged in here: the token says whose attempt it is.
        with seeing_everything():
            async with self._db.reading() as tx:
                query = select(AttemptRow).where(AttemptRow.id == attempt, AttemptRow.provider == provider)
                return (await tx.scalars(query)).first()


def _nothing_here() -> NotFound:
    return NotFound("There is nothing at this address.")
