"""The product in several processes under load: a server, workers, and a Postgres whose commits reach the disk."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.load_sides import Ours, end_all, settings_at
from tests.e2e.server import ServerProcess
from tests.e2e.workers import Site, WorkerProcess
from tests.postgres import NoPostgres, postgres_server


class Several(Ours):
    """Upload, job, events, download: a server takes them, and workers do the work. Raises NoPostgres."""

    def __init__(self, folder: Path, workers: int) -> None:
        super().__init__(folder)
        self.name = f"the product, a server and {workers} workers on Postgres"
        self._stack, self._count = ExitStack(), workers
        self._workers: list[WorkerProcess] = []

    def start(self, provider: str) -> None:
        if self._server is None:
            postgres = self._stack.enter_context(postgres_server(durable=True))
            settings: dict[str, Any] = {
                **settings_at(provider),
                "WORK__RESTORE_PROCESSES": "1",
                "JOBS__LEASE_SECONDS": "15",
            }
            place = Site(self._folder, postgres.new_database(tables=True), settings)
            shared: dict[str, Any] = place.common()
            self._server = ServerProcess(self._folder / "server", port=self.port, **shared)
            self._workers = [place.worker() for _ in range(self._count)]
        self._server.start()
        for each in self._workers:
            each.start()

    def pids(self) -> list[int]:
        return [*super().pids(), *(each.process.pid for each in self._workers)]

    def close(self) -> None:
        end_all([each.process.pid for each in self._workers if each.alive])
        super().close()
        self._stack.close()


def several(folder: Path, workers: int) -> list[Several]:
    """It, or nothing and a sentence where there is no Postgres."""
    folder.mkdir()
    try:
        with postgres_server():
            return [Several(folder, workers)]
    except NoPostgres as missing:
        print(f"Without workers on Postgres: {missing}.")
        return []
