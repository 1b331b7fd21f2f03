"""Every operation of the API, asked for with what is somebody else's by everybody whom it is not for.

The operations are those that the server describes, so that a new one is in here by itself: it must say for whom it is,
and what a whole request for it is. Nothing of hers may show in an answer, and nothing of hers may change.
"""

import re
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select, update

from rekindle.accounts.asking import Level, level_of
from rekindle.accounts.tables import UserRow
from rekindle.credits.service import Award, Credits
from rekindle.infra.db import owner
from rekindle.infra.db.base import Base
from rekindle.infra.db.database import Database
from tests.api.accounts.people import WORDS, Person, Town, new_address, town
from tests.api.conftest import API
from tests.factories import faded, jpeg, png
from tests.postgres import postgres_or_skip
from tests.simulators.upstreams.openai import OpenAiSimulator

OPERATOR = "chief@example.org"
NAME = "adas-wedding-1931.jpg"
Operation = tuple[str, str]

MASK = png(faded(64, 48).convert("L").point(lambda tone: 255 if tone > 150 else 0))
CORNERS = {"corners": [{"x": x, "y": y} for x, y in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))]}
STRANGER = "nobody@example.org"

COMPARED = {
    "operation": "enhance", "options": {"enhancement": "lighting"},
    "candidates": [{"provider": "embedded", "model": "rekindle-1"}, {"provider": "house", "model": "gpt-image-2"}],
}  # fmt: skip
"""What is compared: this machine with a service that does nothing else."""

BODIES: Mapping[Operation, Any] = {
    ("POST", "/photos"): jpeg(),
    ("POST", "/uploads"): {"filename": "a.jpg", "bytes": 1000, "media_type": "image/jpeg"},
    ("POST", "/uploads/done"): {"upload": "guessed"},
    ("PUT", "/photos/{photo_id}/corners"): CORNERS,
    ("PATCH", "/photos/{photo_id}"): {"local_only": True},
    ("POST", "/photos/{photo_id}/masks"): MASK,
    ("POST", "/jobs"): {"photo_id": "{photo_id}", "operation": "restore", "options": {"mask_id": "{mask_id}"}},
    ("POST", "/prompts/preview"): {"photo_id": "{photo_id}", "operation": "restore", "options": {"prompt": "Hats"}},
    ("POST", "/bakeoffs"): {"photo_id": "{photo_id}", **COMPARED},
    ("POST", "/bakeoffs/quote"): {"photo_id": "{photo_id}", **COMPARED},
    ("POST", "/bakeoffs/{bakeoff_id}/choice"): {"letter": "A"},
    ("POST", "/photos/{photo_id}/reports"): {"reason": "other", "text": "Look"},
    ("POST", "/renditions/{rendition_id}/reports"): {"reason": "looks_wrong"},
    ("POST", "/flags/{flag_id}/decision"): {"decision": "refuse"},
    ("POST", "/spending/budgets"): {"scope": "global", "period": "day", "limit": 10**9},
    ("PUT", "/spending/pools/{provider}"): {"reserve": 0, "refill_below": 20},
    ("POST", "/spending/pools/{provider}/purchases"): {"amount": 10**6, "key": "once"},
    ("POST", "/spending/moves"): {"source": "nobody", "target": "nobody", "amount": 1, "key": "once"},
    ("POST", "/billing/checkout"): {"plan": "remember", "interval": "month"},
    ("POST", "/billing/webhook"): b"{}",
    ("POST", "/account"): {"email": "{email}", "password": WORDS},
    ("POST", "/session"): {"email": "{email}", "password": "four grandmothers in a car"},
    ("POST", "/account/verification"): {"link": "rkl_nothing"},
    ("POST", "/account/password-reset"): {"email": STRANGER},
    ("PUT", "/account/password"): {"link": "rkl_nothing", "password": WORDS},
    ("PATCH", "/account/preferences"): {"local_only": False},
    ("DELETE", "/account"): {"password": "four grandmothers in a car"},
    ("POST", "/api-keys"): {"name": "more", "scopes": ["read"]},
    ("POST", "/providers/{provider}/nudges/{token}"): {"status": "succeeded"},
}
"""A whole request for each operation that takes one; what is in braces is Ada's."""

HERS = {"photo_id", "mask_id", "rendition_id", "job_id", "key_id", "bakeoff_id"}
NOBODYS = {"name": "nowhere", "key": "previews/nothing.jpg", "provider": "nobody", "token": "guessed",
           "flag_id": "00000000-0000-7000-8000-000000000000", "budget_id": "00000000-0000-7000-8000-000000000000",
           "alert_id": "00000000-0000-7000-8000-000000000000"}  # fmt: skip
"""What names nobody's: an issuer that is not there, a file without a signature, a token that is not ours, a flag."""

NOISE = {"used_at", "expires_at", "summed"}
"""When somebody was here last, which their own asking changes, and what is added up beside it at its own pace."""

SUMS = {"spending_sums"}


@dataclass
class House:
    """Ada, what is hers, and the others."""

    town: Town
    ada: Person
    hers: dict[str, str]
    askers: dict[str, Person]
    secrets: set[str] = field(default_factory=set)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    folder, groups = tmp_path_factory.mktemp("policies"), {"accounts": {"operators": [OPERATOR]}}
    if request.param == "sqlite":
        with OpenAiSimulator() as service, town(folder, worker=True, **groups, providers=gateway(service)) as made:
            yield settled(made)
        return
    with (
        postgres_or_skip() as server,
        OpenAiSimulator() as service,
        town(
            folder, worker=True, **groups, providers=gateway(service),
            database={"url": server.new_database(tables=True)},
        ) as made,
    ):  # fmt: skip
        yield settled(made)


def gateway(service: OpenAiSimulator) -> dict[str, Any]:
    """A service elsewhere that does one thing, so that there are two to compare."""
    model = {"id": "gpt-image-2", "operations": ["enhance"], "price": 2_000}
    return {"gateways": [{"name": "house", "base_url": f"{service.url}/v1", "key": service.key, "models": [model]}]}


def settled(made: Town) -> House:
    ada, email = made.person(), new_address()
    ada.sign_up(email)
    hers = {**things(ada), "email": email}
    reader = made.program(ada.make_key("only reads", ("read",))["key"])
    for path in ("/photos", "/credits", "/jobs", f"/photos/{hers['photo_id']}/diagnosis"):
        assert ada.http.get(path).status_code == reader.http.get(path).status_code == 200
    house = House(made, ada, hers, {**strangers(made), "her own key that only reads": reader})
    house.secrets = {email, NAME, *identities(house)}
    return house


def once() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def give(person: Person, amount: int) -> None:
    """Give somebody credits."""
    me, services = person.me(), person.at.services
    assert me is not None

    async def grant() -> None:
        with owner.seeing_everything():
            async with services.get(Database).transaction() as tx:
                await services.get(Credits).grant(tx, UUID(me["id"]), Award(amount, "top_up"), key=f"gift:{me['id']}")

    person.at.inside(grant)


def things(person: Person) -> dict[str, str]:
    """One of everything that somebody can have."""
    headers = {"Content-Type": "image/jpeg", "X-Filename": NAME}
    photo = person.http.post("/photos", content=jpeg(faded(64, 48)), headers=headers).json()
    mask = person.http.post(f"/photos/{photo['id']}/masks", content=MASK, headers={"Content-Type": "image/png"}).json()
    body = {"photo_id": photo["id"], "operation": "restore", "options": {"enlarge": 2}}
    job = person.http.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex}).json()
    with person.http.stream("GET", f"/jobs/{job['id']}/events") as events:
        events.read()
    job = person.http.get(f"/jobs/{job['id']}").json()
    assert job["status"] == "succeeded", job
    give(person, 20_000)
    compared = person.http.post("/bakeoffs", json={"photo_id": photo["id"], **COMPARED}, headers=once())
    assert compared.status_code == 202, compared.text
    for entry in compared.json()["jobs"]:
        with person.http.stream("GET", f"/jobs/{entry['job']['id']}/events") as events:
            events.read()
    key = person.make_key()
    said = person.http.post(f"/photos/{photo['id']}/reports", json={"reason": "other", "text": NAME})
    assert said.status_code == 201, said.text
    return {
        "photo_id": photo["id"], "mask_id": mask["id"], "job_id": job["id"], "key_id": key["id"],
        "rendition_id": job["result"]["rendition_id"], "bakeoff_id": compared.json()["id"],
    }  # fmt: skip


def strangers(made: Town) -> dict[str, Person]:
    bob, guest, operator, gone = (made.person() for _ in range(4))
    bob.sign_up(new_address())
    guest.become_guest()
    operator.sign_up(OPERATOR)
    operator.http.post("/account/verification", json={"link": made.post.link(OPERATOR)}).raise_for_status()
    me = operator.me()
    assert me is not None
    assert me["role"] == "operator"
    gone.sign_up(new_address())
    key, cookies = gone.make_key()["key"], dict(gone.http.cookies)
    assert gone.leave().status_code == 204
    left = made.person()
    left.http.cookies.update(cookies)
    return {
        "anonymous": made.person(), "other user": bob, "guest": guest, "operator": operator,
        "deleted user": left, "key of a deleted user": made.program(key),
        "key that only reads": made.program(bob.make_key("only reads", ("read",))["key"]),
        "key": made.program(bob.make_key("writes")["key"]),
    }  # fmt: skip


# ── what is hers ──


def rows(house: House) -> dict[str, dict[str, str]]:
    """All rows of all tables, as text, by their table and key."""
    db = house.town.at.services.get(Database)

    async def read() -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        with owner.seeing_everything():
            async with db.reading() as tx:
                for table in [each for each in Base.metadata.sorted_tables if each.name not in SUMS]:
                    keys = [column.name for column in table.primary_key.columns]
                    for row in (await tx.execute(select(table))).mappings():
                        facts = {name: value for name, value in row.items() if name not in NOISE}
                        found.setdefault(table.name, {})["/".join(str(row[name]) for name in keys)] = str(facts)
        return found

    return house.town.at.inside(read)


def belonging(house: House) -> dict[str, str]:
    """All rows that are Ada's: hers by name, or of something that is."""
    me = house.ada.me()
    assert me is not None
    known, hers, before = {me["id"]}, {}, -1
    tables = rows(house)
    while len(hers) > before:
        before = len(hers)
        for name, of_table in tables.items():
            for key, facts in of_table.items():
                if f"{name} {key}" not in hers and any(each in facts for each in known):
                    hers[f"{name} {key}"] = facts
                    known |= set(re.findall(UUID_TEXT, key))
    return hers


UUID_TEXT = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def identities(house: House) -> set[str]:
    """The identifiers of everything of hers."""
    return {each for key in belonging(house) for each in re.findall(UUID_TEXT, key)}


# ── asking ──


def operations(house: House) -> dict[Operation, dict[str, Any]]:
    """What the server describes, without what is for machines that look whether it is up."""
    described = house.town.at.client.get(f"{API}/openapi.json").json()["paths"]
    return {
        (method.upper(), path.removeprefix(API)): operation
        for path, methods in described.items()
        for method, operation in methods.items()
    }


def ask(person: Person, operation: Operation, hers: Mapping[str, str]) -> httpx2.Response:
    method, path = operation
    url = path.format_map({**NOBODYS, **hers})
    if path == "/health":
        url = f"{person.at.url}/health"
    headers, content = {"Idempotency-Key": uuid.uuid4().hex}, None
    body = BODIES.get(operation)
    if isinstance(body, bytes):
        content = body
        headers["Content-Type"] = "image/jpeg" if path == "/photos" else "image/png"
        body = None
    elif body is not None:
        body = filled(body, hers)
    return person.http.request(method, url, json=body, content=content, headers=headers)


def filled(body: Any, hers: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: filled(value, hers) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, hers) for value in body]
    return body.format_map(hers) if isinstance(body, str) else body


def named(operation: Operation) -> set[str]:
    """What of hers the path of an operation names."""
    return set(re.findall(r"{(\w+)}", operation[1])) & HERS


# ── the matrix ──


def test_every_operation_says_for_whom_it_is(house: House) -> None:
    levels = {operation: described.get("x-access") for operation, described in operations(house).items()}
    assert {operation for operation, level in levels.items() if level not in {each.value for each in Level}} == set()


def test_no_route_is_without_a_policy_described_or_not(house: House) -> None:
    app: Any = house.town.at._server.config.app
    routes = [route for route in iter_route_contexts(app.routes) if getattr(route, "dependant", None) is not None]
    assert len(routes) >= len(operations(house))
    assert [route.path for route in routes if level_of(route.dependant) is None] == []


def test_every_operation_is_asked_for_with_a_whole_request(house: House) -> None:
    taking = {operation for operation, described in operations(house).items() if "requestBody" in described}
    assert taking - set(BODIES) == {("POST", "/logins/{name}/callback")} & taking
    parameters = {name for operation in operations(house) for name in re.findall(r"{(\w+)}", operation[1])}
    assert parameters <= HERS | set(NOBODYS)


REFUSALS = {
    "anonymous": {Level.ANYBODY: 401, Level.PERSON: 401, Level.OPERATOR: 401},
    "deleted user": {Level.ANYBODY: 401, Level.PERSON: 401, Level.OPERATOR: 401},
    "key of a deleted user": {Level.ANYBODY: 401, Level.PERSON: 401, Level.OPERATOR: 401},
    "other user": {Level.OPERATOR: 403},
    "guest": {Level.PERSON: 403, Level.OPERATOR: 403},
    "key": {Level.PERSON: 403, Level.OPERATOR: 403},
    "key that only reads": {Level.PERSON: 403, Level.OPERATOR: 403},
    "her own key that only reads": {Level.PERSON: 403, Level.OPERATOR: 403},
    "operator": {},
}
READING = {"GET", "HEAD"}
LOG_OUT = ("DELETE", "/session")


def expected(asker: str, operation: Operation, level: Level) -> int | None:
    """The status that it must be; None where something is answered, whose words are looked at."""
    if level in REFUSALS[asker]:
        return REFUSALS[asker][level]
    if level is Level.PUBLIC:
        return None
    if "only reads" in asker and operation[0] not in READING:
        return 403
    if asker == "her own key that only reads":
        return 200 if named(operation) else None
    return 404 if named(operation) or operation == ("POST", "/jobs") else None


@pytest.mark.parametrize("asker", REFUSALS)
def test_nobody_sees_or_changes_what_is_somebody_elses(house: House, asker: str) -> None:
    person, before = house.askers[asker], belonging(house)
    cookies, wrong = dict(person.http.cookies), list[str]()
    # Whoever logs out can ask for nothing more.
    for operation, described in sorted(operations(house).items(), key=lambda each: each[0] == LOG_OUT):
        person.http.cookies.clear()
        person.http.cookies.update(cookies)
        answer = ask(person, operation, house.hers)
        wanted = expected(asker, operation, Level(described["x-access"]))
        if answer.status_code != wanted if wanted is not None else answer.status_code in (500, 502, 504):
            wrong.append(f"{operation}: {answer.status_code} and not {wanted}: {answer.text[:200]}")
        # Operators are there to see what was reported.
        if asker != "her own key that only reads" and (asker, described["x-access"]) != ("operator", Level.OPERATOR):
            wrong += [f"{operation} tells {each}" for each in told(house, answer)]
    assert wrong == []
    after = belonging(house)
    assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} == set()
    assert house.ada.http.get(f"/renditions/{house.hers['rendition_id']}/download").status_code == 200
    assert house.ada.http.get(f"/photos/{house.hers['photo_id']}/original").status_code == 200


def told(house: House, answer: httpx2.Response) -> set[str]:
    """What an answer tells of Ada that was not in its question."""
    sent = str(answer.request.url) + answer.request.content.decode("utf-8", "replace")
    heard = answer.text + str(dict(answer.headers))
    return {each for each in house.secrets if each in heard and each not in sent}


@pytest.fixture
def bob(house: House) -> Person:
    person = house.town.person()
    person.sign_up(new_address())
    return person


def test_her_photo_with_a_mask_of_somebody_else_is_no_job(house: House, bob: Person) -> None:
    photo = bob.upload()
    body = {"photo_id": photo["id"], "operation": "restore", "options": {"mask_id": house.hers["mask_id"]}}
    answer = bob.http.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert (answer.status_code, answer.json()["code"]) == (404, "mask_not_found")
    listed = bob.http.get("/jobs", params={"photo_id": house.hers["photo_id"]})
    assert listed.json()["items"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"operation": "fuse", "photo_ids": ["{photo_id}"]},
        {"operation": "restyle", "options": {"style": "oil", "moodboard_id": "{photo_id}"}},
    ],
)
def test_her_photo_beside_one_of_ones_own_is_no_job(house: House, bob: Person, change: dict[str, Any]) -> None:
    body = {"photo_id": bob.upload()["id"], **filled(change, house.hers)}
    with_plan(house, bob, "forever")
    answer = bob.http.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert (answer.status_code, answer.json()["code"]) == (404, "photo_not_found")


def with_plan(house: House, person: Person, plan: str) -> None:
    """Put somebody on a plan, as whoever pays for it is put."""
    me, db = person.me(), house.town.at.services.get(Database)
    assert me is not None

    async def change() -> None:
        with owner.seeing_everything():
            async with db.transaction() as tx:
                await tx.execute(update(UserRow).where(UserRow.id == UUID(me["id"])).values(plan=plan))

    house.town.at.inside(change)


def test_a_key_of_an_idempotent_request_is_ones_own(house: House, bob: Person) -> None:
    eve, key = house.town.person(), {"Idempotency-Key": uuid.uuid4().hex}
    eve.sign_up(new_address())
    jobs: list[str] = []
    for person in (bob, eve):
        body = {"photo_id": person.upload()["id"], "operation": "restore", "options": {}}
        answer = person.http.post("/jobs", json=body, headers=key)
        assert answer.status_code == 202, answer.text
        jobs.append(answer.json()["id"])
    assert jobs[0] != jobs[1]


def test_an_operator_proves_the_books_of_all_and_a_user_only_theirs(house: House, bob: Person) -> None:
    path = "/credits/proof?everyone=true"
    operator, guest = house.town.person(), house.town.person()
    operator.log_in(OPERATOR)
    assert operator.http.get(path).json()["holds"] is True
    guest.become_guest()
    program = house.town.program(operator.make_key()["key"])
    assert [each.http.get(path).status_code for each in (bob, guest, program)] == [403, 403, 403]


ORDER = ["GET", "PUT", "PATCH", "POST", "DELETE"]


def test_for_herself_each_of_these_requests_works(house: House) -> None:
    """What shows that the requests above were refused for whom they came from, and not for what they said."""
    eve = house.town.person()
    eve.sign_up(new_address())
    hers, wrong = things(eve), []
    mine = [operation for operation in operations(house) if named(operation) or operation == ("POST", "/jobs")]
    for operation in sorted(mine, key=lambda each: (ORDER.index(each[0]), -len(each[1]))):
        answer = ask(eve, operation, hers)
        if answer.status_code not in (200, 201, 202, 204, 409):
            wrong.append(f"{operation}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
