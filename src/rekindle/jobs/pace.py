"""How long jobs take here, as those that ended last took, for an estimate of those that have not."""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import and_, select

from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import look_across
from rekindle.jobs.lifecycle import Status
from rekindle.jobs.tables import JobRow
from rekindle.photos.tables import RESULT, PhotoRow, RenditionRow

Sample = tuple[str, int, float]
"""The operation of a job that made something, the pixels of its photo, and the seconds from its start to its end."""

_THOROUGH = 4_000_000
"""Pixels up to which the engine looks at every one (`imaging/nets/restorer.py`); larger photos are worked on at half of
their size or less.
"""
_SMALL, _LARGE = (2.0, 4.5), (3.0, 0.2)
"""Seconds for any photo and for each megapixel more, up to those pixels and beyond; on two cores, with damage of every
kind.
"""
_LEAST = 0.1
LATEST = 200
FRESH = timedelta(seconds=30)


def guess(pixels: int) -> float:
    """Seconds that a photo of so many pixels takes on a machine about which nothing is known."""
    any_photo, each = _SMALL if pixels <= _THOROUGH else _LARGE
    return any_photo + each * max(pixels, 0) / 1_000_000


class Lengths:
    """What jobs of each operation and size took, beside what was guessed."""

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self._by_size: dict[tuple[str, int], list[float]] = defaultdict(list)
        self._by_operation: dict[str, list[float]] = defaultdict(list)
        for operation, pixels, seconds in samples:
            ratio = max(seconds, _LEAST) / guess(pixels)
            self._by_size[operation, _class_of(pixels)].append(ratio)
            self._by_operation[operation].append(ratio)

    def expected(self, operation: str, pixels: int) -> float:
        """Seconds that such a job is likely to take: half of those like it took longer."""
        known = self._by_size.get((operation, _class_of(pixels))) or self._by_operation.get(operation) or [1.0]
        return guess(pixels) * median(known)


def _class_of(pixels: int) -> int:
    """Sizes of which the largest has four times the pixels of the smallest; 4 megapixels are the end of one."""
    return math.ceil(math.log(max(pixels, 1) / _THOROUGH, 4))


class Pace:
    """The lengths of the jobs that ended last, whoever's they were and whichever process ran them."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._looked_at: datetime | None = None
        self._lengths = Lengths()

    async def lengths(self) -> Lengths:
        """What is known, at most half a minute old."""
        now = self._clock.now()
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < FRESH:
            # Who asks meanwhile does without.
            self._looked_at = now
            self._lengths = Lengths(await self._latest())
        return self._lengths

    async def _latest(self) -> list[Sample]:
        """Jobs that found nothing to do, and end at once, are left out."""
        query = (
            select(JobRow.operation, PhotoRow.width, PhotoRow.height, JobRow.started_at, JobRow.ended_at)
            .join(PhotoRow, PhotoRow.id == JobRow.photo_id)
            .join(RenditionRow, and_(RenditionRow.job_id == JobRow.id, RenditionRow.kind == RESULT))
            .where(JobRow.status == Status.SUCCEEDED)
            .order_by(JobRow.id.desc())
            .limit(LATEST)
        )
        async with self._db.reading() as tx:
            await look_across(tx)
            rows = (await tx.execute(query)).all()
        return [
            (operation, width * height, (ended - began).total_seconds())
            for operation, width, height, began, ended in rows
            if began is not None and ended is not None
        ]
