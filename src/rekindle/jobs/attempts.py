"""Tries of a job at providers: each written down before the call, and only who wrote it may call."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from rekindle.clock import Clock
from rekindle.errors import RekindleError
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.jobs.claims import Claim, TakenOver
from rekindle.jobs.lifecycle import Status
from rekindle.jobs.tables import AttemptRow, JobRow
from rekindle.providers.errors import Lost, ProviderError, RateLimited, Unsupported
from rekindle.providers.protocol import Done, Edit, Pending, Provider
from rekindle.providers.results import accept
from rekindle.providers.routing import Candidate, candidates

MOST_ATTEMPTS = 8
RETRIES = 2
"""Times that the same model is asked again after an error that allows it."""
CHECKS = 5
"""Times that a provider that accepted an edit is asked again for news when it cannot be reached."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds before the first retry, doubled for each further one, and the most that is waited."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the attempts, and who did it."""

    done: Done
    provider: str
    model: str


MakeEdit = Callable[[str, str], Edit]
"""The edit to ask for: from its key and the model."""

Tried = dict[tuple[str, str], ProviderError]
"""Providers and models that were asked before, and how that ended."""


class Attempts:
    """Asks one provider after the other until one has done it."""

    def __init__(
        self, db: Database, providers: Sequence[Provider], *, clock: Clock, first_pause: float = FIRST_PAUSE
    ) -> None:
        self._db = db
        self._providers = providers
        self._clock = clock
        self._first_pause = first_pause

    async def run(self, claim: Claim, make_edit: MakeEdit) -> Outcome:
        """The first outcome. Raises the last ProviderError when there is none, and TakenOver."""
        tried: Tried = {}
        if (resumed := await self._resume(claim, make_edit, tried)) is not None:
            return resumed
        problem: ProviderError = Unsupported("Nothing here can restore a photo like this one. Try a smaller one.")
        problem = next(reversed(tried.values()), problem)
        sample = make_edit("", "")
        for candidate in candidates(self._providers, sample.operation, sample.images):
            if (candidate.provider.name, candidate.model.id) in tried:
                continue
            try:
                return await self._ask(claim, candidate, make_edit)
            except ProviderError as error:
                problem = error
                if not error.next_provider:
                    break
        raise problem

    async def withdraw(self, job_id: UUID) -> None:
        """Once a job is canceled, tell the providers that still work at it to stop: each receipt is handed in once."""
        async with self._db.transaction() as tx:
            canceled = select(JobRow.id).where(JobRow.id == job_id, JobRow.status == Status.CANCELED)
            mine = update(AttemptRow).where(AttemptRow.job_id.in_(canceled), AttemptRow.status == "pending")
            changed = await tx.execute(
                mine.values(status="canceled", ended_at=self._clock.now()).returning(
                    AttemptRow.provider, AttemptRow.model, AttemptRow.handle
                )
            )
            rows = changed.all()
        for provider, model, handle in rows:
            candidate = self._find(provider, model)
            if candidate is not None and handle is not None:
                await candidate.provider.cancel(handle)

    async def _ask(self, claim: Claim, candidate: Candidate, make_edit: MakeEdit) -> Outcome:
        async for last in self._tries(RETRIES):
            number = await self._write(claim, candidate)
            edit = make_edit(f"{claim.job.id}/{number}", candidate.model.id)
            try:
                answer = await candidate.provider.start(edit)
                return await self._follow(claim, number, candidate, (answer, edit))
            except ProviderError as error:
                await self._fail(claim, number, error)
                if last or not error.retry or number >= MOST_ATTEMPTS:
                    raise
                await _wait_as_told(error)
            except RekindleError as error:
                # Not the provider's doing, for example a full disk.
                await self._fail(claim, number, error)
                raise
        raise Lost("The photo could not be restored, however often it was tried.")

    async def _follow(
        self, claim: Claim, number: int, candidate: Candidate, started: tuple[Done | Pending, Edit]
    ) -> Outcome:
        answer, edit = started
        pause = 0.0
        while isinstance(answer, Pending):
            await self._note(claim, number, "pending", handle=answer.handle)
            pause = min(max(answer.poll_after, pause * 1.5), LONGEST_PAUSE)
            await asyncio.sleep(pause)
            answer = await self._news(candidate, answer.handle, edit)
        await self._note(claim, number, "done", cost=answer.cost)
        await asyncio.to_thread(accept, answer, edit)
        return Outcome(answer, candidate.provider.name, candidate.model.id)

    async def _news(self, candidate: Candidate, handle: str, edit: Edit) -> Done | Pending:
        """What became of an edit that was accepted: whatever hinders asking, it is never handed in a second time."""
        async for last in self._tries(CHECKS):
            try:
                return await candidate.provider.check(handle, edit)
            except ProviderError as error:
                if not error.retry:
                    raise
                if last:
                    raise Lost("The photo was handed in, and then nothing more was heard of it.") from error
                await _wait_as_told(error)
        raise Lost("The photo was handed in, and then nothing more was heard of it.")

    async def _resume(self, claim: Claim, make_edit: MakeEdit, tried: Tried) -> Outcome | None:
        """Go on with what an earlier claim left: from its receipt where it has one; else nobody knows how it ended."""
        async with self._db.reading() as tx:
            query = select(AttemptRow).where(AttemptRow.job_id == claim.job.id).order_by(AttemptRow.number)
            rows = (await tx.scalars(query)).all()
        for row in rows:
            if row.status == "started":
                await self._note(claim, row.number, "unknown")
            candidate = self._find(row.provider, row.model)
            # One that was done before its result could be stored still has it.
            if row.status in ("pending", "done") and row.handle is not None and candidate is not None:
                edit = make_edit(f"{claim.job.id}/{row.number}", row.model)
                try:
                    answer = await self._news(candidate, row.handle, edit)
                    return await self._follow(claim, row.number, candidate, (answer, edit))
                except ProviderError as error:
                    await self._fail(claim, row.number, error)
                    if not error.next_provider:
                        raise
                    tried[row.provider, row.model] = error
        return None

    def _find(self, provider: str, model: str) -> Candidate | None:
        for known in self._providers:
            for offered in known.models:
                if (known.name, offered.id) == (provider, model):
                    return Candidate(known, offered)
        return None

    async def _write(self, claim: Claim, candidate: Candidate) -> int:
        """Write a new attempt down and return its number. Raises TakenOver: then nothing may be called any more."""
        async with self._db.transaction() as tx:
            mine = select(JobRow.id).where(
                JobRow.id == claim.job.id, JobRow.claim == claim.number, JobRow.status == Status.RUNNING
            )
            if await tx.scalar(mine) is None:
                raise TakenOver
            numbers = (await tx.scalars(select(AttemptRow.number).where(AttemptRow.job_id == claim.job.id))).all()
            number = max(numbers, default=0) + 1
            tx.add(
                AttemptRow(
                    id=self._clock.new_id(), job_id=claim.job.id, number=number, claim=claim.number,
                    provider=candidate.provider.name, model=candidate.model.id, status="started",
                    handle=None, error=None, cost=0, started_at=self._clock.now(), ended_at=None,
                )
            )  # fmt: skip
        return number

    async def _fail(self, claim: Claim, number: int, error: RekindleError) -> None:
        await self._note(claim, number, "failed", error={"code": error.code, "message": error.message})

    async def _note(self, claim: Claim, number: int, status: str, **known: str | Json | int) -> None:
        """Write down how far an attempt is; `known`: its `handle`, `error` or `cost`."""
        ended = {} if status == "pending" else {"ended_at": self._clock.now()}
        async with self._db.transaction() as tx:
            mine = update(AttemptRow).where(AttemptRow.job_id == claim.job.id, AttemptRow.number == number)
            await tx.execute(mine.values(status=status, **ended, **known))

    async def _tries(self, retries: int) -> AsyncIterator[bool]:
        """One item a try, with a growing pause before each but the first; True for the last."""
        pause = self._first_pause
        for number in range(retries + 1):
            if number:
                await asyncio.sleep(min(pause, LONGEST_PAUSE))
                pause *= 2
            yield number == retries


async def _wait_as_told(error: ProviderError) -> None:
    if isinstance(error, RateLimited):
        await asyncio.sleep(min(error.after, LONGEST_PAUSE))
