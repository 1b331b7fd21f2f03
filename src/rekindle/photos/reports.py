"""Reports of people, and the list of what operators are to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from sqlalchemy import select, tuple_

from rekindle.clock import Clock
from rekindle.errors import NotFound
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.owner import look_across
from rekindle.infra.http import decode_cursor
from rekindle.photos.downloads import RenditionNotFound
from rekindle.photos.flag_tables import FlagRow, ReportRow
from rekindle.photos.service import owned_photo
from rekindle.photos.tables import RESULT, PhotoRow, RenditionRow
from rekindle.safety.prompts import cleaned

Reason = Literal["indecent", "not_mine", "looks_wrong", "refused_by_mistake", "other"]
Status = Literal["open", "allowed", "refused"]
REPORT = "report"
"""The stage of a flag that a person raised."""


class FlagNotFound(NotFound):
    code: ClassVar[str] = "flag_not_found"
    title: ClassVar[str] = "There is no such flag"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody has to say: a reason, and some words."""

    reason: Reason
    text: str = ""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag with the photo, and the report that it comes from."""

    flag: FlagRow
    photo: PhotoRow
    report: ReportRow | None


class Reports:
    """Takes reports in from people, and shows operators what there is to decide."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of_photo(self, owner: UUID, photo_id: UUID, said: Said) -> ReportRow:
        """Take in a report of one's own photo. Raises PhotoNotFound."""
        async with self._db.transaction() as tx:
            photo = await owned_photo(tx, owner, photo_id)
            return await self._take(tx, photo, None, said)

    async def of_result(self, owner: UUID, rendition_id: UUID, said: Said) -> ReportRow:
        """Take in a report of a result of one's own. Raises RenditionNotFound."""
        async with self._db.transaction() as tx:
            row = await tx.get(RenditionRow, rendition_id)
            photo = None if row is None or row.kind != RESULT else await tx.get(PhotoRow, row.photo_id)
            if photo is None or photo.owner_id != owner:
                raise RenditionNotFound("There is no such result. Its photo may have been deleted.")
            return await self._take(tx, photo, rendition_id, said)

    async def page(self, status: Status | None, limit: int, cursor: str | None) -> Sequence[Flagged]:
        """At most `limit` flags of anybody, newest first, after `cursor`: for operators. Raises BadCursor."""
        query = select(FlagRow, PhotoRow, ReportRow).join(PhotoRow, PhotoRow.id == FlagRow.photo_id)
        query = query.outerjoin(ReportRow, ReportRow.id == FlagRow.id)
        query = query.order_by(FlagRow.created_at.desc(), FlagRow.id.desc()).limit(limit)
        if status is not None:
            query = query.where(FlagRow.status == status)
        if cursor is not None:
            query = query.where(tuple_(FlagRow.created_at, FlagRow.id) < tuple_(*decode_cursor(cursor)))
        async with self._db.reading() as tx:
            await look_across(tx)
            return [Flagged(flag, photo, report) for flag, photo, report in await tx.execute(query)]

    async def decide(self, operator: UUID, flag_id: UUID, status: Status, *, note: str) -> Flagged:
        """Decide on a flag, or otherwise than before: for operators. Raises FlagNotFound."""
        async with self._db.transaction() as tx:
            await look_across(tx)
            flag = await tx.get(FlagRow, flag_id)
            photo = None if flag is None else await tx.get(PhotoRow, flag.photo_id)
            if flag is None or photo is None:
                raise FlagNotFound("There is no such flag. Its photo may have been deleted.")
            flag.status, flag.note = status, cleaned(note)
            flag.decided_at, flag.decided_by = self._clock.now(), operator
            return Flagged(flag, photo, await tx.get(ReportRow, flag_id))

    async def _take(self, tx: Transaction, photo: PhotoRow, rendition_id: UUID | None, said: Said) -> ReportRow:
        now, report_id, words = self._clock.now(), self._clock.new_id(), cleaned(said.text)
        of = {"id": report_id, "owner_id": photo.owner_id, "photo_id": photo.id, "rendition_id": rendition_id}
        report = ReportRow(**of, reason=said.reason, text=words, created_at=now)
        tx.add(report)
        tx.add(FlagRow(
            **of, job_id=None, stage=REPORT, reason=said.reason, score=None, status="open", created_at=now,
            decided_at=None, decided_by=None, note="",
        ))  # fmt: skip
        return report
