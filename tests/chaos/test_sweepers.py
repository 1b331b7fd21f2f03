"""Two who sweep at once in the midst of work take nothing away that is in use, and give nothing back twice."""

from pathlib import Path
from typing import Any

import pytest

from tests.chaos.aftermath import look
from tests.chaos.fleet import fleet, shuffled
from tests.e2e.server import ServerProcess

CHORES = ("process-enhancement-tasks", "sweep-files", "sweep-photos", "sweep-credits", "sum-spending")
JOBS = 12


class Sweep(ServerProcess):
    """`python -m rekindle jobs run NAME --again`."""

    name = ""

    def command(self) -> list[str]:
        return ["jobs", "run", self.name, "--again"]


@pytest.mark.exhaustive
def test_two_sweepers_at_once_do_no_harm(tmp_path: Path) -> None:
    with fleet(tmp_path, workers=2, seed=1) as at:
        at.clients.upload()
        at.clients.watch()
        names = shuffled([at.polled.name, at.at_once.name], JOBS, at.chance)
        asked = [at.clients.submit(number, name) for number, name in enumerate(names)]
        shared: dict[str, Any] = at.place.common()
        for chore in CHORES:
            both = [Sweep(tmp_path / f"{chore}-{number}", **shared) for number in range(2)]
            for each in both:
                each.name = chore
                at.place.processes.append(each)
                each.launch()
            assert {each.process.wait(120.0) for each in both} == {0}, at.said()
        assert at.clients.all_ended(asked, seconds=300.0) == [], at.said()
        after = look(at, asked)
        assert after.wrong == []
        assert after.again_polled == after.again_at_once == 0
        assert after.books.ended == {"succeeded": JOBS}
