"""What one check found."""

from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "note", "broken"]
"""ok: as it should be. note: it works, and could be better. broken: something does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, what was seen, and what to do about it."""

    name: str
    state: State
    seen: str
    cure: str | None = None

    def to_json(self) -> dict[str, str]:
        """Plain values; no cure where none is needed."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def ok(name: str, seen: str) -> Finding:
    """It is as it should be."""
    return Finding(name, "ok", seen)


def note(name: str, seen: str, cure: str) -> Finding:
    """It works, and could be better."""
    return Finding(name, "note", seen, cure)


def broken(name: str, seen: str, cure: str) -> Finding:
    """It does not work, or not all of it."""
    return Finding(name, "broken", seen, cure)
