"""Answers of providers, read: JSON that may have whole pictures in it, as strings of base64."""

import json
import secrets
from contextlib import suppress
from typing import Any, cast

_LONG = 16 * 1024
"""Bytes from which on a string is taken out before the rest is read."""

_MOST_QUOTES = 10_000
"""That are looked at for long strings between them: an answer with pictures has few, others are read as they are."""


def read_json(body: bytearray) -> Any:
    """What an answer says (RFC 8259), None when it is no JSON.

    A reader of JSON looks at each letter. Long strings without an escape are taken out before, found by where they end,
    which takes a tenth of the time, and are put back after. What comes of it is the same, but for the control
    characters in them, which no JSON should have, and which are let through.
    """
    if len(body) > _LONG:
        rest, long = _apart(body)
        with suppress(ValueError, RecursionError):
            told, found = _together(json.loads(rest), long) if long else (None, 0)
            if found == len(long) > 0:
                return told
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _apart(body: bytearray) -> tuple[bytes, dict[str, str]]:
    """An answer with marks where its long strings are, and these by their marks.

    What is between two quotes may also be between two strings: then the rest is no JSON, or has not all of the marks.
    """
    mark, long, parts = secrets.token_hex(16), dict[str, str](), list[bytes]()
    view, at, begin = memoryview(body), 0, body.find(b'"')
    for _ in range(_MOST_QUOTES):
        end = body.find(b'"', begin + 1)
        if begin < 0 or end < 0:
            break
        if end - begin > _LONG and body.find(b"\\", begin, end) < 0:
            name = f"{mark}{len(long)}"
            try:
                long[name] = str(view[begin + 1 : end], "utf-8")
            except UnicodeDecodeError:
                pass
            else:
                parts += [view[at : begin + 1], name.encode()]
                at = end
        begin = end
    return b"".join([*parts, view[at:]]), long


def _together(value: Any, long: dict[str, str]) -> tuple[Any, int]:
    """A value with its long strings again, and how many these are."""
    if isinstance(value, str):
        return long.get(value, value), value in long
    if isinstance(value, list):
        listed = [_together(each, long) for each in cast("list[Any]", value)]
        return [each for each, _ in listed], sum(count for _, count in listed)
    if isinstance(value, dict):
        named = {name: _together(each, long) for name, each in cast("dict[str, Any]", value).items()}
        return {name: each for name, (each, _) in named.items()}, sum(count for _, count in named.values())
    return value, 0
