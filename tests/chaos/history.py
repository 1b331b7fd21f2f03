"""What clients did and saw, and whether one world can have shown them all of it: in the spirit of Jepsen's checkers.

Every request is kept with the moments at which it began and ended. What was answered holds at some moment in between;
what was not answered may have happened or not.
"""

import itertools
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

ENDED = ("succeeded", "failed", "canceled")
RANK = {"queued": 0, "running": 1} | dict.fromkeys(ENDED, 2)

Outcome = Literal["ok", "no", "unknown"]
"""Answered with a job; refused; or nobody knows, because no answer came or one that says so."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a request began and ended, in seconds of one clock."""

    began: float
    ended: float

    def before(self, other: "Span") -> bool:
        """Whether it had ended when the other began."""
        return self.ended < other.began


@dataclass(frozen=True, slots=True)
class Submission:
    """Somebody asked for a job under a key."""

    at: Span
    key: str
    outcome: Outcome
    job: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a job."""

    at: Span
    job: str
    status: str


@dataclass(frozen=True, slots=True)
class Balance:
    """Somebody looked at their credits, in thousandths."""

    at: Span
    available: int
    held: int
    debt: int = 0


@dataclass(frozen=True, slots=True)
class Truth:
    """A job as it is in the end: under which key it was asked for, and what it costs at most and did cost."""

    key: str
    status: str
    most: int
    charged: int


@dataclass(slots=True)
class History:
    """Kept by many threads."""

    amount: int
    submissions: list[Submission] = field(default_factory=list[Submission])
    looks: list[Look] = field(default_factory=list[Look])
    balances: list[Balance] = field(default_factory=list[Balance])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, event: Submission | Look | Balance) -> None:
        """Add what was done or seen."""
        with self._lock:
            match event:
                case Submission():
                    self.submissions.append(event)
                case Look():
                    self.looks.append(event)
                case Balance():
                    self.balances.append(event)


def check(history: History, truth: Mapping[str, Truth]) -> list[str]:
    """One sentence for each thing that cannot be; `truth` has every job by its identifier, when all is quiet."""
    return [*_submissions(history, truth), *_looks(history, truth), *_Money(history, truth).faults()]


def _submissions(history: History, truth: Mapping[str, Truth]) -> Iterator[str]:
    """What was acknowledged is there and has ended, each key has one job, and nothing is there that nobody wanted."""
    by_key: dict[str, set[str]] = defaultdict(set)
    wanted: dict[str, set[Outcome]] = defaultdict(set)
    for job, row in truth.items():
        by_key[row.key].add(job)
        if row.status not in ENDED:
            yield f"job {job} is {row.status} in the end"
    for each in history.submissions:
        wanted[each.key].add(each.outcome)
        if each.outcome == "ok" and each.job not in by_key[each.key]:
            yield f"job {each.job} was acknowledged for the key {each.key} and is not there"
    for key, jobs in by_key.items():
        if len(jobs) > 1:
            yield f"the key {key} has {len(jobs)} jobs"
        if jobs and wanted[key] <= {"no"}:
            yield f"the key {key} has a job, which was never asked for or refused"


def _looks(history: History, truth: Mapping[str, Truth]) -> Iterator[str]:
    """Jobs go forward only, and an end stays what it is."""
    by_job: dict[str, list[Look]] = defaultdict(list)
    for look in history.looks:
        by_job[look.job].append(look)
    for job, looks in by_job.items():
        looks.sort(key=lambda look: look.at.began)
        for one, other in itertools.pairwise(looks):
            if one.at.before(other.at) and RANK[other.status] < RANK[one.status]:
                yield f"job {job} was {one.status}, and later {other.status}"
        for look in looks:
            if look.status in ENDED and job in truth and truth[job].status != look.status:
                yield f"job {job} was seen {look.status}, and is {truth[job].status}"


class _Money:
    """No balance is ever seen that cannot have been there."""

    def __init__(self, history: History, truth: Mapping[str, Truth]) -> None:
        self._history = history
        self._truth = truth
        self._asked: dict[str, float] = {}
        self._acknowledged: dict[str, float] = {}
        self._closed: dict[str, float] = {}
        self._open: dict[str, float] = {}
        ids = {row.key: job for job, row in truth.items()}
        for each in history.submissions:
            if (job := ids.get(each.key)) is None:
                continue
            self._asked[job] = min(each.at.began, self._asked.get(job, each.at.began))
            if each.outcome == "ok":
                self._acknowledged[job] = min(each.at.ended, self._acknowledged.get(job, each.at.ended))
        for look in history.looks:
            if look.status in ENDED:
                self._closed[look.job] = min(look.at.ended, self._closed.get(look.job, look.at.ended))
            else:
                self._open[look.job] = max(look.at.began, self._open.get(look.job, look.at.began))

    def faults(self) -> Iterator[str]:
        """One sentence for each balance that cannot be."""
        for balance in self._history.balances:
            began, ended = balance.at.began, balance.at.ended
            maybe = [job for job, asked in self._asked.items() if asked < ended]
            closed = {job for job in maybe if self._closed.get(job, ended) < began}
            surely_open = [
                job for job in maybe
                if self._acknowledged.get(job, ended) < began and self._open.get(job, began) > ended
            ]  # fmt: skip
            owned = balance.available + balance.held - balance.debt
            least = self._history.amount - sum(self._truth[job].charged for job in maybe)
            most = self._history.amount - sum(self._truth[job].charged for job in closed)
            held = sum(self._truth[job].most for job in maybe if job not in closed)
            surely = sum(self._truth[job].most for job in surely_open)
            if not least <= owned <= most:
                yield f"{owned} were owned at {began:.2f}, which was {least} at least and {most} at most"
            if not surely <= balance.held <= held:
                yield f"{balance.held} were held at {began:.2f}, which was {surely} at least and {held} at most"
            if min(balance.available, balance.debt) < 0:
                yield f"{balance} was seen"
