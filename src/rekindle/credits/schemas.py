"""Bodies of answers about credits; all amounts are whole milli-credits, thousandths of a credit."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

Thousandths = Annotated[int, Field(description="In thousandths of a credit: 2000 is two credits.")]
KindName = Literal["grant", "hold", "capture", "release", "expire", "adjust"]


class GrantOut(BaseModel):
    """Credits that were given, and what of them can still be spent."""

    id: UUID
    source: str
    amount: Thousandths
    available: Thousandths
    granted_at: datetime
    expires_at: datetime | None


class CreditsOut(BaseModel):
    """What somebody has. `unlimited`: nothing is ever charged."""

    unlimited: bool
    available: Thousandths
    held: int = Field(description="Set aside for work that has not ended, in thousandths of a credit.")
    debt: int = Field(description="Owed, and paid by the next credits, in thousandths of a credit.")
    next_expiry: datetime | None
    grants: list[GrantOut]


class EntryOut(BaseModel):
    """A line of the ledger, and the balance after it."""

    seq: int
    kind: KindName
    amount: Thousandths
    available: Thousandths
    held: int = Field(description="Set aside for work that has not ended, in thousandths of a credit.")
    debt: int = Field(description="Owed, and paid by the next credits, in thousandths of a credit.")
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
    most: int = Field(description="What is set aside, in thousandths of a credit.")
    by_class: dict[str, int] = Field(description="What is taken in the end, in thousandths of a credit.")
    degraded: int = Field(
        description="The most that is taken when only this machine could do it, and less well, in thousandths."
    )


class PricesOut(BaseModel):
    """What everything costs for whoever asks."""

    catalogue: str
    unlimited: bool
    items: list[OfferOut]
