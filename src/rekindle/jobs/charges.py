"""What jobs cost: shown before, set aside at the start, taken at the end and only for what was delivered."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from rekindle.accounts.plans import Feature, NotInPlan, Plans
from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.credits.allowance import Allowance
from rekindle.credits.ledger import HoldEnded
from rekindle.credits.prices import Catalogue, Order, Quote, quote_from_json
from rekindle.credits.service import Credits
from rekindle.credits.tables import HoldRow
from rekindle.errors import Conflict
from rekindle.imaging.restoration import LEFT_OUT
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction
from rekindle.infra.db.inserting import insert_into
from rekindle.jobs.lifecycle import ENDED
from rekindle.jobs.options import Options
from rekindle.jobs.tables import DayRow, JobRow
from rekindle.photos.preparing import prepared_key
from rekindle.photos.service import corners_of
from rekindle.photos.tables import PhotoRow
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.operations import Operation

log = logging.getLogger(__name__)


class PriceChanged(Conflict):
    code: ClassVar[str] = "price_changed"
    title: ClassVar[str] = "The price is higher than the one you saw"


FEATURES: Mapping[Operation, Feature] = {
    Operation.FUSE: Feature.FUSION,
    Operation.BRING_TOGETHER: Feature.FUSION,
    Operation.ANIMATE: Feature.ANIMATION,
}
"""What a plan must have for an operation; the others are for all."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What is charged for, and to whom: prices, plans, and how long credits stay set aside without a sign of life."""

    prices: Catalogue
    plans: Plans
    life: timedelta


class Charges:
    """Sets credits aside for a job in the transaction that makes it, and settles in the one that ends it."""

    def __init__(
        self, ledger: Credits, tariff: Tariff, *, clock: Clock, allowance: Allowance | None = None
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._tariff = tariff
        self._clock = clock
        self._allowance = allowance or Allowance(ledger, tariff.plans, clock=clock)

    @property
    def plans(self) -> Plans:
        """The plans that people are on."""
        return self._tariff.plans

    def priority(self, user: User) -> int:
        """Before whom jobs of somebody are taken: higher first."""
        return self._tariff.plans.find(user.plan).priority

    def check_plan(self, user: User, operation: Operation) -> None:
        """Raise NotInPlan for an operation that the plan of somebody does not have."""
        plan = self._tariff.plans.find(user.plan)
        if operation in FEATURES:
            plan.check_feature(FEATURES[operation])
        if operation is Operation.ANIMATE and plan.watermark:
            # A film cannot be marked, so that it is for those whose pictures have no mark.
            raise NotInPlan(f"The plan {plan.title} puts a mark on what it gives out, and films have none.")

    def quote(self, user: User, photo: PhotoRow, operation: Operation, options: Options) -> Quote | None:
        """The price of an operation on a photo, as low as what is known about the photo allows; None without any."""
        if self._tariff.plans.find(user.plan).monthly_credits is None:
            return None
        known = _known_class(photo)
        return self._tariff.prices.quote(
            Order(
                operation.value, options.quality, plan=user.plan, degradation=known, wished=options.wishes.always
            )
        )  # fmt: skip

    async def reserve(self, tx: Transaction, user: User, job: JobRow, quote: Quote | None) -> None:
        """Count the job for today, and set aside what it costs at most.

        Raises DailyLimitReached, InsufficientCredits and AccountInDebt.
        """
        plan = self._tariff.plans.find(user.plan)
        plan.check_day(await count_jobs(tx, user.id, _day(job.created_at), 1) - 1)
        if quote is None:
            return
        await self._allowance.give(tx, user)
        job.quote = quote.to_json()
        if quote.most:
            deadline = self._clock.now() + self._tariff.life
            held = await self._ledger.hold(tx, user.id, quote.most, key=f"job:{job.id}", deadline_at=deadline)
            job.hold_id = held.id

    async def settle(self, tx: Transaction, job: JobRow, result: Json | None) -> None:
        """Take what is owed for the result, at most what was set aside; without a result everything goes back."""
        if result is None:
            await count_jobs(tx, job.owner_id, _day(job.created_at), -1)
        if job.quote is None:
            return
        owed = 0 if result is None else owed_for(quote_from_json(job.quote), result)
        job.charged = await self._take(tx, job, owed)

    async def let_go(self, tx: Transaction, photo_id: UUID) -> None:
        """A photo is deleted, and its jobs with it: what is set aside for those that have not ended goes back."""
        query = select(JobRow).where(JobRow.photo_id == photo_id, JobRow.status.not_in(ENDED))
        for job in await tx.scalars(query):
            await self.settle(tx, job, None)

    async def keep(self, tx: Transaction) -> None:
        """Move the deadlines of what is set aside for jobs that have not ended: the ledger's sweeper takes the rest."""
        working = select(JobRow.hold_id).where(JobRow.status.not_in(ENDED), JobRow.hold_id.is_not(None))
        mine = update(HoldRow).where(HoldRow.ended_at.is_(None), HoldRow.id.in_(working))
        deadline = self._clock.now() + self._tariff.life
        await tx.execute(mine.values(deadline_at=deadline), execution_options={"synchronize_session": False})

    async def _take(self, tx: Transaction, job: JobRow, owed: int) -> int:
        if job.hold_id is None:
            return 0
        try:
            await self._ledger.capture(tx, job.hold_id, key=f"job:{job.id}:end", amount=owed)
        except HoldEnded:
            # The deadline passed while no server ran. The result is there; nobody is charged without a hold.
            log.warning("the credits of job %s were given back before it ended", job.id)
            return 0
        return owed


def owed_for(quote: Quote, result: Json) -> int:
    """What is owed for a result, in milli-credits: nothing when the photo stays what it was, and no more than for a
    photo without damage when it was only made larger. What only this machine could do, and not as well, costs less.
    """
    if result["unchanged"]:
        return 0
    degraded = result.get("degraded", False)
    if result["chosen"] == "input":
        larger = any(step["name"] == Enlarge.name and step["detail"] != LEFT_OUT for step in result["steps"])
        return quote.owed(Degradation.NONE, degraded=degraded) if larger else 0
    return quote.owed(Degradation(result["diagnosis"]["findings"][0]["degradation"]), degraded=degraded)


def _known_class(photo: PhotoRow) -> Degradation | None:
    if photo.diagnosis is None or photo.diagnosis["prepared"] != prepared_key(photo.sha256, corners_of(photo)):
        return None
    return Degradation(photo.diagnosis["findings"][0]["degradation"])


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


async def count_jobs(tx: Transaction, owner: UUID, day: date, change: int) -> int:
    """Add to the jobs of a day, in one statement, and return how many there are now."""
    added = insert_into(tx, DayRow).values(owner_id=owner, day=day, jobs=max(change, 0))
    counted = added.on_conflict_do_update(
        index_elements=[DayRow.owner_id, DayRow.day], set_={"jobs": DayRow.jobs + change}
    ).returning(DayRow.jobs)
    return (await tx.execute(counted)).scalar_one()
