"""Takes out of texts what nobody may read in a log, a trace or a report of an error: secrets, addresses, pictures.

Three nets, one behind the other: the secrets of the settings by their very letters, names behind which secrets stand
(`password=…`, `Authorization: …`), and forms that secrets have (OWASP, Logging Cheat Sheet, "Data to exclude").
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

HIDDEN = "[hidden]"
LONGEST = 16_000
"""Characters of one text that are kept."""
SHORTEST_SECRET = 6
"""Characters below which a text of the settings is no secret, but a word that occurs anywhere."""
DEEPEST = 10
MOST_ITEMS = 100

_SECRET_NAME = re.compile(
    r"(?i)(?:authorization|cookie|pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key"
    r"|private[-_]?key|signature|credentials?|dsn|e-?mail)s?$"
)
_RULES: Sequence[tuple[re.Pattern[str], str]] = (
    # Who logs in, in an address; the greedy part takes a password with an @ in it.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,30}://)[^/\s@]{0,256}:[^/\s]{0,256}@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\bdata:[\w/+.-]*;base64,[A-Za-z0-9+/=%]*"), HIDDEN),
    (
        re.compile(
            r"(?i)((?:authorization|cookie|pass(?:word|wd|phrase)|secret|token|api[-_]?key|access[-_]?key(?:[-_]?id)?"
            r"|signature|credential)s?[\"']?\s{0,4}[=:]\s{0,4}(?:b?[\"'])?)(?:(?:bearer|basic|token|key)\s+)?[^\s\"'&,;}>]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)([?&](?:code|key|state|sig|auth|nonce|session|ticket)=)[^\s\"'&#>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic|token|key)\s+(?=\S*\d)[\w.~+/:=-]{12,}"), rf"\1 {HIDDEN}"),
    # Keys of ours and of others that say what they are, JSON Web Tokens, pairs of an identifier and a secret.
    (re.compile(r"\b(?:sk|pk|rk|rs|rv|rr|rh|whsec|r8|rpa|gh[opsu]|xox[abp])[-_][\w-]{12,}"), HIDDEN),
    (re.compile(r"\b(?:AIza[\w-]{20,}|A[KS]IA[A-Z0-9]{12,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)"), HIDDEN),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{16,}\b"), HIDDEN),
    # Bytes as Python writes them, and whatever is as long without a space: pictures, and the like.
    (re.compile(r"\bb'(?:[^'\\]|\\.){48,}'?|\bb\"(?:[^\"\\]|\\.){48,}\"?"), "[bytes]"),
    (re.compile(r"[A-Za-z0-9+/_=-]{200,}"), "[long]"),
    (
        re.compile(
            r"[^\s<>\"'(),:;@\[\]=/|]{1,64}(?:@|%40)[^\s<>\"'(),:;@\[\]/|&?%]{1,255}\.[^\s<>\"'(),:;@\[\]/|&?%]{1,63}"
        ),
        "[e-mail]",
    ),
)
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f�]")
_FEW = 8
"""Signs that are none; a text with more of them is a file."""


class Scrubber:
    """Knows the secrets of a process by heart."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Secrets shorter than six characters are words, and cannot be hidden."""
        known = sorted({each for each in secrets if len(each) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def text(self, text: str) -> str:
        """The same without what is to be hidden, and without what a terminal would obey."""
        shown = text[: 2 * LONGEST]
        if len(_NO_TEXT.findall(shown)) > _FEW:
            return f"[{len(text)} characters that are no text]"
        if self._known is not None:
            shown = self._known.sub(HIDDEN, shown)
        for pattern, instead in _RULES:
            shown = pattern.sub(instead, shown)
        shown = _NO_TEXT.sub(lambda found: repr(found[0])[1:-1], shown)
        return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"

    def value(self, value: object, *, name: str = "", depth: int = 0) -> object:
        """The same for whatever can be written as JSON; of anything else, what it says of itself.

        Nothing is left of what goes by the `name` of a secret, but for numbers.
        """
        if value is None or isinstance(value, bool | int | float):
            return value
        if hides(name):
            return HIDDEN
        if isinstance(value, bytes | bytearray):
            return f"[{len(value)} bytes]"
        if isinstance(value, Mapping | list | tuple | set | frozenset):
            return self._inside(cast("Mapping[object, object] | Iterable[object]", value), depth)
        return self.text(str(value))

    def _inside(self, value: Mapping[object, object] | Iterable[object], depth: int) -> object:
        if depth >= DEEPEST:
            return "[…]"
        if isinstance(value, Mapping):
            return self._members(cast("Mapping[object, object]", value), depth)
        return [self.value(each, depth=depth + 1) for each in list(value)[:MOST_ITEMS]]

    def _members(self, members: Mapping[object, object], depth: int) -> dict[str, object]:
        few = list(members.items())[:MOST_ITEMS]
        return {self.text(str(name)): self.value(value, name=str(name), depth=depth + 1) for name, value in few}


def hides(name: str) -> bool:
    """Whether what goes by this name is nobody's business."""
    return _SECRET_NAME.search(name) is not None
