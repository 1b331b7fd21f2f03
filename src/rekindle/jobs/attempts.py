"""Whom a job asks: one model after the other, until one has done it. Remote ones first, as the routing ranks them."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from uuid import UUID

from rekindle.accounts.plans import Plans
from rekindle.clock import Clock
from rekindle.infra.lanes import aside
from rekindle.jobs.calling import Calling
from rekindle.jobs.claims import Claim
from rekindle.jobs.egress import StaysHere
from rekindle.jobs.notebook import Attempt
from rekindle.jobs.options import Options
from rekindle.jobs.patience import Step
from rekindle.jobs.rewording import Rewording
from rekindle.jobs.tables import AttemptRow
from rekindle.jobs.work import Part, Work, parts_of
from rekindle.providers.asking import Candidate, Ranking, Request, Size
from rekindle.providers.choosing import Choosing, Passage, Refusal
from rekindle.providers.errors import Lost, ProviderError, Unavailable, Unsupported
from rekindle.providers.protocol import Done, Model, Provider, Takes
from rekindle.treatments.operations import Operation

LONGEST_PLACE = 20.0
"""Seconds that a job waits in the queue for a place at one provider before it looks at the others again."""

NOTHING_CAN = "Nothing here can restore a photo like this one. Try a smaller one."
NOTHING_HERE_CAN = "This photo is to stay on this machine, and nothing here can do this with it."
ON_ITS_WAY = "The photo was on its way there when this server stopped, so they may be at work on it."
NOBODY_NOW = "Those who could do this cannot be asked right now. Nothing was charged; please try again later."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the attempts, and who did it. `degraded`: the engine of this machine, instead of one elsewhere that
    could not. `cost` is what all attempts cost us, in millionths of a dollar; `marks` tells of a watermark;
    `generative`: a model elsewhere made it, which makes pictures up.
    """

    done: Done
    provider: str
    model: str
    degraded: bool = False
    cost: int = 0
    marks: str | None = None
    generative: bool = False


def stays(model: Model) -> bool:
    """Whether a model works on this machine."""
    return model.takes is Takes.WORKING


class Attempts:
    """Asks one provider after the other until one has done it."""

    def __init__(
        self, providers: Sequence[Provider], *, choosing: Choosing, calling: Calling, plans: Plans, clock: Clock,
        rewording: Rewording | None = None,
    ) -> None:  # fmt: skip
        """Without a `rewording` the words are always the usual ones."""
        self._providers = providers
        self._rewording = rewording
        self._plans = plans
        self._choosing = choosing
        self._calling = calling
        self._notebook = calling.notebook
        self._patience = calling.patience
        self._clock = clock

    async def request(self, claim: Claim, options: Options, photos: Sequence[tuple[UUID, Size]]) -> Request:
        """What a job asks for, as far as it matters by whom; `photos` are all that go into it, and their sizes."""
        local_only = await self._calling.egress.must_stay(claim.job, [photo_id for photo_id, _ in photos])
        operation, own_choice = Operation(claim.job.operation), options.provider or options.model
        before = None if own_choice else await self._notebook.favourite(claim.job.owner_id, operation)
        return Request(
            operation, [size for _, size in photos], plan=claim.plan, user=claim.job.owner_id, local_only=local_only,
            strategy=self._plans.find(claim.plan).strategy.value, links=self._calling.outgoing.links,
            quality=options.quality, provider=options.provider, model=options.model,
            seconds=options.wishes.seconds if operation is Operation.ANIMATE else 0.0, favourite=before,
        )  # fmt: skip

    async def run(self, work: Work) -> Outcome:
        """The first outcome. Raises the last ProviderError when there is none, and TakenOver."""
        if (resumed := await self._resume(work)) is not None:
            return resumed
        while True:
            ranking = await self._ranking(work)
            here = [each for each in ranking.candidates if stays(each.model)]
            here_first = bool(here) and ranking.candidates[0] is here[0]
            answer = False if here_first else await self._elsewhere(work, ranking, here)
            if isinstance(answer, Outcome):
                return answer
            if not answer:
                return await self._here(work, here)

    async def withdraw(self, job_id: UUID) -> None:
        """Once a job is canceled, tell the providers that still work at it to stop: each receipt is handed in once."""
        for row in await self._notebook.withdrawn(job_id):
            candidate = self._find(row.provider, row.model)
            if candidate is not None and row.handle is not None:
                await candidate.provider.cancel(row.handle)

    async def _ranking(self, work: Work) -> Ranking:
        ranking = await self._choosing.ranking(work.asking())
        if work.request.local_only:
            # Whatever the routing thinks of it.
            ranking = replace(ranking, candidates=[each for each in ranking.candidates if stays(each.model)])
        if work.remember(ranking):
            await self._notebook.considered(work.claim, work.story)
        return ranking

    async def _elsewhere(self, work: Work, ranking: Ranking, here: Sequence[Candidate]) -> Outcome | bool:
        """What somebody elsewhere made of it; else whether to look again who could."""
        remote = [each for each in ranking.candidates if not stays(each.model)]
        work.wanted = work.wanted or bool(remote) or any(each.wanted for each in ranking.refused)
        if not remote:
            return await self._wait_for_others(work, ranking, here)
        if self._rewording is not None:
            # Only now: the engine of this machine reads no words.
            await self._rewording.word(work)
        if (found := await self._admitted(work, remote, here)) is None:
            return False
        return await self._ask(work, *found) or True

    async def _here(self, work: Work, here: Sequence[Candidate]) -> Outcome:
        """What this machine makes of it. Raises the last ProviderError when that is nothing."""
        for candidate in here:
            passage = await self._choosing.admit(candidate, work.asking())
            if isinstance(passage, Refusal):
                work.refuse(candidate, passage.reason)
            elif (outcome := await self._ask(work, candidate, passage)) is not None:
                return outcome
        if work.tried:
            raise next(reversed(work.tried.values()))
        if work.wanted:
            raise Unavailable(NOBODY_NOW)
        raise Unsupported(NOTHING_HERE_CAN if work.request.local_only else NOTHING_CAN)

    async def _ask(self, work: Work, candidate: Candidate, passage: Passage) -> Outcome | None:
        """The outcome of a model, asked again where that may help; None when another one is to be asked."""
        try:
            done = await self._done(work, candidate, passage)
        except ProviderError as error:
            work.tried[candidate.key] = error
            if isinstance(error, StaysHere):
                work.request = replace(work.request, local_only=True)
            if isinstance(error, Lost):
                # It may be at work there still, and charged: the others of the same provider are no other place.
                work.tried |= {(candidate.provider.name, each.id): error for each in candidate.provider.models}
            if not error.next_provider and not self._patience.after_refusal:
                raise
            return None
        return await self._outcome(work, candidate, done)

    async def _outcome(self, work: Work, candidate: Candidate, done: Done) -> Outcome:
        rows = await self._notebook.rows(work.claim.job.id)
        return Outcome(
            done, *candidate.key, degraded=work.wanted and stays(candidate.model),
            cost=sum(row.cost for row in rows) + work.words_cost, marks=candidate.model.marks,
            generative=not stays(candidate.model),
        )  # fmt: skip

    async def _done(self, work: Work, candidate: Candidate, passage: Passage) -> Done:
        parts = parts_of(len(work.inputs.photos), candidate.model.max_inputs)
        done = await self._insist(work, candidate, passage, parts[0])
        for part in parts[1:]:
            again = await self._again(work, candidate)
            whole = replace(part, earlier=done.images[0])
            done = await self._insist(work, candidate, again, whole)
        return done

    async def _insist(self, work: Work, candidate: Candidate, passage: Passage, part: Part) -> Done:
        """The answer to a part, after as many tries as patience has. Raises the last ProviderError."""
        tries = 0
        while True:
            tries += 1
            async with passage:
                attempt = await self._notebook.begin(work.claim, candidate)
                try:
                    return await self._calling.once(work, attempt, part)
                except ProviderError as error:
                    problem = error
            left = await self._calling.left(work)
            step = self._patience.after(problem, tries=tries, number=attempt.number, left=left)
            if step is not Step.AGAIN:
                raise problem
            await _sleep(self._patience.pause(tries, random.random(), problem))  # noqa: S311 - spreads load
            passage = await self._again(work, candidate, problem)

    async def _again(self, work: Work, candidate: Candidate, problem: ProviderError | None = None) -> Passage:
        """Leave for one more call. Raises `problem` where there is none."""
        request = work.request
        async with nullcontext() if stays(candidate.model) else aside():
            patience = min(LONGEST_PLACE, await self._calling.left(work))
            passage = await self._choosing.admit(candidate, request, patience=max(0.0, patience))
        if isinstance(passage, Refusal):
            work.refuse(candidate, passage.reason)
            raise problem or Unavailable(passage.reason)
        return passage

    async def _admitted(
        self, work: Work, remote: Sequence[Candidate], here: Sequence[Candidate]
    ) -> tuple[Candidate, Passage] | None:
        """The first who lets us in, after some waiting if all are busy; None when that takes too long."""
        began, left, patience = self._clock.now(), await self._calling.left(work), 0.0
        while left > 0:
            soonest: float | None = None
            for candidate in remote:
                async with aside():
                    answer = await self._choosing.admit(candidate, work.asking(), patience=patience)
                if not isinstance(answer, Refusal):
                    return candidate, answer
                work.refuse(candidate, answer.reason)
                if answer.after is not None:
                    soonest = answer.after if soonest is None else min(soonest, answer.after)
            left = await self._waiting_time(work, here) - (self._clock.now() - began).total_seconds()
            if soonest is None or soonest > left:
                break
            await _sleep(soonest * (1 + random.random() / 2))  # noqa: S311 - spreads load
            patience = min(LONGEST_PLACE, left)
        await self._notebook.considered(work.claim, work.story)
        return None

    async def _wait_for_others(self, work: Work, ranking: Ranking, here: Sequence[Candidate]) -> bool:
        """Wait a little where somebody elsewhere may be there again soon; False when that is over."""
        if not any(each.passes for each in ranking.refused):
            return False
        work.waits += 1
        pause = self._patience.pause(work.waits, random.random())  # noqa: S311 - spreads load
        work.waited += pause
        if work.waited > await self._waiting_time(work, here):
            return False
        await _sleep(pause)
        return True

    async def _waiting_time(self, work: Work, here: Sequence[Candidate]) -> float:
        """Seconds that are worth waiting for somebody elsewhere: shorter where this machine can do it, too."""
        left = await self._calling.left(work)
        return min(left, self._patience.busy) if here else left

    async def _resume(self, work: Work) -> Outcome | None:
        """Go on with what an earlier claim left: from its receipt where it has one; else nobody knows how it ended."""
        for row in await self._notebook.rows(work.claim.job.id):
            candidate = self._find(row.provider, row.model)
            # A part of a chunked edit is worth nothing without what came of the parts before.
            whole = candidate is not None and len(work.inputs.photos) <= candidate.model.max_inputs
            if row.status == "started" or (row.status == "pending" and not whole):
                await self._notebook.unknown(work.claim, row)
                if candidate is not None:
                    await self._leave_alone(work, row, candidate.provider)
            # One that was done before its result could be stored still has it.
            elif row.status in ("pending", "done") and candidate is not None and whole:
                outcome = await self._take_up(work, row, candidate)
                if outcome is not None:
                    return outcome
        return None

    async def _leave_alone(self, work: Work, row: AttemptRow, provider: Provider) -> None:
        """Who gives receipts, and may have been handed the edit before one was heard, is not handed it again."""
        if provider.receipts and await self._calling.egress.left(row):
            lost, work.wanted = Lost(ON_ITS_WAY), True
            work.tried |= {(provider.name, each.id): lost for each in provider.models}

    async def _take_up(self, work: Work, row: AttemptRow, candidate: Candidate) -> Outcome | None:
        """What came of an edit by its receipt; None when another model is to be asked."""
        if row.handle is None:
            return None
        work.wanted = work.wanted or not stays(candidate.model)
        attempt = Attempt(work.claim, row.id, row.number, candidate, row.estimate)
        try:
            done = await self._calling.resumed(work, attempt, row.handle)
        except ProviderError as error:
            work.tried[candidate.key] = error
            if not error.next_provider and not self._patience.after_refusal:
                raise
            return None
        return await self._outcome(work, candidate, done)

    def _find(self, provider: str, model: str) -> Candidate | None:
        for known in self._providers:
            for offered in known.models:
                if (known.name, offered.id) == (provider, model):
                    return Candidate(known, offered)
        return None


async def _sleep(seconds: float) -> None:
    async with aside():
        await asyncio.sleep(seconds)
