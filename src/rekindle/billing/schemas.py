"""Bodies of requests and responses about plans and payments. Credits are in thousandths, money in cents."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

IntervalName = Literal["month", "year"]


class MoneyOut(BaseModel):
    """An amount in the smallest unit of its currency."""

    amount: int
    currency: str


class PlanOut(BaseModel):
    """A plan and what it costs; `prices` is null for one that is not for sale."""

    name: str
    title: str
    monthly_credits: int | None
    daily_limit: int | None
    short_side: int | None
    features: list[str]
    watermark: bool
    prices: dict[IntervalName, MoneyOut] | None
    current: bool


class TopUpOut(BaseModel):
    """Credits that are bought once."""

    name: str
    credits: int
    amount: int
    currency: str


class PlansOut(BaseModel):
    """Everything that there is, and whether anything can be bought."""

    items: list[PlanOut]
    top_ups: list[TopUpOut]
    can_buy: bool


class SubscriptionOut(BaseModel):
    """A subscription; `status` is Stripe's word. At `period_end` it renews, or ends if `cancel_at_period_end`."""

    plan: str
    interval: IntervalName
    status: str
    period_end: datetime
    cancel_at_period_end: bool


class BillingOut(BaseModel):
    """What somebody pays for. `payment_failed`: a payment is owed, and no new credits come until it is made."""

    subscription: SubscriptionOut | None
    payment_failed: bool


class BuyPlan(BaseModel):
    """Which plan is wanted; with a subscription, which it shall change to."""

    model_config = ConfigDict(extra="forbid")

    plan: str = Field(max_length=60)
    interval: IntervalName


class BuyTopUp(BaseModel):
    """Which top-up is wanted."""

    model_config = ConfigDict(extra="forbid")

    top_up: str = Field(max_length=60)


class PageOut(BaseModel):
    """A page of the payment company, to which the browser goes."""

    url: str


class CancellationOut(BaseModel):
    """What the end of the subscription means; amounts as they are now."""

    ends_at: datetime
    lost: int
    kept: int
    text: str = Field(description="The same in words, for whoever is about to cancel.")


class Received(BaseModel):
    """The event is noted."""

    received: Literal[True] = True
