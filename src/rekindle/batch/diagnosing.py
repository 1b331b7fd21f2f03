"""Says of many photos what is wrong with them, a few at a time, each in a child process."""

import asyncio
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from rekindle.batch.discovery import Source
from rekindle.batch.mishaps import unforeseen
from rekindle.batch.options import Diagnosed
from rekindle.errors import RekindleError
from rekindle.infra.workbench import Workbench, WorkError

WORK = "rekindle.batch.pixels:diagnose_photo"
"""The function of the children, by name: see service.py."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one photo, or why it could not be looked at."""

    source: str
    diagnosed: Diagnosed | None = None
    code: str | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        if self.diagnosed is None:
            return {"source": self.source, "code": self.code, "reason": self.reason}
        return {"source": self.source, **asdict(self.diagnosed)}

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield self.source
        if self.diagnosed is None:
            yield f"  could not be looked at: {self.reason}"
            return
        if self.diagnosed.print_found:
            yield "  A print was found in the picture; this is about the print alone."
        for finding in self.diagnosed.findings:
            yield f"  {finding.title} ({_how_sure(finding.confidence)}, {finding.confidence:.0%}): {finding.reason}"


class Diagnosing:
    """Diagnoses photos."""

    def __init__(self, bench: Workbench, *, jobs: int, seconds: float) -> None:
        """`jobs` photos are looked at, at the same time; one may take `seconds`."""
        self._bench = bench
        self._jobs = jobs
        self._seconds = seconds

    async def run(self, sources: Iterable[Source], listener: Callable[[Verdict], None], *, crop: bool) -> None:
        """Diagnose every photo and tell the listener, in the order of their being done."""
        waiting = iter(sources)
        async with asyncio.TaskGroup() as group:
            for _ in range(self._jobs):
                group.create_task(self._work(waiting, listener, crop=crop))

    async def _work(self, waiting: Iterator[Source], listener: Callable[[Verdict], None], *, crop: bool) -> None:
        for source in waiting:
            listener(await self._look(source.path, crop=crop))

    async def _look(self, path: Path, *, crop: bool) -> Verdict:
        try:
            found = await self._bench.run(diagnose, path, crop, seconds=self._seconds)
        except WorkError as error:
            return Verdict(str(path), code=error.code, reason=unforeseen(error, path.parent))
        except RekindleError as error:
            return Verdict(str(path), code=error.code, reason=error.message)
        return Verdict(str(path), found)


def diagnose(path: Path, crop: bool) -> Diagnosed:
    """Look at one photo; for a child process. The module that does it is loaded there and nowhere else."""
    return cast("Diagnosed", pkgutil.resolve_name(WORK)(path, crop))


def _how_sure(confidence: float) -> str:
    if confidence >= 0.85:
        return "sure"
    return "likely" if confidence >= 0.65 else "perhaps"
