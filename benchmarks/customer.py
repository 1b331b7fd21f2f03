"""A customer with credits, made in the data folder of a server that does not run, and a look at the books later."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from rekindle.accounts.sessions import ApiKeys
from rekindle.accounts.tables import UserRow
from rekindle.accounts.users import Role, Scope, User
from rekindle.clock import Clock
from rekindle.credits.proof import prove
from rekindle.credits.service import Award, Credits
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade
from rekindle.jobs.tables import JobRow

T = TypeVar("T")

SETTINGS: Mapping[str, Any] = {"ACCOUNTS__ENABLED": "true", "LIMITS__ENABLED": "false"}
"""For a server that has accounts and lets one of them do as much as it can."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who paid for `amount` milli-credits; `key` is their API key."""

    id: UUID
    key: str
    amount: int


def new_customer(folder: Path, amount: int) -> Customer:
    """Make the database of an empty data folder, and a customer in it."""
    folder.mkdir(parents=True, exist_ok=True)
    upgrade(_url(folder))
    return asyncio.run(_with(database_of(folder), lambda db: customer_in(db, amount)))


def faults(folder: Path, customer: Customer) -> list[str]:
    """One sentence for each thing that is wrong with the books once all jobs have ended."""
    return asyncio.run(_with(database_of(folder), lambda db: _look(db, customer)))


async def _with(db: Database, done: Callable[[Database], Awaitable[T]]) -> T:
    try:
        return await done(db)
    finally:
        await db.aclose()


async def customer_in(db: Database, amount: int) -> Customer:
    """Somebody who paid for `amount` milli-credits, in a database with its tables."""
    clock = Clock()
    user = User(clock.new_id(), Role.USER, "remember", "customer@example.org", verified=True)
    async with db.transaction() as tx:
        tx.add(UserRow(id=user.id, role=user.role, plan=user.plan, email=user.email, created_at=clock.now()))
        await tx.flush()
        _, secret = await ApiKeys(clock).make(tx, user, "a customer", frozenset(Scope))
        await Credits(clock=clock).grant(tx, user.id, Award(amount, "top_up"), key=f"top-up:{user.id}")
    return Customer(user.id, secret.text, amount)


async def _look(db: Database, customer: Customer) -> list[str]:
    async with db.reading() as tx:
        proof = await prove(tx)
        balance = await Credits(clock=Clock()).balance(tx, customer.id)
        jobs = (await tx.scalars(select(JobRow))).all()
    wrong = [f"the books are not right: {check.name} {dict(check.sums)}" for check in proof.broken()]
    for job in jobs:
        delivered = job.result is not None and (job.result["chosen"] != "input" or job.options["enlarge"] != 1)
        owed = job.quote["most"] if delivered and job.quote is not None else 0
        if job.charged != owed:
            wrong.append(f"job {job.id} was charged {job.charged} instead of {owed}")
    spent = sum(job.charged or 0 for job in jobs)
    if (balance.available, balance.held, balance.debt) != (customer.amount - spent, 0, 0):
        wrong.append(f"{customer.amount} were there, {spent} were charged, and the balance is {balance}")
    return wrong


def database_of(folder: Path) -> Database:
    """The database of a data folder."""
    return open_database(_url(folder))


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'rekindle.db'}"
