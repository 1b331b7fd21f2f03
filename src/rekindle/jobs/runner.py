"""Runs one job: prepare, diagnose, restore, finish, settle. Each stage is written down before it begins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from rekindle.errors import Away, RekindleError
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners
from rekindle.infra.observing import metrics
from rekindle.infra.observing.context import bind
from rekindle.infra.observing.stages import stage
from rekindle.infra.scratch import Scratch
from rekindle.jobs.attempts import Attempts
from rekindle.jobs.claims import Claim, Claims, Meter, TakenOver
from rekindle.jobs.finishing import Finishing, Planned
from rekindle.jobs.inputs import Inputs
from rekindle.jobs.lifecycle import Event, Stage
from rekindle.jobs.nudges import NUDGE
from rekindle.jobs.options import Options
from rekindle.jobs.racing import guarded, outlasting
from rekindle.jobs.settle import Finished, Settling
from rekindle.jobs.work import Work
from rekindle.photos.masks import Masks
from rekindle.photos.preparing import Prepared, Preparing
from rekindle.photos.service import corners_of
from rekindle.providers.asking import Size
from rekindle.treatments.diagnose import diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import plan


class Runner:
    """Runs jobs from wherever they were left."""

    def __init__(
        self,
        claims: Claims,
        *,
        inputs: tuple[Preparing, Masks],
        attempts: Attempts,
        finishing: Finishing,
        settling: Settling,
        scratch: Scratch,
    ) -> None:
        """`inputs`: what makes prepared photos, and what has masks for them. Unfinished files go to `scratch`."""
        self._claims = claims
        self._preparing, self._masks = inputs
        self._attempts = attempts
        self._finishing = finishing
        self._settling = settling
        self._scratch = scratch

    async def run(self, job_id: UUID) -> Claim | None:
        """Run a job to its end; None when it had ended, was canceled, or another worker has it."""
        async with self._claims.words(job_id) as words:
            if (claim := await self._claims.start(job_id)) is None:
                await self._attempts.withdraw(job_id)
                return None
            _told(claim)
            meter, nudged = Meter(), asyncio.Event()
            try:
                async with AsyncExitStack() as stack:
                    folder = await stack.enter_async_context(self._scratch.folder())
                    working = self._work(claim, folder, meter, nudged)
                    told = _until_canceled(words, nudged)
                    finished = await guarded(working, self._claims.reporting(claim, meter), told)
                    # Not guarded: it is short, and interrupted it would leave files behind.
                    with stage("settle"):
                        await outlasting(lambda: self._settling.succeed(claim, finished))
            except TakenOver:
                await self._attempts.withdraw(job_id)
                return None
            except RekindleError as error:
                if error.code == RekindleError.code or isinstance(error, Away):
                    raise
                await self._settling.fail(claim, code=error.code, message=error.message)
            return claim

    async def give_up(self, job_id: UUID) -> None:
        """End a job that was taken up again and again and never got anywhere."""
        if (claim := await self._claims.start(job_id)) is not None:
            message = "Restoring this photo stopped the engine several times, so it was given up. Try a smaller photo."
            await self._settling.fail(claim, code="gave_up", message=message)

    async def fail(self, job_id: UUID, reason: RekindleError | None = None) -> None:
        """End a job for this reason, or after an error that nobody foresaw; the log has the details."""
        if (claim := await self._claims.start(job_id)) is not None:
            message = "Something went wrong on our side. Your photo is safe; please try again."
            reason = reason or RekindleError(message)
            await self._settling.fail(claim, code=reason.code, message=reason.message)

    async def _work(self, claim: Claim, folder: Path, meter: Meter, nudged: asyncio.Event) -> Finished:
        """Everything up to the end. The photos are open only while somebody looks at them, files of results last."""
        options = Options.from_json(claim.job.options)
        with stage("prepare"):
            await self._reach(claim, meter, Stage.PREPARING)
            inputs = await self._inputs(claim, options)
            async with inputs.open() as opened:
                await self._reach(claim, meter, Stage.DIAGNOSING)
                planned = _plan(claim, opened.prepared[0], options)
                sizes = [Size(each.width, each.height) for each in opened.prepared]
        outcome = None
        if planned.treatment.steps or not Operation(claim.job.operation).mends:
            with stage("restore"):
                await self._reach(claim, meter, Stage.RESTORING)
                photos = [(photo.id, size) for (photo, _), size in zip(inputs.photos, sizes, strict=True)]
                request = await self._attempts.request(claim, options, photos)
                outcome = await self._attempts.run(
                    Work(claim, request, planned.treatment, inputs, folder, meter, planned.diagnosis, nudged)
                )  # fmt: skip
        with stage("finish"):
            await self._reach(claim, meter, Stage.FINISHING)
            async with inputs.open() as opened:
                return await self._finishing.finish(replace(planned, prepared=opened.prepared[0]), outcome, folder)

    async def _inputs(self, claim: Claim, options: Options) -> Inputs:
        """Every photo of a job. Raises PhotoNotFound when one was deleted meanwhile."""
        first = claim.photo, Corners.from_json(claim.job.corners["corners"])
        further = await self._claims.photos(options.photos)
        photos = [first, *((photo, corners_of(photo)) for photo in further)]
        return Inputs(self._preparing, self._masks, photos, options.mask_id)

    async def _reach(self, claim: Claim, meter: Meter, stage: Stage) -> None:
        await self._claims.reach(claim, stage)
        meter.reach(stage)


def _plan(claim: Claim, prepared: Prepared, options: Options) -> Planned:
    straightened = Corners.from_json(claim.job.corners["corners"]) != FULL_FRAME
    diagnosis = diagnose(prepared.measures)
    treatment = plan(Operation(claim.job.operation), diagnosis, options.wishes)
    return Planned(prepared, diagnosis, treatment, options, straightened, shown=claim.photo.preview_key)


async def _until_canceled(words: AsyncIterator[str], nudged: asyncio.Event) -> None:
    """Hear what is said of the job. Raises TakenOver when it is canceled."""
    async for word in words:
        if word == Event.CANCEL:
            raise TakenOver
        if word == NUDGE:
            nudged.set()


def _told(claim: Claim) -> None:
    """Whose doing everything from here on is, and how long the job waited for its first worker."""
    bind(claim=claim.number)
    if claim.number > 1:
        metrics.JOBS_TAKEN_OVER.inc()
    else:
        metrics.JOB_WAIT_SECONDS.observe(max(0.0, (claim.started_at - claim.job.created_at).total_seconds()))
