"""What the state of subscriptions, invoices and payments means for plan and credits. No event is looked at, only what
is true now: so it does not matter which events came, how often, or in which order.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import zip_longest

from rekindle.accounts.plans import Plan
from rekindle.billing.catalogue import Catalogue
from rekindle.billing.statement import Payment, Period, Statement, Subscription
from rekindle.credits.ledger import CREDIT

SETTLING = timedelta(hours=2)
"""How long after the end of a period Stripe may take to renew: an invoice is a draft for an hour."""

TOP_UP = "top_up"


class Standing(StrEnum):
    """What a subscription is good for."""

    GOOD = "good"
    GRACE = "grace"
    """A payment failed and is tried again: the plan stays, credits of a later month wait."""
    STOPPED = "stopped"
    """Nobody tries any more, or the first payment was never made: nothing of the plan."""
    ENDED = "ended"


HOLDING = frozenset({Standing.GOOD, Standing.GRACE})
"""Those in which the plan is there."""

STANDINGS: Mapping[str, Standing] = {
    "active": Standing.GOOD, "trialing": Standing.GOOD, "past_due": Standing.GRACE, "unpaid": Standing.STOPPED,
    "paused": Standing.STOPPED, "incomplete": Standing.STOPPED, "canceled": Standing.ENDED,
    "incomplete_expired": Standing.ENDED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """Credits that were paid for, and whose time has come.

    `key` is the same for the same month of the same invoice, or the same checkout. `back`, of `credits`, is to be
    taken back because of `reason`. `over`: what is left ends, with the subscription.
    """

    key: str
    source: str
    credits: int
    at: datetime
    back: int = 0
    reason: str = ""
    subscription: str | None = None
    expires_at: datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a paid period: the credits that it brings, and how many of them a later change of plan took back."""

    number: int
    start: datetime
    credits: int
    unused: int
    end: datetime


def standing(status: str) -> Standing:
    """A status that nobody knows stops: it can give nothing, and takes nothing away for ever."""
    return STANDINGS.get(status, Standing.STOPPED)


def current(statement: Statement, catalogue: Catalogue) -> Subscription | None:
    """The subscription that counts: of those that hold, that of the largest plan, the newest of them."""
    holding = [each for each in statement.subscriptions if standing(each.status) in HOLDING]
    known = [(plan_of(each, catalogue), each) for each in holding]
    ranked = [(catalogue.rank(plan.name), each.created, each.id, each) for plan, each in known if plan is not None]
    return max(ranked)[-1] if ranked else None


def unpaid(statement: Statement) -> bool:
    """Whether a payment failed, and the subscription waits for it."""
    return any(each.status in {"past_due", "unpaid"} for each in statement.subscriptions)


def plan_of(subscription: Subscription, catalogue: Catalogue) -> Plan | None:
    """The plan that it pays for; None for one that is none of ours."""
    found = catalogue.bought(subscription.price)
    return None if found is None else found[0]


def due(statement: Statement, catalogue: Catalogue, now: datetime, *, top_ups_survive: bool = True) -> tuple[Due, ...]:
    """All credits that were paid for and are due by now, in the order of their times."""
    found = [*_of_subscriptions(statement, catalogue, now), *_of_purchases(statement, top_ups_survive=top_ups_survive)]
    return tuple(sorted(found, key=lambda each: (each.at, each.key)))


def next_look(statement: Statement, catalogue: Catalogue, now: datetime) -> datetime | None:
    """When something changes without anybody saying so: the next month of a year, or the end of a period."""
    moments: list[datetime] = []
    for subscription in statement.subscriptions:
        if standing(subscription.status) is Standing.ENDED:
            continue
        moments.append(subscription.period_end + SETTLING)
        for period, cut in _cut(statement, subscription):
            moments += [month.start for month in months(period, catalogue, cut) if month.start > now]
    soonest = min(moments, default=None)
    return soonest if soonest is None or soonest > now else now + SETTLING


def _of_subscriptions(statement: Statement, catalogue: Catalogue, now: datetime) -> Iterator[Due]:
    for subscription in statement.subscriptions:
        state = standing(subscription.status)
        until = min(now, subscription.ended_at or now)
        for period, cut in _cut(statement, subscription):
            bought = catalogue.bought(period.price)
            payment = statement.payments.get(period.payment or "")
            for month in months(period, catalogue, cut) if bought else ():
                # The first month of a paid invoice is due whatever a clock says. Later ones wait while money is owed.
                if bought is None or (month.number and (month.start > until or state is Standing.GRACE)):
                    continue
                back = month.unused + lost_of(month.credits - month.unused, payment)
                yield Due(
                    key=f"stripe:{period.invoice}.{period.number}.{month.number}", source=f"plan:{bought[0].name}",
                    credits=month.credits, at=month.start, back=back, reason=_reason(payment),
                    subscription=subscription.id, expires_at=None if bought[0].carry_over else month.end,
                    over=state is Standing.ENDED,
                )  # fmt: skip


def _of_purchases(statement: Statement, *, top_ups_survive: bool) -> Iterator[Due]:
    ends = [each.ended_at for each in statement.subscriptions if each.ended_at is not None]
    last = max(ends, default=None)
    for purchase in statement.purchases:
        payment = statement.payments.get(purchase.payment or "")
        yield Due(
            key=f"stripe:{purchase.session}", source=TOP_UP, credits=purchase.credits, at=purchase.at,
            back=lost_of(purchase.credits, payment), reason=_reason(payment),
            over=not top_ups_survive and last is not None and purchase.at < last,
        )  # fmt: skip


def _cut(statement: Statement, subscription: Subscription) -> Iterator[tuple[Period, datetime]]:
    """The paid periods of a subscription, each with its end, or the moment at which a change of plan ended it."""
    mine = sorted(
        (each for each in statement.periods if each.subscription == subscription.id),
        # Of two that begin in the same second, the one for what the subscription is now came later.
        key=lambda each: (each.start, each.price == subscription.price, each.invoice, each.number),
    )
    for period, following in zip_longest(mine, mine[1:]):
        yield period, period.end if following is None else min(period.end, following.start)


def months(period: Period, catalogue: Catalogue, cut: datetime) -> Sequence[Month]:
    """What a period brings, month by month, up to `cut`.

    The rest of a period after a change of plan brings at once what its price was worth.
    """
    bought = catalogue.bought(period.price)
    if bought is None or not bought[0].monthly_credits or period.amount <= 0:
        return ()
    interval, monthly = bought[1], bought[0].monthly_credits or 0
    if period.partial:
        whole = monthly * interval.months
        worth = _near(whole * min(period.amount, period.unit_amount), max(period.unit_amount, 1))
        return [_month(0, period.start, period.end, worth, cut)] if worth else ()
    starts = [add_months(period.start, number) for number in range(interval.months)]
    ends = [*starts[1:], period.end]
    found = (_month(number, *times, monthly, cut) for number, times in enumerate(zip(starts, ends, strict=True)))
    return [each for each in found if each.number == 0 or each.start < cut]


def _month(number: int, start: datetime, end: datetime, worth: int, cut: datetime) -> Month:
    whole, left = (end - start) // timedelta(seconds=1), (end - max(start, min(cut, end))) // timedelta(seconds=1)
    return Month(number, start, worth, _near(worth * left, whole) if whole > 0 else 0, end)


def lost_of(worth: int, payment: Payment | None) -> int:
    """What of the credits goes back with the money: as large a part, in whole credits."""
    if payment is None or payment.amount <= 0:
        return 0
    return worth if payment.lost >= payment.amount else _near(worth * payment.lost, payment.amount)


def _reason(payment: Payment | None) -> str:
    if payment is None or not payment.lost:
        return "plan_changed"
    return "disputed" if payment.disputed else "refunded"


def _near(part: int, whole: int) -> int:
    """A share as whole credits, the nearest; half a credit stays with whoever bought it."""
    found, rest = divmod(part, whole * CREDIT)
    return (found + (2 * rest > whole * CREDIT)) * CREDIT


def add_months(moment: datetime, count: int) -> datetime:
    """The same day and time `count` months later, or the last day of a month that is too short."""
    years, month = divmod(moment.month - 1 + count, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
