"""Addresses for providers to call: only ours are read, and each is for one attempt at one provider."""

import uuid

import pytest

from rekindle.jobs.nudges import Nudges

ATTEMPT = uuid.UUID("01234567-89ab-7def-8123-456789abcdef")
NUDGES = Nudges(b"a secret", "https://photos.example.org/")


def test_without_an_address_for_others_there_are_none_for_providers() -> None:
    assert Nudges(b"a secret").nudge_url("upstream", ATTEMPT) is None


def test_an_address_says_which_attempt_and_nothing_more() -> None:
    url = NUDGES.nudge_url("upstream", ATTEMPT)
    assert url is not None
    base, _, token = url.rpartition("/")
    assert base == "https://photos.example.org/api/v1/providers/upstream/nudges"
    assert NUDGES.attempt_of("upstream", token) == ATTEMPT
    assert token == NUDGES.token("upstream", ATTEMPT)


def test_a_token_is_for_one_provider_one_attempt_and_one_deployment() -> None:
    token = NUDGES.token("upstream", ATTEMPT)
    assert NUDGES.attempt_of("another", token) is None
    assert Nudges(b"another secret").attempt_of("upstream", token) is None
    other = NUDGES.token("upstream", uuid.uuid4())
    # The proof of one attempt does not prove another (22 characters are the identifier, and a bit of the proof).
    assert NUDGES.attempt_of("upstream", other[:24] + token[24:]) is None


@pytest.mark.parametrize(
    "token",
    ["", "guessed", "a" * 43, "a" * 44, "a" * 45, "a" * 100_000, "=" * 44, "ä" * 44, "\0" * 44, " " * 44, "+/" * 22,
     "-" * 43 + "="],
)  # fmt: skip
def test_what_we_did_not_write_is_for_nobody(token: str) -> None:
    assert NUDGES.attempt_of("upstream", token) is None


def test_no_single_character_of_a_token_can_be_changed() -> None:
    token = NUDGES.token("upstream", ATTEMPT)
    for place in range(len(token) - 2):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert NUDGES.attempt_of("upstream", changed) is None, place
