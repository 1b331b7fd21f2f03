"""One call of a model, from the pictures that it takes to a result that was looked at."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta

from rekindle.clock import Clock
from rekindle.errors import Away, RekindleError
from rekindle.infra.lanes import aside
from rekindle.infra.observing.context import bound
from rekindle.infra.observing.spans import span
from rekindle.infra.queue.lease import certain
from rekindle.jobs.checking import Checking
from rekindle.jobs.egress import Egress, Sending
from rekindle.jobs.notebook import Attempt, Notebook, Unheard
from rekindle.jobs.nudges import Nudges
from rekindle.jobs.patience import Patience
from rekindle.jobs.racing import outlasting
from rekindle.jobs.work import Part, Work
from rekindle.providers.errors import ProviderError
from rekindle.providers.outgoing import Outgoing
from rekindle.providers.protocol import Done, Edit, Leaving, Pending, Takes

TOO_LATE = "The photo was handed in, and was not done in time."
Forget = Callable[[], Awaitable[None]]

UNHEARD = "The photo was handed in, and then nothing more was heard of it."


class Calling:
    """Calls models: what leaves is written down first, and what comes is judged."""

    def __init__(
        self,
        notebook: Notebook,
        *,
        outgoing: Outgoing,
        checking: Checking,
        egress: Egress,
        rules: tuple[Patience, Nudges],
        clock: Clock,
    ) -> None:
        """`rules`: how long to wait, and where providers can say that they are done."""
        self.notebook = notebook
        self.patience, self._nudges = rules
        self.outgoing = outgoing
        self._checking = checking
        self.egress = egress
        self._clock = clock

    async def left(self, work: Work) -> float:
        """Seconds until a job waits for nobody elsewhere any more: counted from its first attempt."""
        if work.first_at is None and (rows := await self.notebook.rows(work.claim.job.id)):
            work.first_at = rows[0].started_at
        gone = timedelta() if work.first_at is None else self._clock.now() - work.first_at
        return self.patience.deadline - gone.total_seconds()

    async def once(self, work: Work, attempt: Attempt, part: Part) -> Done:
        """The result of one try, in files that last as long as the job. Raises a ProviderError; either is kept."""
        try:
            async with _told(attempt), self._formed(work, attempt, part) as (edit, forget):
                if attempt.candidate.model.takes is not Takes.WORKING:
                    await self._checking.may_leave(edit, work, part)
                async with _elsewhere(attempt):
                    answer = await self._start(work, attempt, edit)
                    if isinstance(answer, Pending):
                        # Before anything else: who dies without it does not know that it was taken.
                        await self._keep(attempt, answer.handle)
                        await forget()
                    done = await self._follow(work, attempt, (answer, edit))
                return await self._believed(work, attempt, edit, done)
        except Away:
            # Nothing is known to be wrong with the attempt: whoever takes the job up goes on from where it is.
            raise
        except RekindleError as error:
            # Also what is not the provider's doing, for example a full disk.
            await self.notebook.failed(attempt, error, work.operation)
            raise

    async def resumed(self, work: Work, attempt: Attempt, handle: str) -> Done:
        """The result of a try that an earlier claim handed in. Raises a ProviderError."""
        try:
            whole = Part(0, len(work.inputs.photos))
            async with _told(attempt), self._formed(work, attempt, whole, again=True) as (edit, _):
                async with _elsewhere(attempt):
                    answer = await self._news(work, attempt, handle, edit)
                    done = await self._follow(work, attempt, (answer, edit))
                return await self._believed(work, attempt, edit, done)
        except Away:
            raise
        except RekindleError as error:
            await self.notebook.failed(attempt, error, work.operation)
            raise

    @asynccontextmanager
    async def _formed(
        self, work: Work, attempt: Attempt, part: Part, *, again: bool = False
    ) -> AsyncGenerator[tuple[Edit, Forget]]:  # fmt: skip
        """The edit in the form that the model takes, and what lets go of its files early where that can be done.

        `again`: it was handed in before, so that only files are made that the provider may still fetch.
        """
        model, key = attempt.candidate.model, f"{work.claim.job.id}/{attempt.number}"
        folder = work.folder / str(attempt.number)
        await asyncio.to_thread(folder.mkdir)
        async with AsyncExitStack() as stack:
            if model.takes is Takes.WORKING:
                opened = await stack.enter_async_context(work.inputs.open())
                yield work.edit(key, model.id, (opened, part), folder), _nothing
                return
            async with work.inputs.open() as opened:
                edit = replace(
                    work.edit(key, model.id, (opened, part), folder),
                    leaving=self._leaving(work, attempt, part),
                    nudge=self._nudges.nudge_url(attempt.candidate.provider.name, attempt.id),
                )
                sending = work.folder / f"{attempt.number}-sent"
                if again and model.takes is not Takes.LINKS:
                    sent = self.outgoing.outline(edit, model, sending)
                else:
                    sent = await stack.enter_async_context(self.outgoing.form(edit, model, sending))
            yield sent, _nothing if sent.links else stack.aclose

    def _leaving(self, work: Work, attempt: Attempt, part: Part) -> Leaving:
        """What is told before bytes leave. What came of earlier photos shows them, so they count as leaving, too."""
        sending = Sending(
            work.claim.job, work.photo_ids[: part.stop], attempt.number, attempt.candidate.provider.name
        )  # fmt: skip

        async def leaves(host: str, size: int) -> None:
            await self.egress.leaves(sending, host, size)

        return leaves

    async def _start(self, work: Work, attempt: Attempt, edit: Edit) -> Done | Pending:
        if attempt.candidate.model.takes is Takes.WORKING:
            return await attempt.candidate.provider.start(edit)
        left = max(1.0, await self.left(work))
        # Whoever was frozen until somebody else took the job over must not hand it in once more.
        await certain()
        try:
            async with asyncio.timeout(left):
                return await attempt.candidate.provider.start(edit)
        except TimeoutError as error:
            raise Unheard(TOO_LATE) from error

    async def _follow(self, work: Work, attempt: Attempt, started: tuple[Done | Pending, Edit]) -> Done:
        answer, edit = started
        time, kept = asyncio.get_running_loop().time, ""
        began = time()
        while isinstance(answer, Pending):
            if answer.handle != kept:
                await self._keep(attempt, answer.handle)
                kept = answer.handle
            if answer.progress is not None:
                work.meter("waiting", answer.progress)
            pause = self.patience.until_news(answer.poll_after, time() - began)
            if attempt.candidate.model.takes is not Takes.WORKING:
                if (left := await self.left(work)) <= 0:
                    await attempt.candidate.provider.cancel(answer.handle)
                    raise Unheard(TOO_LATE)
                pause = min(pause, left)
            await _nudged(work, pause)
            answer = await self._news(work, attempt, answer.handle, edit)
        done = answer
        await outlasting(lambda: self.notebook.answered(attempt, done.cost))
        return done

    async def _keep(self, attempt: Attempt, handle: str) -> None:
        """Write a receipt down, also where the database is away for a moment: without it nobody can go on from it."""
        await outlasting(lambda: self.notebook.handed_in(attempt, handle))

    async def _news(self, work: Work, attempt: Attempt, handle: str, edit: Edit) -> Done | Pending:
        """What became of an edit that was accepted: whatever hinders asking, it is never handed in a second time."""
        for tries in range(1, self.patience.checks + 2):
            try:
                return await attempt.candidate.provider.check(handle, edit)
            except ProviderError as error:
                if not error.retry:
                    raise
                if tries > self.patience.checks:
                    raise Unheard(UNHEARD, detail=error.detail or error.message) from error
                await _nudged(work, self.patience.pause(tries, random.random(), error))  # noqa: S311 - spreads load
        raise Unheard(UNHEARD)

    async def _believed(self, work: Work, attempt: Attempt, edit: Edit, done: Done) -> Done:
        """The result after a look at it."""
        if attempt.candidate.model.takes is Takes.WORKING:
            good = await self._checking.own(done, edit)
        else:
            async with work.inputs.open() as opened:
                good = await self._checking.brought(done, edit, opened.pictures[0])
        await self.notebook.good(attempt, work.operation)
        if attempt.candidate.model.takes is not Takes.WORKING:
            # After it was paid for: the provider has done what it was asked to.
            await self._checking.may_come(good, work)
        return good


async def _nudged(work: Work, seconds: float) -> None:
    """Wait until the provider says that it is done, `seconds` at the most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work.nudged.wait()
    # Afterwards, so that what is said while we look makes us look once more.
    work.nudged.clear()


def _elsewhere(attempt: Attempt) -> AbstractAsyncContextManager[None]:
    """Waiting for somebody elsewhere takes no lane; the engine of this machine works in ours."""
    return nullcontext() if attempt.candidate.model.takes is Takes.WORKING else aside()


async def _nothing() -> None:
    """Forget nothing: the files are still needed."""


@asynccontextmanager
async def _told(attempt: Attempt) -> AsyncGenerator[None]:
    """In this block, log lines and spans are about this attempt."""
    provider, model = attempt.candidate.key
    about = span("attempt", attempt_id=attempt.id, provider=provider, model=model, number=attempt.number)
    with bound(attempt_id=attempt.id, provider=provider), about:
        yield
