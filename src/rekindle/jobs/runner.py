"""Runs one job: prepare, diagnose, restore, finish, settle. Each stage is written down before it begins."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rekindle.errors import RekindleError
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners
from rekindle.infra.db.base import Json
from rekindle.infra.events.port import Events
from rekindle.infra.scratch import Scratch
from rekindle.infra.workbench import Workbench
from rekindle.jobs.attempts import Attempts, MakeEdit, Outcome
from rekindle.jobs.claims import Claim, Claims, Meter, TakenOver
from rekindle.jobs.lifecycle import Event, Stage
from rekindle.jobs.racing import guarded
from rekindle.jobs.service import topic
from rekindle.jobs.settle import Files, Finished, Settling
from rekindle.photos.pixels import make_previews
from rekindle.photos.preparing import Prepared, Preparing, diagnosis_to_json
from rekindle.providers.protocol import Edit, Picture
from rekindle.treatments.diagnose import Diagnosis, diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes, plan

WORKING_TYPE = "image/tiff"
NOTHING_TO_DO = "We looked for damage and found none worth touching, so your photo stays exactly as it is."
ONLY_STRAIGHTENED = "We straightened the print and found no damage worth touching."
STRAIGHTEN: Json = {"name": "straighten", "title": "Straightened the print", "detail": "Cut out along its four corners"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A prepared photo, what is wrong with it, and what shall be done."""

    prepared: Prepared
    diagnosis: Diagnosis
    treatment: Treatment
    wishes: Wishes


class Runner:
    """Runs jobs from wherever they were left."""

    def __init__(
        self,
        claims: Claims,
        *,
        preparing: Preparing,
        attempts: Attempts,
        settling: Settling,
        events: Events,
        workplace: tuple[Scratch, Workbench, float],
    ) -> None:
        """`workplace`: where unfinished files go, where previews are made, and the seconds that this may take."""
        self._claims = claims
        self._preparing = preparing
        self._attempts = attempts
        self._settling = settling
        self._events = events
        self._scratch, self._bench, self._seconds = workplace

    async def run(self, job_id: UUID) -> Claim | None:
        """Run a job to its end; None when it had ended, was canceled, or another worker has it."""
        async with self._events.listen(topic(job_id)) as words:
            if (claim := await self._claims.start(job_id)) is None:
                return None
            meter = Meter()
            try:
                async with AsyncExitStack() as stack:
                    working = self._work(claim, meter, stack)
                    finished = await guarded(working, self._claims.reporting(claim, meter), _until_canceled(words))
                    # Not guarded: it is short, and interrupted it would leave files behind.
                    await self._settling.succeed(claim, finished)
            except TakenOver:
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
        planned = _plan(claim, prepared)
        outcome = None
        if planned.treatment.steps:
            await self._reach(claim, meter, Stage.RESTORING)
            outcome = await self._attempts.run(claim, _editor(claim, planned, folder, meter))
        await self._reach(claim, meter, Stage.FINISHING)
        return await self._finish(planned, outcome, folder, straightened=corners != FULL_FRAME)

    async def _finish(self, planned: Planned, outcome: Outcome | None, folder: Path, *, straightened: bool) -> Finished:
        changed = outcome is not None and not outcome.done.unchanged
        files = None
        if changed or straightened:
            files = await self._files(planned.prepared, outcome if changed else None, folder)
        diagnosis = diagnosis_to_json(planned.diagnosis, planned.prepared)
        return Finished(_result(planned, outcome, diagnosis, straightened=straightened), diagnosis, files)

    async def _files(self, prepared: Prepared, outcome: Outcome | None, folder: Path) -> Files:
        picture = Picture(prepared.path, WORKING_TYPE, prepared.width, prepared.height)
        if outcome is not None:
            picture = outcome.done.images[0]
        preview, thumbnail = folder / "preview.jpg", folder / "thumbnail.jpg"
        await self._bench.run(make_previews, picture.path, preview, thumbnail, seconds=self._seconds)
        before, unused = folder / "before.jpg", folder / "unused.jpg"
        await self._bench.run(make_previews, prepared.path, before, unused, seconds=self._seconds)
        master = picture.path
        if outcome is None:
            # The cache keeps its file; the result gets one of its own.
            master = folder / "straightened.tif"
            await asyncio.to_thread(shutil.copyfile, prepared.path, master)
        return Files(master, preview, thumbnail, before, picture.width, picture.height)

    async def _reach(self, claim: Claim, meter: Meter, stage: Stage) -> None:
        await self._claims.reach(claim, stage)
        meter.stage, meter.fraction = stage, 0.0


def _plan(claim: Claim, prepared: Prepared) -> Planned:
    wishes = Wishes(**claim.job.options)
    diagnosis = diagnose(prepared.measures)
    return Planned(prepared, diagnosis, plan(Operation(claim.job.operation), diagnosis, wishes), wishes)


def _result(planned: Planned, outcome: Outcome | None, diagnosis: Json, *, straightened: bool) -> Json:
    report: Json = dict(outcome.done.report) if outcome is not None else {}
    changed = outcome is not None and not outcome.done.unchanged
    picture = outcome.done.images[0] if outcome is not None and changed else planned.prepared
    steps = [STRAIGHTEN] if straightened else []
    return {
        "unchanged": not changed and not straightened,
        "chosen": report.get("chosen", "input"),
        "reason": report.get("reason", ONLY_STRAIGHTENED if straightened else NOTHING_TO_DO),
        "provider": None if outcome is None else outcome.provider,
        "model": None if outcome is None else outcome.model,
        "diagnosis": {name: value for name, value in diagnosis.items() if name != "prepared"},
        "steps": [*steps, *report.get("steps_done", ())],
        "width": picture.width,
        "height": picture.height,
    }


def _editor(claim: Claim, planned: Planned, folder: Path, meter: Meter) -> MakeEdit:
    prepared = planned.prepared
    picture = Picture(prepared.path, WORKING_TYPE, prepared.width, prepared.height)

    def make_edit(key: str, model: str) -> Edit:
        return Edit(
            key=key, operation=Operation(claim.job.operation), model=model, images=[picture],
            treatment=planned.treatment, wishes=planned.wishes, folder=folder, progress=meter,
        )  # fmt: skip

    return make_edit


async def _until_canceled(words: AsyncIterator[str]) -> None:
    async for word in words:
        if word == Event.CANCEL:
            raise TakenOver
