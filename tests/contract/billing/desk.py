"""A shop over the simulated Stripe: one user, their ledger, and events that are delivered as a test wants them."""

import asyncio
import functools
import json
import shutil
import tempfile
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import stripe
from sqlalchemy import func, select

from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.accounts.tables import UserRow
from rekindle.accounts.users import Role, User
from rekindle.billing.belongings import PaidThings
from rekindle.billing.books import Books
from rekindle.billing.catalogue import Catalogue, Interval, Money, TopUp, offers_of
from rekindle.billing.gateway.calls import Access
from rekindle.billing.gateway.client import StripePayments
from rekindle.billing.port import Ways
from rekindle.billing.reconciling import Reconciling, Till
from rekindle.billing.service import Billing
from rekindle.billing.sweep import Sweep
from rekindle.billing.tables import EventRow
from rekindle.billing.webhooks import Webhooks
from rekindle.credits.proof import prove
from rekindle.credits.service import Balance, Credits
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade
from tests.factories import HeldClock
from tests.simulators.stripe.server import KEY, SECRET, StripeSimulator
from tests.simulators.stripe.shopper import Shopper

DAY = 86400
MONTH = 32 * DAY
WAYS = Ways("http://127.0.0.1:9/billing/done", "http://127.0.0.1:9/billing/back")
PLANS = Plans(PRESETS[Preset.REKINDLE])


def catalogue() -> Catalogue:
    """The one that comes with the product."""
    top_ups = (TopUp("small", 10_000, Money(499, "usd")), TopUp("large", 100_000, Money(3999, "usd")))
    return Catalogue(PLANS, offers_of(PLANS, "usd", {}), top_ups)


@functools.cache
def empty_file() -> Path:
    """A database with the newest tables, to be copied."""
    file = Path(tempfile.mkdtemp()) / "empty.db"
    upgrade(f"sqlite+aiosqlite:///{file}")
    return file


@asynccontextmanager
async def new_database(folder: Path, name: str = "shop.db") -> AsyncGenerator[Database]:
    """A fresh one in a file."""
    await asyncio.to_thread(shutil.copy, await asyncio.to_thread(empty_file), folder / name)
    db = open_database(f"sqlite+aiosqlite:///{folder / name}")
    try:
        yield db
    finally:
        await db.aclose()


@dataclass
class Desk:
    """One process of a server that sells. `user` is whoever buys."""

    db: Database
    clock: HeldClock
    user: User
    payments: StripePayments
    top_ups_survive: bool = True

    def __post_init__(self) -> None:
        self.credits, self.catalogue = Credits(clock=self.clock), catalogue()
        books = Books(self.credits, self.catalogue, clock=self.clock, top_ups_survive=self.top_ups_survive)
        self.till = Till(self.payments, Reconciling(self.db, self.payments, books, clock=self.clock))
        self.webhooks = Webhooks(self.db, self.till, signed=True)
        self.sweep = Sweep(self.db, self.till, self.webhooks, clock=self.clock)
        self.billing = Billing(
            self.db, self.catalogue, self.till, clock=self.clock, top_ups_survive=self.top_ups_survive
        )
        self.belongings = PaidThings(self.db, self.payments)

    async def register(self) -> None:
        """Make the user's row."""
        async with self.db.transaction() as tx:
            tx.add(
                UserRow(
                    id=self.user.id, role="user", plan="free", email=self.user.email, verified_at=None, password=None,
                    created_at=self.clock.now(), deleted_at=None,
                )
            )  # fmt: skip

    async def plan(self) -> str:
        async with self.db.reading() as tx:
            return (await tx.scalars(select(UserRow.plan).where(UserRow.id == self.user.id))).one()

    async def balance(self) -> Balance:
        """After a look at whether the books are right."""
        async with self.db.reading() as tx:
            proof = await prove(tx)
            assert proof.holds, proof
            return await self.credits.balance(tx, self.user.id)

    async def has(self) -> tuple[int, int]:
        """Whole credits, and what is owed."""
        balance = await self.balance()
        return balance.available // 1000, balance.debt // 1000

    async def spend(self, whole: int) -> None:
        key = uuid.uuid4().hex
        async with self.db.transaction() as tx:
            deadline = self.clock.now()
            hold = await self.credits.hold(tx, self.user.id, whole * 1000, key=key, deadline_at=deadline)
            await self.credits.capture(tx, hold.id, key=f"{key}:spent")

    async def events(self) -> int:
        """How many were noted."""
        async with self.db.reading() as tx:
            return await tx.scalar(select(func.count()).select_from(EventRow)) or 0

    async def deliver(self, events: Sequence["Event"]) -> None:
        """One after the other, signed as Stripe does."""
        for event in events:
            await self.webhooks.take(*signed(event))


Event = dict[str, Any]
"""As it is sent: the SDK would make decimals of some texts in it."""


def signed(event: Event, secret: str = SECRET) -> tuple[bytes, str]:
    """The bytes of an event, and the header that goes with them."""
    body = json.dumps(event, indent=2)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret)


@dataclass
class Shop:
    """A desk, the simulator behind it, and the browser of whoever buys."""

    desk: Desk
    simulator: StripeSimulator
    shopper: Shopper
    told: int = 0

    async def pay(self, url: str, action: str = "pay", **form: str) -> None:
        """Press a button on the page at this address."""
        answer = await asyncio.to_thread(self.shopper.browser.post, url, data={"action": action, **form})
        assert answer.status_code in {200, 303}, answer.text

    async def subscribe(self, plan: str = "remember", interval: Interval = Interval.MONTH) -> None:
        url = await self.desk.billing.buy_plan(self.desk.user, plan, interval, WAYS)
        await self.pay(url, "pay" if "/c/pay/" in url else "confirm")

    async def top_up(self, name: str = "small", action: str = "pay") -> str:
        url = await self.desk.billing.buy_top_up(self.desk.user, name, WAYS)
        await self.pay(url, action)
        return url

    async def pass_time(self, seconds: int) -> None:
        """Here and at Stripe."""
        self.desk.clock.advance(seconds=seconds)
        await asyncio.to_thread(self.simulator.skip, seconds)

    async def all_events(self) -> list[Event]:
        """Oldest first."""
        return await asyncio.to_thread(self._events)

    def _events(self) -> list[Event]:
        found: list[Event] = []
        while True:
            after = {"starting_after": found[-1]["id"]} if found else {}
            answer = self.shopper.browser.get(
                f"{self.simulator.url}/v1/events", params={"limit": "100", **after},
                headers={"Authorization": f"Bearer {KEY}"},
            )  # fmt: skip
            found += answer.json()["data"]
            if not answer.json()["has_more"]:
                return found[::-1]

    async def tell(self) -> None:
        """Deliver what happened since the last time, in order."""
        events = await self.all_events()
        await self.desk.deliver(events[self.told :])
        self.told = len(events)

    async def charges(self) -> list[stripe.Charge]:
        """Those that were paid, newest first."""
        found = await asyncio.to_thread(self.shopper.v1.charges.list)
        return [each for each in found.data if each.status == "succeeded"]

    async def refund(self, charge: str, amount: int | None = None) -> None:
        sent: Any = {"charge": charge} if amount is None else {"charge": charge, "amount": amount}
        await asyncio.to_thread(self.shopper.v1.refunds.create, sent)


def access_to(simulator: StripeSimulator) -> Access:
    return Access(KEY, 10.0, simulator.url, SECRET)


def payments_at(simulator: StripeSimulator) -> StripePayments:
    return StripePayments(access_to(simulator), catalogue().offers)


def somebody(number: int = 7) -> User:
    return User(UUID(int=number), Role.USER, "free", f"someone{number}@example.com")


def real_now() -> HeldClock:
    """A clock that begins where the simulator's does."""
    return HeldClock(datetime.now(UTC))
