"""Passwords: which are good enough, how they are kept, and how one is checked in the same time for anybody."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from typing import ClassVar, ParamSpec, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from rekindle.errors import Invalid

SHORTEST, LONGEST = 10, 200
"""Characters. Longer than 200 only makes work for the server."""

_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
"""Argon2id as the OWASP Password Storage Cheat Sheet recommends it."""

_AT_ONCE = 2

Given = ParamSpec("Given")
Done = TypeVar("Done")


class WeakPassword(Invalid):
    code: ClassVar[str] = "weak_password"
    title: ClassVar[str] = "This password is too easy to guess"


class Passwords:
    """Keeps and checks passwords. Each call takes some 30 ms of a processor and 19 MB, so servers do it `aside`."""

    def __init__(self) -> None:
        self._few = asyncio.Semaphore(_AT_ONCE)
        self._hasher = PasswordHash((Argon2Hasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES),))
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def keep(self, password: str) -> str:
        """What is stored of it."""
        return self._hasher.hash(_canonical(password))

    def matches(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Whether it is the one that was kept, and what to store from now on when that is weaker than today's.

        Without anything kept, as for an unknown address, the same work is done and the answer is no.
        """
        given = _canonical(password[:LONGEST])
        if kept is None:
            self._hasher.verify(given, self._nobody)
            return False, None
        try:
            return self._hasher.verify_and_update(given, kept)
        except UnknownHashError:
            self._hasher.verify(given, self._nobody)
            return False, None

    async def aside(self, work: Callable[Given, Done], *given: Given.args, **further: Given.kwargs) -> Done:
        """Do `keep` or `matches` in a thread, a few at a time: a flood of logins must not take the memory, nor all the
        threads that files are read in.
        """
        async with self._few:
            return await asyncio.to_thread(work, *given, **further)


def check_password(password: str, email: str) -> None:
    """Raise WeakPassword when it is too short, too long, of too few different characters, or the address itself (NIST
    SP 800-63B asks for length, not for kinds of characters).
    """
    length = len(_canonical(password))
    if length < SHORTEST:
        raise WeakPassword(f"The password needs at least {SHORTEST} characters. A few words in a row are easy to keep.")
    if length > LONGEST:
        raise WeakPassword(f"The password can have at most {LONGEST} characters. Choose a shorter one.")
    if len(set(password)) < 5:
        raise WeakPassword("The password repeats a few characters over and over. Choose one with more variety.")
    known = {part for part in (email.casefold(), email.casefold().partition("@")[0]) if part}
    if password.casefold() in known:
        raise WeakPassword("The password is your e-mail address. Choose something that nobody knows.")


def _canonical(password: str) -> str:
    """The same characters however a keyboard composed them (NFKC, as SP 800-63B says)."""
    return unicodedata.normalize("NFKC", password)
