"""What the payment company knows of one customer, read at one moment: the only thing that the rules look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """`price` is a name of the catalogue, `status` Stripe's word, and `item` what a change of plan has to name."""

    id: str
    item: str
    price: str
    status: str
    created: datetime
    period_end: datetime
    cancel_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A time of a subscription that was paid for: a line of a paid invoice, of which it is the `number`-th.

    `partial`: the rest of a period after a change of plan, of which `amount` of the whole `unit_amount` was charged.
    """

    invoice: str
    number: int
    subscription: str
    price: str
    start: datetime
    end: datetime
    amount: int
    unit_amount: int
    partial: bool = False
    payment: str | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """Credits that were paid for once, at a checkout; `credits` are the milli-credits that were promised there."""

    session: str
    credits: int
    at: datetime
    payment: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came, and what of it went back: refunded, or under a dispute that is not won."""

    amount: int
    refunded: int = 0
    disputed: int = 0

    @property
    def lost(self) -> int:
        """What of it is not there any more."""
        return min(self.refunded + self.disputed, self.amount)


@dataclass(frozen=True, slots=True)
class Statement:
    """One customer. Payments are by their identifier."""

    customer: str
    subscriptions: tuple[Subscription, ...] = ()
    periods: tuple[Period, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    payments: Mapping[str, Payment] = field(default_factory=dict[str, Payment])
