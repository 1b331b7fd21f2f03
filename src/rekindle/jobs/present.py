"""Jobs as the API shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rekindle.clock import Clock
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.jobs.lifecycle import Status, seconds_left
from rekindle.jobs.options import shown
from rekindle.jobs.pace import Lengths, Pace
from rekindle.jobs.schemas import JobOut
from rekindle.jobs.tables import JobRow
from rekindle.jobs.veil import veil, veiled
from rekindle.photos.films import film_of
from rekindle.photos.present import Presenter
from rekindle.photos.tables import MASK, RESULT, PhotoRow, RenditionRow
from rekindle.providers.offers import Offers

SAME_NAMES = (
    "id", "photo_id", "operation", "status", "stage", "progress",
    "created_at", "started_at", "ended_at", "retry_of", "error",
)  # fmt: skip

PLAIN_RESULT: Json = {"degraded": False, "marks": None}
"""What results did not tell before there were other providers."""

UNTOLD = frozenset({"mask_id", "cost"})
"""What is written down with a result and not shown: it is shown otherwise, or is for operators."""


class JobPresenter:
    """Turns rows into response bodies, with links to previews and an estimate of the time left."""

    def __init__(self, db: Database, presenter: Presenter, *, clock: Clock, pace: Pace, offers: Offers) -> None:
        self._db = db
        self._presenter = presenter
        self._clock = clock
        self._pace = pace
        self._offers = offers

    async def jobs(self, rows: Sequence[JobRow]) -> list[JobOut]:
        """These jobs, in their order. Of a blind bake-off nobody is told who did what before the choice."""
        async with self._db.reading() as tx:
            photos = await tx.scalars(select(PhotoRow).where(PhotoRow.id.in_([row.photo_id for row in rows])))
            pixels = {photo.id: photo.width * photo.height for photo in photos}
            made = await _made(tx, rows)
            hidden = await veiled(tx, [row.id for row in rows])
        lengths = await self._pace.lengths()
        bodies = [self._job(row, (pixels.get(row.photo_id, 0), lengths), made) for row in rows]
        return [veil(job) if job.id in hidden else job for job in bodies]

    async def job(self, row: JobRow) -> JobOut:
        """One job."""
        return (await self.jobs([row]))[0]

    def _job(self, row: JobRow, work: tuple[int, Lengths], made: "_Made") -> JobOut:
        result = None if row.result is None else self._result(row, row.result, made)
        plain = {name: getattr(row, name) for name in SAME_NAMES}
        price = None if row.quote is None else {"most": row.quote["most"], "charged": row.charged}
        plain |= {"result": result, "seconds_left": self._left(row, *work), "price": price}
        plain |= {"options": shown(row.options), "photo_ids": photos_of(row)}
        return JobOut.model_validate(plain)

    def _result(self, row: JobRow, written: Json, made: "_Made") -> Json:
        link, rendition = self._presenter.link, made.results.get(row.id)
        mask = made.masks.get(mask_id) if (mask_id := mask_of(row)) is not None else None
        film = None if rendition is None else film_of(rendition)
        return PLAIN_RESULT | {name: value for name, value in written.items() if name not in UNTOLD} | {
            "preview_url": None if rendition is None else self._presenter.preview(rendition),
            "before_preview_url": None if rendition is None else link(rendition.before_key),
            "mask": None if mask is None else self._presenter.mask(mask),
            "film_url": None if rendition is None else self._presenter.film(rendition),
            "provider_title": None if written["provider"] is None else self._offers.title(written["provider"]),
            "kind": "picture" if film is None else "film",
            "seconds": None if film is None else film.seconds,
        }  # fmt: skip

    def _left(self, row: JobRow, pixels: int, lengths: Lengths) -> float | None:
        if Status(row.status).ended:
            return 0.0
        expected = lengths.expected(row.operation, pixels)
        if row.started_at is None:
            return expected
        return seconds_left(row.progress, (self._clock.now() - row.started_at).total_seconds(), expected)


@dataclass(frozen=True, slots=True)
class _Made:
    """Versions by the job that made them, and masks by their own identifier."""

    results: Mapping[UUID | None, RenditionRow]
    masks: Mapping[UUID, RenditionRow]


async def _made(tx: Transaction, rows: Sequence[JobRow]) -> _Made:
    results = select(RenditionRow).where(RenditionRow.job_id.in_([row.id for row in rows]), RenditionRow.kind == RESULT)
    used = [mask_id for row in rows if (mask_id := mask_of(row)) is not None]
    masks = select(RenditionRow).where(RenditionRow.id.in_(used), RenditionRow.kind == MASK)
    return _Made(
        {row.job_id: row for row in await tx.scalars(results)},
        {row.id: row for row in await tx.scalars(masks)} if used else {},
    )


def photos_of(row: JobRow) -> list[str]:
    """All photos of a job, the first one first."""
    return [str(row.photo_id), *row.options.get("photo_ids", ())]


def mask_of(row: JobRow) -> UUID | None:
    """The mask that a job has filled; results of before there were masks do not tell."""
    written = None if row.result is None else row.result.get("mask_id")
    return None if written is None else UUID(written)
