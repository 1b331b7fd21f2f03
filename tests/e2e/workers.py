"""Servers and workers in processes of their own, on one Postgres and one folder of files."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.server import ServerProcess
from tests.postgres import shared_postgres


class WorkerProcess(ServerProcess):
    """`python -m rekindle worker`, with these arguments."""

    ready = re.compile("(Rekindle works on)")

    def __init__(self, folder: Path, *arguments: str, log: Path, **settings: Any) -> None:
        super().__init__(folder, log=log, **settings)
        self._arguments = arguments

    def command(self) -> list[str]:
        return ["worker", *self._arguments]


@dataclass
class Site:
    """A database, a folder of files, and the processes that share them. Each has a data folder of its own."""

    folder: Path
    database: str
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    processes: list[ServerProcess] = field(default_factory=list[ServerProcess])

    def common(self) -> dict[str, Any]:
        """The settings that all share."""
        return {
            "DATABASE__URL": self.database, "QUEUE__KIND": "procrastinate",
            "STORAGE__FOLDER": self.folder / "files", "STORAGE__URL_SECRET": "the same for all",
            "WORK__RESTORE_PROCESSES": 1, "WORK__INTAKE_PROCESSES": 1, **self.settings,
        }  # fmt: skip

    def server(self, **settings: Any) -> ServerProcess:
        """A server, which is not started yet."""
        name = f"server-{len(self.processes)}"
        made = ServerProcess(self.folder / name, **{**self.common(), **settings})
        self.processes.append(made)
        return made

    def worker(self, *arguments: str, **settings: Any) -> WorkerProcess:
        """A worker, which is not started yet."""
        name = f"worker-{len(self.processes)}"
        log = self.folder / f"{name}.log"
        made = WorkerProcess(self.folder / name, *arguments, log=log, **{**self.common(), **settings})
        self.processes.append(made)
        return made

    def close(self) -> None:
        """Make sure that nothing is left running."""
        for each in self.processes:
            each.close()


@contextmanager
def site(folder: Path, **settings: object) -> Generator[Site]:
    """A place with its tables made, as long as the block lasts. Skips the test where there is no Postgres."""
    database = shared_postgres().new_database(tables=True)
    made = Site(folder, database, settings)
    try:
        yield made
    finally:
        made.close()
