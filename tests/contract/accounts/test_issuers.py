"""What is remembered of issuers: their keys turn over, they fall silent, and they may not send us elsewhere."""

import gzip
import json
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest

from rekindle.accounts.issuers import ASK_EVERY, KEYS_FOR, KNOWN_FOR, Issuer, IssuerSilent
from rekindle.accounts.reaching import MOST_BYTES, Reach
from rekindle.config import IssuerSettings
from tests.simulators import issuer as simulator
from tests.simulators.issuer import ec, issuing, rsa

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def there() -> Generator[simulator.Issuer]:
    with issuing() as made:
        yield made


class Ticks:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def issuer(there: simulator.Issuer, ticks: Ticks) -> AsyncGenerator[Issuer]:
    made = Issuer(IssuerSettings(**there.settings), ticks=ticks)
    yield made
    await made.aclose()


async def names(issuer: Issuer, key_id: str | None = None) -> list[str | None]:
    return [key.kid for key in await issuer.keys(key_id)]


async def test_keys_are_asked_for_once_in_a_while(issuer: Issuer, there: simulator.Issuer, ticks: Ticks) -> None:
    for _ in range(5):
        assert await names(issuer, "first") == ["first", "second"]
    assert (there.asked["/jwks"], there.asked[DISCOVERY]) == (1, 1)
    ticks.now += KEYS_FOR
    await names(issuer, "first")
    assert (there.asked["/jwks"], there.asked[DISCOVERY]) == (2, 1)
    ticks.now += KNOWN_FOR
    await names(issuer, "first")
    assert (there.asked["/jwks"], there.asked[DISCOVERY]) == (3, 2)


async def test_a_new_key_is_found_without_waiting_and_an_old_one_goes(
    issuer: Issuer, there: simulator.Issuer, ticks: Ticks
) -> None:
    await names(issuer)
    there.keys = [rsa("new")]
    ticks.now += ASK_EVERY
    assert await names(issuer, "new") == ["new"]
    assert await names(issuer, "first") == ["new"]


async def test_many_unknown_keys_are_asked_for_once(issuer: Issuer, there: simulator.Issuer, ticks: Ticks) -> None:
    for number in range(50):
        await names(issuer, f"made up {number}")
        ticks.now += ASK_EVERY / 100
    assert there.asked["/jwks"] == 1


async def test_an_issuer_that_falls_silent_is_believed_by_its_last_keys(
    issuer: Issuer, there: simulator.Issuer, ticks: Ticks
) -> None:
    await names(issuer)
    there.answers["/jwks"] = (500, b"", {})
    ticks.now += KEYS_FOR
    assert await names(issuer, "first") == ["first", "second"]


async def test_an_issuer_that_never_answered_is_asked_rarely(
    issuer: Issuer, there: simulator.Issuer, ticks: Ticks
) -> None:
    there.answers[DISCOVERY] = (503, b"", {})
    for _ in range(10):
        with pytest.raises(IssuerSilent):
            await issuer.keys("first")
    assert there.asked[DISCOVERY] == 1
    there.answers.clear()
    ticks.now += ASK_EVERY
    assert await names(issuer, "first") == ["first", "second"]


@pytest.mark.parametrize(
    "answer",
    [
        (404, b"{}", {}),
        (200, b"<html>", {}),
        (200, b"[]", {}),
        (200, b"[" * 100_000, {}),
        (200, b" " * (MOST_BYTES + 1), {}),
        (200, gzip.compress(b" " * 10_000_000), {"Content-Encoding": "gzip"}),
        (302, b"", {"Location": "/elsewhere"}),
    ],
)
async def test_nonsense_is_no_answer(
    issuer: Issuer, there: simulator.Issuer, answer: tuple[int, bytes, dict[str, str]]
) -> None:
    there.answers[DISCOVERY] = answer
    with pytest.raises(IssuerSilent, match="does not answer as it should"):
        await issuer.discovered()
    assert there.asked["/elsewhere"] == 0


@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://issuer.evil"},
        {"issuer": None},
        {"jwks_uri": "http://192.0.2.1/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"token_endpoint": "http://127.0.0.1:9/token"},
        {"token_endpoint": "http://user:secret@127.0.0.1/token"},
    ],
)
async def test_a_document_cannot_send_us_elsewhere(
    issuer: Issuer, there: simulator.Issuer, says: dict[str, Any]
) -> None:
    there.says = says
    with pytest.raises(IssuerSilent):
        await issuer.discovered()


async def test_further_hosts_are_asked_when_they_are_named(there: simulator.Issuer, ticks: Ticks) -> None:
    with issuing() as other:
        there.says = {"jwks_uri": f"{other.url}/jwks"}
        other.keys = [ec("over there")]
        settings = IssuerSettings(**{**there.settings, "hosts": [other.url.removeprefix("http://")]})
        issuer = Issuer(settings, ticks=ticks)
        assert await names(issuer) == ["over there"]
        await issuer.aclose()


async def test_keys_that_cannot_be_read_or_kept_secret_are_left_out(
    issuer: Issuer, there: simulator.Issuer
) -> None:  # fmt: skip
    good = there.keys[0].as_dict(private=False)
    odd = [None, 7, {}, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA", "n": "x"}, {"kty": "AKP", "pub": "x"}]
    there.answers["/jwks"] = (200, json.dumps({"keys": [*odd, good]}).encode(), {})
    assert await names(issuer) == ["first"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://id.example.org/jwks", True),
        ("https://id.example.org:443/jwks", True),
        ("https://keys.example.org/jwks", True),
        ("http://id.example.org/jwks", False),
        ("https://id.example.org:8443/jwks", False),
        ("https://id.example.org.evil/jwks", False),
        ("https://evil/id.example.org", False),
        ("https://id.example.org@evil/jwks", False),
        ("https://127.0.0.1/jwks", False),
        ("https:///jwks", False),
        ("https://[", False),
        ("", False),
    ],
)
async def test_only_hosts_of_the_issuer_are_within_reach(url: str, *, allowed: bool) -> None:
    reach = Reach("https://id.example.org/realm", ["keys.example.org"])
    assert reach.allows(url) is allowed
    await reach.aclose()
