"""Routes of credits: what there is, what happened, that the books are right, and what things cost."""

from typing import Annotated

from fastapi import APIRouter, Query

from rekindle.accounts.asking import asks
from rekindle.accounts.users import NotAllowed, User
from rekindle.credits.schemas import CheckOut, CreditsOut, EntryOut, EntryPage, GrantOut, OfferOut, PricesOut, ProofOut
from rekindle.credits.statement import Statements
from rekindle.credits.tables import EntryRow
from rekindle.credits.words import job_of, text_of
from rekindle.infra.http import API, problems, service
from rekindle.providers.offers import Offers

router = APIRouter(prefix=API, tags=["credits"])

PLAIN_FIELDS = ("seq", "kind", "amount", "available", "held", "debt", "reason", "at")

Asker = Annotated[User, asks()]
Telling = Annotated[Statements, service(Statements)]


@router.get("/credits")
async def get_credits(user: Asker, statements: Telling) -> CreditsOut:
    """What there is, and what of it is lost next unless it is spent."""
    balance = await statements.balance(user)
    grants = [
        GrantOut(
            id=lot.id, source=lot.source, amount=lot.amount, available=lot.available, granted_at=lot.granted_at,
            expires_at=lot.expires_at,
        )
        for lot in balance.grants
    ]  # fmt: skip
    return CreditsOut(
        unlimited=statements.unlimited(user), available=balance.available, held=balance.held, debt=balance.debt,
        next_expiry=balance.next_expiry, grants=grants,
    )  # fmt: skip


@router.get("/credits/entries")
async def list_entries(
    user: Asker,
    statements: Telling,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> EntryPage:
    """What happened to the credits, newest first."""
    rows = await statements.entries(user, limit=limit, before=before)
    return EntryPage(items=[_entry(row) for row in rows], next=rows[-1].seq if len(rows) == limit else None)


@router.get("/credits/proof", responses=problems(NotAllowed))
async def get_proof(user: Asker, statements: Telling, *, everyone: bool = False) -> ProofOut:
    """The invariants of the ledger with their sums: for whoever asks, or for everyone if an operator asks."""
    proof = await statements.proof(user, everyone=everyone)
    checks = [CheckOut(name=check.name, holds=check.holds, sums=dict(check.sums)) for check in proof.checks]
    return ProofOut(holds=proof.holds, checks=checks)


@router.get("/prices")
async def list_prices(user: Asker, statements: Telling, offers: Annotated[Offers, service(Offers)]) -> PricesOut:
    """What each operation costs at most, and by the class of damage once it is known."""
    items = [
        OfferOut(
            operation=each.operation, quality=each.quality, most=each.most, by_class=dict(each.by_class),
            degraded=max(each.degraded.values()),
        )
        for each in statements.quotes(user, offers.operations())
    ]  # fmt: skip
    return PricesOut(catalogue=statements.prices.name, unlimited=statements.unlimited(user), items=items)


def _entry(row: EntryRow) -> EntryOut:
    plain = {name: getattr(row, name) for name in PLAIN_FIELDS}
    return EntryOut.model_validate(plain | {"text": text_of(row), "job_id": job_of(row)})
