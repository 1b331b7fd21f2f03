"""The money before and after a storm: pools, attempts, what jobs were charged, and the proof of the ledger."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.customer import Customer, database_of
from rekindle.clock import Clock
from rekindle.credits.proof import prove
from rekindle.credits.service import Credits
from rekindle.infra.db.database import Database
from rekindle.jobs.committed import AttemptsUnderWay
from rekindle.jobs.notebook import OPEN
from rekindle.jobs.tables import AttemptRow, JobRow
from rekindle.providers.tables import HealthRow
from rekindle.spending.budget import Scope
from rekindle.spending.desk import Desk, PoolRules
from rekindle.spending.service import Spending
from rekindle.spending.sums import Total, total


@dataclass(slots=True)
class Books:
    """What was found. `attempts` counts those of each job, by its number, at each provider, and `unknown` those that a
    kill cut short; money at providers is in millionths of a dollar.
    """

    ended: Counter[str] = field(default_factory=Counter[str])
    errors: Counter[str] = field(default_factory=Counter[str])
    degraded: int = 0
    charged: int = 0
    attempts: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])
    unknown: Counter[str] = field(default_factory=Counter[str])
    cost: int = 0
    drawn: int = 0
    wrong: list[str] = field(default_factory=list[str])


async def open_pools(folder: Path, providers: Sequence[str], funds: int) -> None:
    """A pool for each provider, with so much in it."""
    db = database_of(folder)
    try:
        await open_pools_in(db, providers, funds)
    finally:
        await db.aclose()


async def open_pools_in(db: Database, providers: Sequence[str], funds: int) -> None:
    """The same in a database that is open."""
    desk = Desk(db, _spending(db), clock=Clock())
    for name in providers:
        await desk.keep_pool(name, PoolRules(0, 0, 0))
        await desk.purchase(name, funds, key=name)


async def settled(folder: Path) -> list[str]:
    """The providers whose circuits are not closed."""
    db = database_of(folder)
    try:
        async with db.reading() as tx:
            query = select(HealthRow.provider).where(HealthRow.model == "", HealthRow.open_until.is_not(None))
            return list(await tx.scalars(query))
    finally:
        await db.aclose()


async def look(folder: Path, customer: Customer, funds: int) -> Books:
    """Examine the database of a stopped server: every pool had so much in it."""
    db = database_of(folder)
    try:
        return await books_in(db, customer, funds)
    finally:
        await db.aclose()


async def books_in(db: Database, customer: Customer, funds: int) -> Books:
    """The same of a database that is open, in which nothing happens any more."""
    books, costs = Books(), Counter[str]()
    async with db.reading() as tx:
        await _jobs(books, tx, customer)
        await _attempts(books, tx)
        pools = await _spending(db).pools(tx)
        spent: Total = await total(tx, Scope.GLOBAL)
        for row in await tx.scalars(select(AttemptRow)):
            costs[row.provider] += row.cost
    books.cost, books.drawn = costs.total(), sum(funds - pool.balance for pool in pools.values())
    for name, pool in pools.items():
        if funds - pool.balance != costs[name]:
            books.wrong.append(f"{funds - pool.balance} were drawn from the pool of {name}, and {costs[name]} spent")
    if not books.cost == books.drawn == spent.cost:
        books.wrong.append(f"attempts cost {books.cost}, pools lost {books.drawn}, and {spent.cost} were summed up")
    return books


async def _jobs(books: Books, tx: AsyncSession, customer: Customer) -> None:
    for job in await tx.scalars(select(JobRow)):
        books.ended[job.status] += 1
        books.charged += job.charged or 0
        if job.error is not None:
            books.errors[job.error["code"]] += 1
        _bill(books, job)
    proof = await prove(tx)
    books.wrong += [f"the ledger is not right: {check.name} {dict(check.sums)}" for check in proof.broken()]
    balance = await Credits(clock=Clock()).balance(tx, customer.id)
    if (balance.available, balance.held, balance.debt) != (customer.amount - books.charged, 0, 0):
        books.wrong.append(f"{customer.amount} were there, {books.charged} were charged, the balance is {balance}")


def _bill(books: Books, job: JobRow) -> None:
    """What a job was charged: at most what was shown, and nothing for nothing."""
    result = job.result or {"unchanged": True, "degraded": False}
    books.degraded += bool(result["degraded"])
    shown, charged = 0 if job.quote is None else job.quote["most"], job.charged or 0
    owes = job.status == "succeeded" and not result["unchanged"]
    if charged > (shown if owes else 0) or (owes and shown and not charged):
        books.wrong.append(f"job {job.id} is {job.status} and was charged {charged} of {shown}")


async def _attempts(books: Books, tx: AsyncSession) -> None:
    query = select(AttemptRow, JobRow).join(JobRow, JobRow.id == AttemptRow.job_id)
    for attempt, job in await tx.execute(query):
        books.attempts[int(job.options["prompt"].split()[-1]), attempt.provider] += 1
        books.unknown[attempt.provider] += attempt.status == "unknown"
        if attempt.status in OPEN or attempt.ended_at is None:
            books.wrong.append(f"attempt {attempt.number} of job {job.id} has no end")


def _spending(db: Database) -> Spending:
    return Spending(db, AttemptsUnderWay(), clock=Clock())
