"""Links that expire."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rekindle.infra.storage.signing import LinkInvalid, LinkSigner
from tests.factories import NOON

SIGNER = LinkSigner(b"a secret of sixteen or more", seconds=3600)
KEY = "previews/one/preview.jpg"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def test_a_link_holds_between_one_and_two_times_its_time() -> None:
    expires, signature = SIGNER.sign(KEY, NOON + timedelta(minutes=10))
    SIGNER.verify(KEY, expires, signature, NOON + timedelta(minutes=70))
    SIGNER.verify(KEY, expires, signature, NOON + timedelta(minutes=119, seconds=59))
    with pytest.raises(LinkInvalid):
        SIGNER.verify(KEY, expires, signature, NOON + timedelta(minutes=120))


def test_links_made_in_the_same_hour_are_the_same_so_that_browsers_can_cache() -> None:
    assert SIGNER.sign(KEY, NOON) == SIGNER.sign(KEY, NOON + timedelta(minutes=59))
    assert SIGNER.sign(KEY, NOON) != SIGNER.sign(KEY, NOON + timedelta(minutes=60))


@given(TEXTS)
def test_a_link_to_one_file_does_not_open_another(other: str) -> None:
    assume(other != KEY)
    expires, signature = SIGNER.sign(KEY, NOON)
    with pytest.raises(LinkInvalid):
        SIGNER.verify(other, expires, signature, NOON)


@given(TEXTS)
def test_a_later_expiry_breaks_the_signature(other: str) -> None:
    expires, signature = SIGNER.sign(KEY, NOON)
    assume(other != expires)
    with pytest.raises(LinkInvalid):
        SIGNER.verify(KEY, other, signature, NOON)


@given(TEXTS)
def test_no_other_signature_is_believed(other: str) -> None:
    expires, signature = SIGNER.sign(KEY, NOON)
    assume(other != signature)
    with pytest.raises(LinkInvalid):
        SIGNER.verify(KEY, expires, other, NOON)


def test_another_secret_makes_other_links() -> None:
    expires, signature = LinkSigner(b"quite another secret", seconds=3600).sign(KEY, NOON)
    with pytest.raises(LinkInvalid):
        SIGNER.verify(KEY, expires, signature, NOON)


def test_parts_cannot_be_shifted_between_key_and_expiry() -> None:
    expires, signature = SIGNER.sign(KEY, NOON)
    with pytest.raises(LinkInvalid):
        SIGNER.verify(f"{KEY}\n{expires[:1]}", expires[1:], signature, NOON)


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        LinkSigner(b"short", seconds=3600)
