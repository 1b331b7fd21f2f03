"""What a token says before it is believed, and which keys can have signed it."""

from typing import Any

import pytest

from rekindle.accounts.tokens import ALGORITHMS, BadToken, Expected, Header, Outsider, fitting, look_at, read
from tests.simulators.issuer import Issuer, ec, rsa, unsigned

ISSUER = "https://id.example.org"
NOW = 1_800_000_000


@pytest.fixture(scope="module")
def there() -> Issuer:
    made = Issuer()
    made.url = ISSUER
    made.keys = [ec("first"), ec("second")]
    return made


def claims(**changes: Any) -> dict[str, Any]:
    return {"iss": ISSUER, "aud": "us", "exp": NOW + 300, "sub": "ada", **changes}


def test_only_public_keys_sign() -> None:
    assert not [name for name in ALGORITHMS if name.startswith("HS") or name.lower() == "none"]
    assert set(ALGORITHMS.values()) == {"RSA", "EC", "OKP"}


def test_a_key_fits_by_name_kind_and_purpose(there: Issuer) -> None:
    public = [key.as_dict(private=False) for key in there.keys]
    first, second = there.keys
    assert fitting([first, second], Header("ES256", "second", ISSUER)) == [second]
    assert fitting([first, second], Header("ES256", None, ISSUER)) == [first, second]
    assert fitting([first, second], Header("RS256", "first", ISSUER)) == []
    assert fitting([first, second], Header("ES256", "third", ISSUER)) == []
    for wrong in ({"use": "enc"}, {"alg": "ES384"}):
        assert fitting([type(first).import_key({**public[0], **wrong})], Header("ES256", "first", ISSUER)) == []


def test_a_good_token_says_who_it_is(there: Issuer) -> None:
    token = there.sign(claims(email="Ada@Example.org", email_verified=True))
    assert look_at(token) == Header("ES256", "first", ISSUER)
    assert read(token, there.keys, Expected(ISSUER, ["us"], NOW)) == Outsider(ISSUER, "ada", "ada@example.org")


@pytest.mark.parametrize(
    ("offset", "good"),
    [({"exp": NOW - 59}, True), ({"exp": NOW - 60}, False), ({"nbf": NOW + 60}, True), ({"nbf": NOW + 61}, False)],
)
def test_a_minute_is_forgiven_and_no_more(there: Issuer, offset: dict[str, int], *, good: bool) -> None:
    token = there.sign(claims(**offset))
    if good:
        assert read(token, there.keys, Expected(ISSUER, ["us"], NOW))
        return
    with pytest.raises(BadToken):
        read(token, there.keys, Expected(ISSUER, ["us"], NOW))


@pytest.mark.parametrize("text", ["", ".", "..", "...", "e30.e30.", "W10.W10.", "é.é.é", "\0.\0.\0", "a" * 8000])
def test_what_is_no_token_is_told_so(text: str) -> None:
    with pytest.raises(BadToken):
        look_at(text)


def test_no_key_means_no_belief(there: Issuer) -> None:
    with pytest.raises(BadToken, match="no key"):
        read(there.sign(claims()), [], Expected(ISSUER, ["us"], NOW))
    with pytest.raises(BadToken, match="no key"):
        read(there.sign(claims()), [rsa("first")], Expected(ISSUER, ["us"], NOW))
    with pytest.raises(BadToken, match="no key"):
        read(unsigned(claims()), there.keys, Expected(ISSUER, ["us"], NOW))
