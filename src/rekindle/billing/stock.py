"""What somebody has of a plan that may end: which credits go with it, and which stay."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from rekindle.billing.rules import TOP_UP
from rekindle.billing.tables import GrantedRow, SubscriptionRow
from rekindle.credits.ledger import spoken
from rekindle.credits.tables import GrantRow
from rekindle.infra.db.database import Transaction


@dataclass(frozen=True, slots=True)
class Farewell:
    """When a plan ends, and what of the milli-credits goes with it."""

    ends_at: datetime
    lost: int
    kept: int
    text: str


async def farewell(
    tx: Transaction, row: SubscriptionRow, title: str, now: datetime, *, top_ups_survive: bool
) -> Farewell:
    """As it would be if nothing were spent or bought until then."""
    good = or_(GrantRow.expires_at.is_(None), GrantRow.expires_at > now)
    has = select(func.coalesce(func.sum(GrantRow.available), 0)).where(GrantRow.account_id == row.user_id, good)
    goes = GrantedRow.subscription == row.id
    if not top_ups_survive:
        goes = or_(goes, GrantedRow.source == TOP_UP)
    ending = select(GrantedRow.grant_id).where(GrantedRow.user_id == row.user_id, GrantedRow.closed_at.is_(None), goes)
    lost = await tx.scalar(has.where(GrantRow.id.in_(ending))) or 0
    kept = (await tx.scalar(has) or 0) - lost
    ends_at = row.cancel_at or row.period_end
    return Farewell(ends_at, lost, kept, _said(title, ends_at, lost, kept))


def _said(title: str, ends_at: datetime, lost: int, kept: int) -> str:
    text = f"{title} stays until {ends_at.day} {ends_at:%B %Y}."
    if lost:
        text += f" What is left then of {spoken(lost)} from this plan is lost."
    if kept:
        text += f" {spoken(kept)} that came otherwise stay yours."
    return text
