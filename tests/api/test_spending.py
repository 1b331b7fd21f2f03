"""Spending over HTTP, as operators see it: at home whoever is there is one."""

import uuid
from datetime import UTC, datetime

import pytest

from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.providers.purse import Spent
from rekindle.spending.alerts import Alerts
from rekindle.spending.service import Spending
from rekindle.spending.sweep import Sweep
from tests.api.conftest import API, Opening, Visitor, refused


@pytest.fixture
def operator(visit: Opening) -> Visitor:
    return visit(worker=False, spending={"budgets": ["monthly"]})


def spend(at: Visitor, cost: int, provider: str = "one") -> None:
    """What attempts cost comes from jobs; here it is written down for one."""
    db, purse = at.at.services.get(Database), Spending(at.at.services.get(Database), None, clock=Clock())  # type: ignore[arg-type]
    new, now = uuid.uuid4, datetime.now(UTC)

    async def write() -> None:
        with seeing_everything():
            async with db.transaction() as tx:
                await purse.spent(tx, Spent(new(), new(), provider, "model", new(), "home", cost, now))
            await Sweep(db, purse, Alerts(db, clock=Clock()), clock=Clock()).run()

    at.at.inside(write)


def test_what_was_spent_is_seen_with_budgets_and_pools(operator: Visitor) -> None:
    spend(operator, 40_000)
    spend(operator, 60_000, "two")
    seen = operator.get("/spending")
    assert seen["today"] == seen["month"] == {"cost": 100_000, "attempts": 2, "average": 50_000}
    assert [(each["provider"], each["cost"]) for each in seen["providers"]] == [("one", 40_000), ("two", 60_000)]
    (budget,) = seen["budgets"]
    assert (budget["limit"], budget["spent"], budget["percent"], budget["status"]) == (
        100_000_000, 100_000, 0.1, "safe",
    )  # fmt: skip
    assert seen["pools"] == seen["refills"] == []


def test_budgets_are_set_and_taken_away(operator: Visitor) -> None:
    body = {"scope": "provider", "key": "one", "period": "day", "limit": 50_000_000, "action": "alert"}
    made = operator.http.post(f"{API}/spending/budgets", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["alerts"] == [50, 80, 95]
    path = f"{API}/spending/budgets/{made.json()['id']}"
    assert operator.http.delete(path).status_code == 204
    refused(operator.http.delete(path), 404, "budget_not_found")
    refused(operator.http.post(f"{API}/spending/budgets", json={**body, "key": ""}), 422, "bad_budget")


def test_a_pool_is_kept_bought_for_and_moved_from(operator: Visitor) -> None:
    for provider in ("one", "two"):
        kept = operator.http.put(f"{API}/spending/pools/{provider}", json={"reserve": 10, "refill_below": 20})
        assert kept.json() == {
            "provider": provider, "balance": 0, "level": 0, "reserve": 10, "refill_below": 20, "alert_below": 0,
        }  # fmt: skip
    for _ in range(2):
        bought = operator.http.post(
            f"{API}/spending/pools/one/purchases", json={"amount": 1_000_000, "key": "invoice 7", "reason": "Card"}
        )
        assert bought.json()["balance"] == 1_000_000
    moved = operator.http.post(
        f"{API}/spending/moves", json={"source": "one", "target": "two", "amount": 300_000, "key": "m"}
    )
    assert [each["balance"] for each in moved.json()] == [700_000, 300_000]
    too_much = {"source": "one", "target": "two", "amount": 700_000, "key": "n"}
    refused(operator.http.post(f"{API}/spending/moves", json=too_much), 409, "not_in_pool")
    nowhere = operator.http.post(f"{API}/spending/pools/three/purchases", json={"amount": 1, "key": "k"})
    refused(nowhere, 404, "pool_not_found")


def test_operators_are_told_when_a_budget_runs_out_and_say_that_they_saw_it(operator: Visitor) -> None:
    body = {"scope": "global", "period": "month", "limit": 100_000_000, "action": "alert"}
    operator.http.post(f"{API}/spending/budgets", json=body)
    spend(operator, 81_000_000)
    (later, first) = operator.get("/alerts", unseen=True)["items"]
    assert {first["severity"], later["severity"]} == {"warning"}
    assert operator.get("/spending")["budgets"][0]["status"] == "warning"
    seen = operator.http.post(f"{API}/alerts/{first['id']}/acknowledgement")
    assert seen.json()["acknowledged_at"] is not None
    assert len(operator.get("/alerts", unseen=True)["items"]) == 1
    assert len(operator.get("/alerts")["items"]) == 2
    refused(operator.http.post(f"{API}/alerts/{uuid.uuid4()}/acknowledgement"), 404, "alert_not_found")


def test_what_comes_in_is_divided_by_what_is_used(operator: Visitor) -> None:
    spend(operator, 30, "one")
    spend(operator, 10, "two")
    divided = operator.get("/spending/allocation", revenue=1_000)
    assert divided == {"revenue": 1_000, "providers": {"one": 600, "two": 200}}
