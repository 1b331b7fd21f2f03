"""Scrubbing: what is hidden, and what has to stay readable."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.accounts.secrets import Kind, new_secret
from rekindle.infra.observing.scrubbing import HIDDEN, Scrubber, hides
from tests.factories import jpeg

SCRUBBER = Scrubber(["correct horse battery", "hunter22", "abc"])

SECRETS = {
    "a secret of the settings": ("the key hunter22 is wrong", "hunter22"),
    "one with spaces": ("said: correct horse battery.", "correct horse"),
    "a password in an address": ("cannot reach postgresql+asyncpg://ada:p@ss:w0rd@db.example/x", "w0rd"),
    "a password of redis": ("redis://:s3cr3ts3cr3t@10.0.0.1:6379/0", "s3cr3t"),
    "a header": ("headers: {'Authorization': 'Bearer abc.def-ghi_123'}", "abc.def"),
    "a header alone": ("Authorization: Basic YWRhOmh1bnRlcjI=", "YWRh"),
    "a bearer": ("sent Bearer 0123456789abcdef", "0123456789"),
    "a token of a kind of its own": ("Token r8_abcdefghijklmnopqrst", "abcdefgh"),
    "a cookie": ("Cookie: session=rs_AAAAAAAAAAAAAAAAAAAAAAAA; theme=dark", "AAAA"),
    "a password in words": ("login failed, password=Tr0ub4dor&3", "Tr0ub"),
    "a password in JSON": ('{"email": "x", "password": "Tr0ub4dor"}', "Tr0ub"),
    "a signature": ("/api/v1/files/a/b.jpg?expires=99&signature=00ff00ff00ff", "00ff"),
    "a signature of Amazon": ("https://s3/x?X-Amz-Credential=AKIAABC%2F1&X-Amz-Signature=beef99", "beef99"),
    "a signature of Google": ("https://storage/x?X-Goog-Signature=beef99&X-Goog-Expires=1", "beef99"),
    "a signature of Azure": ("https://acct.blob/x?sv=2024&sig=be%2Fef99", "ef99"),
    "a key in an address": ("GET https://api.example/v1beta/models?key=abcdef-ghijkl", "abcdef"),
    "a code of a login": ("/logins/family/callback?code=abcdef&state=ghijkl", "ghijkl"),
    "a key of OpenAI": ("Incorrect API key provided: sk-proj-abcdefghijkl1234", "abcdefgh"),
    "a key of Stripe": ("Invalid API Key provided: sk_test_abcdefghijkl1234", "abcdefgh"),
    "a key of Google": ("API key AIzaSyA0123456789abcdefghijklmnopqrstu not valid", "SyA0"),
    "a key of fal": ("Key 0f0e0d0c-0000-4000-8000-000000000001:00112233445566778899aabbccddeeff", "00112233"),
    "a JSON Web Token": ("the token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl is old", "c2lnb"),
    "an e-mail address": ("a mail to Ada.Lovelace+x@mail.example.org was not sent", "Lovelace"),
    "one with letters of elsewhere": ("to jürgen@bücher.example: no", "bücher"),
    "one that is percent-encoded": ("GET /x?to=ada%40example.org", "ada%40"),
    "bytes": (f"unexpected answer {jpeg()[:200]!r}", "\\xff\\xd8"),
    "a picture in an address": ("data:image/png;base64,iVBORw0KGgo=", "iVBOR"),
    "base64": ("body: " + "iVBORw0KGgoAAAANSUhEUg" * 20, "iVBORw0KGgoAAA"),
    "a picture that was read as text": (jpeg()[:400].decode("latin-1"), "JFIF"),
    "a picture that was read as text with gaps": (jpeg()[:400].decode("utf-8", "replace"), "JFIF"),
}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize("name", SECRETS)
def test_what_nobody_may_read_is_taken_out(name: str) -> None:
    text, secret = SECRETS[name]
    assert secret in text
    assert secret not in SCRUBBER.text(text)


@pytest.mark.parametrize("kind", Kind)
def test_our_own_secrets_are_known_by_their_form(kind: Kind) -> None:
    secret = new_secret(kind)
    assert secret.text not in SCRUBBER.text(f"open https://photos.example.org/#/verify/{secret.text} now")


HARMLESS = [
    "job 0198c0de-7aaa-7bbb-8ccc-0123456789ab failed for a reason that nobody foresaw",
    "jobs taken up again: 3; files that belonged to nothing and were removed: 0",
    "fal failed 5 times in a row: it is left alone until 2026-05-17 12:00:00+00:00",
    "Stripe: card_error, status 402, code card_declined, request req_123",
    "https://queue.fal.run/fal-ai/flux-pro/requests/1 answered 500 in 2.25 s",
    "the key of a task is job:0198c0de-7aaa-7bbb-8ccc-0123456789ab",
    'File "/usr/lib/python3.11/asyncio/base_events.py", line 654, in run_until_complete',
    "abc is too short to be a secret",
    "Grüße aus Köln: «naïve» — 100 % ✓",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_helps_to_find_a_fault_stays(text: str) -> None:
    assert SCRUBBER.text(text) == text


def test_names_tell_what_is_secret_in_an_object() -> None:
    told = SCRUBBER.value(
        {"api_key": "1", "Authorization": "x", "apiToken": "y", "email": "z", "tokens": 5, "password": None, "keys": 3}
    )
    assert told == {
        "api_key": HIDDEN, "Authorization": HIDDEN, "apiToken": HIDDEN, "email": HIDDEN, "tokens": 5,
        "password": None, "keys": 3,
    }  # fmt: skip


def test_objects_are_looked_through_to_the_ground_and_no_further() -> None:
    deep: dict[str, object] = {"end": "hunter22"}
    for _ in range(20):
        deep = {"in": deep, "list": ["hunter22", b"hunter22", 1, None, True, {1: "hunter22"}]}
    assert "hunter22" not in json.dumps(SCRUBBER.value(deep))


def test_what_a_terminal_would_obey_is_shown_as_it_is_written() -> None:
    assert SCRUBBER.text("a\x1b[31mb\r\nc") == "a\\x1b[31mb\\r\nc"


def test_a_long_text_is_cut() -> None:
    assert len(SCRUBBER.text("word " * 100_000)) < 20_000


@pytest.mark.parametrize("part", ["a", "a.", "a@", "token ", "eyJ", "://", "b'", "\\\\", "ab:", "%40", "key=", "-"])
def test_no_text_takes_long(part: str) -> None:
    began = time.process_time()
    SCRUBBER.text(part * (100_000 // len(part)))
    assert time.process_time() - began < 1.0


def test_who_has_no_secrets_hides_the_forms_all_the_same() -> None:
    assert Scrubber().text("password=swordfish") == f"password={HIDDEN}"


@given(st.text(max_size=300), st.text(min_size=8, max_size=40, alphabet=st.characters(categories=["L", "N"])))
def test_a_secret_of_the_settings_is_hidden_wherever_it_stands(around: str, secret: str) -> None:
    shown = Scrubber([secret]).text(f"{around} {secret} {around}")
    assert secret not in shown or secret in f"{HIDDEN}[e-mail][bytes][long]… characters that are no text"


@given(ANYTHING)
def test_whatever_comes_can_be_written_as_json(value: object) -> None:
    json.dumps(SCRUBBER.value(value))


@pytest.mark.parametrize("name", ["Set-Cookie", "client_secret", "db_password", "sentry_dsn", "X-Api-Key", "secrets"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert hides(name)


@pytest.mark.parametrize("name", ["key", "tokenizer", "status", "author", "task_id", "provider"])
def test_other_names_are_not(name: str) -> None:
    assert not hides(name)
