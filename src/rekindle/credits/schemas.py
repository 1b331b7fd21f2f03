"""Bodies of answers about credits; all amounts are whole milli-credits."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

KindName = Literal["grant", "hold", "capture", "release", "expire", "adjust"]


class GrantOut(BaseModel):
    """Credits that were given, and what of them can still be spent."""

    id: UUID
    source: str
    amount: int
    available: int
    granted_at: datetime
    expires_at: datetime | None


class CreditsOut(BaseModel):
    """What somebody has. `unlimited`: nothing is ever charged."""

    unlimited: bool
    available: int
    held: int
    debt: int
    next_expiry: datetime | None
    grants: list[GrantOut]


class EntryOut(BaseModel):
    """A line of the ledger, and the balance after it."""

    seq: int
    kind: KindName
    amount: int
    available: int
    held: int
    debt: int
    reason: str
    text: str = Field(description="What happened, for the person who reads it.")
    job_id: UUID | None
    at: datetime


class EntryPage(BaseModel):
    """Entries, newest first; `next` is the `before` of the next page."""

    items: list[EntryOut]
    next: int | None


class CheckOut(BaseModel):
    """One invariant of the ledger, and the sums from which it follows."""

    name: str
    holds: bool
    sums: dict[str, int]


class ProofOut(BaseModel):
    """All invariants."""

    holds: bool
    checks: list[CheckOut]


class OfferOut(BaseModel):
    """A price: the most that it can cost, and what it costs for each class of damage."""

    operation: str
    quality: str
    most: int
    by_class: dict[str, int]


class PricesOut(BaseModel):
    """What everything costs for whoever asks."""

    catalogue: str
    unlimited: bool
    items: list[OfferOut]
