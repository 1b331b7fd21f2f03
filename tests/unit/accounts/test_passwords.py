"""What is kept of a password, and which are good enough."""

import asyncio
import threading
import time

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from rekindle.accounts.passwords import LONGEST, Passwords, WeakPassword, check_password

PASSWORDS = Passwords()
KEPT = PASSWORDS.keep("four grandmothers in a boat")


def test_the_right_password_matches_and_a_wrong_one_does_not() -> None:
    assert PASSWORDS.matches("four grandmothers in a boat", KEPT) == (True, None)
    assert PASSWORDS.matches("four grandmothers in a goat", KEPT) == (False, None)


def test_what_is_kept_neither_shows_the_password_nor_repeats_itself() -> None:
    assert "grandmothers" not in KEPT
    assert KEPT.startswith("$argon2id$")
    assert PASSWORDS.keep("four grandmothers in a boat") != KEPT


def test_a_weaker_hash_of_former_times_is_renewed_at_the_next_login() -> None:
    former = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1).hash("four grandmothers in a boat")
    matches, renewed = PASSWORDS.matches("four grandmothers in a boat", former)
    assert matches
    assert renewed is not None
    assert PASSWORDS.matches("four grandmothers in a boat", renewed) == (True, None)


@pytest.mark.parametrize("kept", [None, "", "md5$abc", "$argon2id$broken"])
def test_an_account_without_a_usable_password_never_matches(kept: str | None) -> None:
    assert PASSWORDS.matches("four grandmothers in a boat", kept) == (False, None)


def test_the_same_letters_match_however_they_were_composed() -> None:
    composed, apart = "Stra\u00dfenbahn \u00e9t\u00e9", "Stra\u00dfenbahn e\u0301te\u0301"
    assert PASSWORDS.matches(apart, PASSWORDS.keep(composed))[0]


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaa", "abababababab", "Ada@Example.org", "x" * (LONGEST + 1), "adalovelace"]
)
def test_a_password_that_is_easy_to_guess_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(weak, "adalovelace@example.org" if weak == "adalovelace" else "ada@example.org")


@pytest.mark.parametrize("good", ["correct horse battery", "ñandú-über-große-Straße", "1234567890abc"])
def test_a_long_password_of_any_characters_is_taken(good: str) -> None:
    check_password(good, "ada@example.org")


async def test_a_flood_of_logins_is_worked_off_a_few_at_a_time() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work(number: int) -> int:
        nonlocal now, most
        with lock:
            now, most = now + 1, max(most, now + 1)
        time.sleep(0.01)
        with lock:
            now -= 1
        return number

    assert await asyncio.gather(*(PASSWORDS.aside(work, number) for number in range(12))) == list(range(12))
    assert most == 2
