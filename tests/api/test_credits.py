"""Credits over HTTP: prices before, balances and entries after, and books that can be checked by anybody."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import jpeg, png, scene

PASSWORD = "a few words in a row"


def sign_up(at: Visitor, email: str = "ann@example.org") -> dict[str, Any]:
    answer = at.http.post(f"{API}/account", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return answer.json()


def marked(at: Visitor, photo_id: str) -> str:
    """A mask for a photo."""
    mask = png(scene().convert("L").point(lambda tone: 255 if tone > 200 else 0))
    headers = {"Content-Type": "image/png"}
    return at.http.post(f"{API}/photos/{photo_id}/masks", content=mask, headers=headers).json()["id"]


@pytest.fixture
def member(visit: Opening) -> Visitor:
    """Somebody who has just signed up at a server without a worker: jobs stay queued."""
    opened = visit(worker=False, accounts={"enabled": True})
    sign_up(opened)
    return opened


def test_at_home_nothing_is_ever_charged(visitor: Visitor) -> None:
    purse = visitor.get("/credits")
    assert purse["unlimited"]
    assert visitor.get("/prices")["unlimited"]
    assert visitor.get("/credits/entries") == {"items": [], "next": None}
    job = visitor.submit(visitor.upload()["id"])
    assert job["price"] is None


def test_a_new_account_has_what_its_plan_gives(member: Visitor) -> None:
    purse = member.get("/credits")
    assert not purse["unlimited"]
    assert (purse["available"], purse["held"], purse["debt"], purse["next_expiry"]) == (3000, 0, 0, None)
    assert [grant["source"] for grant in purse["grants"]] == ["plan:free"]
    assert member.get("/credits")["available"] == 3000
    assert [entry["text"] for entry in member.get("/credits/entries")["items"]] == ["Plan Free"]


def test_prices_are_there_before_anything_is_spent(member: Visitor) -> None:
    prices = {item["operation"]: item for item in member.get("/prices")["items"]}
    assert (prices["restore"]["most"], prices["colorize"]["most"], prices["restore_colorize"]["most"]) == (
        2000,
        3000,
        4000,
    )
    assert prices["restore"]["by_class"]["F"] == 0


def test_a_job_shows_its_price_and_gives_it_back_when_it_is_canceled(member: Visitor) -> None:
    job = member.submit(member.upload()["id"])
    assert job["price"] == {"most": 2000, "charged": None}
    assert (member.get("/credits")["available"], member.get("/credits")["held"]) == (1000, 2000)
    canceled = member.http.post(f"{API}/jobs/{job['id']}/cancel").json()
    assert canceled["price"] == {"most": 2000, "charged": 0}
    assert (member.get("/credits")["available"], member.get("/credits")["held"]) == (3000, 0)
    newest, before = member.get("/credits/entries")["items"][:2]
    assert (newest["kind"], newest["text"], newest["job_id"]) == (
        "release", "Given back: you were not charged", job["id"]
    )  # fmt: skip
    assert (before["kind"], before["available"], before["held"]) == ("hold", 1000, 2000)


def test_what_cannot_be_paid_is_refused_with_a_way_out_and_costs_nothing(member: Visitor) -> None:
    photo = member.upload()["id"]
    member.submit(photo)
    problem = refused(member.try_submit(photo), 402, "insufficient_credits")
    assert problem["detail"] == "This needs 2 credits, and you have 1 credit. Add credits or take a larger plan."
    assert len(member.get("/jobs")["items"]) == 1
    assert member.get("/credits")["available"] == 1000


def test_a_lower_price_than_asked_for_is_said_before_anything_happens(member: Visitor) -> None:
    body = {"photo_id": member.upload()["id"], "operation": "restore", "max_price": 1999}
    answer = member.http.post(f"{API}/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    refused(answer, 409, "price_changed")
    assert member.get("/jobs")["items"] == []


def test_entries_come_in_pages(member: Visitor) -> None:
    photo = member.upload()["id"]
    for _ in range(3):
        member.http.post(f"{API}/jobs/{member.submit(photo)['id']}/cancel")
    first = member.get("/credits/entries", limit=4)
    second = member.get("/credits/entries", limit=4, before=first["next"])
    assert [entry["seq"] for entry in first["items"] + second["items"]] == [7, 6, 5, 4, 3, 2, 1]
    assert second["next"] is None


def test_anybody_can_check_their_own_books_and_only_operators_those_of_all(member: Visitor, visitor: Visitor) -> None:
    member.submit(member.upload()["id"])
    proof = member.get("/credits/proof")
    assert proof["holds"]
    assert {check["name"] for check in proof["checks"]} >= {"value_is_conserved", "every_hold_ends_once"}
    refused(member.http.get(f"{API}/credits/proof", params={"everyone": True}), 403, "not_allowed")
    assert visitor.get("/credits/proof", everyone=True)["holds"]


def test_a_photo_that_needs_nothing_is_free_from_the_moment_that_is_known(visit: Opening) -> None:
    at = visit(accounts={"enabled": True})
    sign_up(at)
    photo = at.upload(jpeg(scene(), quality=98))["id"]
    assert not at.get(f"/photos/{photo}/diagnosis")["needs_work"]
    job = at.submit(photo)
    assert job["price"]["most"] == 0
    ended = at.ended(job["id"])
    assert (ended["status"], ended["price"]) == ("succeeded", {"most": 0, "charged": 0})
    assert at.get("/credits")["available"] == 3000


def test_who_leaves_and_signs_up_again_has_had_the_credits_of_the_month(member: Visitor) -> None:
    member.submit(member.upload()["id"])
    assert member.http.request("DELETE", f"{API}/account", json={"password": PASSWORD}).status_code == 204
    sign_up(member, "Ann@Example.org")
    assert member.get("/credits")["available"] == 0
    refused(member.try_submit(member.upload()["id"]), 402, "insufficient_credits")
    assert member.get("/credits/proof")["holds"]


@pytest.mark.parametrize("wish", ["enlarge", "mask"])
def test_what_is_asked_for_on_a_photo_that_needs_nothing_is_paid_for(visit: Opening, wish: str) -> None:
    at = visit(accounts={"enabled": True})
    sign_up(at)
    photo = at.upload(jpeg(scene(), quality=98))["id"]
    assert not at.get(f"/photos/{photo}/diagnosis")["needs_work"]
    job = at.ended(at.submit(photo, **({"enlarge": 2} if wish == "enlarge" else {"mask_id": marked(at, photo)}))["id"])
    assert not job["result"]["unchanged"]
    assert job["price"] == {"most": 2000, "charged": 2000}
    refused(at.try_submit(photo, enlarge=4), 402, "insufficient_credits")


def test_a_restored_photo_is_charged_once(visit: Opening) -> None:
    at = visit(accounts={"enabled": True})
    sign_up(at)
    job = at.restored(at.upload()["id"])
    assert job["price"] == {"most": 2000, "charged": 2000}
    purse = at.get("/credits")
    assert (purse["available"], purse["held"]) == (1000, 0)
    assert [entry["text"] for entry in at.get("/credits/entries")["items"]] == [
        "Spent on a photo", "Set aside for a photo", "Plan Free"
    ]  # fmt: skip


def test_the_same_request_sixty_four_times_at_once_is_one_job_one_hold_and_one_answer(visit: Opening) -> None:
    at = visit(worker=False, accounts={"enabled": True}, limits={"enabled": False})
    sign_up(at)
    photo = at.upload()["id"]
    with ThreadPoolExecutor(64) as many:
        answers = list(many.map(lambda _: at.try_submit(photo, key="once"), range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert len(at.get("/jobs")["items"]) == 1
    assert (at.get("/credits")["available"], at.get("/credits")["held"]) == (1000, 2000)
    refused(at.try_submit(photo, key="once", enlarge=2), 422, "idempotency_key_reused")
