"""What people own: it comes along when a guest logs in, goes when they leave, and can be taken away as one file."""

import io
import json
import sqlite3
import time
import uuid
import zipfile
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rekindle.accounts.leaving import Leaving
from rekindle.infra.db.owner import seeing_everything
from tests.api.accounts.people import WORDS, Person, Town, new_address, town
from tests.api.conftest import refused
from tests.factories import faded, jpeg

ENDED = ("succeeded", "failed", "canceled")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("working")


@pytest.fixture(scope="module", name="town")
def working_town(folder: Path) -> Generator[Town]:
    """A server with a worker, for the tests of this module."""
    with town(folder, worker=True) as made:
        yield made


def rows(folder: Path, query: str, *values: str) -> list[Any]:
    """What is in the tables; identifiers are in hexadecimal there."""
    with closing(sqlite3.connect(folder / "rekindle.db")) as connection:
        return connection.execute(query, values).fetchall()


def ended(person: Person, job: dict[str, Any]) -> dict[str, Any]:
    end = time.monotonic() + 60.0
    while (found := person.http.get(f"/jobs/{job['id']}").json())["status"] not in ENDED:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def restored(person: Person, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A photo of somebody, and its job, which gave a new picture."""
    photo = person.upload(jpeg(faded(seed=seed)))
    body = {"photo_id": photo["id"], "operation": "restore", "options": {"enlarge": 2}}
    answer = person.http.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 202, answer.text
    job = ended(person, answer.json())
    assert job["status"] == "succeeded", job
    return photo, job


def files_of(folder: Path) -> set[str]:
    """Every stored file."""
    stored = folder / "files"
    return {str(path.relative_to(stored)) for path in stored.rglob("*") if path.is_file()}


def test_a_guest_who_logs_in_brings_photos_jobs_and_results_along(town: Town, folder: Path) -> None:
    email = new_address()
    owner = town.person()
    user = owner.sign_up(email)
    mine = owner.upload(jpeg(faded(seed=10)))
    guest = town.person()
    before = guest.become_guest()
    photo, job = restored(guest, 11)
    assert guest.log_in(email)["id"] == user["id"]
    assert set(guest.photos()) == {photo["id"], mine["id"]}
    assert set(owner.photos()) == {photo["id"], mine["id"]}
    assert owner.http.get(f"/jobs/{job['id']}").json()["status"] == "succeeded"
    (result,) = owner.http.get(f"/photos/{photo['id']}/renditions").json()["items"]
    assert owner.http.get(f"/renditions/{result['id']}/download").status_code == 200
    assert rows(folder, "SELECT sum(jobs) FROM job_days WHERE owner_id = ?", uuid.UUID(user["id"]).hex) == [(1,)]
    gone = uuid.UUID(before["id"]).hex
    assert rows(folder, "SELECT email, deleted_at IS NULL FROM users WHERE id = ?", gone) == [(None, 0)]
    assert rows(folder, "SELECT count(*) FROM job_days WHERE owner_id = ?", gone) == [(0,)]


def test_a_key_that_guest_and_account_both_used_does_not_stand_in_the_way(town: Town) -> None:
    email, key = new_address(), {"Idempotency-Key": uuid.uuid4().hex}
    owner, guest = town.person(), town.person()
    owner.sign_up(email)
    guest.become_guest()
    jobs: list[str] = []
    for person in (owner, guest):
        photo = person.upload(jpeg(faded(64, 48, seed=12)))
        body = {"photo_id": photo["id"], "operation": "restore", "options": {}}
        jobs.append(person.http.post("/jobs", json=body, headers=key).json()["id"])
    guest.log_in(email)
    assert {job["id"] for job in owner.http.get("/jobs").json()["items"]} == set(jobs)


def test_a_wrong_password_leaves_a_guest_with_what_they_have(town: Town) -> None:
    email = new_address()
    town.person().sign_up(email)
    guest = town.person()
    guest.become_guest()
    photo = guest.upload(jpeg(faded(64, 48, seed=13)))
    refused(guest.try_log_in(email, "five grandmothers in a boat"), 401, "wrong_login")
    assert guest.photos() == [photo["id"]]


def test_a_guest_who_signs_up_keeps_everything(town: Town) -> None:
    guest = town.person()
    guest.become_guest()
    photo = guest.upload(jpeg(faded(64, 48, seed=14)))
    guest.sign_up(new_address())
    assert guest.photos() == [photo["id"]]


def test_who_logs_in_to_another_account_takes_nothing_along(town: Town) -> None:
    one, other = new_address(), new_address()
    town.person().sign_up(other)
    person = town.person()
    person.sign_up(one)
    photo = person.upload(jpeg(faded(64, 48, seed=15)))
    person.log_in(other)
    assert person.photos() == []
    person.log_in(one)
    assert person.photos() == [photo["id"]]


def test_who_leaves_leaves_nothing_but_the_ledger(town: Town, folder: Path) -> None:
    ada, email, shared = town.person(), new_address(), jpeg(faded(seed=16))
    user = ada.sign_up(email)
    eve = town.person()
    eve.sign_up(new_address())
    kept = eve.upload(shared)
    before = files_of(folder)
    key = town.program(ada.make_key()["key"])
    ada.upload(shared)
    restored(ada, 17)
    entries = ada.http.get("/credits/entries").json()["items"]
    assert [each["kind"] for each in entries][-1] == "grant"
    assert files_of(folder) - before

    refused(ada.leave("five grandmothers in a boat"), 403, "wrong_password")
    refused(ada.leave(None), 403, "wrong_password")
    answer = ada.leave()
    assert answer.status_code == 204, answer.text
    assert ada.http.cookies.get("rekindle_session") is None

    (told,) = files_of(folder) - before
    assert email not in (text := (folder / "files" / told).read_text())
    assert user["id"] in text  # by which a backup that is put back knows whom to forget again
    assert files_of(folder) == before | {told}
    assert ada.me() is None
    assert key.me() is None
    refused(town.person().try_log_in(email), 401, "wrong_login")
    mine = uuid.UUID(user["id"]).hex
    for table, column in {
        "photos": "owner_id", "jobs": "owner_id", "job_days": "owner_id", "sessions": "user_id",
        "api_keys": "user_id", "identities": "user_id", "mail_links": "user_id",
    }.items():  # fmt: skip
        assert rows(folder, f"SELECT count(*) FROM {table} WHERE {column} = ?", mine) == [(0,)], table
    nameless = "SELECT email, password, verified_at, deleted_at IS NULL FROM users WHERE id = ?"
    assert rows(folder, nameless, mine) == [(None, None, None, 0)]
    found = rows(folder, "SELECT count(*) FROM credit_entries WHERE account_id = ?", mine)
    assert found == [(len(entries),)]
    with closing(sqlite3.connect(folder / "rekindle.db")) as connection:
        assert email not in "\n".join(connection.iterdump())
    assert eve.http.get(f"/photos/{kept['id']}/original").content == shared
    ada.sign_up(email)
    assert ada.photos() == []


def test_everything_can_be_taken_away_as_one_file(town: Town) -> None:
    ada, email, original = town.person(), new_address(), jpeg(faded(seed=18))
    user = ada.sign_up(email)
    secret = ada.make_key("laptop")["key"]
    photo = ada.upload(original)
    body = {"photo_id": photo["id"], "operation": "restore", "options": {"enlarge": 2}}
    job = ended(ada, ada.http.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex}).json())
    other = town.person()
    other.sign_up(new_address())
    foreign = other.upload(jpeg(faded(64, 48, seed=19)))

    answer = ada.http.get("/account/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="rekindle.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        facts = json.loads(archive.read("account.json"))
        result = f"photos/{photo['id']}/restore-1.jpg"
        assert names == {f"photos/{photo['id']}/original.jpg", result, "account.json"}
        assert archive.read(f"photos/{photo['id']}/original.jpg") == original
        assert archive.read(result).startswith(b"\xff\xd8")
    assert (facts["id"], facts["email"], facts["plan"]) == (user["id"], email, "free")
    assert [each["file"] for each in facts["photos"]] == [f"photos/{photo['id']}/original.jpg"]
    assert [each["file"] for each in facts["results"]] == [result]
    assert [(each["id"], each["status"]) for each in facts["jobs"]] == [(job["id"], "succeeded")]
    assert [each["name"] for each in facts["api_keys"]] == ["laptop"]
    assert facts["entries"][-1]["kind"] == "grant"
    assert facts["files_left_out"] == []
    for hidden in (secret, WORDS, foreign["id"], "digest", "$argon2"):
        assert hidden not in json.dumps(facts)


def test_guests_who_can_no_longer_come_back_are_cleared_up_after(tmp_path: Path) -> None:
    with town(tmp_path) as quiet:
        lost, here = quiet.person(), quiet.person()
        gone = uuid.UUID(lost.become_guest()["id"]).hex
        here.become_guest()
        lost.upload(jpeg(faded(64, 48, seed=20)))
        kept = here.upload(jpeg(faded(64, 48, seed=21)))
        with closing(sqlite3.connect(tmp_path / "rekindle.db")) as connection:
            connection.execute("UPDATE users SET created_at = '2020-01-01 00:00:00.000000' WHERE role = 'guest'")
            connection.execute(
                "UPDATE sessions SET expires_at = '2020-02-01 00:00:00.000000' WHERE user_id = ?", (gone,)
            )
            connection.commit()

        async def sweep() -> int:
            with seeing_everything():
                return await quiet.at.services.get(Leaving).sweep()

        assert quiet.at.inside(sweep) == 1
        assert rows(tmp_path, "SELECT count(*) FROM photos WHERE owner_id = ?", gone) == [(0,)]
        assert rows(tmp_path, "SELECT deleted_at IS NULL FROM users WHERE id = ?", gone) == [(0,)]
        assert here.photos() == [kept["id"]]
        assert quiet.at.inside(sweep) == 0


def test_what_was_left_when_somebody_left_goes_with_the_next_sweep(tmp_path: Path) -> None:
    with town(tmp_path) as quiet:
        ada = quiet.person()
        user = uuid.UUID(ada.sign_up("ada@example.org")["id"]).hex
        ada.upload(jpeg(faded(64, 48, seed=22)))
        with closing(sqlite3.connect(tmp_path / "rekindle.db")) as connection:
            connection.execute("UPDATE users SET deleted_at = '2020-01-01 00:00:00.000000' WHERE id = ?", (user,))
            connection.commit()

        async def sweep() -> int:
            with seeing_everything():
                return await quiet.at.services.get(Leaving).sweep()

        assert quiet.at.inside(sweep) == 1
        assert rows(tmp_path, "SELECT count(*) FROM photos") == [(0,)]
        assert files_of(tmp_path) == set()
