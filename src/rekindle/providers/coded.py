"""Answers that come with status 200 and have their real code in the body: `{"code": 402, "msg": "...", "data": ...}`.

Such providers have no word for a refusal either: only the text says that the safety policy was the reason.
"""

import re
from typing import Any

from rekindle.providers.errors import (
    BadResult,
    Misconfigured,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    Unfinished,
)
from rekindle.providers.http import USUAL_PAUSE, by_status, said
from rekindle.providers.polling import dig

_REFUSAL = re.compile(r"polic(?:y|ies)|moderat|safety|sensitive|nsfw|prohibited", re.IGNORECASE)

_GOOD, _TOO_MANY, _FAILED = 200, 429, 501
_CLOSED_TO_US = frozenset({401, 402, 403, 433, 505})
"""The key, the funds, the limit of a key below another, a feature that is off for the account."""


def opened(body: Any, *, begins: bool) -> Any:
    """The data of an answer; `begins`: to the request that hands an edit in. Raises a ProviderError."""
    code = _whole(dig(body, "code"))
    if code == _GOOD:
        return dig(body, "data")
    words = said(body)
    if code is None:
        message = "The provider answered in a form that nobody knows."
        raise BadResult(message, detail=words) if begins else Unavailable(message, detail=words)
    raise _error(code, body, words, begins=begins)


def refusal(status: int, body: Any) -> ProviderError | None:
    """A refusal that came with a bad status of its own, None for anything else."""
    if 400 <= status < 500 and _whole(dig(body, "code")) not in _CLOSED_TO_US | {_TOO_MANY}:
        return _refused(str(dig(body, "msg") or ""))
    return None


def ended_badly(code: Any, message: Any) -> ProviderError:
    """What the reason means that is told for an edit that was accepted and then failed."""
    words = f"{code} {message}"
    return _refused(words) or Unfinished("The provider could not finish this edit.", detail=words)


def _error(code: int, body: Any, words: str, *, begins: bool) -> ProviderError:
    if code in _CLOSED_TO_US:
        return Misconfigured("The provider does not let us in.", detail=words)
    if code == _TOO_MANY:
        return RateLimited("The provider asks for a pause.", after=USUAL_PAUSE, detail=words)
    if code == _FAILED:
        return Unfinished("The provider could not finish this edit.", detail=words)
    return _refused(str(dig(body, "msg") or "")) or by_status(code, words, begins=begins)


def _refused(words: str) -> Refused | None:
    if _REFUSAL.search(words):
        return Refused("The provider's safety policy does not allow this edit.", detail=words)
    return None


def _whole(value: Any) -> int | None:
    """A code, also as text; None for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= 4:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
