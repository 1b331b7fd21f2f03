"""What a job hands in at its end: the files of the new version, the mask that was filled, and the result in words."""

import asyncio
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rekindle.imaging.marks import BadMask, MaskDoesNotFit
from rekindle.infra.db.base import Json
from rekindle.infra.workbench import Workbench
from rekindle.jobs.attempts import Outcome
from rekindle.jobs.options import Options
from rekindle.jobs.settle import Files, Finished, FoundMask
from rekindle.photos.pixels import adopt_mask, make_previews
from rekindle.photos.preparing import Prepared, diagnosis_to_json
from rekindle.providers.protocol import WORKING_TYPE, Picture
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.plan import Treatment

log = logging.getLogger(__name__)

NOTHING_TO_DO = "We looked for damage and found none worth touching, so your photo stays exactly as it is."
ONLY_STRAIGHTENED = "We straightened the print and found no damage worth touching."
STRAIGHTEN: Json = {"name": "straighten", "title": "Straightened the print", "detail": "Cut out along its four corners"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A prepared photo, what is wrong with it, and what shall be done. `straightened`: it was cut out of a picture."""

    prepared: Prepared
    diagnosis: Diagnosis
    treatment: Treatment
    options: Options
    straightened: bool


class Finishing:
    """Makes previews of what came of a job, in child processes."""

    def __init__(self, bench: Workbench, *, seconds: float) -> None:
        """`seconds` is how long each file may take."""
        self._bench = bench
        self._seconds = seconds

    async def finish(self, planned: Planned, outcome: Outcome | None, folder: Path) -> Finished:
        """What to settle; new files are in `folder`."""
        changed = outcome if outcome is not None and not outcome.done.unchanged else None
        files, mask = None, None
        if changed is not None or planned.straightened:
            files = await self._files(planned.prepared, changed, folder)
        if changed is not None and changed.done.mask is not None and planned.options.mask_id is None:
            mask = await self._mask(planned.prepared, changed.done.mask, folder)
        diagnosis = diagnosis_to_json(planned.diagnosis, planned.prepared)
        return Finished(_result(planned, outcome, diagnosis), diagnosis, files, mask)

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

    async def _mask(self, prepared: Prepared, found: Picture, folder: Path) -> FoundMask | None:
        """The mask that a provider found, believed only as far as it can be seen; the result is good without."""
        target, size = folder / "found.png", (prepared.width, prepared.height)
        try:
            adopted = await self._bench.run(adopt_mask, found.path, target, size, seconds=self._seconds)
        except (BadMask, MaskDoesNotFit) as error:
            log.warning("a mask that came with a result was left out: %s", error)
            return None
        return FoundMask(target, adopted)


def _result(planned: Planned, outcome: Outcome | None, diagnosis: Json) -> Json:
    changed = outcome.done if outcome is not None and not outcome.done.unchanged else None
    picture = changed.images[0] if changed is not None else planned.prepared
    return {
        "unchanged": changed is None and not planned.straightened,
        "diagnosis": {name: value for name, value in diagnosis.items() if name != "prepared"},
        "width": picture.width,
        "height": picture.height,
        "mask_id": None if changed is None or changed.mask is None else _given(planned.options),
        **_told(planned, outcome),
    }


def _told(planned: Planned, outcome: Outcome | None) -> Json:
    """What was done, by whom and why."""
    report: Mapping[str, Any] = outcome.done.report if outcome is not None else {}
    nothing, steps = (ONLY_STRAIGHTENED, [STRAIGHTEN]) if planned.straightened else (NOTHING_TO_DO, [])
    return {
        "chosen": report.get("chosen", "input"),
        "reason": report.get("reason", nothing),
        "provider": None if outcome is None else outcome.provider,
        "model": None if outcome is None else outcome.model,
        "steps": [*steps, *report.get("steps_done", ())],
    }


def _given(options: Options) -> str | None:
    return None if options.mask_id is None else str(options.mask_id)
