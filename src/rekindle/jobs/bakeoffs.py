"""Bake-offs: one photo to several candidates at once, the results side by side, and the choice remembered."""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.errors import Conflict, Invalid, NotFound
from rekindle.infra.db.database import Database, Transaction
from rekindle.jobs import combining, favourites
from rekindle.jobs.admission import UnknownModel, check_reach
from rekindle.jobs.bakeoff_tables import BakeoffRow, ContenderRow
from rekindle.jobs.candidates import Candidates, Contender
from rekindle.jobs.lifecycle import ENDED, Status
from rekindle.jobs.service import IdempotencyKeyReused, Jobs, Wanted, check_price, one_at_a_time
from rekindle.jobs.tables import JobRow
from rekindle.photos.service import owned_photo, photo_by_id
from rekindle.photos.tables import RESULT, RenditionRow
from rekindle.providers.asking import Key
from rekindle.treatments.operations import Operation

LETTERS = "ABCDEF"
"""What results are called before it is known who made them: there are as many candidates at most."""

MOST_LISTED = 100
"""Bake-offs of one photo that are listed, the newest."""

Shuffle = Callable[[list[Key]], None]


def secretly(order: list[Key]) -> None:
    """Put candidates into an order that nobody can guess."""
    random.SystemRandom().shuffle(order)


class BakeoffNotFound(NotFound):
    code: ClassVar[str] = "bakeoff_not_found"
    title: ClassVar[str] = "There is no such bake-off"


class CandidateRefused(Invalid):
    code: ClassVar[str] = "candidate_refused"
    title: ClassVar[str] = "One of them cannot be asked for this photo"


class NotInBakeoff(Invalid):
    code: ClassVar[str] = "not_in_bakeoff"
    title: ClassVar[str] = "This is not one of the results"


class ResultNotThere(Conflict):
    code: ClassVar[str] = "result_not_there"
    title: ClassVar[str] = "There is no result to choose"


@dataclass(frozen=True, slots=True)
class Contest:
    """What shall be done by each of the candidates; the highest price of `wanted` is for all of them together."""

    wanted: Wanted
    candidates: tuple[Key, ...]
    blind: bool

    def fingerprint(self) -> str:
        """The same for the same request."""
        text = json.dumps([self.wanted.fingerprint(), self.candidates, self.blind])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Bakeoff:
    """A comparison, and its contenders with their jobs in the order of their letters."""

    row: BakeoffRow
    entries: Sequence[tuple[ContenderRow, JobRow]]


class Bakeoffs:
    """Comparisons of those who can do the same thing."""

    def __init__(
        self, db: Database, jobs: Jobs, *, candidates: Candidates, clock: Clock,
        shuffle: Shuffle = secretly,
    ) -> None:  # fmt: skip
        self._db = db
        self._jobs = jobs
        self._candidates = candidates
        self._clock = clock
        self._shuffle = shuffle

    async def quote(self, user: User, contest: Contest) -> Sequence[Contender]:
        """The candidates of a contest with their prices.

        Raises UnknownModel, NeedsPublicAddress, CandidateRefused, PhotoNotFound, NotInPlan and what `combining` raises.
        """
        combining.check(contest.wanted.operation, contest.wanted.photo_id, contest.wanted.options)
        offered = {each.key: each for each in await self._candidates.of(user, contest.wanted)}
        for provider, model in contest.candidates:
            if (provider, model) not in offered:
                check_reach(self._candidates.offers, contest.wanted.operation, (provider, model))
                raise UnknownModel(f"There is no {provider} {model} here that does {contest.wanted.operation.value}.")
            contender = offered[provider, model]
            if contender.refused is not None and not contender.passes:
                raise CandidateRefused(f"{provider} {model} cannot be asked for this photo: {contender.refused}")
        return [offered[key] for key in contest.candidates]

    async def submit(self, user: User, contest: Contest, *, key: str) -> UUID:
        """A job for each candidate, or none at all; the bake-off made before when the key was used for the same.

        Raises what `quote` and `Jobs.submit` do.
        """
        async with self._db.reading() as tx:
            if (known := await _known(tx, user, contest, key)) is not None:
                return known
        prices = [each.price or 0 for each in await self.quote(user, contest)]
        check_price(sum(prices), contest.wanted.max_price)
        async with self._db.transaction() as tx:
            await one_at_a_time(tx, user)
            known = await _known(tx, user, contest, key)
            return known or await self._begin(tx, user, contest, key)

    async def get(self, owner: UUID, bakeoff_id: UUID) -> Bakeoff:
        """One bake-off. Raises BakeoffNotFound."""
        async with self._db.reading() as tx:
            return (await _whole(tx, [await _owned(tx, owner, bakeoff_id)]))[0]

    async def of_photo(self, owner: UUID, photo_id: UUID) -> Sequence[Bakeoff]:
        """The bake-offs of a photo, newest first. Raises PhotoNotFound."""
        query = select(BakeoffRow).where(BakeoffRow.owner_id == owner, BakeoffRow.photo_id == photo_id)
        async with self._db.reading() as tx:
            await owned_photo(tx, owner, photo_id)
            rows = (await tx.scalars(query.order_by(BakeoffRow.id.desc()).limit(MOST_LISTED))).all()
            return await _whole(tx, rows)

    async def choose(self, owner: UUID, bakeoff_id: UUID, which: UUID | str) -> None:
        """Choose a result by its job or its letter; a later choice takes the place of an earlier one.

        Raises BakeoffNotFound, NotInBakeoff, ResultNotThere.
        """
        async with self._db.transaction() as tx:
            row, bakeoff = await _locked(tx, owner, bakeoff_id)
            entry, job = _named(bakeoff, which)
            if job.status != Status.SUCCEEDED:
                raise ResultNotThere("This one has no result, or none yet. Choose another one, or wait a little.")
            made = select(RenditionRow.id).where(RenditionRow.job_id == job.id, RenditionRow.kind == RESULT)
            photo, now = await photo_by_id(tx, row.photo_id), self._clock.now()
            photo.chosen_id = await tx.scalar(made)
            row.chosen_at, row.chosen_job_id = now, job.id
            chosen, operation = (entry.provider, entry.model), Operation(row.operation)
            await favourites.remember(tx, owner, operation, chosen, at=now)

    async def choose_none(self, owner: UUID, bakeoff_id: UUID) -> None:
        """Decide that none of the results is better than the photo. An earlier choice in it is taken back.

        Raises BakeoffNotFound, ResultNotThere.
        """
        async with self._db.transaction() as tx:
            row, bakeoff = await _locked(tx, owner, bakeoff_id)
            statuses = [job.status for _, job in bakeoff.entries]
            if Status.SUCCEEDED not in statuses or not ENDED.issuperset(statuses):
                raise ResultNotThere("Not all of them have come to an end, or none has a result. Look at them first.")
            photo, made = await photo_by_id(tx, row.photo_id), select(RenditionRow.id)
            ours = made.where(RenditionRow.job_id.in_([job.id for _, job in bakeoff.entries]))
            if photo.chosen_id in (await tx.scalars(ours)).all():
                photo.chosen_id = None
            if row.chosen_at is not None:
                await favourites.take_back(tx, owner, Operation(row.operation), at=row.chosen_at)
            row.chosen_at, row.chosen_job_id = self._clock.now(), None

    async def _begin(self, tx: Transaction, user: User, contest: Contest, key: str) -> UUID:
        wanted, order = contest.wanted, list(contest.candidates)
        if contest.blind:
            # The jobs are made in this order, so that neither their numbers nor their times tell more than letters.
            self._shuffle(order)
        row = BakeoffRow(
            id=self._clock.new_id(), owner_id=user.id, photo_id=wanted.photo_id, operation=wanted.operation.value,
            options=wanted.options.to_json(), blind=contest.blind, idempotency_key=key,
            request_hash=contest.fingerprint(), created_at=self._clock.now(), chosen_at=None, chosen_job_id=None,
        )  # fmt: skip
        tx.add(row)
        await tx.flush()
        price = 0
        for position, (provider, model) in enumerate(order):
            options = replace(wanted.options, provider=provider, model=model)
            asked = Wanted(wanted.photo_id, wanted.operation, options)
            job = await self._jobs.submit_within(tx, user, asked, key=f"bakeoff:{row.id}:{LETTERS[position]}")
            price += 0 if job.quote is None else job.quote["most"]
            tx.add(
                ContenderRow(bakeoff_id=row.id, position=position, job_id=job.id, provider=provider, model=model)
            )  # fmt: skip
        check_price(price, wanted.max_price)
        return row.id


async def _known(tx: Transaction, user: User, contest: Contest, key: str) -> UUID | None:
    mine = select(BakeoffRow).where(BakeoffRow.owner_id == user.id, BakeoffRow.idempotency_key == key)
    row = await tx.scalar(mine)
    if row is not None and row.request_hash != contest.fingerprint():
        raise IdempotencyKeyReused("This Idempotency-Key was used for another request. Make a new key.")
    return None if row is None else row.id


async def _locked(tx: Transaction, owner: UUID, bakeoff_id: UUID) -> tuple[BakeoffRow, Bakeoff]:
    row = await _owned(tx, owner, bakeoff_id, lock=True)
    return row, (await _whole(tx, [row]))[0]


async def _owned(tx: Transaction, owner: UUID, bakeoff_id: UUID, *, lock: bool = False) -> BakeoffRow:
    mine = select(BakeoffRow).where(BakeoffRow.owner_id == owner, BakeoffRow.id == bakeoff_id)
    row = await tx.scalar(mine.with_for_update() if lock else mine)
    if row is None:
        raise BakeoffNotFound("There is no such bake-off. Its photo may have been deleted.")
    return row


async def _whole(tx: Transaction, rows: Sequence[BakeoffRow]) -> list[Bakeoff]:
    query = (
        select(ContenderRow, JobRow)
        .join(JobRow, JobRow.id == ContenderRow.job_id)
        .where(ContenderRow.bakeoff_id.in_([row.id for row in rows]))
        .order_by(ContenderRow.position)
    )
    found = [(entry, job) for entry, job in await tx.execute(query)] if rows else []
    return [Bakeoff(row, [(entry, job) for entry, job in found if entry.bakeoff_id == row.id]) for row in rows]


def _named(bakeoff: Bakeoff, which: UUID | str) -> tuple[ContenderRow, JobRow]:
    for entry, job in bakeoff.entries:
        if which in (job.id, LETTERS[entry.position]):
            return entry, job
    raise NotInBakeoff("This is not one of its results. Name a letter of the bake-off, or one of its jobs.")
