"""What leaves a server with a provider: what of it is told, and that nothing does where somebody wants that."""

import io
import json
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api.accounts.people import Person, new_address, town
from tests.api.conftest import Opening, Visitor
from tests.simulators.upstreams.fal import FalSimulator

MODEL = "fal-nano-banana-2.1"


@pytest.fixture
def upstream() -> Generator[FalSimulator]:
    with FalSimulator(polls=1) as running:
        yield running


def settings_for(upstream: FalSimulator, **routing: Any) -> dict[str, Any]:
    access = {"key": upstream.key, "base_url": upstream.url}
    place = upstream.store_url.removeprefix("http://")
    return {"providers": {"fal": access}, "routing": {"private_places": [place], "first_pause": 0.01, **routing}}


@contextmanager
def nobody_calls(upstream: FalSimulator) -> Generator[None]:
    """Fails when the block has made as much as a connection to the provider."""
    before = upstream.hosts.copy(), len(upstream.orders), upstream.most_in_flight
    upstream.most_in_flight = 0
    yield
    assert upstream.most_in_flight == 0, "somebody called the provider"
    assert (upstream.hosts, len(upstream.orders)) == before[:2]


def test_a_photo_that_goes_elsewhere_leaves_a_trace_that_its_owner_sees(upstream: FalSimulator, visit: Opening) -> None:
    visitor = visit(**settings_for(upstream))
    photo = visitor.upload()
    job = visitor.restored(photo["id"])
    assert (job["result"]["provider"], job["result"]["degraded"]) == ("fal", False)
    (left,) = visitor.get(f"/photos/{photo['id']}/egress")["items"]
    assert (left["provider"], left["host"], left["attempt"], left["job_id"]) == ("fal", "127.0.0.1", 1, job["id"])
    assert left["bytes"] > len(upstream.orders) * 1000
    story = visitor.get(f"/jobs/{job['id']}/story")
    assert {"fal", "embedded"} <= {each["provider"] for each in story["considered"]}
    (attempt,) = story["attempts"]
    assert (attempt["provider"], attempt["status"], attempt["error"]) == ("fal", "done", None)
    assert attempt["cost"] > 0


def of_the_photo(visitor: Visitor, photo_id: str) -> dict[str, Any]:
    answer = visitor.http.patch(f"/api/v1/photos/{photo_id}", json={"local_only": True})
    assert answer.status_code == 200
    assert answer.json()["local_only"] is True
    return {}


def of_the_job(visitor: Visitor, photo_id: str) -> dict[str, Any]:
    return {"local_only": True}


@pytest.mark.parametrize("wished", [of_the_photo, of_the_job])
def test_what_is_to_stay_makes_no_connection(
    upstream: FalSimulator, visit: Opening, wished: Callable[[Visitor, str], dict[str, Any]]
) -> None:
    visitor = visit(**settings_for(upstream))
    photo = visitor.upload()
    options = wished(visitor, photo["id"])
    with nobody_calls(upstream):
        job = visitor.restored(photo["id"], **options)
    assert (job["result"]["provider"], job["result"]["degraded"]) == ("embedded", False)
    assert visitor.get(f"/photos/{photo['id']}/egress")["items"] == []
    refusals = {each["provider"]: each["refused"] for each in visitor.get(f"/jobs/{job['id']}/story")["considered"]}
    assert refusals["fal"] == "This photo must not leave this machine."


def test_a_server_that_lets_nothing_out_makes_no_connection(upstream: FalSimulator, visit: Opening) -> None:
    visitor = visit(**settings_for(upstream, local_only=True))
    with nobody_calls(upstream):
        job = visitor.restored(visitor.upload()["id"])
    assert job["result"]["provider"] == "embedded"


def test_an_account_that_wants_nothing_to_leave_makes_no_connection(upstream: FalSimulator, tmp_path: Path) -> None:
    with town(tmp_path, worker=True, accounts={"plans": "open"}, **settings_for(upstream)) as made:
        ada = made.person()
        ada.sign_up(new_address())
        left = photo_restored(ada)
        assert ada.http.get("/account/preferences").json() == {"local_only": False}
        changed = ada.http.patch("/account/preferences", json={"local_only": True})
        assert (changed.status_code, changed.json()) == (200, {"local_only": True})
        with nobody_calls(upstream):
            stayed = photo_restored(ada)
        assert ada.http.get(f"/photos/{left}/egress").json()["items"]
        assert ada.http.get(f"/photos/{stayed}/egress").json()["items"] == []
        archive = zipfile.ZipFile(io.BytesIO(ada.http.get("/account/export").content))
        facts = json.loads(archive.read("account.json"))
        assert facts["local_only"] is True
        assert [(each["photo_id"], each["provider"]) for each in facts["egress"]] == [(left, "fal")]


def photo_restored(person: Person) -> str:
    photo = person.upload()["id"]
    body = {"photo_id": photo, "operation": "restore", "options": {"enlarge": 2}}
    job = person.http.post("/jobs", json=body, headers={"Idempotency-Key": photo}).json()
    with person.http.stream("GET", f"/jobs/{job['id']}/events") as events:
        events.read()
    return photo
