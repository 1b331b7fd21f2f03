"""Events of the payment company: taken when their signature is good, and applied once."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import select

from rekindle.billing.port import MATTERS, BadSignature, Notice
from rekindle.billing.reconciling import Till
from rekindle.billing.tables import EventRow
from rekindle.errors import NotFound
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything

MOST_BYTES = 1_000_000
"""An event is some kilobytes; one with a long list in it may be a hundred."""

_AT_ONCE = 500


class WebhooksOff(NotFound):
    code: ClassVar[str] = "webhooks_off"
    title: ClassVar[str] = "Nobody listens here"


class Webhooks:
    """Without a secret nothing is taken: whoever knows the address could else make credits."""

    def __init__(self, db: Database, till: Till | None, *, signed: bool) -> None:
        self._db = db
        self._till = till
        self._signed = signed

    async def take(self, body: bytes, signature: str) -> None:
        """Apply an event as it was delivered; afterwards it is committed, and may be answered.

        Raises WebhooksOff, BadSignature, PaymentsUnavailable.
        """
        self.check_on()
        if not signature:
            raise BadSignature("There is no signature. Send what Stripe sends, as it came.")
        notice = self._open().payments.notice(body, signature)
        # Nobody is logged in here: whom it is about is found out from Stripe.
        with seeing_everything():
            await self.apply(notice)

    def check_on(self) -> None:
        """Raise WebhooksOff where no events are taken: before anything is read."""
        self._open()
        if not self._signed:
            raise WebhooksOff("Events are not taken here. Set the secret of the webhook to take them.")

    async def apply(self, notice: Notice) -> None:
        """Apply an event once; one that means nothing is only noted. Raises PaymentsUnavailable."""
        till = self._open()
        if notice.type not in MATTERS:
            await till.reconciling.ignore(notice, "ignored")
        elif not await till.reconciling.seen(notice):
            customer = await till.payments.customer_of(notice)
            if customer is None:
                await till.reconciling.ignore(notice, "nobody")
            else:
                await till.reconciling.reconcile(customer, notice)

    async def unseen(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        """Those that had no effect yet, in their order."""
        seen: set[str] = set()
        async with self._db.reading() as tx:
            for start in range(0, len(notices), _AT_ONCE):
                names = [each.id for each in notices[start : start + _AT_ONCE]]
                seen.update(await tx.scalars(select(EventRow.id).where(EventRow.id.in_(names))))
        return [each for each in notices if each.id not in seen]

    def _open(self) -> Till:
        if self._till is None:
            raise WebhooksOff("Nothing is sold here, so no events are taken.")
        return self._till
