"""Looks at pictures before they leave and when they come back, and remembers what operators decided."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal
from uuid import UUID

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.errors import Invalid, RekindleError
from rekindle.infra.db.database import Database
from rekindle.photos.flag_tables import FlagRow
from rekindle.photos.tables import PhotoRow
from rekindle.safety.moderation import Moderator, Outcome, Rules

log = logging.getLogger(__name__)

Stage = Literal["sending", "result"]


class ContentRefused(Invalid):
    code: ClassVar[str] = "content_refused"
    title: ClassVar[str] = "This picture is not passed on"


class HeldForReview(Invalid):
    code: ClassVar[str] = "held_for_review"
    title: ClassVar[str] = "Somebody has to look at this picture first"


@dataclass(frozen=True, slots=True)
class About:
    """The photo that a picture is of or was made from, and where it stands: about to leave, or come back."""

    owner_id: UUID
    photo_id: UUID
    stage: Stage
    job_id: UUID | None = None


class Moderation:
    """The one place that says whether a picture goes on. Without a moderator everything does."""

    def __init__(
        self, db: Database, moderator: Moderator | None = None, *, rules: Rules | None = None, clock: Clock
    ) -> None:
        self._db = db
        self._moderator = moderator
        self._rules = rules or Rules()
        self._clock = clock

    async def check(self, picture: Path, about: About) -> None:
        """Come back when the picture or film may go on. Raises ContentRefused and HeldForReview.

        For jobs that work with a provider elsewhere: once for each photo before it leaves, and for each result. Once an
        operator has decided on a photo at a stage, that holds.
        """
        if self._moderator is None:
            return
        decided = await self._decided(about)
        if decided == "allowed":
            return
        if decided == "refused":
            raise _refused(about)
        score = await self._score(self._moderator, picture)
        outcome = self._rules.outcome(score)
        if outcome.flagged:
            await self._flag(about, score)
        if outcome is Outcome.HOLD:
            raise HeldForReview(
                "This picture has to be looked at by somebody before it goes on. Nothing was charged; start again once "
                "it was let through."
            )
        if outcome in (Outcome.REFUSE, Outcome.REFUSE_SILENTLY):
            raise _refused(about)

    async def _score(self, moderator: Moderator, picture: Path) -> float | None:
        try:
            return await moderator.look(picture)
        except (RekindleError, OSError, TimeoutError) as error:
            log.warning("a picture could not be checked: %s", error)
            return None

    async def _decided(self, about: About) -> str | None:
        query = select(FlagRow.status).where(
            FlagRow.photo_id == about.photo_id, FlagRow.stage == about.stage, FlagRow.status != "open"
        )
        async with self._db.reading() as tx:
            return await tx.scalar(query.order_by(FlagRow.decided_at.desc()).limit(1))

    async def _flag(self, about: About, score: float | None) -> None:
        """Write it down once for each photo and stage."""
        reason = "The checker could not look." if score is None else f"The checker gave {score:.0%}."
        async with self._db.transaction() as tx:
            # Two jobs of one photo at a time come one after the other here; a photo that has gone needs no flag.
            photo = await tx.scalar(select(PhotoRow.id).where(PhotoRow.id == about.photo_id).with_for_update())
            known = select(FlagRow.id).where(FlagRow.photo_id == about.photo_id, FlagRow.stage == about.stage)
            if photo is None or await tx.scalar(known.limit(1)) is not None:
                return
            tx.add(FlagRow(
                id=self._clock.new_id(), owner_id=about.owner_id, photo_id=about.photo_id, rendition_id=None,
                job_id=about.job_id, stage=about.stage, reason=reason, score=score, status="open",
                created_at=self._clock.now(), decided_at=None, decided_by=None, note="",
            ))  # fmt: skip


def _refused(about: About) -> ContentRefused:
    here = " It can still be worked on by this machine alone." if about.stage == "sending" else ""
    return ContentRefused(
        f"This picture is not passed on by the rules of this server. Nothing was charged.{here} If that is a mistake, "
        "report it, and somebody will look."
    )
