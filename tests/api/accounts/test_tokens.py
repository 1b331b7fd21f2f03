"""Tokens of issuers: a good one is somebody, a forged one is nobody, and issuers are asked rarely."""

import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from rekindle.accounts.issuers import ASK_EVERY
from tests.api.accounts.people import Town, new_address, town
from tests.api.conftest import refused
from tests.simulators.issuer import (
    AUDIENCE,
    CLIENT,
    Issuer,
    ec,
    ed,
    issuing,
    rsa,
    shared_secret,
    signed_with_the_public_key,
    unsigned,
)

NOW = int(time.time())
DAY = 86_400


@pytest.fixture(scope="module")
def issuer() -> Generator[Issuer]:
    with issuing() as made:
        made.keys = [rsa("first"), ec("second"), ed("third")]
        yield made


@pytest.fixture(scope="module")
def trusting(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    with town(tmp_path_factory.mktemp("trusting"), accounts={"issuers": [issuer.settings]}) as made:
        yield made


def usual(issuer: Issuer, **claims: Any) -> dict[str, Any]:
    return {"iss": issuer.url, "aud": AUDIENCE, "exp": NOW + DAY, "sub": "mallory", **claims}


def cut(token: str, number: int, instead: str) -> str:
    parts = token.split(".")
    parts[number] = instead
    return ".".join(parts)


FORGED: dict[str, Callable[[Issuer], str]] = {
    "alg none": lambda issuer: unsigned(usual(issuer)),
    "alg None": lambda issuer: unsigned(usual(issuer), "None"),
    "alg NONE": lambda issuer: unsigned(usual(issuer), "NONE"),
    "a good header without a signature": lambda issuer: cut(issuer.token(), 2, ""),
    "the signature of another token": lambda issuer: cut(issuer.token(), 2, issuer.token(jti="2").split(".")[2]),
    "the claims of another token": lambda issuer: cut(issuer.token(), 1, issuer.token(sub="eve").split(".")[1]),
    "a wrong key under a known name": lambda issuer: issuer.token(key=rsa("first")),
    "a wrong key of another kind": lambda issuer: issuer.token(key=ec("first")),
    "a wrong curve": lambda issuer: issuer.token(key=ec("second")),
    "an unknown key": lambda issuer: issuer.token(key=rsa("stranger")),
    "a wrong key without a name": lambda issuer: issuer.token(key=rsa("first"), header={"kid": None}),
    "HS256 with the public key": lambda issuer: signed_with_the_public_key(issuer, usual(issuer)),
    "HS256 with a secret": lambda issuer: issuer.token(key=shared_secret("everybody in town knows it")),
    "a key that it brings along": lambda issuer: issuer.token(
        key=(mine := rsa("first")), header={"jwk": mine.as_dict(private=False)}
    ),
    "a key at an address that it names": lambda issuer: issuer.token(
        key=rsa("first"), header={"jku": f"{issuer.url}/jwks"}
    ),
    "something critical that nobody knows": lambda issuer: issuer.token(header={"crit": ["odd"], "odd": 1}),
    "another issuer": lambda issuer: issuer.token(iss="https://issuer.evil"),
    "the same issuer with a slash": lambda issuer: issuer.token(iss=f"{issuer.url}/"),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "many issuers": lambda issuer: issuer.token(iss=[issuer.url]),
    "another audience": lambda issuer: issuer.token(aud="https://other.api"),
    "the client as its audience": lambda issuer: issuer.token(aud=CLIENT),
    "no audience": lambda issuer: issuer.token(aud=None),
    "a part of the audience": lambda issuer: issuer.token(aud=AUDIENCE[:-1]),
    "expired": lambda issuer: issuer.token(exp=NOW - 120),
    "no end": lambda issuer: issuer.token(exp=None),
    "an end in words": lambda issuer: issuer.token(exp="never"),
    "not yet": lambda issuer: issuer.token(nbf=NOW + DAY),
    "issued tomorrow": lambda issuer: issuer.token(iat=NOW + DAY),
    "nobody": lambda issuer: issuer.token(sub=None),
    "an empty name": lambda issuer: issuer.token(sub=""),
    "a name with a hole in it": lambda issuer: issuer.token(sub="a\0b"),
    "a number as a name": lambda issuer: issuer.token(sub=7),
    "a very long name": lambda issuer: issuer.token(sub="x" * 300),
    "a token for logging out": lambda issuer: issuer.token(header={"typ": "logout+jwt"}),
    "two parts": lambda issuer: issuer.token().rpartition(".")[0],
    "four parts": lambda issuer: issuer.token() + ".",
    "five parts, as if encrypted": lambda issuer: "a.b.c.d.e",
    "no JSON": lambda issuer: cut(issuer.token(), 1, "bm8ganNvbg"),
    "a list": lambda issuer: cut(issuer.token(), 0, "W10"),
    "not even base64": lambda issuer: cut(issuer.token(), 0, "*"),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_token_is_nobody(trusting: Town, issuer: Issuer, forged: str) -> None:
    somebody = trusting.program(FORGED[forged](issuer))
    refused(somebody.http.get("/photos"), 401, "not_logged_in")
    assert somebody.me() is None


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_good_token_is_somebody_whatever_kind_of_key_signed_it(trusting: Town, issuer: Issuer, number: int) -> None:
    program = trusting.program(issuer.token(key=issuer.keys[number], sub="ada", email=None))
    user = program.me()
    assert user is not None
    assert (user["role"], user["email"]) == ("user", None)
    photo = program.upload()
    again = trusting.program(issuer.token(sub="ada", header={"kid": None}, aud=["https://other.api", AUDIENCE]))
    assert again.me() == user
    assert photo["id"] in again.photos()
    other = trusting.program(issuer.token(sub="eve", email=None))
    assert other.photos() == []


def test_a_clock_that_is_a_little_off_is_forgiven(trusting: Town, issuer: Issuer) -> None:
    now = int(time.time())
    late, early = issuer.token(exp=now - 20), issuer.token(nbf=now + 20, iat=now + 20)
    assert trusting.program(late).me()
    assert trusting.program(early).me()


def test_a_token_does_not_reach_the_account(trusting: Town, issuer: Issuer) -> None:
    program = trusting.program(issuer.token(sub="grace", email=None))
    refused(program.http.get("/api-keys"), 403, "not_allowed")
    refused(program.leave(None), 403, "not_allowed")


def test_an_address_that_the_issuer_has_proven_leads_to_the_account_with_it(trusting: Town, issuer: Issuer) -> None:
    ada, email = trusting.person(), new_address()
    ada.sign_up(email)
    proven = ada.http.post("/account/verification", json={"link": trusting.post.link(email)}).json()
    program = trusting.program(issuer.token(sub="ada elsewhere", email=email.upper(), email_verified=True))
    assert program.me() == proven
    assert ada.me() == proven


@pytest.mark.parametrize("proven", [False, None, "true", 1])
def test_an_address_that_the_issuer_has_not_proven_leads_nowhere(trusting: Town, issuer: Issuer, proven: Any) -> None:
    ada, email = trusting.person(), new_address()
    user = ada.sign_up(email)
    eve = trusting.program(issuer.token(sub=new_address(), email=email, email_verified=proven)).me()
    assert eve is not None
    assert eve["id"] != user["id"]
    assert eve["email"] is None


def test_who_signed_up_with_somebody_elses_address_is_shut_out_when_its_owner_comes(
    trusting: Town, issuer: Issuer
) -> None:
    mallory, email = trusting.person(), new_address()
    mallory.sign_up(email)
    key = trusting.program(mallory.make_key()["key"])
    owner = trusting.program(issuer.token(sub=new_address(), email=email, email_verified=True)).me()
    assert owner is not None
    assert (owner["email"], owner["verified"]) == (email, True)
    assert mallory.me() is None
    refused(key.http.get("/photos"), 401, "not_logged_in")
    refused(mallory.try_log_in(email), 401, "wrong_login")


def test_unknown_keys_do_not_make_the_server_ask_again_and_again(trusting: Town, issuer: Issuer) -> None:
    assert trusting.program(issuer.token()).me()
    before, began = issuer.asked["/jwks"], time.monotonic()
    for number in range(30):
        assert trusting.program(issuer.token(key=ec(f"made up {number}"))).me() is None
    assert issuer.asked["/jwks"] - before <= 1 + (time.monotonic() - began) // ASK_EVERY
    assert issuer.asked["/.well-known/openid-configuration"] == 1


def test_without_an_audience_no_token_is_taken(town: Town, issuer: Issuer) -> None:
    refused(town.program(issuer.token()).http.get("/photos"), 401, "not_logged_in")
