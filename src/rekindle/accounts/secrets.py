"""Secrets that are shown once and kept only as a hash: API keys, sessions, links in mails.

They are random enough (256 bits) for a plain SHA-256: there is nothing to guess, so nothing has to be slow.
"""

import hashlib
import secrets
import zlib
from dataclasses import dataclass
from enum import StrEnum

_BYTES = 32
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH, _CHECK_LENGTH, _SHOWN = 43, 6, 6


class Kind(StrEnum):
    """What a secret is for; it begins with this, so that scanners of leaked secrets can know it."""

    API_KEY = "rk"
    SESSION = "rs"
    VERIFY = "rv"
    RESET = "rr"


@dataclass(frozen=True, slots=True)
class Secret:
    """`text` is for its owner alone; `digest` is what is stored, `hint` what a list of keys shows."""

    text: str
    digest: bytes
    hint: str


def new_secret(kind: Kind, randomness: bytes | None = None) -> Secret:
    """A fresh secret of a kind, from 32 random bytes."""
    number = int.from_bytes(randomness if randomness is not None else secrets.token_bytes(_BYTES), "big")
    body = _base62(number, _LENGTH)
    text = f"{kind.value}_{body}{_check(kind, body)}"
    return Secret(text, digest_of(text), f"{kind.value}_{body[:_SHOWN]}…")


def digest_of(text: str) -> bytes:
    """What is stored of a secret, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def looks_right(text: str, kind: Kind) -> bool:
    """Whether it can be a secret of this kind at all: a mistyped or cut one is refused without asking a database."""
    prefix, _, rest = text.partition("_")
    if prefix != kind.value or len(rest) != _LENGTH + _CHECK_LENGTH or not rest.isascii() or not rest.isalnum():
        return False
    return rest[_LENGTH:] == _check(kind, rest[:_LENGTH])


def _check(kind: Kind, body: str) -> str:
    return _base62(zlib.crc32(f"{kind.value}_{body}".encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits: list[str] = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
