"""Prepared inputs and diagnoses: the photo upright and straightened, what was measured on it, and what that means."""

import hashlib
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rekindle.imaging.measures import Measures
from rekindle.imaging.quadrilateral import Corners
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database
from rekindle.infra.storage.port import Storage
from rekindle.infra.workbench import Workbench
from rekindle.photos.cache import FileCache, prepared_folder
from rekindle.photos.pixels import measures_to_json, prepare
from rekindle.photos.service import OriginalGone, corners_of, owned_photo
from rekindle.photos.tables import PhotoRow
from rekindle.treatments.diagnose import Diagnosis, diagnose

VERSION = 3
"""Raised whenever the same original and corners would be prepared or measured differently."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A working file on this machine: `width` × `height` pixels, upright and straightened."""

    key: str
    path: Path
    width: int
    height: int
    measures: Measures


class Preparing:
    """Makes prepared inputs, each once: they are cached by the content of the original and the corners."""

    def __init__(self, db: Database, storage: Storage, *, bench: Workbench, cache: FileCache, seconds: float) -> None:
        """`seconds` is how long preparing one photo may take."""
        self._db = db
        self._storage = storage
        self._bench = bench
        self._cache = cache
        self._seconds = seconds

    @asynccontextmanager
    async def open(self, photo: PhotoRow, corners: Corners) -> AsyncGenerator[Prepared]:
        """The prepared input of a photo. Raises OriginalGone, and the errors of decoding."""
        original = photo.original_key

        async def make(target: Path) -> Json:
            if original is None:
                raise OriginalGone(
                    "The original of this photo was deleted, as the retention policy asks. Upload it again."
                )
            async with self._storage.local(original) as source:
                made = await self._bench.run(prepare, source, target, corners, seconds=self._seconds)
            return {"width": made.width, "height": made.height, "measures": measures_to_json(made.measures)}

        key = prepared_key(photo.sha256, corners)
        async with self._cache.open(key, make) as cached:
            details = cached.details
            yield Prepared(key, cached.path, details["width"], details["height"], Measures(**details["measures"]))

    async def diagnosis(self, owner: UUID, photo_id: UUID) -> Json:
        """The diagnosis of a photo with its present corners, made once and remembered. Raises PhotoNotFound."""
        async with self._db.reading() as tx:
            photo = await owned_photo(tx, owner, photo_id)
        corners = corners_of(photo)
        key = prepared_key(photo.sha256, corners)
        if photo.diagnosis is not None and photo.diagnosis["prepared"] == key:
            return photo.diagnosis
        async with self.open(photo, corners) as prepared:
            found = diagnosis_to_json(diagnose(prepared.measures), prepared)
        async with self._db.transaction() as tx:
            (await owned_photo(tx, owner, photo_id)).diagnosis = found
        return found


def prepared_key(sha256: str, corners: Corners) -> str:
    """The cache key of what is prepared from these bytes and corners."""
    recipe = json.dumps([VERSION, sha256, corners.to_json()])
    return f"{prepared_folder(sha256)}{hashlib.sha256(recipe.encode()).hexdigest()}.tif"


def diagnosis_to_json(diagnosis: Diagnosis, prepared: Prepared) -> Json:
    """A diagnosis as it is written down with a photo or a job; `prepared` says which pixels it holds for."""
    return {
        "prepared": prepared.key,
        "findings": [
            {
                "degradation": finding.degradation.value,
                "name": finding.degradation.name.lower(),
                "confidence": finding.confidence,
                "severity": finding.severity,
                "reason": finding.reason,
            }
            for finding in diagnosis.findings
        ],
        "needs_work": diagnosis.needs_work,
        "measures": measures_to_json(prepared.measures),
    }


def public_diagnosis(diagnosis: Mapping[str, object]) -> Json:
    """A written diagnosis without what only we need."""
    return {name: value for name, value in diagnosis.items() if name != "prepared"}
