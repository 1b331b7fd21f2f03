"""Every operation over HTTP: what each takes, what is refused, what comes of it, and jobs that take several photos."""

import io
import uuid
from collections.abc import Generator, Sequence
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlalchemy import update

from rekindle.accounts.tables import UserRow
from rekindle.infra.db import owner
from rekindle.infra.db.database import Database
from rekindle.treatments.operations import Operation
from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import Live, faded, jpeg, live, scene, settings
from tests.simulators.upstreams.gemini import GeminiSimulator

NEEDS: dict[str, dict[str, Any]] = {
    "restyle": {"style": "oil"},
    "enhance": {"enhancement": "lighting"},
}
"""The options without which an operation cannot be asked for."""

SEVERAL = ("fuse", "bring_together")
NOWHERE = "01a1fd5e-ecab-7943-a490-4dd6262620ba"


@pytest.fixture(scope="module")
def gemini() -> Generator[GeminiSimulator]:
    with GeminiSimulator() as running:
        yield running


def services(gemini: GeminiSimulator) -> dict[str, Any]:
    """Settings of somebody who has keys of services elsewhere."""
    return {
        "gemini": {"key": gemini.key, "base_url": f"{gemini.url}/v1beta"},
        "runpod": {"key": "never asked", "base_url": "http://127.0.0.1:9"},
    }


@pytest.fixture(scope="module")
def offering(tmp_path_factory: pytest.TempPathFactory, gemini: GeminiSimulator) -> Generator[Live]:
    chosen = settings(tmp_path_factory.mktemp("offering"), providers=services(gemini), limits={"enabled": False})
    with live(chosen, worker=False) as running:
        yield running


@pytest.fixture
def idle(offering: Live) -> Visitor:
    """A server that offers every operation, without a worker: jobs stay queued. There may be photos of others."""
    return Visitor(offering)


def ask(at: Visitor, operation: str, photos: Sequence[str], **options: Any) -> httpx2.Response:
    body = {"operation": operation, "photo_ids": list(photos), "options": options}
    return at.http.post(f"{API}/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})


def asked(at: Visitor, operation: str, photos: Sequence[str], **options: Any) -> dict[str, Any]:
    answer = ask(at, operation, photos, **options)
    assert answer.status_code == 202, answer.text
    return answer.json()


def photos(at: Visitor, count: int) -> list[str]:
    return [at.upload(jpeg(scene(160, 120, seed=seed)))["id"] for seed in range(1, count + 1)]


def sign_up(at: Visitor, email: str = "ann@example.org") -> None:
    words = {"email": email, "password": "a few words in a row"}
    assert at.http.post(f"{API}/account", json=words).status_code == 201


def put_on_plan(at: Visitor, name: str) -> None:
    """Put everybody on a plan."""
    db = at.at.services.get(Database)

    async def change() -> None:
        with owner.seeing_everything():
            async with db.transaction() as tx:
                await tx.execute(update(UserRow).values(plan=name))

    at.at.inside(change)


# ── what can be asked for ──


def test_every_operation_is_offered_taken_and_shown_again(idle: Visitor) -> None:
    several = photos(idle, 3)
    assert idle.get("/capabilities")["operations"] == [each.value for each in Operation]
    for operation in Operation:
        given = several if operation.value in SEVERAL else several[:1]
        job = asked(idle, operation.value, given, **NEEDS.get(operation.value, {}))
        assert (job["operation"], job["photo_id"], job["photo_ids"]) == (operation.value, given[0], given)
        assert idle.get(f"/jobs/{job['id']}") == job


def test_styles_have_older_names_and_words_are_cleaned_for_showing(idle: Visitor) -> None:
    (photo,) = photos(idle, 1)
    job = asked(idle, "restyle", [photo], style="ghibli", prompt="a <b>red</b>\tcoat\0", amount=0.25)
    assert (job["options"]["style"], job["options"]["amount"]) == ("storybook", 0.25)
    assert not set(job["options"]["prompt"]) & set("<>\t\0")
    assert "coat" in job["options"]["prompt"]
    answer = ask(idle, "restyle", [photo], style="cubist")
    problem = refused(answer, 422, "invalid_request")
    assert [error["pointer"] for error in problem["errors"]] == ["/options/style"]


def test_words_are_as_long_as_allowed_and_no_longer(idle: Visitor) -> None:
    (photo,) = photos(idle, 1)
    asked(idle, "restore", [photo], prompt="x" * 500)
    refused(ask(idle, "restore", [photo], prompt="x" * 501), 422, "prompt_too_long")
    refused(ask(idle, "restore", [photo], prompt="x" * 5000), 422, "invalid_request")


@pytest.mark.parametrize(
    ("operation", "count", "options", "code"),
    [
        ("restyle", 1, {}, "style_missing"),
        ("enhance", 1, {}, "enhancement_missing"),
        ("enhance", 1, {"enhancement": "custom"}, "prompt_missing"),
        ("restore", 1, {"style": "oil"}, "option_not_used"),
        ("restore", 1, {"quality": "hd"}, "option_not_used"),
        ("animate", 1, {"enlarge": 2}, "option_not_used"),
        ("restyle", 1, {"style": "oil", "seconds": 7}, "option_not_used"),
        ("fuse", 1, {}, "wrong_number_of_photos"),
        ("restore", 2, {}, "wrong_number_of_photos"),
        ("restore", 0, {}, "photo_missing"),
        ("restore", 1, {"model": "no-such-model"}, "unknown_model"),
        ("animate", 1, {"provider": "gemini"}, "unknown_model"),
        ("animate", 1, {"seconds": 11}, "invalid_request"),
        ("restyle", 1, {"style": "oil", "amount": 1.5}, "invalid_request"),
    ],
)
def test_what_makes_no_whole_is_refused_with_a_code_and_a_sentence(
    idle: Visitor, operation: str, count: int, options: dict[str, Any], code: str
) -> None:
    given = photos(idle, count)
    refused(ask(idle, operation, given, **options), 422, code)
    assert [idle.get("/jobs", photo_id=photo)["items"] for photo in given] == [[]] * count


def test_ones_own_choice_of_a_model_is_kept_with_the_job(idle: Visitor) -> None:
    (photo,) = photos(idle, 1)
    chosen = {"provider": "gemini", "model": "gemini-2.5-flash-image", "local_only": False, "quality": "hd"}
    job = asked(idle, "restyle", [photo], style="oil", **chosen)
    assert {name: job["options"][name] for name in chosen} == chosen


def test_a_key_tells_requests_with_other_options_apart(idle: Visitor) -> None:
    one, two, three = photos(idle, 3)
    key = {"Idempotency-Key": "the same"}
    body = {"operation": "fuse", "photo_ids": [one, two], "options": {"prompt": "by the sea"}}
    first = idle.http.post(f"{API}/jobs", json=body, headers=key)
    same = idle.http.post(f"{API}/jobs", json=body | {"photo_id": one, "photo_ids": [two]}, headers=key)
    assert first.status_code == same.status_code == 202
    assert first.json() == same.json()
    for change in ({"photo_ids": [two, one]}, {"photo_ids": [one, three]}, {"options": {"prompt": "by a lake"}}):
        answer = idle.http.post(f"{API}/jobs", json=body | change, headers=key)
        refused(answer, 422, "idempotency_key_reused")


# ── plans and prices ──


def test_a_plan_has_what_it_says(visit: Opening, gemini: GeminiSimulator) -> None:
    accounts, limits = {"enabled": True, "plans": "daily"}, {"enabled": False}
    at = visit(worker=False, providers=services(gemini), accounts=accounts, limits=limits)
    sign_up(at)
    one, two = photos(at, 2)
    allowed = {
        "free": {"restyle"}, "paid": {"restyle", "fuse", "bring_together"},
        "premium": {"restyle", "fuse", "bring_together", "animate"},
    }  # fmt: skip
    for name, operations in allowed.items():
        put_on_plan(at, name)
        for operation in allowed["premium"]:
            answer = ask(at, operation, [one, two] if operation in SEVERAL else [one], **NEEDS.get(operation, {}))
            if operation in operations:
                assert answer.status_code == 202, answer.text
            else:
                refused(answer, 403, "not_in_plan")


def test_every_operation_on_offer_has_a_price(idle: Visitor) -> None:
    items = idle.get("/prices")["items"]
    most = {(each["operation"], each["quality"]): each["most"] for each in items}
    assert {operation for operation, _ in most} == {each.value for each in Operation}
    assert (most["animate", "standard"], most["fuse", "standard"], most["fuse", "hd"]) == (8000, 6000, 9000)
    assert ("restore", "hd") not in most
    assert all(each["degraded"] <= each["most"] for each in items)


# ── several photos ──


def test_a_job_is_listed_with_each_of_its_photos(idle: Visitor) -> None:
    one, two, three = photos(idle, 3)
    job = asked(idle, "fuse", [one, two], moodboard_id=three)
    for photo in (one, two, three):
        assert [each["id"] for each in idle.get("/jobs", photo_id=photo)["items"]] == [job["id"]]
    assert job["photo_ids"] == [one, two]
    assert job["options"]["moodboard_id"] == three


def test_all_photos_must_be_there(idle: Visitor) -> None:
    (photo,) = photos(idle, 1)
    refused(ask(idle, "fuse", [photo, NOWHERE]), 404, "photo_not_found")
    refused(ask(idle, "restyle", [photo], style="oil", moodboard_id=NOWHERE), 404, "photo_not_found")
    refused(ask(idle, "fuse", [photo, photo]), 422, "photo_repeated")


def test_deleting_a_further_photo_stops_the_job_and_gives_everything_back(
    visit: Opening, gemini: GeminiSimulator
) -> None:
    at = visit(worker=False, providers=services(gemini), accounts={"enabled": True, "plans": "daily"})
    sign_up(at)
    one, two, three = photos(at, 3)
    jobs = [asked(at, "restyle", [one], style="oil", moodboard_id=two), asked(at, "restyle", [two], style="oil")]
    assert at.http.delete(f"{API}/photos/{three}").status_code == 204
    assert at.get(f"/jobs/{jobs[0]['id']}")["status"] == "queued"
    assert at.http.delete(f"{API}/photos/{two}").status_code == 204
    stopped = at.get(f"/jobs/{jobs[0]['id']}")
    assert (stopped["status"], stopped["error"]["code"]) == ("canceled", "photo_deleted")
    assert "Nothing was charged" in stopped["error"]["message"]
    refused(at.http.get(f"{API}/jobs/{jobs[1]['id']}"), 404, "job_not_found")
    assert at.photo(one)["latest_job"]["status"] == "canceled"
    again = at.http.post(f"{API}/jobs/{jobs[0]['id']}/retry", headers={"Idempotency-Key": "again"})
    refused(again, 404, "photo_not_found")


def test_credits_come_back_when_a_further_photo_is_deleted(visit: Opening, gemini: GeminiSimulator) -> None:
    at = visit(worker=False, providers=services(gemini), accounts={"enabled": True})
    sign_up(at)
    one, two = photos(at, 2)
    job = asked(at, "restyle", [one], style="oil", moodboard_id=two)
    assert job["price"] == {"most": 3000, "charged": None}
    assert at.get("/credits")["available"] == 0
    at.http.delete(f"{API}/photos/{two}")
    assert at.get(f"/jobs/{job['id']}")["price"] == {"most": 3000, "charged": 0}
    assert (at.get("/credits")["available"], at.get("/credits")["held"]) == (3000, 0)
    assert at.get("/credits/proof")["holds"]


def test_a_photo_of_somebody_else_cannot_be_taken(visit: Opening, gemini: GeminiSimulator) -> None:
    at = visit(worker=False, providers=services(gemini), accounts={"enabled": True, "plans": "daily"})
    theirs: list[str] = []
    for email in ("ann@example.org", "bob@example.org"):
        at.http.cookies.clear()
        sign_up(at, email)
        theirs += photos(at, 1)
    refused(ask(at, "restyle", theirs[1:], style="oil", moodboard_id=theirs[0]), 404, "photo_not_found")


# ── what comes of it ──


def test_every_operation_on_pictures_makes_a_version_of_its_own(visit: Opening, gemini: GeminiSimulator) -> None:
    at = visit(providers=services(gemini))
    one, two = at.upload(jpeg(faded(seed=1)))["id"], at.upload(jpeg(faded(seed=2)))["id"]
    for version, operation in enumerate(("restyle", "enhance", "fuse", "bring_together"), start=1):
        given = [one, two] if operation in SEVERAL else [one]
        job = at.ended(asked(at, operation, given, provider="gemini", **NEEDS.get(operation, {}))["id"])
        assert job["status"] == "succeeded", job["error"]
        result = job["result"]
        assert (result["kind"], result["version"], result["degraded"]) == ("picture", version, False)
        assert (result["provider"], result["provider_title"]) == ("gemini", "Google Gemini")
        assert (result["film_url"], result["seconds"], result["chosen"]) == (None, None, None)
        assert "cost" not in result
        made = at.http.get(f"{API}/renditions/{result['rendition_id']}/download", params={"format": "jpeg"})
        assert Image.open(io.BytesIO(made.content)).size == (result["width"], result["height"])
        assert b"AlgorithmicMedia" in made.content
        refused(
            at.http.get(f"{API}/renditions/{result['rendition_id']}/download", params={"format": "mp4"}),
            422, "is_a_picture",
        )  # fmt: skip
        before = at.http.get(result["before_preview_url"])
        assert Image.open(io.BytesIO(before.content)).size == (320, 240)
    assert at.photo(two)["results"] == []


def test_who_fetches_photos_is_refused_at_once_by_a_server_that_nobody_can_reach(idle: Visitor) -> None:
    (photo,) = photos(idle, 1)
    problem = refused(ask(idle, "animate", [photo], provider="runpod"), 422, "needs_public_address")
    assert "RunPod fetches photos by an address" in problem["detail"]
    assert "REKINDLE_SERVER__PUBLIC_URL" in problem["detail"]
    offered = idle.get("/capabilities")["offers"]
    assert "runpod" not in {each["provider"] for choices in offered.values() for each in choices}
    assert idle.get("/jobs", photo_id=photo)["items"] == []
    pair = [{"provider": "runpod", "model": "wan-2-2-i2v-720"}, {"provider": "embedded", "model": "rekindle-1"}]
    body = {"photo_id": photo, "operation": "animate", "candidates": pair}
    refused(idle.http.post(f"{API}/bakeoffs/quote", json=body), 422, "needs_public_address")
