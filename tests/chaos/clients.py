"""Clients of a server that is ill-treated: they ask for jobs, look at them and at their credits, and keep a history."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rekindle.infra.db.database import Database
from rekindle.jobs.tables import JobRow
from tests.chaos.history import ENDED, Balance, History, Look, Outcome, Span, Submission, Truth
from tests.e2e.server import API, NotThere, ServerProcess, made
from tests.factories import faded, jpeg

PHOTOS, SIZE = 6, (96, 72)
PATIENCE = 40.0
"""Seconds that a client waits for an answer; none may take so long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: `status` is 0 when nothing came."""

    at: Span
    status: int
    body: Any
    retry_after: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.at.ended - self.at.began


class Clients:
    """Threads that ask, until they are told to stop. `answers` has every answer that anybody got."""

    def __init__(self, server: ServerProcess, amount: int) -> None:
        self.history = History(amount)
        self.answers: list[Answer] = []
        self.photos: list[str] = []
        self.keys: dict[str, str] = {}
        """The job of each key."""
        self._server = server
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def upload(self) -> None:
        """Send the photos that all jobs are about."""
        self.photos = [made(self._server.upload(jpeg(faded(*SIZE, seed))))["id"] for seed in range(PHOTOS)]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request under /api/v1, whatever comes of it."""
        began, data = time.monotonic(), None if body is None else json.dumps(body).encode()
        named = {"Content-Type": "application/json"} if data else {}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            status, head, text = self._server.request(method, API + path, data, named, timeout=PATIENCE)
        except NotThere:
            answer = Answer(Span(began, time.monotonic()), 0, None)
        else:
            told = json.loads(text) if text else None
            answer = Answer(Span(began, time.monotonic()), status, told, head.get("retry-after", ""))
        with self._lock:
            self.answers.append(answer)
        return answer

    def submit(self, number: int, provider: str) -> str:
        """Ask for one job, under the same key until the answer is clear; its identifier. Raises AssertionError."""
        key = f"job {number}"
        options = {"prompt": f"number {number}", "provider": provider}
        asked = {"photo_id": self.photos[number % PHOTOS], "operation": "restore", "options": options}
        while not self._over.is_set():
            answer = self.ask("POST", "/jobs", asked, Idempotency_Key=key)
            job = answer.body["id"] if answer.status == 202 else ""
            outcome: Outcome = "ok" if job else "no" if 400 <= answer.status < 500 else "unknown"
            self.history.keep(Submission(answer.at, key, outcome, job))
            if outcome == "no":
                raise AssertionError(f"job {number} was refused: {answer.body}")
            if job:
                with self._lock:
                    self.keys[key] = job
                return job
            time.sleep(0.2)
        raise AssertionError(f"job {number} was never taken")

    def look(self, job: str) -> str:
        """The status of a job as it is seen now; empty when nothing is seen."""
        answer = self.ask("GET", f"/jobs/{job}")
        if answer.status != 200:
            return ""
        self.history.keep(Look(answer.at, job, answer.body["status"]))
        return answer.body["status"]

    def look_at_credits(self) -> None:
        """Keep what is there."""
        answer = self.ask("GET", "/credits")
        if answer.status == 200:
            told = answer.body
            self.history.keep(Balance(answer.at, told["available"], told["held"], told["debt"]))

    def watch(self, *, pause: float = 0.1) -> None:
        """From now on look at some job and at the credits again and again."""
        thread = threading.Thread(target=self._watch, args=(pause,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Let nobody ask any more."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def all_ended(self, jobs: Sequence[str], *, seconds: float) -> list[str]:
        """Wait; one sentence for each job that does not end."""
        waiting, deadline = list(jobs), time.monotonic() + seconds
        while waiting and time.monotonic() < deadline:
            waiting = [job for job in waiting if self.look(job) not in ENDED]
            time.sleep(0.3)
        return [f"job {job} does not end" for job in waiting]

    def _watch(self, pause: float) -> None:
        turn = 0
        while not self._over.wait(pause):
            self.look_at_credits()
            with self._lock:
                jobs = list(self.keys.values())
            if jobs:
                turn += 1
                self.look(jobs[(turn * 37) % len(jobs)])


async def truth_in(db: Database) -> dict[str, Truth]:
    """Every job, as the database has it."""
    async with db.reading() as tx:
        rows = (await tx.scalars(select(JobRow))).all()
    return {str(UUID(str(row.id))): _truth(row) for row in rows}


def _truth(row: JobRow) -> Truth:
    return Truth(row.idempotency_key, row.status, 0 if row.quote is None else row.quote["most"], row.charged or 0)
