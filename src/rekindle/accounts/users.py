"""Who is asking: the value that every service is handed, and what it may do."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from rekindle.errors import Invalid, RekindleError


class Role(StrEnum):
    GUEST = "guest"
    USER = "user"
    OPERATOR = "operator"


class Scope(StrEnum):
    """What an API key is good for. Neither reaches accounts, keys or money."""

    READ = "read"
    WRITE = "write"


class NotAllowed(RekindleError):
    status: ClassVar[int] = 403
    code: ClassVar[str] = "not_allowed"
    title: ClassVar[str] = "This is not yours to do"


class BadAddress(Invalid):
    code: ClassVar[str] = "bad_email"
    title: ClassVar[str] = "This is not an e-mail address"


@dataclass(frozen=True, slots=True)
class User:
    """`scopes`: those of the API key that was used; None for a person in a browser, who may do everything."""

    id: UUID
    role: Role
    plan: str
    email: str | None = None
    verified: bool = False
    scopes: frozenset[Scope] | None = None

    def check_scope(self, scope: Scope) -> None:
        """Raise NotAllowed when the key that was used does not reach so far."""
        if self.scopes is not None and scope not in self.scopes:
            raise NotAllowed(f"This API key may not {scope.value}. Make one that may, in your account.")

    def check_person(self) -> None:
        """Raise NotAllowed unless a person who has an account asks: keys and guests do not change accounts."""
        if self.scopes is not None:
            raise NotAllowed("An API key cannot do this. Log in to do it in your account.")
        if self.role is Role.GUEST:
            raise NotAllowed("Guests have no account to change. Sign up first; your photos stay.")

    def check_operator(self) -> None:
        """Raise NotAllowed unless an operator asks."""
        if self.role is not Role.OPERATOR or self.scopes is not None:
            raise NotAllowed("Only operators can do this.")


_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@(?:[^\s@<>\"(),:;\\\[\].]{1,63}\.)+[^\s@<>\"(),:;\\\[\].]{2,63}")
_LONGEST_ADDRESS = 254
"""RFC 5321, as erratum 1690 of RFC 3696 counts it."""


def address(text: str) -> str:
    """An e-mail address as it is kept: without spaces around it, A to Z in lower case. Raises BadAddress.

    Whether it exists only a mail can show, so this looks for no more than what would make one fail. Other letters stay
    as they are: folded, some become others, and the mailbox of one person that of another (`straße`, `strasse`).
    """
    known = "".join(letter.lower() if letter.isascii() else letter for letter in text.strip())
    if len(known) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(known) or not known.isprintable():
        raise BadAddress("Type the address as in name@example.org.")
    return known
