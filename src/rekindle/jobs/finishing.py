"""What a job hands in at its end: the files of the new version, the mask that was filled, and the result in words."""

import asyncio
import logging
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rekindle.imaging.films import read_film
from rekindle.imaging.marks import BadMask, MaskDoesNotFit
from rekindle.infra.db.base import Json
from rekindle.infra.storage.port import FileMissing, Storage
from rekindle.infra.workbench import Workbench
from rekindle.jobs.attempts import Outcome
from rekindle.jobs.options import Options
from rekindle.jobs.settle import Files, Finished, FoundMask
from rekindle.photos.films import film_details
from rekindle.photos.pixels import adopt_mask, adopt_picture, make_previews
from rekindle.photos.preparing import Prepared, diagnosis_to_json
from rekindle.photos.tables import SOURCE_TYPE
from rekindle.providers.protocol import VIDEO_TYPE, WORKING_TYPE, Picture
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.plan import Treatment

log = logging.getLogger(__name__)

NOTHING_TO_DO = "We looked for damage and found none worth touching, so your photo stays exactly as it is."
ONLY_STRAIGHTENED = "We straightened the print and found no damage worth touching."
MADE = "This was made as you wished."
STRAIGHTEN: Json = {"name": "straighten", "title": "Straightened the print", "detail": "Cut out along its four corners"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A prepared photo, what is wrong with it, and what shall be done. `straightened`: it was cut out of a picture;
    `shown`: the key of a preview that shows all of the picture.
    """

    prepared: Prepared
    diagnosis: Diagnosis
    treatment: Treatment
    options: Options
    straightened: bool
    shown: str


class Finishing:
    """Makes previews of what came of a job, in child processes."""

    def __init__(self, bench: Workbench, storage: Storage, *, seconds: float) -> None:
        """`seconds` is how long each file may take."""
        self._bench = bench
        self._storage = storage
        self._seconds = seconds

    async def finish(self, planned: Planned, outcome: Outcome | None, folder: Path) -> Finished:
        """What to settle; new files are in `folder`."""
        changed = outcome if outcome is not None and not outcome.done.unchanged else None
        files, mask = None, None
        if changed is not None or planned.straightened:
            files = await self._files(planned, changed, folder)
        if changed is not None and changed.done.mask is not None and planned.options.mask_id is None:
            mask = await self._mask(planned.prepared, changed.done.mask, folder)
        diagnosis = diagnosis_to_json(planned.diagnosis, planned.prepared)
        return Finished(_result(planned, outcome, diagnosis, files), diagnosis, files, mask)

    async def _files(self, planned: Planned, outcome: Outcome | None, folder: Path) -> Files:
        prepared = planned.prepared
        given = Picture(prepared.path, WORKING_TYPE, prepared.width, prepared.height)
        before = await self._before(planned, folder)
        if outcome is None:
            # The cache keeps its file; the result gets one of its own.
            master = folder / "straightened.tif"
            await asyncio.to_thread(shutil.copyfile, given.path, master)
            return Files(master, *await self._previews(given.path, folder), before, given.width, given.height)
        made = outcome.done.images
        if made[0].media_type == VIDEO_TYPE:
            poster = await self._working(made[1], folder / "poster.tif") if len(made) > 1 else given
            film = await asyncio.to_thread(read_film, made[0].path)
            shown = await self._previews(poster.path, folder)
            return Files(made[0].path, *shown, before, film.width, film.height, film_details(film.seconds))
        picture = await self._working(made[0], folder / "working.tif")
        shown = await self._previews(picture.path, folder)
        details: Json | None = {SOURCE_TYPE: source_type(planned.options)} if outcome.generative else None
        return Files(picture.path, *shown, before, picture.width, picture.height, details)

    async def _before(self, planned: Planned, folder: Path) -> Path:
        """The preview of what was given: that of the photo, where nothing was cut out of it."""
        before, unused = folder / "before.jpg", folder / "unused.jpg"
        if not planned.straightened:
            with suppress(FileMissing):
                async with self._storage.local(planned.shown) as path:
                    await asyncio.to_thread(shutil.copyfile, path, before)
                return before
        await self._bench.run(make_previews, planned.prepared.path, before, unused, seconds=self._seconds)
        return before

    async def _working(self, picture: Picture, target: Path) -> Picture:
        """A picture as a working file, which it may be already."""
        if picture.media_type == WORKING_TYPE:
            return picture
        width, height = await self._bench.run(adopt_picture, picture.path, target, seconds=self._seconds)
        return Picture(target, WORKING_TYPE, width, height)

    async def _previews(self, working: Path, folder: Path) -> tuple[Path, Path]:
        preview, thumbnail = folder / "preview.jpg", folder / "thumbnail.jpg"
        await self._bench.run(make_previews, working, preview, thumbnail, seconds=self._seconds)
        return preview, thumbnail

    async def _mask(self, prepared: Prepared, found: Picture, folder: Path) -> FoundMask | None:
        """The mask that a provider found, believed only as far as it can be seen; the result is good without."""
        target, size = folder / "found.png", (prepared.width, prepared.height)
        try:
            adopted = await self._bench.run(adopt_mask, found.path, target, size, seconds=self._seconds)
        except (BadMask, MaskDoesNotFit) as error:
            log.warning("a mask that came with a result was left out: %s", error)
            return None
        return FoundMask(target, adopted)


def source_type(options: Options) -> str:
    """How a result came to be that a model made which makes pictures up: a word of IPTC's digital source types."""
    if options.wishes.style is not None:
        return "trainedAlgorithmicMedia"
    return "compositeWithTrainedAlgorithmicMedia"


def _result(planned: Planned, outcome: Outcome | None, diagnosis: Json, files: Files | None) -> Json:
    changed = outcome.done if outcome is not None and not outcome.done.unchanged else None
    shown = planned.prepared if files is None else files
    return {
        "unchanged": changed is None and not planned.straightened,
        "diagnosis": {name: value for name, value in diagnosis.items() if name != "prepared"},
        "width": shown.width,
        "height": shown.height,
        "mask_id": None if changed is None or changed.mask is None else _given(planned.options),
        **_told(planned, outcome),
    }


def _told(planned: Planned, outcome: Outcome | None) -> Json:
    """What was done, by whom and why."""
    report: Mapping[str, Any] = outcome.done.report if outcome is not None else {}
    nothing, steps = (ONLY_STRAIGHTENED, [STRAIGHTEN]) if planned.straightened else (NOTHING_TO_DO, [])
    changed = outcome is not None and not outcome.done.unchanged
    return {
        # Who chooses among several ways says so; the others have one.
        "chosen": report.get("chosen", None if changed else "input"),
        "reason": report.get("reason", MADE if changed else nothing),
        "steps": [*steps, *report.get("steps_done", ())],
        **_by(outcome),
    }


def _by(outcome: Outcome | None) -> Json:
    if outcome is None:
        return {"provider": None, "model": None, "degraded": False}
    return {
        "provider": outcome.provider,
        "model": outcome.model,
        "degraded": outcome.degraded,
        "marks": outcome.marks,
        "cost": outcome.cost,
    }


def _given(options: Options) -> str | None:
    return None if options.mask_id is None else str(options.mask_id)
