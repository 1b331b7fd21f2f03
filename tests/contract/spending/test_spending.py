"""Spending on both databases: every cost is in the sums once, budgets and pools stop what they must."""

import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.db.owner import seeing_everything
from rekindle.providers.purse import Spent, Want
from rekindle.spending.alerts import Alerts
from rekindle.spending.belongings import OwnSpending
from rekindle.spending.budget import Action, Budget, Period, Scope
from rekindle.spending.desk import BadBudget, Desk, NotInPool, PoolNotFound, PoolRules
from rekindle.spending.service import Commitments, Spending, UnderWay
from rekindle.spending.sums import sum_up
from rekindle.spending.sweep import Sweep
from rekindle.spending.tables import AlertRow, RefillRow, SpendingRow, SumRow
from tests.factories import HeldClock, database
from tests.postgres import postgres_database

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]
ADA, BOB = UUID(int=101), UUID(int=102)
DOLLAR = 1_000_000


@dataclass
class Working(Commitments):
    """Edits under way, as the test says."""

    edits: list[UnderWay] = field(default_factory=list)

    async def under_way(self, tx: Transaction) -> Sequence[UnderWay]:
        return self.edits


class House:
    """Everything about spending over one database."""

    def __init__(self, db: Database, *presets: Budget) -> None:
        self.db, self.clock, self.working = db, HeldClock(), Working()
        self.purse = Spending(db, self.working, presets=presets, clock=self.clock)
        self.desk = Desk(db, self.purse, clock=self.clock)
        self.alerts = Alerts(db, clock=self.clock)
        self.sweep = Sweep(db, self.purse, self.alerts, clock=self.clock)

    async def spend(self, cost: int, *, provider: str = "one", user: UUID = ADA, plan: str = "free") -> None:
        new, now = self.clock.new_id, self.clock.now()
        async with self.db.transaction() as tx:
            await self.purse.spent(tx, Spent(new(), new(), provider, "model", user, plan, cost, now))

    async def may(self, estimate: int, *, provider: str = "one", user: UUID = ADA, plan: str = "free") -> bool:
        (verdict,) = await self.purse.verdicts([Want(provider, estimate, plan, user)])
        return verdict.allowed

    async def told(self) -> list[str]:
        return [row.text for row in await self.alerts.listed(limit=200, unseen=True)]


@pytest.fixture(params=[database, postgres_database], ids=lambda opening: opening.__name__)
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Database]:
    with seeing_everything():
        async with request.param(tmp_path) as opened:
            yield opened


@pytest.fixture
def house(db: Database) -> House:
    return House(db)


async def test_every_cost_is_counted_once_whenever_the_sums_are_made(house: House) -> None:
    chance, spent = random.Random(4), dict.fromkeys(("one", "two", "three"), 0)
    for turn in range(60):
        provider, cost = chance.choice(sorted(spent)), chance.randrange(0, 90_000)
        spent[provider] += cost
        await house.spend(cost, provider=provider, user=chance.choice([ADA, BOB]), plan=chance.choice(["free", "pro"]))
        if turn % 7 == 3:
            await house.sweep.run()
        if turn % 20 == 11:
            house.clock.advance(days=1)
    seen = await house.desk.overview()
    assert {name: total.cost for name, total in seen.providers.items()} == spent
    assert seen.month.cost == sum(spent.values())
    await house.sweep.run()
    async with house.db.reading() as tx:
        rows = (await tx.scalars(select(SumRow).where(SumRow.scope == "global"))).all()
    assert sum(row.cost for row in rows) == sum(spent.values())
    assert (await house.desk.overview()).providers == seen.providers


async def test_two_sweepers_sum_a_line_up_once(house: House) -> None:
    for _ in range(5):
        await house.spend(10)
    async with house.db.transaction() as tx:
        assert await sum_up(tx) == 5
    async with house.db.transaction() as tx:
        assert await sum_up(tx) == 0
    assert (await house.desk.overview()).month.cost == 50


async def test_what_costs_nothing_leaves_no_line(house: House) -> None:
    await house.spend(0)
    async with house.db.reading() as tx:
        assert (await tx.scalars(select(SpendingRow))).all() == []


@pytest.mark.parametrize("actual", [0, 300, 5_000])
@pytest.mark.parametrize("summed", [False, True])
async def test_what_was_promised_is_put_right_in_the_books_once_it_is_known(
    house: House, *, summed: bool, actual: int
) -> None:
    await house.desk.keep_pool("one", PoolRules(0, 0, 0))
    await house.desk.purchase("one", 10_000, key="first")
    promised = Spent(house.clock.new_id(), house.clock.new_id(), "one", "model", ADA, "free", 4_000, house.clock.now())
    async with house.db.transaction() as tx:
        await house.purse.spent(tx, promised)
    assert (await house.desk.overview()).pools[0].balance == 6_000
    if summed:
        await house.sweep.run()
    async with house.db.transaction() as tx:
        await house.purse.settled(tx, replace(promised, cost=actual))
    for _ in range(2):
        seen = await house.desk.overview()
        assert (seen.month.cost, seen.pools[0].balance) == (actual, 10_000 - actual)
        await house.sweep.run()
    async with house.db.reading() as tx:
        by_user = (await tx.scalars(select(SumRow.cost).where(SumRow.scope == "user"))).all()
    assert sum(by_user) == actual


async def test_what_was_promised_for_nothing_and_cost_something_gets_its_line(house: House) -> None:
    promised = Spent(house.clock.new_id(), house.clock.new_id(), "one", "model", ADA, "free", 0, house.clock.now())
    async with house.db.transaction() as tx:
        await house.purse.spent(tx, promised)
        await house.purse.settled(tx, replace(promised, cost=70))
    assert (await house.desk.overview()).month.cost == 70


@pytest.mark.parametrize("summed", [False, True])
async def test_a_budget_stops_what_would_exceed_it_and_a_new_day_begins_anew(house: House, *, summed: bool) -> None:
    await house.desk.set_budget(Budget("", Scope.PLAN, "free", Period.DAY, DOLLAR, Action.PAUSE))
    await house.spend(900_000)
    if summed:
        await house.sweep.run()
    assert await house.may(100_000)
    assert not await house.may(100_001)
    assert await house.may(100_001, plan="forever")
    house.clock.advance(days=1)
    assert await house.may(DOLLAR)


async def test_edits_under_way_count_as_if_they_were_charged(house: House) -> None:
    await house.desk.set_budget(Budget("", Scope.USER, str(ADA), Period.MONTH, 100_000))
    house.working.edits = [UnderWay("one", "free", ADA, 60_000), UnderWay("one", "free", BOB, 60_000)]
    assert await house.may(40_000)
    assert not await house.may(40_001)
    assert await house.may(10**9, user=BOB)


async def test_budgets_of_the_settings_hold_and_cannot_be_taken_away_here(db: Database) -> None:
    house = House(db, Budget("preset", Scope.GLOBAL, "", Period.MONTH, 10, Action.DEGRADE))
    (verdict,) = await house.purse.verdicts([Want("one", 11, "free", ADA)])
    assert (verdict.allowed, verdict.action) == (False, "degrade")


@pytest.mark.parametrize(
    "budget",
    [
        Budget("", Scope.GLOBAL, "one", Period.DAY, 1),
        Budget("", Scope.PROVIDER, "", Period.DAY, 1),
        Budget("", Scope.USER, "ada", Period.DAY, 1),
    ],
)
async def test_a_budget_that_makes_no_sense_is_refused(house: House, budget: Budget) -> None:
    with pytest.raises(BadBudget):
        await house.desk.set_budget(budget)


async def test_a_pool_begins_empty_is_bought_full_and_drawn_down_to_the_millionth(house: House) -> None:
    await house.spend(777)
    pool = await house.desk.keep_pool("one", PoolRules(reserve=100, refill_below=20, alert_below=0))
    assert pool.balance == 0
    assert not await house.may(1)
    pool = await house.desk.purchase("one", 10_000, key="invoice 1")
    assert (pool.balance, pool.level) == (10_000, 10_000)
    again = await house.desk.purchase("one", 10_000, key="invoice 1")
    assert again == pool
    await house.spend(3_333)
    await house.sweep.run()
    await house.spend(1)
    (pool,) = (await house.desk.overview()).pools
    assert pool.balance == 6_666
    assert await house.may(6_566)
    assert not await house.may(6_567)


async def test_a_low_pool_is_ordered_once_and_a_purchase_closes_the_order(house: House) -> None:
    await house.desk.keep_pool("one", PoolRules(reserve=0, refill_below=20, alert_below=1_500))
    await house.desk.purchase("one", 10_000, key="a")
    await house.spend(8_500)
    for _ in range(3):
        await house.sweep.run()
    (refill,) = (await house.desk.overview()).refills
    assert refill.amount == 8_500
    assert len(await house.told()) == 1
    await house.spend(10)
    await house.sweep.run()
    assert sum("Only" in text for text in await house.told()) == 1
    await house.desk.purchase("one", 8_510, key="b")
    assert (await house.desk.overview()).refills == []
    async with house.db.reading() as tx:
        assert len((await tx.scalars(select(RefillRow))).all()) == 1


async def test_money_moves_between_pools_once_and_never_below_the_reserve(house: House) -> None:
    for provider, amount in (("one", 1_000), ("two", 500)):
        await house.desk.keep_pool(provider, PoolRules(reserve=100, refill_below=0, alert_below=0))
        await house.desk.purchase(provider, amount, key=provider)
    for _ in range(2):
        pools = await house.desk.move("one", "two", 400, key="k")
    assert [pool.balance for pool in pools] == [600, 900]
    with pytest.raises(NotInPool):
        await house.desk.move("one", "two", 501, key="more")
    with pytest.raises(PoolNotFound):
        await house.desk.move("one", "three", 1, key="where")


async def test_alerts_go_out_once_for_each_threshold_and_period(house: House) -> None:
    await house.desk.set_budget(Budget("", Scope.GLOBAL, "", Period.MONTH, 1_000, Action.ALERT))
    for cost, count in ((499, 0), (1, 1), (300, 2), (0, 2), (150, 3)):
        await house.spend(cost)
        await house.sweep.run()
        assert len(await house.told()) == count
    first = (await house.alerts.listed(limit=9, unseen=True))[0]
    seen = await house.alerts.acknowledge(first.id, by=ADA)
    later = await house.alerts.acknowledge(first.id, by=BOB)
    assert seen.acknowledged_by == later.acknowledged_by == ADA
    assert len(await house.told()) == 2


async def test_whoever_leaves_is_forgotten_and_the_sums_stay(house: House) -> None:
    await house.spend(70, user=ADA)
    await house.sweep.run()
    await house.spend(7, user=ADA)
    await house.spend(100, user=BOB)
    told = [each async for each in OwnSpending(house.db).sections(ADA)["spending"]]
    assert told == [{"provider": "one", "micro_dollars": 77, "attempts": 2}]
    await OwnSpending(house.db).remove(ADA)
    await house.sweep.run()
    async with house.db.reading() as tx:
        lines = (await tx.scalars(select(SpendingRow))).all()
        sums = (await tx.scalars(select(SumRow))).all()
        alerts = (await tx.scalars(select(AlertRow))).all()
    assert str(ADA) not in " ".join(str(vars(row)) for row in [*lines, *sums, *alerts])
    assert (await house.desk.overview()).month.cost == 177
