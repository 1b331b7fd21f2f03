"""Jobs and the credits they cost: set aside with the job, taken only for what was delivered, given back otherwise."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as chosen
from hypothesis import strategies as st
from sqlalchemy import func, select

from rekindle.accounts.plans import PRESETS, DailyLimitReached, NotInPlan, Plans, Preset
from rekindle.accounts.tables import UserRow
from rekindle.accounts.users import Role, User
from rekindle.credits.ledger import InsufficientCredits
from rekindle.credits.prices import CLASSIC, REKINDLE, Catalogue
from rekindle.credits.proof import prove
from rekindle.credits.service import Award, Balance, Credits
from rekindle.credits.sweep import sweep
from rekindle.credits.tables import EntryRow
from rekindle.imaging.restoration import LEFT_OUT
from rekindle.infra.db.database import Database
from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.queue.embedded import TableQueue
from rekindle.infra.queue.tables import TaskRow
from rekindle.jobs.charges import Charges, PriceChanged, Tariff
from rekindle.jobs.endings import Endings
from rekindle.jobs.lifecycle import Event, JobAlreadyEnded
from rekindle.jobs.options import Options
from rekindle.jobs.service import IdempotencyKeyReused, Jobs, Wanted
from rekindle.jobs.tables import JobRow
from rekindle.photos.tables import PhotoRow
from rekindle.treatments.operations import Operation
from rekindle.treatments.styles import Enhancement, Style
from rekindle.treatments.wishes import Wishes
from tests.factories import HeldClock, database, photo_row

LIFE = timedelta(hours=24)


def outcome(
    letter: str = "A", *, unchanged: bool = False, by: str | None = "careful", larger: str | None = None
) -> dict[str, Any]:
    """As much of a result as matters for its price; `larger` is what is told of an enlargement."""
    steps = [] if larger is None else [{"name": "enlarge", "detail": larger}]
    return {
        "unchanged": unchanged, "chosen": by, "steps": steps, "diagnosis": {"findings": [{"degradation": letter}]}
    }  # fmt: skip


@dataclass
class Shop:
    """Jobs and their credits without a worker: the test says how a job ends."""

    db: Database
    clock: HeldClock
    ledger: Credits
    charges: Charges
    jobs: Jobs

    async def customer(self, plan: str = "free", amount: int = 0) -> User:
        user = User(self.clock.new_id(), Role.USER, plan)
        async with self.db.transaction() as tx:
            tx.add(UserRow(id=user.id, role=user.role, plan=plan, created_at=self.clock.now()))
            await tx.flush()
            if amount:
                await self.ledger.grant(tx, user.id, Award(amount, "top_up"), key=f"gift:{user.id}")
        return user

    async def photo(self, user: User) -> UUID:
        row = photo_row(self.clock, owner_id=user.id)
        async with self.db.transaction() as tx:
            tx.add(row)
        return row.id

    async def want(self, user: User, operation: Operation, options: Options) -> JobRow:
        wanted = Wanted(await self.photo(user), operation, options)
        return await self.jobs.submit(user, wanted, key=str(self.clock.new_id()))

    async def ask(self, user: User, photo: UUID | None = None, *, key: str = "", most: int | None = None) -> JobRow:
        wanted = Wanted(photo or await self.photo(user), Operation.RESTORE, max_price=most)
        return await self.jobs.submit(user, wanted, key=key or str(self.clock.new_id()))

    async def end(self, job: JobRow, event: Event, result: dict[str, Any] | None = None) -> bool:
        async with self.db.transaction() as tx:
            row = await tx.get_one(JobRow, job.id)
            if event is Event.SUCCEED:
                row.status = "running"
                await tx.flush()
            return await Endings(self.charges, clock=self.clock).end(tx, row, event, result=result)

    async def delete(self, photo: UUID) -> None:
        async with self.db.transaction() as tx:
            await self.charges.let_go(tx, photo)
            await Endings(self.charges, clock=self.clock).stop_without(tx, photo)
            await tx.delete(await tx.get_one(PhotoRow, photo))

    async def balance(self, user: User) -> Balance:
        async with self.db.reading() as tx:
            return await self.ledger.balance(tx, user.id)

    async def job(self, job: JobRow) -> JobRow:
        async with self.db.reading() as tx:
            return await tx.get_one(JobRow, job.id)

    async def count(self, table: type[JobRow | TaskRow | EntryRow]) -> int:
        async with self.db.reading() as tx:
            return await tx.scalar(select(func.count()).select_from(table)) or 0

    async def sweep(self) -> None:
        async with self.db.transaction() as tx:
            await self.charges.keep(tx)
        await sweep(self.db, self.ledger, clock=self.clock)

    async def check(self) -> None:
        async with self.db.reading() as tx:
            proof = await prove(tx)
        assert proof.holds, proof.broken()


@asynccontextmanager
async def shop_in(folder: Path, prices: Catalogue = REKINDLE, plans: Preset = Preset.REKINDLE) -> AsyncGenerator[Shop]:
    async with database(folder) as db:
        clock = HeldClock()
        ledger = Credits(clock=clock)
        charges = Charges(ledger, Tariff(prices, Plans(PRESETS[plans]), LIFE), clock=clock)
        queue = TableQueue(db, clock=clock, lease_seconds=60)
        jobs = Jobs(db, queue, events=LocalEvents(), endings=Endings(charges, clock=clock), clock=clock)
        yield Shop(db, clock, ledger, charges, jobs)
        async with db.reading() as tx:
            proof = await prove(tx)
        assert proof.holds, proof.broken()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncGenerator[Shop]:
    async with shop_in(tmp_path) as opened:
        yield opened


async def test_a_job_sets_its_price_aside_and_takes_it_when_it_delivers(shop: Shop) -> None:
    user = await shop.customer("remember", amount=5000)
    job = await shop.ask(user)
    assert ((await shop.balance(user)).available, (await shop.balance(user)).held) == (3000, 2000)
    assert await shop.end(job, Event.SUCCEED, outcome("E"))
    assert ((await shop.balance(user)).available, (await shop.balance(user)).held) == (3000, 0)
    assert (await shop.job(job)).charged == 2000


@pytest.mark.parametrize("event", [Event.FAIL, Event.CANCEL])
async def test_a_job_that_delivers_nothing_costs_nothing(shop: Shop, event: Event) -> None:
    user = await shop.customer("remember", amount=5000)
    job = await shop.ask(user)
    assert await shop.end(job, event)
    assert ((await shop.balance(user)).available, (await shop.balance(user)).held) == (5000, 0)
    assert (await shop.job(job)).charged == 0


@pytest.mark.parametrize(
    "result", [outcome("F", unchanged=True, by="input"), outcome("A", unchanged=True), outcome("A", by="input")]
)
async def test_a_photo_that_stays_as_it_was_costs_nothing(shop: Shop, result: dict[str, Any]) -> None:
    user = await shop.customer("remember", amount=5000)
    job = await shop.ask(user)
    await shop.end(job, Event.SUCCEED, result)
    assert (await shop.balance(user)).available == 5000
    assert (await shop.job(job)).charged == 0


@pytest.mark.parametrize(("told", "charged"), [("2 times in each direction", 700), (LEFT_OUT, 0)])
async def test_a_photo_that_is_only_made_larger_costs_what_one_without_damage_does(
    tmp_path: Path, told: str, charged: int
) -> None:
    async with shop_in(tmp_path, CLASSIC) as shop:
        user = await shop.customer("remember", amount=5000)
        wanted = Wanted(await shop.photo(user), Operation.RESTORE, Options(Wishes(enlarge=2)))
        job = await shop.jobs.submit(user, wanted, key="larger")
        await shop.end(job, Event.SUCCEED, outcome("A", by="input", larger=told))
        assert (await shop.job(job)).charged == charged
        assert (await shop.balance(user)).available == 5000 - charged


async def test_what_is_taken_follows_the_class_and_the_rest_goes_back(tmp_path: Path) -> None:
    async with shop_in(tmp_path, CLASSIC) as shop:
        user = await shop.customer("remember", amount=5000)
        job = await shop.ask(user)
        assert (await shop.balance(user)).held == 1300
        await shop.end(job, Event.SUCCEED, outcome("D"))
        assert (await shop.balance(user)).available == 4100


async def test_a_job_that_cannot_be_paid_is_not_made(shop: Shop) -> None:
    user = await shop.customer("remember", amount=1999)
    with pytest.raises(InsufficientCredits, match="needs 2 credits"):
        await shop.ask(user)
    assert await shop.count(JobRow) == await shop.count(TaskRow) == 0
    assert (await shop.balance(user)).available == 1999


async def test_nobody_pays_more_than_the_price_they_saw(shop: Shop) -> None:
    user = await shop.customer("remember", amount=5000)
    with pytest.raises(PriceChanged):
        await shop.ask(user, most=1999)
    assert (await shop.ask(user, most=2000)).quote == (await shop.ask(user)).quote


async def test_one_key_sixty_four_times_at_once_makes_one_job_and_one_hold(shop: Shop) -> None:
    user = await shop.customer("remember", amount=50_000)
    photo = await shop.photo(user)
    jobs = await asyncio.gather(*(shop.ask(user, photo, key="once") for _ in range(64)))
    assert len({job.id for job in jobs}) == 1
    assert (await shop.balance(user)).held == 2000
    assert await shop.count(JobRow) == await shop.count(TaskRow) == 1
    with pytest.raises(IdempotencyKeyReused):
        await shop.ask(user, photo, key="once", most=9000)


async def test_two_people_may_use_the_same_key(shop: Shop) -> None:
    one, other = await shop.customer("remember", amount=2000), await shop.customer("remember", amount=2000)
    assert (await shop.ask(one, key="k")).id != (await shop.ask(other, key="k")).id


async def test_many_jobs_at_once_never_spend_more_than_there_is(shop: Shop) -> None:
    user = await shop.customer("remember", amount=10_000)
    photos = [await shop.photo(user) for _ in range(20)]
    made = await asyncio.gather(*(shop.ask(user, photo) for photo in photos), return_exceptions=True)
    assert sum(isinstance(each, JobRow) for each in made) == 5
    assert sum(isinstance(each, InsufficientCredits) for each in made) == 15


async def test_a_deleted_photo_gives_back_what_was_set_aside_for_it(shop: Shop) -> None:
    user = await shop.customer("remember", amount=5000)
    photo = await shop.photo(user)
    await shop.ask(user, photo)
    await shop.delete(photo)
    assert ((await shop.balance(user)).available, (await shop.balance(user)).held) == (5000, 0)


async def test_what_a_job_waits_for_is_kept_however_long_and_what_nobody_waits_for_goes_back(shop: Shop) -> None:
    user = await shop.customer("remember", amount=5000)
    job = await shop.ask(user)
    for _ in range(5):
        shop.clock.advance(hours=40)
        await shop.sweep()
    assert (await shop.balance(user)).held == 2000
    async with shop.db.transaction() as tx:
        # A row that vanished without anybody being told, as by a hand in the database.
        await tx.delete(await tx.get_one(JobRow, job.id))
    shop.clock.advance(hours=25)
    await shop.sweep()
    assert ((await shop.balance(user)).available, (await shop.balance(user)).held) == (5000, 0)


async def test_a_result_after_the_deadline_is_free_and_still_delivered(shop: Shop) -> None:
    user = await shop.customer("remember", amount=5000)
    job = await shop.ask(user)
    shop.clock.advance(hours=25)
    await sweep(shop.db, shop.ledger, clock=shop.clock)
    assert await shop.end(job, Event.SUCCEED, outcome("A"))
    assert (await shop.balance(user)).available == 5000
    assert ((await shop.job(job)).status, (await shop.job(job)).charged) == ("succeeded", 0)


async def test_the_first_plan_gives_its_credits_once_a_month_without_being_asked(shop: Shop) -> None:
    user = await shop.customer("free")
    await shop.end(await shop.ask(user), Event.SUCCEED, outcome())
    with pytest.raises(InsufficientCredits):
        await shop.ask(user)
    shop.clock.advance(days=31)
    await shop.ask(user)
    assert ((await shop.balance(user)).available, (await shop.balance(user)).held) == (2000, 2000)


async def test_guests_pay_nothing_and_may_do_a_few_photos_a_day(shop: Shop) -> None:
    guest = await shop.customer("guest")
    photos = [await shop.photo(guest) for _ in range(30)]
    made = await asyncio.gather(*(shop.ask(guest, photo) for photo in photos), return_exceptions=True)
    assert sum(isinstance(each, JobRow) for each in made) == 5
    assert sum(isinstance(each, DailyLimitReached) for each in made) == 25
    assert await shop.count(EntryRow) == 0
    shop.clock.advance(days=1)
    await shop.ask(guest)


async def test_a_job_that_failed_does_not_count_for_the_day_and_a_deleted_one_does(shop: Shop) -> None:
    guest = await shop.customer("guest")
    for _ in range(3):
        await shop.end(await shop.ask(guest), Event.FAIL)
    for _ in range(5):
        photo = await shop.photo(guest)
        await shop.end(await shop.ask(guest, photo), Event.SUCCEED, outcome())
        await shop.delete(photo)
    with pytest.raises(DailyLimitReached):
        await shop.ask(guest)


async def test_a_job_ends_once_and_is_charged_once_whoever_comes_first(shop: Shop) -> None:
    user = await shop.customer("remember", amount=5000)
    job = await shop.ask(user)
    await shop.end(job, Event.SUCCEED, outcome())
    with pytest.raises(JobAlreadyEnded):
        await shop.jobs.cancel(user.id, job.id)
    assert (await shop.balance(user)).available == 3000


@pytest.mark.parametrize(("operation", "options", "most"), [
    (Operation.RESTYLE, Options(Wishes(style=Style.OIL)), 3000),
    (Operation.RESTYLE, Options(Wishes(style=Style.OIL), quality="hd"), 4500),
    (Operation.ENHANCE, Options(Wishes(enhancement=Enhancement.MOOD)), 2000),
    (Operation.ANIMATE, Options(), 8000),
])  # fmt: skip
@pytest.mark.parametrize("degraded", [False, True])
async def test_what_only_this_machine_could_do_and_less_well_costs_half(
    shop: Shop, operation: Operation, options: Options, most: int, degraded: bool
) -> None:
    user = await shop.customer("cherish", amount=9000)
    job = await shop.want(user, operation, options)
    assert (await shop.balance(user)).held == most
    await shop.end(job, Event.SUCCEED, outcome("F", by=None) | {"degraded": degraded})
    assert (await shop.job(job)).charged == (most // 2 if degraded else most)
    await shop.check()


async def test_an_operation_that_a_plan_does_not_have_makes_no_job(shop: Shop) -> None:
    user = await shop.customer("free", amount=9000)
    with pytest.raises(NotInPlan):
        await shop.want(user, Operation.ANIMATE, Options())
    assert await shop.count(JobRow) == 0
    assert (await shop.balance(user)).held == 0


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_what_is_set_aside_for_several_photos_comes_back_when_any_of_them_is_deleted(
    shop: Shop, which: int
) -> None:
    user = await shop.customer("remember", amount=9000)
    first, second, mood = [await shop.photo(user) for _ in range(3)]
    wanted = Wanted(first, Operation.FUSE, Options(photo_ids=(second,), moodboard_id=mood))
    job = await shop.jobs.submit(user, wanted, key="fuse")
    assert (await shop.balance(user)).held == 6000
    await shop.delete((first, second, mood)[which])
    assert ((await shop.balance(user)).available, (await shop.balance(user)).held) == (9000, 0)
    if which:
        assert (await shop.job(job)).status == "canceled"
    else:
        assert await shop.count(JobRow) == 0
    await shop.check()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "succeed", "worse", "free", "fail", "cancel", "delete", "sweep"]), st.integers(0, 5)
    ),
    max_size=14,
)


@chosen(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)  # fmt: skip
@given(steps=STEPS)
async def test_whatever_happens_each_job_is_charged_for_what_it_delivered_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[str, int]]
) -> None:
    async with shop_in(tmp_path_factory.mktemp("shop")) as shop:
        user = await shop.customer("remember", amount=8000)
        jobs: list[JobRow] = []
        owed = 0
        for step, which in steps:
            if step == "ask":
                jobs += [each for each in await asyncio.gather(shop.ask(user), return_exceptions=True)
                         if isinstance(each, JobRow)]  # fmt: skip
            elif step == "sweep":
                shop.clock.advance(hours=30)
                await shop.sweep()
            elif which < len(jobs):
                job = jobs[which]
                if step == "delete":
                    await shop.delete(job.photo_id)
                    jobs.remove(job)
                    continue
                events = {"fail": Event.FAIL, "cancel": Event.CANCEL}
                before = (await shop.job(job)).status
                if before in ("succeeded", "failed", "canceled"):
                    continue
                results = {
                    "succeed": outcome(), "worse": outcome() | {"degraded": True}, "free": outcome(by="input")
                }  # fmt: skip
                assert await shop.end(job, events.get(step, Event.SUCCEED), results.get(step))
                owed += {"succeed": 2000, "worse": 1000}.get(step, 0)
        waiting = [job for job in jobs if (await shop.job(job)).status == "queued"]
        balance = await shop.balance(user)
        assert balance.held == 2000 * len(waiting)
        assert balance.available == 8000 - owed - 2000 * len(waiting)
