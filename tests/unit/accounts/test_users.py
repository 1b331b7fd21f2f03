"""Addresses of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.accounts.users import BadAddress, address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada.Lovelace+photos@Mail.Example.ORG\n", "ada.lovelace+photos@mail.example.org"),
        ("ödön@bücher.example", "ödön@bücher.example"),
        ("o'brien@example.ie", "o'brien@example.ie"),
    ],
)
def test_an_address_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert address(typed) == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "", "ada", "ada@", "@example.org", "ada@example", "ada@@example.org", "ada@exa mple.org", "a b@example.org",
        "ada@example..org", "ada@.example.org", "ada@example.o", "<ada@example.org>", "ada@example.org,eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org", "ada\u0000@example.org", "a" * 65 + "@example.org",
        "ada@" + "a." * 130 + "org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_way_out(wrong: str) -> None:
    with pytest.raises(BadAddress, match=r"name@example\.org"):
        address(wrong)


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_refused_and_an_address_stays_the_same(text: str) -> None:
    try:
        kept = address(text)
    except BadAddress:
        return
    assert address(kept) == kept
    assert "\n" not in kept
