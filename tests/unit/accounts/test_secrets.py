"""Secrets that are shown once."""

from hypothesis import given
from hypothesis import strategies as st

from rekindle.accounts.secrets import Kind, digest_of, looks_right, new_secret

RANDOMNESS = st.binary(min_size=32, max_size=32)


@given(kind=st.sampled_from(Kind), one=RANDOMNESS, other=RANDOMNESS)
def test_different_randomness_gives_different_secrets(kind: Kind, one: bytes, other: bytes) -> None:
    same = new_secret(kind, one).text == new_secret(kind, other).text
    assert same == (one == other)


@given(kind=st.sampled_from(Kind), randomness=RANDOMNESS)
def test_a_secret_is_known_by_its_kind_and_kept_as_a_hash(kind: Kind, randomness: bytes) -> None:
    secret = new_secret(kind, randomness)
    assert looks_right(secret.text, kind)
    assert not any(looks_right(secret.text, other) for other in Kind if other is not kind)
    assert secret.digest == digest_of(secret.text)
    assert len(secret.hint) < 12
    assert secret.text.encode() not in secret.digest


@given(randomness=RANDOMNESS, where=st.integers(3, 51), letter=st.sampled_from("0aZ-_ é"))
def test_a_mistyped_secret_is_seen_at_once(randomness: bytes, where: int, letter: str) -> None:
    text = new_secret(Kind.API_KEY, randomness).text
    typed = text[:where] + letter + text[where + 1 :]
    assert looks_right(typed, Kind.API_KEY) == (typed == text)


@given(text=st.text(max_size=80))
def test_any_text_at_all_is_only_refused(text: str) -> None:
    assert not looks_right(text, Kind.SESSION)


def test_no_two_fresh_secrets_are_alike() -> None:
    assert len({new_secret(Kind.SESSION).text for _ in range(1000)}) == 1000
