"""Runs one job: prepare, diagnose, restore, finish, settle. Each stage is written down before it begins."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

from rekindle.errors import RekindleError
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners
from rekindle.infra.scratch import Scratch
from rekindle.jobs.attempts import Attempts, MakeEdit
from rekindle.jobs.claims import Claim, Claims, Meter, TakenOver
from rekindle.jobs.finishing import Finishing, Planned
from rekindle.jobs.lifecycle import Event, Stage
from rekindle.jobs.options import Options
from rekindle.jobs.racing import guarded
from rekindle.jobs.settle import Finished, Settling
from rekindle.photos.masks import Masks
from rekindle.photos.preparing import Prepared, Preparing
from rekindle.providers.protocol import MASK_TYPE, WORKING_TYPE, Edit, Picture
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
            meter = Meter()
            try:
                async with AsyncExitStack() as stack:
                    working = self._work(claim, meter, stack)
                    finished = await guarded(working, self._claims.reporting(claim, meter), _until_canceled(words))
                    # Not guarded: it is short, and interrupted it would leave files behind.
                    await self._settling.succeed(claim, finished)
            except TakenOver:
                await self._attempts.withdraw(job_id)
                return None
            except RekindleError as error:
                if error.code == RekindleError.code:
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

    async def _work(self, claim: Claim, meter: Meter, stack: AsyncExitStack) -> Finished:
        """Everything up to the end; the files of the result last as long as `stack`."""
        corners = Corners.from_json(claim.job.corners["corners"])
        folder = await stack.enter_async_context(self._scratch.folder())
        await self._reach(claim, meter, Stage.PREPARING)
        prepared = await stack.enter_async_context(self._preparing.open(claim.photo, corners))
        await self._reach(claim, meter, Stage.DIAGNOSING)
        planned = _plan(claim, prepared, straightened=corners != FULL_FRAME)
        outcome = None
        if planned.treatment.steps:
            mask = await self._mask(planned.options, stack)
            await self._reach(claim, meter, Stage.RESTORING)
            outcome = await self._attempts.run(claim, _editor(claim, planned, (folder, mask), meter))
        await self._reach(claim, meter, Stage.FINISHING)
        return await self._finishing.finish(planned, outcome, folder)

    async def _mask(self, options: Options, stack: AsyncExitStack) -> Picture | None:
        """The mask that was given; its file lasts as long as `stack`."""
        if options.mask_id is None:
            return None
        row, path = await stack.enter_async_context(self._masks.open(options.mask_id))
        return Picture(path, MASK_TYPE, row.width, row.height)

    async def _reach(self, claim: Claim, meter: Meter, stage: Stage) -> None:
        await self._claims.reach(claim, stage)
        meter.stage, meter.fraction = stage, 0.0


def _plan(claim: Claim, prepared: Prepared, *, straightened: bool) -> Planned:
    options = Options.from_json(claim.job.options)
    diagnosis = diagnose(prepared.measures)
    treatment = plan(Operation(claim.job.operation), diagnosis, options.wishes)
    return Planned(prepared, diagnosis, treatment, options, straightened)


def _editor(claim: Claim, planned: Planned, files: tuple[Path, Picture | None], meter: Meter) -> MakeEdit:
    """`files`: the folder for results, and the mask if one was given."""
    prepared, (folder, mask) = planned.prepared, files
    picture = Picture(prepared.path, WORKING_TYPE, prepared.width, prepared.height)

    def make_edit(key: str, model: str) -> Edit:
        return Edit(
            key=key, operation=Operation(claim.job.operation), model=model, images=[picture], mask=mask,
            treatment=planned.treatment, wishes=planned.options.wishes, folder=folder, progress=meter,
        )  # fmt: skip

    return make_edit


async def _until_canceled(words: AsyncIterator[str]) -> None:
    async for word in words:
        if word == Event.CANCEL:
            raise TakenOver
