"""Routes of plans and payments."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Request

from rekindle.accounts.asking import HOME_ID, Level, asks, open_to_all
from rekindle.accounts.plans import HOME, NotInPlan, Plan
from rekindle.accounts.users import NotAllowed, User
from rekindle.billing.catalogue import Interval, NotOffered
from rekindle.billing.port import BadSignature, PaymentsUnavailable, Ways
from rekindle.billing.schemas import (
    BillingOut,
    BuyPlan,
    BuyTopUp,
    CancellationOut,
    IntervalName,
    MoneyOut,
    PageOut,
    PlanOut,
    PlansOut,
    Received,
    SubscriptionOut,
    TopUpOut,
)
from rekindle.billing.service import AlreadySubscribed, Billing, NoBilling, NoSubscription, State
from rekindle.billing.webhooks import MOST_BYTES, Webhooks, WebhooksOff
from rekindle.config import Settings
from rekindle.errors import TooLarge
from rekindle.infra.http import API, problems, service

router = APIRouter(prefix=API, tags=["billing"])

Person = Annotated[User, asks(Level.PERSON)]
Selling = Annotated[Billing, service(Billing)]
Chosen = Annotated[Settings, service(Settings)]

SECONDS_TO_SEND = 15.0
RAW = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/plans")
async def list_plans(user: Annotated[User | None, asks(Level.PUBLIC)], billing: Selling) -> PlansOut:
    """All plans with their prices, and the credits that can be bought at any time."""
    at_home = user is not None and user.id == HOME_ID
    shown = (HOME,) if at_home else billing.catalogue.plans.offered
    items = [_plan(plan, billing, current=user is not None and user.plan == plan.name) for plan in shown]
    sold = billing.catalogue.top_ups if billing.can_buy else ()
    top_ups = [
        TopUpOut(name=each.name, credits=each.credits, amount=each.price.amount, currency=each.price.currency)
        for each in sold
    ]
    return PlansOut(items=items, top_ups=top_ups, can_buy=billing.can_buy)


@router.get("/billing", responses=problems(NotAllowed))
async def get_billing(user: Person, billing: Selling) -> BillingOut:
    """The subscription of whoever asks."""
    return _state(await billing.state(user))


@router.post(
    "/billing/checkout",
    responses=problems(NotAllowed, NoBilling, NotOffered, NotInPlan, AlreadySubscribed, PaymentsUnavailable),
)
async def checkout(
    body: BuyPlan | BuyTopUp, request: Request, user: Person, billing: Selling, settings: Chosen
) -> PageOut:
    """A page to pay on. With a subscription, a page that says what the change costs, and makes it."""
    ways = _ways(request, settings)
    if isinstance(body, BuyTopUp):
        return PageOut(url=await billing.buy_top_up(user, body.top_up, ways))
    return PageOut(url=await billing.buy_plan(user, body.plan, Interval(body.interval), ways))


@router.post("/billing/portal", responses=problems(NotAllowed, NoBilling, PaymentsUnavailable))
async def open_portal(request: Request, user: Person, billing: Selling, settings: Chosen) -> PageOut:
    """A page with invoices and ways to pay."""
    return PageOut(url=await billing.portal(user, _ways(request, settings, back="plans")))


@router.get("/billing/cancellation", responses=problems(NotAllowed, NoBilling, NoSubscription))
async def get_cancellation(user: Person, billing: Selling) -> CancellationOut:
    """What would be lost if the subscription ended."""
    found = await billing.farewell(user)
    return CancellationOut(ends_at=found.ends_at, lost=found.lost, kept=found.kept, text=found.text)


@router.post("/billing/cancellation", responses=problems(NotAllowed, NoBilling, NoSubscription, PaymentsUnavailable))
async def cancel(user: Person, billing: Selling) -> BillingOut:
    """Let the subscription end with the time that was paid for."""
    return _state(await billing.end(user, ends=True))


@router.delete("/billing/cancellation", responses=problems(NotAllowed, NoBilling, NoSubscription, PaymentsUnavailable))
async def keep(user: Person, billing: Selling) -> BillingOut:
    """Let it go on after all."""
    return _state(await billing.end(user, ends=False))


@router.post(
    "/billing/webhook",
    dependencies=[open_to_all()],
    openapi_extra=RAW,
    responses=problems(WebhooksOff, BadSignature, TooLarge, PaymentsUnavailable),
)
async def take_event(
    request: Request,
    webhooks: Annotated[Webhooks, service(Webhooks)],
    signature: Annotated[str, Header(alias="Stripe-Signature", max_length=4000)] = "",
) -> Received:
    """An event of Stripe, as it sends it. The answer comes when its effect is committed."""
    webhooks.check_on()
    await webhooks.take(await _body(request), signature)
    return Received()


async def _body(request: Request) -> bytes:
    """The bytes as they came: a signature is of them alone."""
    too_large = TooLarge(f"An event has at most {MOST_BYTES} bytes.")
    if int(request.headers.get("content-length", "0") or 0) > MOST_BYTES:
        raise too_large
    parts = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for part in request.stream():
                parts += part
                if len(parts) > MOST_BYTES:
                    raise too_large
    except TimeoutError as error:
        raise BadSignature("The event did not arrive whole, and in time. Send it again.") from error
    return bytes(parts)


def _ways(request: Request, settings: Settings, back: str = "billing/back") -> Ways:
    base = (settings.server.public_url or str(request.base_url)).rstrip("/")
    return Ways(f"{base}/billing/done", f"{base}/{back}")


def _plan(plan: Plan, billing: Billing, *, current: bool) -> PlanOut:
    prices: dict[IntervalName, MoneyOut] = {
        each.interval.value: MoneyOut(amount=each.price.amount, currency=each.price.currency)
        for each in billing.catalogue.offers
        if each.plan == plan.name and billing.can_buy
    }
    return PlanOut(
        name=plan.name, title=plan.title, monthly_credits=plan.monthly_credits, daily_limit=plan.daily_limit,
        short_side=plan.short_side, features=sorted(plan.features), watermark=plan.watermark, prices=prices or None,
        current=current,
    )  # fmt: skip


def _state(state: State) -> BillingOut:
    row = state.subscription
    if row is None:
        return BillingOut(subscription=None, payment_failed=state.payment_failed)
    subscription = SubscriptionOut.model_validate({
        "plan": row.plan, "interval": row.interval, "status": row.status,
        "period_end": row.cancel_at or row.period_end, "cancel_at_period_end": row.cancel_at is not None,
    })  # fmt: skip
    return BillingOut(subscription=subscription, payment_failed=state.payment_failed)
