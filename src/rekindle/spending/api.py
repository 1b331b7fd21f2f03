"""Routes of spending, for operators: overview, budgets, pools, alerts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from rekindle.accounts.asking import Level, asks
from rekindle.accounts.users import User
from rekindle.infra.http import API, problems, service
from rekindle.spending.alerts import AlertNotFound, Alerts
from rekindle.spending.budget import Action, Budget, Period, Scope
from rekindle.spending.desk import BadBudget, BudgetNotFound, Desk, NotInPool, PoolNotFound, PoolRules, Standing
from rekindle.spending.pools import Pool
from rekindle.spending.schemas import (
    AlertOut,
    AlertPage,
    AllocationOut,
    BudgetBody,
    BudgetOut,
    CostOut,
    MoveBody,
    PoolBody,
    PoolOut,
    ProviderCostOut,
    PurchaseBody,
    RefillOut,
    SpendingOut,
)
from rekindle.spending.sums import Total
from rekindle.spending.tables import AlertRow

router = APIRouter(prefix=API, tags=["spending"])

FOR_OPERATORS = (asks(Level.OPERATOR),)

Operator = Annotated[User, asks(Level.OPERATOR)]
AtDesk = Annotated[Desk, service(Desk)]
Telling = Annotated[Alerts, service(Alerts)]


@router.get("/spending", dependencies=FOR_OPERATORS)
async def get_spending(desk: AtDesk) -> SpendingOut:
    """What was spent at providers, what may be, and what is left."""
    seen = await desk.overview()
    refills = [
        RefillOut(id=each.id, provider=each.provider, amount=each.amount, created_at=each.created_at)
        for each in seen.refills
    ]
    return SpendingOut(
        today=CostOut(**_costs(seen.today)), month=CostOut(**_costs(seen.month)),
        budgets=[_budget(each) for each in seen.budgets], pools=[_pool(each) for each in seen.pools], refills=refills,
        providers=[ProviderCostOut(provider=name, **_costs(each)) for name, each in sorted(seen.providers.items())],
    )  # fmt: skip


@router.post("/spending/budgets", status_code=201, responses=problems(BadBudget), dependencies=FOR_OPERATORS)
async def set_budget(desk: AtDesk, body: BudgetBody) -> BudgetOut:
    """Bound what is spent from now on."""
    budget = Budget(
        "", Scope(body.scope), body.key, Period(body.period), body.limit, Action(body.action), tuple(body.alerts)
    )  # fmt: skip
    return _budget(await desk.set_budget(budget))


@router.delete(
    "/spending/budgets/{budget_id}", status_code=204, responses=problems(BudgetNotFound), dependencies=FOR_OPERATORS
)
async def drop_budget(budget_id: UUID, desk: AtDesk) -> None:
    """Take a budget away again."""
    await desk.drop_budget(budget_id)


@router.put("/spending/pools/{provider}", dependencies=FOR_OPERATORS)
async def keep_pool(provider: str, desk: AtDesk, body: PoolBody) -> PoolOut:
    """Keep a pool for a provider, or change how it is kept."""
    return _pool(await desk.keep_pool(provider, PoolRules(body.reserve, body.refill_below, body.alert_below)))


@router.post(
    "/spending/pools/{provider}/purchases",
    status_code=201,
    responses=problems(PoolNotFound),
    dependencies=FOR_OPERATORS,
)
async def purchase(provider: str, desk: AtDesk, body: PurchaseBody) -> PoolOut:
    """Say that money was paid to a provider in advance."""
    return _pool(await desk.purchase(provider, body.amount, key=body.key, reason=body.reason))


@router.post(
    "/spending/moves", status_code=201, responses=problems(PoolNotFound, NotInPool), dependencies=FOR_OPERATORS
)
async def move(desk: AtDesk, body: MoveBody) -> list[PoolOut]:
    """Let unused money of one pool count for another."""
    return [_pool(each) for each in await desk.move(body.source, body.target, body.amount, key=body.key)]


@router.get("/spending/allocation", dependencies=FOR_OPERATORS)
async def allocation(desk: AtDesk, revenue: Annotated[int, Query(ge=0, le=2**53)]) -> AllocationOut:
    """How to divide what came in, in millionths of a dollar, among providers."""
    return AllocationOut(revenue=revenue, providers=dict(await desk.allocation(revenue)))


@router.get("/alerts", dependencies=FOR_OPERATORS)
async def list_alerts(
    alerts: Telling, limit: Annotated[int, Query(ge=1, le=200)] = 50, *, unseen: bool = False
) -> AlertPage:
    """What operators are told, newest first."""
    return AlertPage(items=[_alert(row) for row in await alerts.listed(limit=limit, unseen=unseen)])


@router.post("/alerts/{alert_id}/acknowledgement", responses=problems(AlertNotFound))
async def acknowledge(alert_id: UUID, user: Operator, alerts: Telling) -> AlertOut:
    """Say that somebody takes care of it."""
    return _alert(await alerts.acknowledge(alert_id, by=user.id))


def _costs(total: Total) -> dict[str, int]:
    return {"cost": total.cost, "attempts": total.attempts, "average": total.cost // max(1, total.attempts)}


def _budget(standing: Standing) -> BudgetOut:
    budget = standing.budget
    return BudgetOut(
        id=budget.id, scope=budget.scope.value, key=budget.key, period=budget.period.value, limit=budget.limit,
        action=budget.action.value, alerts=list(budget.alerts), spent=standing.spent, status=standing.status.value,
        percent=round(100 * standing.spent / budget.limit, 2) if budget.limit else 100.0,
    )  # fmt: skip


def _pool(pool: Pool) -> PoolOut:
    return PoolOut(
        provider=pool.provider, balance=pool.balance, level=pool.level, reserve=pool.reserve,
        refill_below=pool.refill_below, alert_below=pool.alert_below,
    )  # fmt: skip


def _alert(row: AlertRow) -> AlertOut:
    return AlertOut.model_validate({name: getattr(row, name) for name in AlertOut.model_fields})
