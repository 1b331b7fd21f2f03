"""Calls that say to come from a provider."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.webhooks import Call, by_published_keys, by_standard, by_task, published_keys, standard_key

NOON = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)
KEY = b"a key of a webhook"
STAMP = str(int(NOON.timestamp()))
BODY = b'{"id": "one", "status": "succeeded"}'
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
USER = "user-1"


def standard(call: Call, key: bytes = KEY) -> Call:
    message = f"{call.id}.{call.timestamp}.".encode() + call.body
    return replace(call, signature="v1," + base64.b64encode(hmac.digest(key, message, "sha256")).decode())


def published(call: Call, user: str = USER) -> Call:
    message = "\n".join((call.id, user, call.timestamp, hashlib.sha256(call.body).hexdigest()))
    return replace(call, signature=PRIVATE.sign(message.encode()).hex())


def task(call: Call, key: bytes = KEY) -> Call:
    digest = hmac.digest(key, f"{call.id}.{call.timestamp}".encode(), "sha256")
    return replace(call, signature=base64.b64encode(digest).decode())


Sign = Callable[[Call], Call]
Check = Callable[..., bool]
PLAIN = Call("msg-1", STAMP, "", BODY)
WAYS: list[tuple[Sign, Check]] = [
    (standard, lambda call, now=NOON: by_standard(call, KEY, now)),
    (published, lambda call, now=NOON: by_published_keys(call, USER, [PUBLIC], now)),
    (task, lambda call, now=NOON: by_task(call, KEY, now)),
]
ways = pytest.mark.parametrize(("sign", "genuine"), WAYS, ids=["standard", "published", "task"])


@ways
def test_a_call_that_was_signed_is_genuine(sign: Sign, genuine: Check) -> None:
    assert genuine(sign(PLAIN))


@ways
def test_a_call_with_another_identifier_or_time_is_forged(sign: Sign, genuine: Check) -> None:
    signed = sign(PLAIN)
    assert not genuine(replace(signed, id="msg-2"))
    assert not genuine(replace(signed, timestamp=str(int(STAMP) + 1)))


@ways
@pytest.mark.parametrize("off", [-301, 301, -86_400])
def test_a_call_of_another_time_is_old_though_it_is_signed(sign: Sign, genuine: Check, off: int) -> None:
    assert not genuine(sign(PLAIN), NOON + timedelta(seconds=off))


@ways
@pytest.mark.parametrize("off", [-300, 0, 300])
def test_a_call_is_good_for_five_minutes_and_so_it_is_when_it_comes_twice(sign: Sign, genuine: Check, off: int) -> None:
    """A replay cannot be told from a repetition here: that is why a call only makes us look."""
    signed, now = sign(PLAIN), NOON + timedelta(seconds=off)
    assert genuine(signed, now)
    assert genuine(signed, now)


@ways
@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1e9", "٣٤٥", "9" * 13, "1.5", " 1"])
def test_a_time_that_is_no_number_is_no_time(sign: Sign, genuine: Check, stamp: str) -> None:
    assert not genuine(sign(replace(PLAIN, timestamp=stamp)))


@ways
@given(st.text(max_size=100))
def test_no_text_is_a_signature_by_chance(sign: Sign, genuine: Check, text: str) -> None:
    assert not genuine(replace(PLAIN, signature=text.encode(errors="replace").decode()))


@ways
def test_missing_headers_prove_nothing(sign: Sign, genuine: Check) -> None:
    assert not genuine(Call("", "", "", BODY))
    assert not genuine(sign(replace(PLAIN, id="")))


@pytest.mark.parametrize(("sign", "genuine"), WAYS[:2], ids=["standard", "published"])
def test_a_changed_body_is_forged(sign: Sign, genuine: Check) -> None:
    assert not genuine(replace(sign(PLAIN), body=BODY + b" "))


def test_the_way_of_tasks_leaves_the_body_open() -> None:
    assert by_task(replace(task(PLAIN), body=b"anything"), KEY, NOON)


def test_another_key_signs_nothing() -> None:
    assert not by_standard(standard(PLAIN, b"another"), KEY, NOON)
    assert not by_task(task(PLAIN, b"another"), KEY, NOON)
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert not by_published_keys(published(PLAIN), USER, [other], NOON)
    assert not by_published_keys(published(PLAIN), USER, [], NOON)
    assert by_published_keys(published(PLAIN), USER, [other, PUBLIC], NOON)


def test_another_user_is_forged() -> None:
    assert not by_published_keys(published(PLAIN), "user-2", [PUBLIC], NOON)


def test_one_of_several_signatures_will_do_while_keys_are_changed() -> None:
    right, wrong = standard(PLAIN).signature, standard(PLAIN, b"another").signature
    assert by_standard(replace(PLAIN, signature=f"{wrong} {right}"), KEY, NOON)
    assert not by_standard(replace(PLAIN, signature=right.replace("v1,", "v2,")), KEY, NOON)


def test_the_example_of_the_standard_holds() -> None:
    """From the specification of Standard Webhooks."""
    signature, body = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", b'{"test": 2432232314}'
    call = Call("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, body)
    key = standard_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert by_standard(call, key, datetime.fromtimestamp(1614265330, UTC))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_no base64", "whsec_a"])
def test_a_secret_without_a_key_is_said_to_be_none(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        standard_key(secret)


def test_keys_are_read_from_a_key_set_and_others_are_left_out() -> None:
    x = base64.urlsafe_b64encode(PUBLIC).decode().rstrip("=")
    good = {"kty": "OKP", "crv": "Ed25519", "x": x}
    others = [
        {"kty": "RSA", "n": "AQAB"},
        {**good, "crv": "X25519"},
        {**good, "x": x[:10]},
        {**good, "x": 5},
        "key",
        None,
    ]
    assert published_keys({"keys": [*others, good]}) == [PUBLIC]
    for nothing in (None, [], "keys", {}, {"keys": None}, {"keys": "x"}):
        assert published_keys(nothing) == []
