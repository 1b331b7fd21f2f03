"""The same on Postgres, where the database itself keeps people apart: nobody is locked out of what is theirs."""

import io
import json
import uuid
import zipfile
from collections.abc import Generator

import pytest

from rekindle.accounts.leaving import Leaving
from rekindle.infra.db.owner import seeing_everything
from tests.api.accounts.people import Town, new_address, town
from tests.api.conftest import refused
from tests.factories import faded, jpeg
from tests.postgres import postgres_or_skip
from tests.simulators.issuer import Issuer, issuing


@pytest.fixture(scope="module")
def issuer() -> Generator[Issuer]:
    with issuing() as made:
        yield made


@pytest.fixture(scope="module", name="town")
def town_on_postgres(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    with postgres_or_skip() as server:
        url, folder = server.new_database(tables=True), tmp_path_factory.mktemp("postgres")
        with town(folder, database={"url": url}, accounts={"issuers": [issuer.settings]}) as made:
            yield made


def test_a_guest_who_logs_in_brings_everything_along(town: Town) -> None:
    email, key = new_address(), {"Idempotency-Key": uuid.uuid4().hex}
    owner, guest = town.person(), town.person()
    user = owner.sign_up(email)
    guest.become_guest()
    jobs: list[str] = []
    photos: list[str] = []
    for person, seed in ((owner, 1), (guest, 2)):
        photos.append(person.upload(jpeg(faded(64, 48, seed=seed)))["id"])
        body = {"photo_id": photos[-1], "operation": "restore", "options": {}}
        jobs.append(person.http.post("/jobs", json=body, headers=key).json()["id"])
    assert guest.log_in(email)["id"] == user["id"]
    assert set(guest.photos()) == set(photos)
    assert {job["id"] for job in owner.http.get("/jobs").json()["items"]} == set(jobs)


def test_a_guest_who_signs_up_is_verified_and_leaves_keeps_and_loses_what_they_should(town: Town) -> None:
    ada, email = town.person(), new_address()
    ada.become_guest()
    photo = ada.upload(jpeg(faded(64, 48, seed=3)))
    ada.sign_up(email)
    assert ada.http.post("/account/verification", json={"link": town.post.link(email)}).json()["verified"]
    program = town.program(ada.make_key()["key"])
    assert program.photos() == [photo["id"]]
    answer = ada.http.get("/account/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        facts = json.loads(archive.read("account.json"))
    assert [each["id"] for each in facts["photos"]] == [photo["id"]]
    assert [each["name"] for each in facts["api_keys"]] == ["laptop"]
    assert ada.leave().status_code == 204
    refused(program.http.get("/photos"), 401, "not_logged_in")
    refused(ada.try_log_in(email), 401, "wrong_login")


def test_who_comes_with_a_token_has_one_account(town: Town, issuer: Issuer) -> None:
    program = town.program(issuer.token(sub="ada", email=None))
    photo = program.upload(jpeg(faded(64, 48, seed=4)))
    again = town.program(issuer.token(sub="ada", email=None))
    assert again.me() == program.me()
    assert again.photos() == [photo["id"]]
    assert town.program(issuer.token(sub="eve", email=None)).photos() == []


def test_the_sweep_finds_nobody_who_is_still_here(town: Town) -> None:
    guest = town.person()
    guest.become_guest()

    async def sweep() -> int:
        with seeing_everything():
            return await town.at.services.get(Leaving).sweep()

    assert town.at.inside(sweep) == 0
    assert guest.me() is not None
