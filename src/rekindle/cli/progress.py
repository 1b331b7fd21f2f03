"""Shows how a run goes on: a bar with the time left on a terminal, a plain line for each photo elsewhere."""

import sys
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rekindle.batch.report import PhotoReport


class Quiet:
    """Keeps the reports and says nothing."""

    def __init__(self) -> None:
        self.reports: list[PhotoReport] = []
        self.total = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to end."""

    def begins(self, total: int) -> None:
        """Remember how many there are."""
        self.total = total

    def advances(self, done: float) -> None:
        """Nobody looks."""

    def ended(self, report: PhotoReport) -> None:
        """Keep the report."""
        self.reports.append(report)


class Lines(Quiet):
    """A line for each photo that something was done to."""

    def ended(self, report: PhotoReport) -> None:
        """Keep the report and say it."""
        super().ended(report)
        if report.ending != "skipped":
            click.echo(report.sentence())


class Bar(Quiet):
    """A bar on the terminal, on standard error; failures are printed above it."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = Progress(
            TextColumn("Restoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
        )  # fmt: skip
        self._task = self._bar.add_task("photos", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it is."""
        self._bar.stop()

    def begins(self, total: int) -> None:
        """The length of the bar is known."""
        super().begins(total)
        self._bar.update(self._task, total=total)

    def advances(self, done: float) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=done)

    def ended(self, report: PhotoReport) -> None:
        """Keep the report; show it when it failed."""
        super().ended(report)
        if report.ending == "failed":
            self._bar.console.print(escape(report.sentence()), style="red", highlight=False, soft_wrap=True)


def display(*, json: bool) -> Quiet:
    """What fits the place that we write to: a bar needs a terminal, and JSON stands alone on standard output."""
    if sys.stderr.isatty():
        return Bar()
    return Quiet() if json else Lines()
