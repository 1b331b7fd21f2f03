"""Has a model put a wish into better words: once for the same wish and photo, bounded by budgets, and written down."""

import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from rekindle.clock import Clock
from rekindle.errors import RekindleError
from rekindle.imaging.quadrilateral import Corners
from rekindle.imaging.sending import sent_size, write_sent
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.infra.lanes import aside
from rekindle.infra.scratch import Scratch
from rekindle.infra.workbench import Workbench
from rekindle.jobs.egress import Egress, Sending
from rekindle.jobs.lifecycle import Status
from rekindle.jobs.options import Options
from rekindle.jobs.tables import JobRow, RewordingRow
from rekindle.jobs.work import Work
from rekindle.photos.preparing import Preparing, prepared_key
from rekindle.photos.tables import PhotoRow
from rekindle.providers.purse import Purse, Spent, Want
from rekindle.providers.understanding import BY_RULES, Seen, Settle, Terms, Understanding, Worded
from rekindle.treatments.classify import Classified, agree
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.operations import Operation
from rekindle.treatments.prompts import Prompt, prompt_for
from rekindle.treatments.wishes import Wishes

LOOK_SIDE = 1024
"""Pixels of the picture that a model is sent to look at."""

LOOK_SECONDS = 30.0

IN_VAIN = timedelta(hours=1)
"""How long the usual words are kept after a model was asked in vain: what was shown is still what is sent."""


class NotToBeSpent(RekindleError):
    code: ClassVar[str] = "not_to_be_spent"
    title: ClassVar[str] = "There is no money for this"


@dataclass(frozen=True, slots=True)
class Asking:
    """What is to be put into words. `job` says for whom, and has an identifier of its own where there is none yet;
    `photo_ids` are all that go into it, of which the first is `photo`, cut out by `corners`.
    """

    job: JobRow
    plan: str
    operation: Operation
    wishes: Wishes
    photo: PhotoRow
    corners: Corners
    photo_ids: Sequence[UUID]

    @property
    def digest(self) -> str:
        """The same for the same wish and the same picture."""
        wishes, key = self.wishes, prepared_key(self.photo.sha256, self.corners)
        style, enhancement = wishes.style, wishes.enhancement
        parts = [
            key, self.operation.value, wishes.prompt, wishes.keep_tone, wishes.marked, style and style.value,
            enhancement and enhancement.value, wishes.amount, wishes.moodboard,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reworded:
    """The words, and what they go by. `cost` is that of everything that was asked for them just now."""

    worded: Worded
    diagnosis: Diagnosis
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Looking:
    """With what a small picture is made for a model to look at."""

    bench: Workbench
    scratch: Scratch
    preparing: Preparing


class Rewording:
    """Better words, where a model is configured, the photo may leave and there is money; else the usual ones."""

    def __init__(
        self, db: Database, understanding: Understanding, *, egress: Egress, purse: Purse, looking: Looking,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._db = db
        self._understanding = understanding
        self._egress = egress
        self._purse = purse
        self._looking = looking
        self._clock = clock

    @property
    def name(self) -> str | None:
        """Who does it (`provider:model`); None where nobody does."""
        return self._understanding.name

    @property
    def looks(self) -> bool:
        """Whether it is also sent a picture."""
        return self._understanding.looks

    async def preview(self, asking: Asking, measured: Diagnosis) -> Reworded:
        """The words that a job would be done with. Whoever asks once more after it was in vain may be luckier."""
        kept = await self._kept(asking, measured)
        if kept is not None and kept.worded.rewritten:
            return kept
        return await self._ask(asking, measured)

    async def word(self, work: Work) -> None:
        """Put the words of a job into better ones, if it asks for that: once, whoever takes it up again."""
        job, options = work.claim.job, Options.from_json(work.claim.job.options)
        if not options.rewrite or work.treatment.reworded:
            return
        if job.words is None:
            photo, corners = work.inputs.photos[0]
            asking = Asking(
                job, work.claim.plan, work.operation, options.wishes, photo, corners, photo_ids=work.photo_ids
            )  # fmt: skip
            made = await self._kept(asking, work.diagnosis) or await self._ask(asking, work.diagnosis)
            worded = made.worded
            job.words = {
                "prompt": worded.prompt.text, "version": worded.prompt.version, "by": worded.by, "cost": made.cost,
            }  # fmt: skip
            await self._note(work)
        if job.words["by"] != BY_RULES:
            work.treatment = replace(
                work.treatment, prompt=job.words["prompt"], version=job.words["version"], reworded=True
            )  # fmt: skip

    async def _note(self, work: Work) -> None:
        """Keep the words with the job, as long as it is ours."""
        claim = work.claim
        mine = update(JobRow).where(
            JobRow.id == claim.job.id, JobRow.claim == claim.number, JobRow.status == Status.RUNNING
        )
        async with self._db.transaction() as tx:
            await tx.execute(mine.values(words=claim.job.words), execution_options={"synchronize_session": False})

    async def _kept(self, asking: Asking, measured: Diagnosis) -> Reworded | None:
        async with self._db.reading() as tx:
            row = await _row(tx, asking)
        if row is None or (row.by == BY_RULES and row.created_at < self._clock.now() - IN_VAIN):
            return None
        diagnosis = measured
        if row.seen is not None:
            told = Classified(Degradation(row.seen["category"]), row.seen["details"])
            diagnosis = agree(measured, told)
        return Reworded(Worded(Prompt(row.prompt, row.version), row.by), diagnosis)

    async def _ask(self, asking: Asking, measured: Diagnosis) -> Reworded:
        helper = self._understanding
        if helper.name is None or await self._egress.must_stay(asking.job, asking.photo_ids):
            usual = prompt_for(asking.operation, measured, asking.wishes)
            return Reworded(Worded(usual), measured)
        terms, seen = self._terms(asking, helper.name), Seen(measured)
        if helper.looks:
            async with self._small(asking) as picture, aside():
                seen = await helper.see(picture, measured, terms)
        async with aside():
            worded = await helper.word(asking.operation, seen.diagnosis, asking.wishes, terms)
        if not worded.rewritten:
            # What comes of it is what would be sent without, by what was measured.
            worded = replace(worded, prompt=prompt_for(asking.operation, measured, asking.wishes))
        made = Reworded(worded, seen.diagnosis, seen.cost + worded.cost)
        await self._keep(asking, made, seen.told)
        # Somebody may have been faster: then everybody goes by the same words.
        kept = await self._kept(asking, measured)
        return made if kept is None else replace(kept, cost=made.cost)

    async def _keep(self, asking: Asking, made: Reworded, told: Classified | None) -> None:
        words, now = made.worded, self._clock.now()
        values = {
            "prompt": words.prompt.text, "version": words.prompt.version, "by": words.by, "created_at": now,
            "seen": None if told is None else {"category": told.category.value, "details": told.details},
        }  # fmt: skip
        async with self._db.transaction() as tx:
            new = insert_into(tx, RewordingRow).values(
                id=self._clock.new_id(), photo_id=asking.photo.id, digest=asking.digest, **values
            )
            await tx.execute(
                new.on_conflict_do_update(
                    index_elements=[RewordingRow.photo_id, RewordingRow.digest], set_=values,
                    where=RewordingRow.by == BY_RULES,
                )
            )  # fmt: skip

    def _terms(self, asking: Asking, name: str) -> Terms:
        """What is told before words or a picture leave, and before they cost anything: as if it were an attempt."""
        sending = Sending(asking.job, [asking.photo.id], 0, name)
        provider, _, model = name.partition(":")

        async def leaves(host: str, size: int) -> None:
            await self._egress.leaves(sending, host, size)

        async def pays(most: int) -> Settle:
            (verdict,) = await self._purse.verdicts([Want(provider, most, asking.plan, asking.job.owner_id)])
            if not verdict.allowed:
                raise NotToBeSpent(verdict.reason)
            spent = Spent(
                self._clock.new_id(), asking.job.id, provider, model, asking.job.owner_id, asking.plan, most,
                self._clock.now(),
            )  # fmt: skip
            async with self._db.transaction() as tx:
                await self._purse.spent(tx, spent)

            async def settle(cost: int) -> None:
                async with self._db.transaction() as tx:
                    await self._purse.settled(tx, replace(spent, cost=cost))

            return settle

        return Terms(leaves, pays)

    @asynccontextmanager
    async def _small(self, asking: Asking) -> AsyncGenerator[Path]:
        """The photo, straightened, as a small JPEG without metadata."""
        made = self._looking.preparing.open(asking.photo, asking.corners)
        async with self._looking.scratch.folder() as folder, made as prepared:
            target = folder / "look.jpg"
            size = sent_size(prepared.width, prepared.height, max_pixels=LOOK_SIDE**2, max_side=LOOK_SIDE)
            await self._looking.bench.run(write_sent, prepared.path, target, size, seconds=LOOK_SECONDS)
            yield target


async def _row(tx: Transaction, asking: Asking) -> RewordingRow | None:
    mine = select(RewordingRow).where(RewordingRow.photo_id == asking.photo.id, RewordingRow.digest == asking.digest)
    return await tx.scalar(mine)
