"""Stripe as the one company that payments are made with."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rekindle.billing.catalogue import Offer, TopUp
from rekindle.billing.gateway.calls import Access, Calls
from rekindle.billing.gateway.reading import Reading, read_notice
from rekindle.billing.gateway.selling import Selling
from rekindle.billing.port import Buyer, Notice, Payments, Ways
from rekindle.billing.statement import Statement


class StripePayments(Payments):
    """Every call runs in a thread, and ends within its time."""

    def __init__(self, access: Access, offers: Sequence[Offer]) -> None:
        self._calls = Calls(access)
        self._secret = access.webhook_secret
        self._reading, self._selling = Reading(self._calls), Selling(self._calls, offers)

    def notice(self, body: bytes, signature: str) -> Notice:
        """See Payments."""
        return read_notice(body, signature, self._secret)

    async def notices(self, since: datetime) -> Sequence[Notice]:
        """See Payments."""
        return await self._calls.run(lambda: self._reading.notices(since))

    async def statement(self, customer: str) -> Statement:
        """See Payments."""
        return await self._calls.run(lambda: self._reading.statement(customer))

    async def customer_of(self, notice: Notice) -> str | None:
        """See Payments."""
        return await self._calls.run(lambda: self._reading.customer_of(notice))

    async def user_of(self, customer: str) -> UUID | None:
        """See Payments."""
        return await self._calls.run(lambda: self._reading.user_of(customer))

    async def customer(self, buyer: Buyer) -> str:
        """See Payments."""
        return await self._calls.run(lambda: self._selling.customer(buyer))

    async def sell_plan(self, customer: str, offer: Offer, ways: Ways) -> str:
        """See Payments."""
        return await self._calls.run(lambda: self._selling.sell_plan(customer, offer, ways))

    async def sell_top_up(self, customer: str, top_up: TopUp, ways: Ways) -> str:
        """See Payments."""
        return await self._calls.run(lambda: self._selling.sell_top_up(customer, top_up, ways))

    async def change_plan(self, customer: str, subscription: str, item: str, offer: Offer, ways: Ways) -> str:
        """See Payments."""
        return await self._calls.run(lambda: self._selling.change_plan(customer, subscription, item, offer, ways))

    async def portal(self, customer: str, ways: Ways) -> str:
        """See Payments."""
        return await self._calls.run(lambda: self._selling.portal(customer, ways))

    async def end_with_period(self, subscription: str, *, ends: bool) -> None:
        """See Payments."""
        await self._calls.run(lambda: self._selling.end_with_period(subscription, ends=ends))

    async def leave(self, customer: str) -> None:
        """See Payments."""
        await self._calls.run(lambda: self._selling.leave(customer))
