"""Bake-offs: prices before, all jobs or none, nobody named before the choice, and the choice remembered."""

import io
import json
import uuid
import zipfile
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select, update

from rekindle.accounts.asking import HOME_ID, HOME_USER
from rekindle.accounts.tables import UserRow
from rekindle.credits.service import Award, Credits
from rekindle.infra.db import owner
from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Database, Transaction
from rekindle.jobs.bakeoff_tables import BakeoffRow, ContenderRow, FavouriteRow
from rekindle.jobs.bakeoffs import Bakeoffs, Contest
from rekindle.jobs.candidates import Candidates
from rekindle.jobs.options import Options
from rekindle.jobs.service import Wanted
from rekindle.jobs.tables import JobRow
from rekindle.providers.asking import Key
from rekindle.providers.choosing import Choosing, Policy
from rekindle.providers.errors import Unavailable
from rekindle.providers.gates import Gates
from rekindle.providers.offers import Offers
from rekindle.providers.protocol import Provider
from rekindle.providers.purse import Unlimited
from rekindle.treatments.operations import Operation
from tests.api.accounts.people import Person, new_address
from tests.api.conftest import API, Opening, Visitor, refused
from tests.api.workshop import Workshop, workshop_in
from tests.factories import Live, endings, live, photo_row, settings
from tests.simulators.providers import Elsewhere, Simulator, elsewhere_model
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.openai import OpenAiSimulator

HERE = {"provider": "embedded", "model": "rekindle-1"}
LITE = {"provider": "gemini", "model": "gemini-3.1-flash-lite-image"}
FLARE = {"provider": "openai", "model": "gpt-image-2.5-flare"}


@pytest.fixture(scope="module")
def upstreams() -> Generator[dict[str, Any]]:
    with GeminiSimulator() as gemini, OpenAiSimulator() as openai:
        yield {
            "gemini": {"key": gemini.key, "base_url": f"{gemini.url}/v1beta"},
            "openai": {"key": openai.key, "base_url": f"{openai.url}/v1"},
        }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, upstreams: dict[str, Any]) -> Generator[Live]:
    chosen = settings(tmp_path_factory.mktemp("bakeoffs"), providers=upstreams, limits={"enabled": False})
    with live(chosen) as running:
        yield running


@pytest.fixture(scope="module")
def resting(tmp_path_factory: pytest.TempPathFactory, upstreams: dict[str, Any]) -> Generator[Live]:
    chosen = settings(tmp_path_factory.mktemp("resting"), providers=upstreams, limits={"enabled": False})
    with live(chosen, worker=False) as running:
        yield running


@pytest.fixture
def at(home: Live) -> Visitor:
    return Visitor(home)


@pytest.fixture
def idle(resting: Live) -> Visitor:
    """A server without a worker: jobs stay queued."""
    return Visitor(resting)


def here_of(at: Visitor, photo_id: str) -> dict[str, str]:
    """The engine of this machine, as it is called."""
    items = at.get("/bakeoffs/candidates", photo_id=photo_id)["items"]
    (found,) = [each for each in items if not each["sends"]]
    return {"provider": found["provider"], "model": found["model"]}


def ask(
    at: Visitor, photo_id: str, candidates: Sequence[dict[str, str]], *, key: str | None = None, **more: Any
) -> httpx2.Response:
    body = {"photo_id": photo_id, "operation": "restore", "candidates": list(candidates), **more}
    return at.http.post(f"{API}/bakeoffs", json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def begun(at: Visitor, photo_id: str, candidates: Sequence[dict[str, str]], **more: Any) -> dict[str, Any]:
    answer = ask(at, photo_id, candidates, **more)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{API}/bakeoffs/{answer.json()['id']}"
    return answer.json()


def ended(at: Visitor, bakeoff: dict[str, Any]) -> dict[str, Any]:
    for entry in bakeoff["jobs"]:
        at.ended(entry["job"]["id"])
    return at.get(f"/bakeoffs/{bakeoff['id']}")


def choose(at: Visitor, bakeoff: dict[str, Any], **which: str | bool) -> httpx2.Response:
    return at.http.post(f"{API}/bakeoffs/{bakeoff['id']}/choice", json=which)


# ── who could, and what it costs ──


def test_everybody_who_could_do_it_is_listed_with_what_matters(idle: Visitor) -> None:
    photo = idle.upload()
    items = idle.get("/bakeoffs/candidates", photo_id=photo["id"], operation="restore")["items"]
    by_model = {each["model"]: each for each in items}
    flare = by_model[FLARE["model"]]
    assert (flare["provider"], flare["provider_title"], flare["sends"]) == ("openai", "OpenAI", True)
    assert flare["estimate"] > 0
    assert flare["seconds"] > 0
    assert (flare["available"], flare["refused"]) == (True, None)
    assert flare["price"] is None
    assert not by_model[here_of(idle, photo["id"])["model"]]["sends"]


def test_for_a_photo_that_stays_here_nobody_elsewhere_may_be_asked(idle: Visitor) -> None:
    photo = idle.upload()
    idle.http.patch(f"{API}/photos/{photo['id']}", json={"local_only": True}).raise_for_status()
    items = idle.get("/bakeoffs/candidates", photo_id=photo["id"])["items"]
    assert {each["sends"]: each["available"] for each in items} == {True: False, False: True}
    assert all("leave" in each["refused"] for each in items if each["sends"])
    refused(ask(idle, photo["id"], [LITE, FLARE]), 422, "candidate_refused")
    assert idle.get("/jobs", photo_id=photo["id"])["items"] == []


def test_a_quote_says_what_all_cost_together_and_starts_nothing(idle: Visitor) -> None:
    photo = idle.upload()
    body = {"photo_id": photo["id"], "operation": "restyle", "options": {"style": "oil"}, "candidates": [LITE, FLARE]}
    answer = idle.http.post(f"{API}/bakeoffs/quote", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["most"] is None
    assert [each["model"] for each in answer.json()["items"]] == [LITE["model"], FLARE["model"]]
    assert idle.get("/jobs", photo_id=photo["id"])["items"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"candidates": [LITE]}, "invalid_request"),
        ({"candidates": [LITE, LITE]}, "invalid_request"),
        ({"candidates": [LITE, {"provider": "gemini", "model": "nobody"}]}, "unknown_model"),
        ({"operation": "restyle"}, "style_missing"),
        ({"operation": "fuse"}, "invalid_request"),
        ({"options": {"style": "oil"}}, "option_not_used"),
    ],
    ids=str,
)
def test_what_makes_no_comparison_is_refused(idle: Visitor, change: dict[str, Any], code: str) -> None:
    photo = idle.upload()
    body = {"photo_id": photo["id"], "operation": "restore", "candidates": [LITE, FLARE], **change}
    for path in ("/bakeoffs", "/bakeoffs/quote"):
        answer = idle.http.post(API + path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        refused(answer, 422, code)
    assert idle.get("/bakeoffs", photo_id=photo["id"])["items"] == []


# ── from the start to the choice ──


def test_results_stand_side_by_side_and_the_choice_is_remembered(at: Visitor) -> None:
    photo = at.upload()
    here = here_of(at, photo["id"])
    bakeoff = begun(at, photo["id"], [LITE, FLARE, here])
    assert [entry["letter"] for entry in bakeoff["jobs"]] == ["A", "B", "C"]
    assert [(entry["provider"], entry["model"]) for entry in bakeoff["jobs"]] == [
        (each["provider"], each["model"]) for each in (LITE, FLARE, here)
    ]
    done = ended(at, bakeoff)
    assert [entry["job"]["status"] for entry in done["jobs"]] == ["succeeded"] * 3
    assert [entry["job"]["result"]["model"] for entry in done["jobs"]] == [
        each["model"] for each in (LITE, FLARE, here)
    ]
    assert all(entry["job"]["result"]["preview_url"] for entry in done["jobs"])
    assert done["jobs"][0]["cost"] > 0
    answer = choose(at, bakeoff, letter="B")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["chosen"], answer.json()["chosen_job_id"]) == ("B", done["jobs"][1]["job"]["id"])
    chosen = at.photo(photo["id"])["chosen_rendition_id"]
    assert chosen == done["jobs"][1]["job"]["result"]["rendition_id"]
    (favourite,) = at.get("/account/favourites")["items"]
    assert (favourite["operation"], favourite["model"], favourite["on_offer"]) == ("restore", FLARE["model"], True)
    assert [each["id"] for each in at.get("/bakeoffs", photo_id=photo["id"])["items"]] == [bakeoff["id"]]
    assert choose(at, bakeoff, job_id=done["jobs"][0]["job"]["id"]).json()["chosen"] == "A"
    at.http.delete(f"{API}/account/favourites", params={"operation": "restore"}).raise_for_status()
    assert at.get("/account/favourites")["items"] == []


@pytest.mark.parametrize("blind", [True, False])
def test_none_of_them_may_be_better(at: Visitor, blind: bool) -> None:
    photo = at.upload()
    bakeoff = ended(at, begun(at, photo["id"], [LITE, FLARE], blind=blind))
    assert not bakeoff["none_better"]
    done = choose(at, bakeoff, none_better=True).json()
    assert (done["none_better"], done["chosen"], done["chosen_job_id"]) == (True, None, None)
    assert done["chosen_at"] is not None
    # It is decided, so there is no secret any more; and nobody is anybody's favourite.
    assert done["revealed"]
    assert at.get("/account/favourites")["items"] == []
    assert at.photo(photo["id"])["chosen_rendition_id"] is None
    # Minds change, there and back.
    assert choose(at, bakeoff, letter="A").json()["none_better"] is False
    assert at.photo(photo["id"])["chosen_rendition_id"] == done["jobs"][0]["job"]["result"]["rendition_id"]
    assert len(at.get("/account/favourites")["items"]) == 1
    assert choose(at, bakeoff, none_better=True).json()["chosen"] is None
    assert at.get("/account/favourites")["items"] == []
    assert at.photo(photo["id"])["chosen_rendition_id"] is None


def test_a_favourite_of_another_comparison_stays(at: Visitor) -> None:
    photo = at.upload()
    first, second = (ended(at, begun(at, photo["id"], [LITE, FLARE])) for _ in range(2))
    assert choose(at, second, letter="A").status_code == 200
    assert choose(at, first, letter="B").status_code == 200
    assert choose(at, second, none_better=True).status_code == 200
    (favourite,) = at.get("/account/favourites")["items"]
    assert favourite["model"] == FLARE["model"]
    assert at.photo(photo["id"])["chosen_rendition_id"] == first["jobs"][1]["job"]["result"]["rendition_id"]
    at.http.delete(f"{API}/account/favourites").raise_for_status()


def test_who_was_chosen_is_asked_first_by_later_jobs_that_name_nobody(at: Visitor) -> None:
    photo = at.upload()
    here = here_of(at, photo["id"])
    for wanted in (here, FLARE):
        bakeoff = ended(at, begun(at, photo["id"], [LITE, wanted]))
        assert choose(at, bakeoff, letter="B").status_code == 200
        later = at.ended(at.submit(at.upload()["id"])["id"])
        assert later["result"]["model"] == wanted["model"]
        first = at.get(f"/jobs/{later['id']}/story")["considered"][0]
        assert first["why"].startswith("You chose it before.")
        named = at.ended(at.submit(photo["id"], provider=LITE["provider"], model=LITE["model"])["id"])
        assert named["result"]["model"] == LITE["model"]
        kept = at.ended(at.submit(photo["id"], local_only=True)["id"])
        assert kept["result"]["provider"] == here["provider"]
    at.http.delete(f"{API}/account/favourites").raise_for_status()


def test_what_has_no_result_or_is_no_part_of_it_cannot_be_chosen(idle: Visitor) -> None:
    photo = idle.upload()
    bakeoff = begun(idle, photo["id"], [LITE, FLARE])
    refused(choose(idle, bakeoff, letter="A"), 409, "result_not_there")
    refused(choose(idle, bakeoff, letter="C"), 422, "not_in_bakeoff")
    refused(choose(idle, bakeoff, job_id=str(uuid.uuid4())), 422, "not_in_bakeoff")
    refused(choose(idle, bakeoff, none_better=True), 409, "result_not_there")
    refused(choose(idle, bakeoff), 422, "invalid_request")
    refused(choose(idle, bakeoff, letter="A", none_better=True), 422, "invalid_request")
    assert idle.http.get(f"{API}/bakeoffs/{uuid.uuid4()}").json()["code"] == "bakeoff_not_found"


def test_the_same_request_with_the_same_key_is_the_same_bakeoff(idle: Visitor) -> None:
    photo, key = idle.upload(), uuid.uuid4().hex
    first = begun(idle, photo["id"], [LITE, FLARE], key=key, blind=True)
    again = begun(idle, photo["id"], [LITE, FLARE], key=key, blind=True)
    assert [each["job"]["id"] for each in again["jobs"]] == [each["job"]["id"] for each in first["jobs"]]
    refused(ask(idle, photo["id"], [LITE, FLARE], key=key), 422, "idempotency_key_reused")
    assert len(idle.get("/jobs", photo_id=photo["id"])["items"]) == 2


def test_a_bakeoff_goes_with_its_photo(idle: Visitor) -> None:
    photo = idle.upload()
    bakeoff = begun(idle, photo["id"], [LITE, FLARE])
    idle.http.delete(f"{API}/photos/{photo['id']}").raise_for_status()
    assert idle.http.get(f"{API}/bakeoffs/{bakeoff['id']}").status_code == 404
    assert left(idle, ContenderRow, ContenderRow.bakeoff_id == UUID(bakeoff["id"])) == 0


def left(at: Visitor, table: Any, condition: Any) -> int:
    db = at.at.services.get(Database)

    async def count() -> int:
        with owner.seeing_everything():
            async with db.reading() as tx:
                return len((await tx.execute(select(table).where(condition))).all())

    return at.at.inside(count)


# ── blind ──


def test_a_blind_bakeoff_names_nobody_until_the_choice(at: Visitor) -> None:
    photo = at.upload()
    bakeoff = ended(at, begun(at, photo["id"], [LITE, FLARE], blind=True))
    assert not bakeoff["revealed"]
    assert all(entry["job"]["result"]["preview_url"] for entry in bakeoff["jobs"])
    assert not named_in(everything(at, photo["id"], bakeoff))
    done = choose(at, bakeoff, letter="A").json()
    assert done["revealed"]
    assert {entry["model"] for entry in done["jobs"]} == {LITE["model"], FLARE["model"]}
    assert {entry["job"]["result"]["model"] for entry in done["jobs"]} == {LITE["model"], FLARE["model"]}
    assert at.get(f"/jobs/{done['jobs'][0]['job']['id']}/story")["attempts"] != []
    at.http.delete(f"{API}/account/favourites").raise_for_status()


NAMES = ("gemini", "openai", "embedded", "rekindle-", "gpt-image", "Google", "OpenAI", "This machine", "SynthID")


def everything(at: Visitor, photo_id: str, bakeoff: dict[str, Any]) -> str:
    """All that the API tells of a bake-off and its jobs."""
    told = [at.get(f"/bakeoffs/{bakeoff['id']}")]
    told += [at.get(path, photo_id=photo_id) for path in ("/bakeoffs", "/jobs")]
    for entry in bakeoff["jobs"]:
        told += [at.get(f"/jobs/{entry['job']['id']}"), at.get(f"/jobs/{entry['job']['id']}/story")]
    return json.dumps(told)


def named_in(text: str) -> list[str]:
    return [name for name in NAMES if name in text]


WHO = st.sampled_from([("gemini", LITE["model"]), ("openai", FLARE["model"]), ("embedded", "rekindle-1")])
WORDS = st.sampled_from(["It is well.", *(f"{name} says so" for name in NAMES)])
STEPS = st.lists(st.fixed_dictionaries({"name": WORDS, "title": WORDS, "detail": WORDS}), max_size=2)


@st.composite
def states(draw: st.DrawFn) -> Json:
    """What a job may have come to, with words of those who did it wherever there are words."""
    status = draw(st.sampled_from(["queued", "running", "succeeded", "failed", "canceled"]))
    provider, model = draw(WHO)
    result = {
        "unchanged": draw(st.booleans()), "chosen": draw(st.sampled_from([None, "input", "careful", "strong"])),
        "reason": draw(WORDS), "steps": draw(STEPS), "provider": provider, "model": model,
        "degraded": draw(st.booleans()), "marks": draw(WORDS), "cost": draw(st.integers(0, 10**6)),
        "width": 64, "height": 48, "rendition_id": None, "version": None, "mask_id": None,
        "diagnosis": {"findings": [], "needs_work": False, "measures": {}},
    }  # fmt: skip
    return {
        "status": status, "result": result if status == "succeeded" else None, "charged": draw(st.integers(0, 2000)),
        "error": {"code": "unavailable", "message": draw(WORDS)} if status == "failed" else None,
        "ranking": {"considered": [{"provider": provider, "model": model, "score": 0.5, "why": draw(WORDS),
                                    "refused": draw(st.none() | WORDS)}]},
    }  # fmt: skip


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(ways=st.lists(states(), min_size=2, max_size=2))
def test_whatever_comes_of_its_jobs_a_blind_bakeoff_never_tells_a_name_before_the_choice(
    idle: Visitor, blind: tuple[str, dict[str, Any]], ways: list[Json]
) -> None:
    photo_id, bakeoff = blind
    db = idle.at.services.get(Database)

    async def become() -> None:
        async with db.transaction() as tx:
            for entry, values in zip(bakeoff["jobs"], ways, strict=True):
                await tx.execute(update(JobRow).where(JobRow.id == UUID(entry["job"]["id"])).values(**values))

    idle.at.inside(become)
    shown = idle.get(f"/bakeoffs/{bakeoff['id']}")
    nothing_left = all(values["status"] in ("failed", "canceled") for values in ways)
    assert shown["revealed"] == nothing_left
    if not nothing_left:
        assert named_in(everything(idle, photo_id, bakeoff)) == []
        for entry in bakeoff["jobs"]:
            path = f"{API}/jobs/{entry['job']['id']}/retry"
            assert named_in(idle.http.post(path, headers={"Idempotency-Key": uuid.uuid4().hex}).text) == []


@pytest.fixture
def blind(idle: Visitor) -> tuple[str, dict[str, Any]]:
    photo = idle.upload()
    return photo["id"], begun(idle, photo["id"], [LITE, FLARE], blind=True)


# ── money ──


@pytest.fixture
def member(visit: Opening, upstreams: dict[str, Any]) -> Visitor:
    """Somebody with three credits, at a server without a worker."""
    return opened(visit, upstreams, worker=False)


def opened(visit: Opening, upstreams: dict[str, Any], *, worker: bool) -> Visitor:
    at = visit(worker=worker, providers=upstreams, accounts={"enabled": True}, limits={"enabled": False})
    words = {"email": new_address(), "password": "a few words in a row"}
    assert at.http.post(f"{API}/account", json=words).status_code == 201
    return at


def put_on_plan(at: Visitor, name: str) -> None:
    db = at.at.services.get(Database)

    async def change() -> None:
        with owner.seeing_everything():
            async with db.transaction() as tx:
                await tx.execute(update(UserRow).values(plan=name))

    at.at.inside(change)


def purse(at: Visitor) -> tuple[int, int]:
    balance = at.get("/credits")
    return balance["available"], balance["held"]


def give(at: Visitor, amount: int) -> None:
    """Give whoever is logged in credits."""
    give_to(at.at, at.get("/me")["user"]["id"], amount)


def give_to(at: Live, user_id: str, amount: int) -> None:
    ledger, db = at.services.get(Credits), at.services.get(Database)

    async def grant() -> None:
        with owner.seeing_everything():
            async with db.transaction() as tx:
                await ledger.grant(tx, UUID(user_id), Award(amount, "top_up"), key=f"gift:{user_id}")

    at.inside(grant)


def test_without_credits_for_all_there_is_no_job_at_all(member: Visitor) -> None:
    photo = member.upload()
    assert purse(member) == (3000, 0)
    refused(ask(member, photo["id"], [LITE, FLARE]), 402, "insufficient_credits")
    assert purse(member) == (3000, 0)
    assert member.get("/jobs", photo_id=photo["id"])["items"] == []
    assert member.get("/bakeoffs", photo_id=photo["id"])["items"] == []
    assert member.photo(photo["id"])["latest_job"] is None


def test_nothing_is_begun_at_a_price_higher_than_the_one_that_was_seen(member: Visitor) -> None:
    photo = member.upload()
    give(member, 50_000)
    before = purse(member)
    body = {"photo_id": photo["id"], "candidates": [LITE, FLARE]}
    most = member.http.post(f"{API}/bakeoffs/quote", json=body).json()["most"]
    assert most > 0
    refused(ask(member, photo["id"], [LITE, FLARE], max_price=most - 1), 409, "price_changed")
    assert purse(member) == before
    bakeoff = begun(member, photo["id"], [LITE, FLARE], max_price=most, key="once")
    assert bakeoff["price"] == {"most": most, "charged": None}
    assert purse(member) == (before[0] - most, most)
    begun(member, photo["id"], [LITE, FLARE], max_price=most, key="once")
    assert purse(member) == (before[0] - most, most)
    member.http.delete(f"{API}/photos/{photo['id']}").raise_for_status()
    assert purse(member) == before


def test_each_result_is_charged_once_and_a_failure_never(visit: Opening, upstreams: dict[str, Any]) -> None:
    at = opened(visit, upstreams, worker=True)
    give(at, 50_000)
    before = purse(at)
    photo = at.upload()
    here = here_of(at, photo["id"])
    options = {"prompt": "simulate:refused"}
    bakeoff = ended(at, begun(at, photo["id"], [here, FLARE], options=options))
    ways = {entry["provider"]: entry["job"] for entry in bakeoff["jobs"]}
    assert (ways["embedded"]["status"], ways["openai"]["status"]) == ("succeeded", "failed")
    assert ways["openai"]["price"]["charged"] == 0
    charged = ways["embedded"]["price"]["charged"]
    assert charged > 0
    assert bakeoff["price"]["charged"] == charged
    assert purse(at) == (before[0] - charged, 0)
    assert at.get("/credits/proof")["holds"]


def test_no_more_jobs_than_the_day_has_left(visit: Opening, upstreams: dict[str, Any]) -> None:
    accounts = {"enabled": True, "plans": "daily"}
    at = visit(worker=False, providers=upstreams, accounts=accounts, limits={"enabled": False})
    assert at.http.post(f"{API}/account", json={"email": new_address(), "password": "a few words"}).status_code == 201
    put_on_plan(at, "free")
    photo = at.upload()
    for _ in range(4):
        at.submit(photo["id"])
    refused(ask(at, photo["id"], [LITE, FLARE]), 429, "daily_limit_reached")
    assert len(at.get("/jobs", photo_id=photo["id"])["items"]) == 4
    at.submit(photo["id"])


# ── people ──


def test_what_a_guest_compared_and_chose_comes_along_and_goes_with_the_account(
    visit: Opening, upstreams: dict[str, Any]
) -> None:
    at = visit(providers=upstreams, accounts={"enabled": True}, limits={"enabled": False})
    ada = Person(at.at)
    ada.become_guest()
    photo = ada.upload()
    body = {"photo_id": photo["id"], "candidates": [LITE, FLARE]}
    answer = ada.http.post("/bakeoffs", json=body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 202, answer.text
    for entry in answer.json()["jobs"]:
        with ada.http.stream("GET", f"/jobs/{entry['job']['id']}/events") as events:
            events.read()
    path = f"/bakeoffs/{answer.json()['id']}"
    assert ada.http.post(f"{path}/choice", json={"letter": "A"}).status_code == 200
    ada.sign_up(new_address())
    assert ada.http.get(path).status_code == 200
    assert [each["model"] for each in ada.http.get("/account/favourites").json()["items"]] == [LITE["model"]]
    bob = Person(at.at)
    bob.sign_up(new_address())
    assert bob.http.get(path).status_code == 404
    assert bob.http.post(f"{path}/choice", json={"letter": "B"}).status_code == 404
    assert bob.http.get("/account/favourites").json()["items"] == []
    assert ada.leave().status_code == 204
    deadline = 100
    while left(at, BakeoffRow, BakeoffRow.id == UUID(answer.json()["id"])) and deadline:
        deadline -= 1
        at.at.client.get(f"{at.at.url}/health")
    assert left(at, FavouriteRow, FavouriteRow.owner_id != HOME_ID) == 0


def test_what_a_guest_compared_joins_what_the_account_has_and_is_in_its_export(
    visit: Opening, upstreams: dict[str, Any]
) -> None:
    at = visit(providers=upstreams, accounts={"enabled": True}, limits={"enabled": False})
    ada, email = Person(at.at), new_address()
    ada.sign_up(email)
    guest = Person(at.at)
    guest.become_guest()
    me = ada.me()
    assert me is not None
    give_to(at.at, me["id"], 10_000)
    paths = [decided(ada, LITE), decided(guest, FLARE)]
    guest.log_in(email)
    assert [guest.http.get(path).status_code for path in paths] == [200, 200]
    (favourite,) = guest.http.get("/account/favourites").json()["items"]
    assert favourite["model"] == LITE["model"]
    with zipfile.ZipFile(io.BytesIO(guest.http.get("/account/export").content)) as archive:
        facts = json.loads(archive.read("account.json"))
    assert sorted(each["id"] for each in facts["bakeoffs"]) == sorted(path.rpartition("/")[2] for path in paths)
    assert [each["model"] for each in facts["favourites"]] == [LITE["model"]]


def decided(person: Person, best: dict[str, str]) -> str:
    """A bake-off that somebody has decided, by its address."""
    photo = person.upload()
    body = {"photo_id": photo["id"], "candidates": [best, LITE if best == FLARE else FLARE]}
    answer = person.http.post("/bakeoffs", json=body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 202, answer.text
    for entry in answer.json()["jobs"]:
        with person.http.stream("GET", f"/jobs/{entry['job']['id']}/events") as events:
            events.read()
    path = f"/bakeoffs/{answer.json()['id']}"
    chosen = person.http.post(f"{path}/choice", json={"letter": "A"})
    assert chosen.status_code == 200, chosen.text
    return path


# ── whom each job asks, with providers of the test's choice ──


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everything_there(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Workshop]:
    async with workshop_in(tmp_path_factory.mktemp("workshop")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def workshop(everything_there: Workshop) -> Workshop:
    photo = photo_row(everything_there.clock, format="png", width=320, height=240)
    async with everything_there.db.transaction() as tx:
        tx.add(photo)
    await everything_there.forget_health()
    return replace(everything_there, photo=photo)


def bakeoffs_at(workshop: Workshop, *providers: Provider) -> Bakeoffs:
    choosing = Choosing(
        workshop.db, providers, gates=Gates({}, workshop.limiter), purse=Unlimited(), policy=Policy(),
        clock=workshop.clock,
    )  # fmt: skip
    candidates = Candidates(
        workshop.db, choosing, offers=Offers(providers), charges=endings(workshop.clock).charges,
        egress=workshop.egress, links=False,
    )  # fmt: skip
    return Bakeoffs(workshop.db, workshop.jobs, candidates=candidates, clock=workshop.clock, shuffle=list[Key].reverse)


def contest(workshop: Workshop, *candidates: Key, blind: bool = False) -> Contest:
    wanted = Wanted(workshop.photo.id, Operation.RESTORE, Options())
    return Contest(wanted, candidates, blind)


@pytest.mark.asyncio(loop_scope="module")
async def test_each_job_asks_its_own_candidate_and_falls_back_to_nobody(workshop: Workshop) -> None:
    good = Elsewhere(title="good")
    bad = Elsewhere(title="bad", errors=[Unavailable("It is down.") for _ in range(20)])
    here = Simulator(title="here")
    bakeoffs = bakeoffs_at(workshop, good, bad, here)
    asked = contest(workshop, ("good", "far"), ("bad", "far"), ("here", "one"), blind=True)
    bakeoff_id = await bakeoffs.submit(HOME_USER, asked, key="three")
    bakeoff = await bakeoffs.get(HOME_ID, bakeoff_id)
    assert [(entry.provider, entry.position) for entry, _ in bakeoff.entries] == [("here", 0), ("bad", 1), ("good", 2)]
    assert [job.id for _, job in bakeoff.entries] == sorted(job.id for _, job in bakeoff.entries)
    for _, job in bakeoff.entries:
        await workshop.runner(good, bad, here).run(job.id)
    after = {entry.provider: job for entry, job in (await bakeoffs.get(HOME_ID, bakeoff_id)).entries}
    assert {name: job.status for name, job in after.items()} == {
        "here": "succeeded", "bad": "failed", "good": "succeeded"
    }  # fmt: skip
    assert {entry.provider for job in after.values() for entry in await workshop.attempts(job.id)} == set(after)
    assert (len(good.started), len(here.started)) == (1, 1)
    assert not (after["here"].result or {})["degraded"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_failure_half_way_leaves_no_job(workshop: Workshop) -> None:
    good, bad = Elsewhere(title="good"), Elsewhere(title="bad", offered=[elsewhere_model("far")])

    bakeoffs = bakeoffs_at(workshop, good, bad)
    real, calls = workshop.jobs.submit_within, 0

    class Jobs:
        async def submit_within(self, tx: Transaction, *given: Any, **more: Any) -> JobRow:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise Unavailable("The disk is full.")
            return await real(tx, *given, **more)

    bakeoffs._jobs = Jobs()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        await bakeoffs.submit(HOME_USER, contest(workshop, ("good", "far"), ("bad", "far")), key="half")
    assert await bakeoffs.of_photo(HOME_ID, workshop.photo.id) == []
    async with workshop.db.reading() as tx:
        assert (await tx.scalars(select(JobRow).where(JobRow.photo_id == workshop.photo.id))).all() == []
