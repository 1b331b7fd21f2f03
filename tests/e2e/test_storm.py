"""Six providers elsewhere on a very bad day: every job ends, and the money is right to the millionth of a dollar."""

from pathlib import Path

import pytest

from benchmarks.storming import MODELS, Weather, run

pytestmark = pytest.mark.exhaustive

SEED, JOBS = 20261121, 60


@pytest.mark.slow
def test_in_a_storm_every_job_ends_and_nobody_pays_for_nothing(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    after = run(tmp_path, Weather(JOBS, SEED))
    assert after.wrong == []
    assert after.books.ended.total() >= JOBS
    assert after.books.ended["succeeded"] > JOBS / 2
    assert after.books.cost == after.books.drawn > 0
    assert after.opened[after.dead] >= 1
    assert {provider for _, provider in after.books.attempts} >= MODELS.keys()
