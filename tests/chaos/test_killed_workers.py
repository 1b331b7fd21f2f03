"""Workers are killed without a word, a random one again and again: every job ends right, and nobody pays twice."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.chaos.aftermath import Aftermath, look
from tests.chaos.fleet import Fleet, Killer, fleet, shuffled

JOBS = int(os.environ.get("REKINDLE_CHAOS_JOBS", "60"))
"""`make chaos` asks for 1,000."""

HEALING = 300.0
"""Seconds after which, with three for each job, what has not ended is taken for lost, however busy the machine is."""
AMID_WORK = 1.0
"""Seconds between kills of workers that have started: in less time no job gets as far as its picture."""
ALL_AT_ONCE = 8
"""Clients that ask at the same time."""


def storm(at: Fleet, *, jobs: int, pause: float, seconds: float) -> tuple[Aftermath, int]:
    """Ask for so many jobs while workers are killed, for so many seconds in any state, and twice as long amid work;
    what is left when all is quiet, and how many kills there were.
    """
    at.clients.upload()
    at.clients.watch()
    providers = shuffled([at.polled.name, at.at_once.name], jobs, at.chance)
    with ThreadPoolExecutor(ALL_AT_ONCE) as pool:
        promised = pool.map(at.clients.submit, range(jobs), providers)
        kills = _kill(at, Killer(at, pause=pause), seconds=seconds)
        kills += _kill(at, Killer(at, pause=AMID_WORK, at_work=True), seconds=2 * seconds)
        asked = list(promised)
    stuck = at.clients.all_ended(asked, seconds=HEALING + 3.0 * jobs)
    after = look(at, asked)
    after.wrong += stuck
    return after, kills


def _kill(at: Fleet, killer: Killer, *, seconds: float) -> int:
    """For so long; how often it did."""
    with killer:
        over = time.monotonic() + seconds
        while time.monotonic() < over:
            at.clients.look_at_credits()
            time.sleep(0.1)
    return killer.kills


def right(after: Aftermath, kills: int, jobs: int) -> None:
    """Nothing is lost, and what a kill cut short was asked for again at most once each."""
    print(f"{kills} kills; handed in again: {after.again_polled} and {after.again_at_once}; {after.orphans} orphans")
    assert after.wrong == []
    assert after.books.ended.total() == jobs
    assert after.again_polled == 0
    assert after.again_at_once <= kills
    # What was on its way to who gives receipts, and none was heard, is not handed in again.
    assert after.books.ended["failed"] == after.books.errors["provider_lost"] <= kills


@pytest.mark.exhaustive
def test_a_few_kills_lose_nothing(tmp_path: Path) -> None:
    with fleet(tmp_path, workers=2, seed=1) as at:
        after, kills = storm(at, jobs=8, pause=1.5, seconds=4.0)
        right(after, kills, 8)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_jobs_outlive_a_kill_every_fifth_of_a_second(tmp_path: Path, seed: int) -> None:
    with fleet(tmp_path, workers=4, seed=seed) as at:
        after, kills = storm(at, jobs=JOBS, pause=0.2, seconds=20.0)
        right(after, kills, JOBS)
