"""Entries of the ledger in plain words."""

import re
from uuid import UUID

from rekindle.credits.tables import EntryRow

_OF_A_JOB = re.compile(r"job:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[:/]|$)")

_SOURCES = {"top_up": "Top-up", "gift": "A gift", "plan": "Plan"}
_TEXTS = {
    "hold": "Set aside for a photo",
    "capture": "Spent on a photo",
    "release": "Given back: you were not charged",
    "expire": "Expired",
    "adjust": "Taken back",
}
_REASONS = {
    "debt_paid": "Paid what was owed",
    "deadline": "Given back: the work never ended",
    "subscription_ended": "Lost with the end of the subscription",
    "refunded": "Taken back after a refund",
    "disputed": "Taken back while the payment is disputed",
    "plan_changed": "Taken back for the rest of the month: you changed your plan",
}


def job_of(entry: EntryRow) -> UUID | None:
    """The job that an entry is about, if it is about one."""
    found = _OF_A_JOB.match(entry.key)
    return None if found is None else UUID(found[1])


def text_of(entry: EntryRow) -> str:
    """What happened, as a person would say it."""
    if entry.kind == "grant":
        return _given(str(entry.details.get("source", "")))
    if entry.kind == "release" and entry.key.endswith("/rest"):
        return "Given back: it cost less than was set aside"
    return _REASONS.get(entry.reason, _TEXTS[entry.kind])


def _given(source: str) -> str:
    kind, _, name = source.partition(":")
    word = _SOURCES.get(kind, "Credits")
    return f"{word} {name.replace('_', ' ').capitalize()}".strip() if kind == "plan" else word
