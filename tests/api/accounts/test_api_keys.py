"""API keys: shown once, good for what they were made for, and useless from the moment they are revoked."""

from typing import Any

import pytest

from tests.api.accounts.people import Person, Town, new_address
from tests.api.conftest import refused


@pytest.fixture
def ada(town: Town) -> Person:
    person = town.person()
    person.sign_up(new_address())
    return person


def test_a_key_does_what_its_owner_does_and_is_shown_once(town: Town, ada: Person) -> None:
    made = ada.make_key("laptop")
    assert made["key"].startswith(made["hint"].rstrip("…"))
    assert made["scopes"] == ["read", "write"]
    listed = ada.http.get("/api-keys")
    assert made["key"] not in listed.text
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
    program, owner = town.program(made["key"]), ada.me()
    assert owner is not None
    assert program.me() == owner
    photo = program.upload()
    assert ada.photos() == [photo["id"]]
    assert ada.http.get("/api-keys").json()["items"][0]["used_at"] is not None


def test_a_key_that_may_only_read_only_reads(town: Town, ada: Person) -> None:
    program = town.program(ada.make_key(scopes=("read",))["key"])
    assert program.photos() == []
    answer = program.http.post("/photos", content=b"", headers={"Content-Type": "image/jpeg"})
    assert "may not write" in refused(answer, 403, "not_allowed")["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api-keys", None),
        ("POST", "/api-keys", {"name": "more", "scopes": ["write"]}),
        ("GET", "/account/export", None),
        ("DELETE", "/account", {}),
        ("POST", "/account/verification/mail", None),
    ],
)
def test_a_key_does_not_reach_the_account(town: Town, ada: Person, method: str, path: str, body: Any) -> None:
    program = town.program(ada.make_key()["key"])
    refused(program.http.request(method, path, json=body), 403, "not_allowed")


def test_a_revoked_key_is_useless_at_once(town: Town, ada: Person) -> None:
    made = ada.make_key()
    program = town.program(made["key"])
    assert program.photos() == []
    assert ada.http.delete(f"/api-keys/{made['id']}").status_code == 204
    assert "revoked" in refused(program.http.get("/photos"), 401, "not_logged_in")["detail"]
    assert program.me() is None
    refused(ada.http.delete(f"/api-keys/{made['id']}"), 404, "unknown_key")


def test_somebody_elses_key_is_not_there(town: Town, ada: Person) -> None:
    made = ada.make_key()
    eve = town.person()
    eve.sign_up(new_address())
    assert eve.http.get("/api-keys").json()["items"] == []
    refused(eve.http.delete(f"/api-keys/{made['id']}"), 404, "unknown_key")
    assert town.program(made["key"]).photos() == []


@pytest.mark.parametrize("key", ["rk_", "rk_nonsense", "rk_" + "0" * 49, "x" * 9000, "a.b.c"])
def test_what_is_no_key_is_nobodys(town: Town, key: str) -> None:
    refused(town.program(key).http.get("/photos"), 401, "not_logged_in")


def test_a_bad_key_counts_more_than_a_good_cookie(town: Town, ada: Person) -> None:
    answer = ada.http.get("/photos", headers={"Authorization": "Bearer rk_nonsense"})
    refused(answer, 401, "not_logged_in")


@pytest.mark.parametrize(
    "body",
    [
        {"name": " ", "scopes": ["read"]},
        {"name": "x" * 81, "scopes": ["read"]},
        {"name": "lap\0top", "scopes": ["read"]},
        {"name": "laptop", "scopes": []},
        {"name": "laptop", "scopes": ["admin"]},
    ],
)
def test_a_key_without_a_name_or_a_scope_is_not_made(ada: Person, body: Any) -> None:
    refused(ada.http.post("/api-keys", json=body), 422, "invalid_request")
    assert ada.http.get("/api-keys").json()["items"] == []
