"""Logging in elsewhere with a browser: a code, a state, a nonce and PKCE; nothing can be forged or replayed."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Generator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from tests.api.accounts.people import WORDS, Person, Town, new_address, town
from tests.api.conftest import API
from tests.simulators.issuer import CLIENT, Issuer, ec, issuing, rsa, signed_with_the_public_key, unsigned

HOME = "/#/"
HANDSHAKE = "rekindle_login"

Json = dict[str, Any]


@pytest.fixture(scope="module")
def shared_issuer() -> Generator[Issuer]:
    with issuing() as made:
        yield made


@pytest.fixture
def issuer(shared_issuer: Issuer) -> Generator[Issuer]:
    """An issuer at which somebody new logs in; what a test changes is put back."""
    shared_issuer.claims = {"sub": new_address(), "email": new_address(), "email_verified": True}
    yield shared_issuer
    shared_issuer.forge = None
    shared_issuer.says.clear()
    shared_issuer.answers.clear()


@pytest.fixture(scope="module")
def place(shared_issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    issuers = [shared_issuer.settings, {**shared_issuer.settings, "name": "again", "title": "Again"}]
    with town(tmp_path_factory.mktemp("place"), accounts={"issuers": issuers}) as made:
        yield made


def leave(person: Person, name: str = "test") -> str:
    """Where the browser is sent to."""
    answer = person.http.get(f"/logins/{name}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def through(address: str) -> str:
    """Where the issuer sends the browser back to."""
    return httpx2.get(address).headers["location"]


def come_back(person: Person, address: str) -> str:
    """Where the server sends the browser in the end."""
    answer = person.http.get(address)
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.headers["location"]


def log_in(person: Person) -> str:
    return come_back(person, through(leave(person)))


def with_query(address: str, **changes: str | None) -> str:
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query)), **changes}
    return parts._replace(query=urlencode({name: value for name, value in query.items() if value is not None})).geturl()


def test_the_page_is_told_where_one_can_log_in(place: Town) -> None:
    logins = place.person().http.get("/me").json()["logins"]
    assert logins[0] == {"name": "test", "title": "Test", "url": f"{API}/logins/test"}


def test_who_logs_in_elsewhere_is_in(place: Town, issuer: Issuer) -> None:
    ada = place.person()
    assert log_in(ada) == HOME
    user = ada.me()
    assert user is not None
    assert (user["role"], user["email"], user["verified"]) == ("user", issuer.claims["email"], True)
    assert HANDSHAKE not in ada.http.cookies
    again = place.person()
    assert log_in(again) == HOME
    assert again.me() == user


def test_the_browser_takes_a_state_a_nonce_and_a_challenge_along_and_no_secret(place: Town, issuer: Issuer) -> None:
    ada = place.person()
    address = leave(ada)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{issuer.url}/authorize?")
    assert asked["redirect_uri"] == f"{place.at.url}{API}/logins/test/callback"
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid email profile")
    assert asked["code_challenge_method"] == "S256"
    body = ada.http.cookies[HANDSHAKE].split(".")[1]
    kept = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    digest = hashlib.sha256(kept["verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (asked["state"], asked["nonce"]) == (kept["state"], kept["nonce"])
    assert len({kept["state"], kept["nonce"], kept["verifier"]}) == 3
    assert kept["verifier"] not in address
    assert all(len(each) >= 43 for each in (kept["state"], kept["nonce"], kept["verifier"]))


def test_the_handshake_is_out_of_reach_of_scripts(place: Town, issuer: Issuer) -> None:
    cookie = place.person().http.get("/logins/test").headers["set-cookie"]
    assert cookie.startswith(f"{HANDSHAKE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))


def test_a_code_is_useless_without_the_browser_that_asked_for_it(place: Town, issuer: Issuer) -> None:
    back = through(leave(place.person()))
    mallory = place.person()
    assert come_back(mallory, back) == "/#/login/login_failed"
    leave(mallory)
    assert come_back(mallory, back) == "/#/login/login_failed"
    assert mallory.me() is None


def test_a_login_cannot_be_replayed(place: Town, issuer: Issuer) -> None:
    ada = place.person()
    back = through(leave(ada))
    handshake = ada.http.cookies[HANDSHAKE]
    assert come_back(ada, back) == HOME
    thief = place.person(Cookie=f"{HANDSHAKE}={handshake}")
    assert come_back(thief, back) == "/#/login/login_failed"
    assert thief.me() is None


@pytest.mark.parametrize(
    "changes",
    [
        {"state": None},
        {"state": ""},
        {"state": "guessed"},
        {"code": None},
        {"code": "guessed"},
        {"iss": "https://evil"},
    ],
)
def test_a_changed_answer_lets_nobody_in(place: Town, issuer: Issuer, changes: dict[str, str | None]) -> None:
    ada = place.person()
    assert come_back(ada, with_query(through(leave(ada)), **changes)) == "/#/login/login_failed"
    assert ada.me() is None


def test_who_says_no_elsewhere_comes_back_to_the_page(place: Town, issuer: Issuer) -> None:
    ada = place.person()
    back = with_query(through(leave(ada)), code=None, error="access_denied", error_description="Not today")
    assert come_back(ada, back) == "/#/login/login_failed"


@pytest.mark.parametrize(
    "change", [lambda text: "", lambda text: text[:-4] + "AAAA", lambda text: unsigned({"name": "test"})]
)
def test_nobody_makes_a_handshake(place: Town, issuer: Issuer, change: Callable[[str], str]) -> None:
    ada = place.person()
    back = through(leave(ada))
    forged = place.person(Cookie=f"{HANDSHAKE}={change(ada.http.cookies[HANDSHAKE])}")
    assert come_back(forged, back) == "/#/login/login_failed"


def test_a_handshake_is_for_the_login_that_it_was_made_for(place: Town, issuer: Issuer) -> None:
    ada = place.person()
    back = through(leave(ada)).replace("/logins/test/", "/logins/again/")
    assert come_back(ada, back) == "/#/login/login_failed"


def test_a_handshake_is_not_a_token(place: Town, issuer: Issuer) -> None:
    ada = place.person()
    leave(ada)
    assert place.program(ada.http.cookies[HANDSHAKE]).me() is None


FORGED: dict[str, Callable[[Issuer, Json], str]] = {
    "alg none": lambda issuer, claims: unsigned(claims),
    "a wrong key": lambda issuer, claims: issuer.sign(claims, key=rsa("first")),
    "an unknown key": lambda issuer, claims: issuer.sign(claims, key=ec("stranger")),
    "HS256 with the public key": signed_with_the_public_key,
    "another issuer": lambda issuer, claims: issuer.sign({**claims, "iss": "https://issuer.evil"}),
    "another audience": lambda issuer, claims: issuer.sign({**claims, "aud": "somebody else"}),
    "several audiences and no word for whom": lambda issuer, claims: issuer.sign({**claims, "aud": [CLIENT, "other"]}),
    "somebody else's token": lambda issuer, claims: issuer.sign({**claims, "aud": [CLIENT, "other"], "azp": "other"}),
    "expired": lambda issuer, claims: issuer.sign({**claims, "exp": int(time.time()) - 120}),
    "another login's nonce": lambda issuer, claims: issuer.sign({**claims, "nonce": "replayed"}),
    "no nonce": lambda issuer, claims: issuer.sign({**claims, "nonce": None}),
    "nobody": lambda issuer, claims: issuer.sign({**claims, "sub": None}),
    "no token": lambda issuer, claims: "",
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_id_token_lets_nobody_in(place: Town, issuer: Issuer, forged: str) -> None:
    issuer.forge = lambda claims: FORGED[forged](issuer, claims)
    ada = place.person()
    assert log_in(ada) == "/#/login/login_failed"
    assert ada.me() is None


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, b"", "issuer_silent"),
        (200, b"<html>", "issuer_silent"),
        (200, b"[]", "issuer_silent"),
        (200, b'{"access_token": "opaque"}', "login_failed"),
        (200, b'{"id_token": 7}', "login_failed"),
        (400, b'{"error": "invalid_grant"}', "login_failed"),
        (200, b" " * 600_000, "issuer_silent"),
    ],
)
def test_an_issuer_that_answers_nonsense_lets_nobody_in(
    place: Town, issuer: Issuer, status: int, body: bytes, code: str
) -> None:
    issuer.answers["/token"] = (status, body, {})
    ada = place.person()
    assert log_in(ada) == f"/#/login/{code}"
    assert ada.me() is None


def test_a_token_endpoint_cannot_send_the_secret_elsewhere(place: Town, issuer: Issuer) -> None:
    issuer.answers["/token"] = (307, b"", {"Location": f"{issuer.url}/elsewhere"})
    assert log_in(place.person()).startswith("/#/login/")
    assert issuer.asked["/elsewhere"] == 0


def test_there_is_no_login_by_an_unknown_name(place: Town) -> None:
    assert leave(place.person(), "nobody") == "/#/login/unknown_login"


def test_a_guest_becomes_the_account_and_keeps_what_was_made(place: Town, issuer: Issuer) -> None:
    guest = place.person()
    before = guest.become_guest()
    assert log_in(guest) == HOME
    after = guest.me()
    assert after is not None
    assert (after["id"], after["role"], after["email"]) == (before["id"], "user", issuer.claims["email"])


def test_an_address_that_both_have_proven_is_one_account(place: Town, issuer: Issuer) -> None:
    ada, email = place.person(), issuer.claims["email"]
    user = ada.sign_up(email)
    ada.http.post("/account/verification", json={"link": place.post.link(email)})
    elsewhere = place.person()
    assert log_in(elsewhere) == HOME
    found = elsewhere.me()
    assert found is not None
    assert found["id"] == user["id"]
    assert ada.log_in(email)["id"] == user["id"]


def test_who_waits_with_somebody_elses_address_is_shut_out(place: Town, issuer: Issuer) -> None:
    mallory, email = place.person(), issuer.claims["email"]
    mallory.sign_up(email)
    assert log_in(place.person()) == HOME
    assert mallory.me() is None
    assert mallory.try_log_in(email).status_code == 401


def test_an_account_without_a_password_leaves_without_one(place: Town, issuer: Issuer) -> None:
    ada = place.person()
    log_in(ada)
    before = ada.me()
    assert place.person().try_log_in(issuer.claims["email"], WORDS).status_code == 401
    assert ada.leave(None).status_code == 204
    assert ada.me() is None
    fresh = place.person()
    assert log_in(fresh) == HOME
    after = fresh.me()
    assert before is not None
    assert after is not None
    assert after["id"] != before["id"]
