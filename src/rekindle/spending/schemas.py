"""Bodies of requests and responses about spending. Amounts are whole millionths of a dollar."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[int, Field(strict=True, ge=0, le=2**53, description="In millionths of a dollar.")]
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^/]*$", description="Repeated, it counts once.")]


class Body(BaseModel):
    """The root of all bodies: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class BudgetBody(Body):
    """At most so much in a day or a month. `key`: a provider, an account, or plans with commas between; "" for all."""

    scope: Literal["global", "plan", "user", "provider"]
    key: str = Field(default="", max_length=500)
    period: Literal["day", "month"]
    limit: Amount
    action: Literal["alert", "pause", "degrade"] = "pause"
    alerts: list[Annotated[int, Field(strict=True, ge=1, le=100)]] = Field(default=[50, 80, 95], max_length=10)


class BudgetOut(BudgetBody):
    """A budget, what was spent of it in the period that is running, and how that stands."""

    id: str
    spent: int
    percent: float
    status: Literal["safe", "warning", "critical", "exceeded"]


class PoolBody(Body):
    """How a pool is kept: what is not spent but in need, and when to order and to tell."""

    reserve: Amount = 0
    refill_below: int = Field(
        default=20, strict=True, ge=0, le=100, description="Per cent of what was there after the last purchase."
    )
    alert_below: Amount = 0


class PoolOut(PoolBody):
    """A pool and what is left in it."""

    provider: str
    balance: int
    level: int


class PurchaseBody(Body):
    """Money that was paid to a provider."""

    amount: Annotated[Amount, Field(gt=0)]
    key: Key
    reason: str = Field(default="", max_length=500)


class MoveBody(Body):
    """Money that is to count for another pool."""

    source: str = Field(max_length=100)
    target: str = Field(max_length=100)
    amount: Annotated[Amount, Field(gt=0)]
    key: Key


class RefillOut(Body):
    """An order that is open."""

    id: UUID
    provider: str
    amount: int
    created_at: datetime


class CostOut(Body):
    """What was spent, and on how many attempts."""

    cost: int
    attempts: int
    average: int


class ProviderCostOut(CostOut):
    """The same at one provider."""

    provider: str


class SpendingOut(Body):
    """Everything about spending, as it is now. `providers`: of the last 30 days."""

    today: CostOut
    month: CostOut
    budgets: list[BudgetOut]
    pools: list[PoolOut]
    refills: list[RefillOut]
    providers: list[ProviderCostOut]


class AllocationOut(Body):
    """What each provider is to get of what came in."""

    revenue: int
    providers: dict[str, int]


class AlertOut(Body):
    """Something that operators are told."""

    id: UUID
    severity: Literal["info", "warning", "critical"]
    text: str
    at: datetime
    acknowledged_at: datetime | None


class AlertPage(Body):
    """Alerts, newest first."""

    items: list[AlertOut]
