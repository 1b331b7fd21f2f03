"""Who is which customer, what was granted for which payment, and which events were seen."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base

OF_A_USER = "users.id"


class CustomerRow(Base):
    """A user as Stripe knows them. Locked by whoever applies what Stripe says, and counted up by them."""

    __tablename__ = "billing_customers"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(OF_A_USER, ondelete="CASCADE"), primary_key=True)
    customer: Mapped[str] = mapped_column(unique=True)
    plan: Mapped[str | None]
    """The plan that is paid for, None when none is. The user's plan is only touched when this changes."""
    payment_failed: Mapped[bool]
    version: Mapped[int]
    """What was read from Stripe before this was counted up is too old to be applied."""
    read_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    """When something changes of which no event tells."""
    expecting_until: Mapped[datetime | None]
    """They are at the till: until then their own page looks without waiting for an event."""


class SubscriptionRow(Base):
    """A subscription as it was when it was last read."""

    __tablename__ = "billing_subscriptions"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(OF_A_USER, ondelete="CASCADE"), index=True)
    plan: Mapped[str]
    interval: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    period_end: Mapped[datetime]
    cancel_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class GrantedRow(Base):
    """A grant of the ledger that was paid for. `due` is the same for all grants of one month of one invoice: there are
    several once something was taken back and given again.
    """

    __tablename__ = "billing_grants"
    __table_args__ = (
        CheckConstraint("amount >= 0 AND wanted >= 0 AND wanted <= amount AND taken <= wanted", name="amounts"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    """That of the entry of the ledger."""
    due: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(OF_A_USER, ondelete="CASCADE"), index=True)
    grant_id: Mapped[UUID] = mapped_column(unique=True)
    source: Mapped[str]
    subscription: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    wanted: Mapped[int] = mapped_column(BigInteger)
    """What was asked back of it."""
    taken: Mapped[int] = mapped_column(BigInteger)
    """What came back: less when part of it had expired."""
    turns: Mapped[int]
    """How often something was taken: it makes the keys of the entries different."""
    closed_at: Mapped[datetime | None]


class EventRow(Base):
    """An event that was seen; there is a row exactly when its effect is there, too."""

    __tablename__ = "billing_events"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    outcome: Mapped[str]
    """`applied`, `nobody` when it was about no user of ours, or `ignored`."""


class SearchRow(Base):
    """Up to when events were searched for."""

    __tablename__ = "billing_searches"

    name: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
