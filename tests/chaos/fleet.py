"""A whole site on one machine, to be ill-treated: a server, workers, a Postgres, files, and providers elsewhere."""

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import func, select

from benchmarks.customer import Customer, customer_in
from benchmarks.storm_books import Books, books_in, open_pools_in
from benchmarks.storming import FUNDS, MODELS, MONEY, settings_of
from rekindle.config_storage import StorageSettings
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.db.postgres import open_postgres
from rekindle.jobs.tables import AttemptRow, JobRow
from tests.chaos.clients import Clients
from tests.chaos.history import ENDED
from tests.e2e.server import ServerProcess, free_ports
from tests.e2e.workers import Site, WorkerProcess
from tests.postgres import shared_postgres
from tests.simulators.upstreams.base import Simulator
from tests.simulators.upstreams.fal import FalSimulator
from tests.simulators.upstreams.gemini import GeminiSimulator

T = TypeVar("T")

TAKES = 0.05
"""Seconds that the provider takes for an answer that answers at once."""
BUSY = float(os.environ.get("REKINDLE_CHAOS_BUSY", "3"))
"""Seconds that everything may take longer where two cores run all of a site, and tests beside it."""
START_SECONDS = 120.0
LEASE = 8.0
"""Seconds after which the jobs of a dead worker go to another."""
PATIENT: Mapping[str, Any] = {
    "JOBS__LEASE_SECONDS": LEASE, "JOBS__DEADLINE_SECONDS": "1800", "JOBS__BUSY_SECONDS": "1800",
    "ROUTING__CALL_SECONDS": "60", "ROUTING__CIRCUIT_FAILURES": "100000", "ROUTING__FIRST_PAUSE": "0.1",
    "PROVIDERS__FAL__CONCURRENCY": "200", "PROVIDERS__GEMINI__CONCURRENCY": "200", "DATABASE__CONNECTIONS": "8",
}  # fmt: skip
"""Nobody is in a hurry, so that nothing ends for having waited too long on a busy machine."""


@dataclass
class Fleet:
    """`polled` gives receipts, and `at_once` answers at once, after a moment."""

    place: Site
    customer: Customer
    server: ServerProcess
    workers: list[WorkerProcess]
    polled: Simulator
    at_once: Simulator
    chance: random.Random
    clients: Clients = field(init=False)

    def __post_init__(self) -> None:
        self.clients = Clients(self.server, self.customer.amount)

    @property
    def folder(self) -> Path:
        """Where everything is."""
        return self.place.folder

    @property
    def storage(self) -> StorageSettings:
        """Where files are, as the processes are told."""
        given = {name.removeprefix("STORAGE__").lower(): value for name, value in self.place.common().items()
                 if name.startswith("STORAGE__")}  # fmt: skip
        return StorageSettings.model_validate(given)

    def in_database(self, done: Callable[[Database], Awaitable[T]]) -> T:
        """What somebody finds out or does in the database, who may see everything."""
        return in_database(self.place.database, done)

    def said(self) -> str:
        """The ends of all logs, for whoever wonders why something went wrong."""
        return "\n".join(f"--- {each.log.name}\n{each.said()[-3000:]}" for each in self.place.processes)

    def books(self) -> Books:
        """The money, in the end."""
        return self.in_database(lambda db: books_in(db, self.customer, FUNDS))

    def calls_under_way(self) -> int:
        """How many calls of the provider that answers at once are written down for jobs that have not ended."""
        query = select(func.count()).select_from(AttemptRow).join(JobRow, JobRow.id == AttemptRow.job_id)
        open_calls = query.where(AttemptRow.provider == self.at_once.name, JobRow.status.not_in(ENDED))

        async def count(db: Database) -> int:
            async with db.reading() as tx:
                return await tx.scalar(open_calls) or 0

        return self.in_database(count)

    def up(self, process: ServerProcess) -> None:
        """Wait until a process listens to signals: before that, one to stop ends it as it ends any program."""
        assert wait_until(lambda: started(process), seconds=START_SECONDS), self.said()

    def stop_workers(self) -> list[str]:
        """Stop all workers; one sentence for each that does not do so in time and with the right status."""
        wrong: list[str] = []
        for each in self.workers:
            self.up(each)
            status, seconds = each.stop()
            if status != 0 or seconds > 10.0 + BUSY:
                wrong.append(f"a worker stopped with status {status} after {seconds:.1f} s")
        return wrong


def in_database(url: str, done: Callable[[Database], Awaitable[T]]) -> T:
    """The same for the database at an address."""

    async def doing() -> T:
        db = open_postgres(url)
        try:
            with seeing_everything():
                return await done(db)
        finally:
            await db.aclose()

    return asyncio.run(doing())


@contextmanager
def fleet(
    folder: Path, *, workers: int, seed: int, database: str = "", reached_at: str = "", **settings: object
) -> Generator[Fleet]:
    """A site that runs, with a customer who has plenty of credits.

    `database`: the address of an empty one with its tables, where the shared one will not do; `reached_at`: how the
    processes reach it, such as through a bad connection. Skips the test where there is no Postgres.
    """
    database = database or shared_postgres().new_database(tables=True)
    customer = in_database(database, lambda db: customer_in(db, MONEY))
    in_database(database, lambda db: open_pools_in(db, list(MODELS), FUNDS))
    with ExitStack() as stack:
        polled = stack.enter_context(FalSimulator(polls=2))
        at_once = stack.enter_context(GeminiSimulator(delay=TAKES))
        port = free_ports(1)[0]
        given: dict[str, Any] = {**settings_of(folder, [polled, at_once], port), **PATIENT, **settings}
        if reached_at:
            given |= {"DATABASE__URL": reached_at}
        given["WORK__RESTORE_PROCESSES"] = "1"
        place = Site(folder, database, given)
        stack.callback(place.close)
        shared: dict[str, Any] = place.common()
        server = ServerProcess(folder / "server", port=int(port), **shared)
        place.processes.append(server)
        server.headers["Authorization"] = f"Bearer {customer.key}"
        server.start()
        crew = [place.worker() for _ in range(workers)]
        for each in crew:
            each.launch()
        made = Fleet(place, customer, server, crew, polled, at_once, random.Random(seed))
        stack.callback(made.clients.stop)
        yield made


class Killer:
    """Kills a worker by chance every so many seconds, and starts it again, as long as the block lasts.

    `at_work`: only one that has started, as killing one that is about to cuts nothing short.
    """

    def __init__(self, at: Fleet, *, pause: float, at_work: bool = False) -> None:
        self.kills = 0
        self._fleet, self._pause, self._at_work = at, pause, at_work
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *ending: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._pause):
            found = [each for each in self._fleet.workers if not self._at_work or started(each)]
            if not found:
                continue
            victim = self._fleet.chance.choice(found)
            victim.process.kill()
            victim.process.wait()
            self.kills += 1
            victim.launch()


def started(process: ServerProcess) -> bool:
    """Whether it says that it is up."""
    return process.ready.search(process.said()) is not None


def handed_in(simulator: Simulator) -> Counter[str]:
    """How often each job was handed in at a provider, by the words that tell jobs apart."""
    return Counter(order.prompt.partition("number ")[2].split()[0].strip(".,;") for order in simulator.orders.values())


def again(simulator: Simulator) -> int:
    """How many times a job was handed in that had been handed in there before."""
    counted = handed_in(simulator)
    return counted.total() - len(counted)


def wait_until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def shuffled(names: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """So many of these names, each as often as the others, in any order."""
    made = [names[number % len(names)] for number in range(count)]
    chance.shuffle(made)
    return made
