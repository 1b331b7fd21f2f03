"""The server dies in the middle of everything, again and again: nothing is lost, paid twice, or left behind."""

from pathlib import Path

import pytest

from benchmarks.killing import Storm, run

pytestmark = pytest.mark.exhaustive

SEED = 20261121


@pytest.mark.slow
def test_after_many_kills_every_job_ended_once_was_paid_once_and_every_file_has_its_row(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    after = run(tmp_path / "data", Storm(photos=4, jobs=12, kills=6, seed=SEED, alive=(0.0, 3.0)))
    assert after.findings.wrong == []
    assert after.findings.photos >= 4
    assert (after.findings.jobs, after.findings.changed + after.findings.unchanged) == (12, 12)
    assert after.findings.changed == after.findings.renditions
    assert after.orphan_processes == 0
    assert (after.stop_status, after.stop_seconds < 10) == (0, True)
