"""The words that a job would send, shown before anything is spent, and reworded by a model where that is asked for."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.imaging.measures import Measures
from rekindle.imaging.sending import sent_size, write_sent
from rekindle.infra.db.database import Database
from rekindle.infra.scratch import Scratch
from rekindle.infra.workbench import Workbench
from rekindle.jobs.egress import Egress, Sending
from rekindle.jobs.service import Wanted
from rekindle.jobs.tables import JobRow
from rekindle.photos.preparing import Preparing
from rekindle.photos.service import corners_of, owned_photo
from rekindle.providers.protocol import Leaving
from rekindle.providers.understanding import Understanding, Worded
from rekindle.safety.prompts import PromptRules
from rekindle.treatments.diagnose import Diagnosis, diagnose

log = logging.getLogger(__name__)

LOOK_SIDE = 1024
"""Pixels of the picture that a model is sent to look at."""

LOOK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would be sent, and what was found."""

    worded: Worded
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Looking:
    """With what a small picture is made for a model to look at."""

    bench: Workbench
    scratch: Scratch


class Prompting:
    """Shows prompts. Nothing leaves this machine unless somebody asks for a rewording, and may."""

    def __init__(
        self,
        db: Database,
        preparing: Preparing,
        understanding: Understanding,
        *,
        rules: tuple[PromptRules, Egress],
        looking: Looking,
        clock: Clock,
    ) -> None:
        """`rules`: what may be written, and what must not leave."""
        self._db = db
        self._preparing = preparing
        self._understanding = understanding
        self._prompts, self._egress = rules
        self._looking = looking
        self._clock = clock

    async def preview(self, user: User, wanted: Wanted, *, rewrite: bool) -> Previewed:
        """The words for this request. Raises PhotoNotFound, OriginalGone, PromptTooLong, PromptRefused."""
        self._prompts.checked(wanted.options.written)
        found = await self._preparing.diagnosis(user.id, wanted.photo_id)
        measured = diagnose(Measures(**found["measures"]))
        operation, wishes, helper = wanted.operation, wanted.options.wishes, self._understanding
        leaving = await self._leaving(user, wanted) if rewrite else None
        diagnosis, cost = measured, 0
        if leaving is not None and helper.looks:
            async with self._small(user.id, wanted.photo_id) as picture:
                seen = await helper.see(picture, measured, leaving)
            diagnosis, cost = seen.diagnosis, seen.cost
        worded = await helper.word(operation, diagnosis, wishes, leaving)
        if cost + worded.cost:
            log.info("rewording a prompt cost %d millionths of a dollar", cost + worded.cost)
        return Previewed(worded, diagnosis)

    async def _leaving(self, user: User, wanted: Wanted) -> Leaving | None:
        """What is told before words or a picture leave; None when they must not, or there is nobody to send them to."""
        name = self._understanding.name
        if name is None:
            return None
        # As if it were a job, by the same rules and in the same ledger; there is none with this identifier.
        asking = JobRow(id=self._clock.new_id(), owner_id=user.id, options=wanted.options.to_json())
        if await self._egress.must_stay(asking, [wanted.photo_id]):
            return None
        sending = Sending(asking, [wanted.photo_id], 0, name)

        async def leaves(host: str, size: int) -> None:
            await self._egress.leaves(sending, host, size)

        return leaves

    @asynccontextmanager
    async def _small(self, owner: UUID, photo_id: UUID) -> AsyncGenerator[Path]:
        """The photo, straightened, as a small JPEG without metadata."""
        async with self._db.reading() as tx:
            photo = await owned_photo(tx, owner, photo_id)
        async with self._looking.scratch.folder() as folder, self._preparing.open(photo, corners_of(photo)) as prepared:
            target = folder / "look.jpg"
            size = sent_size(prepared.width, prepared.height, max_pixels=LOOK_SIDE**2, max_side=LOOK_SIDE)
            await self._looking.bench.run(write_sent, prepared.path, target, size, seconds=LOOK_SECONDS)
            yield target
