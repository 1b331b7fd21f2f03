"""The command `rekindle worker`: runs jobs, in as many processes and on as many machines as one likes."""

from typing import ClassVar, get_args

import click

from rekindle.cli.serve import work
from rekindle.cli.settings import check_extras, read_settings
from rekindle.cli.stopping import run_until_signal
from rekindle.cli.unknown import warn_of_unknown_settings
from rekindle.config import Settings
from rekindle.errors import Conflict
from rekindle.infra.garbage import settle
from rekindle.infra.queue.port import Kind
from rekindle.wiring.application import application
from rekindle.wiring.figures import door_of
from rekindle.wiring.observing import observing


class NoQueueForWorkers(Conflict):
    code: ClassVar[str] = "no_queue_for_workers"
    title: ClassVar[str] = "There is no queue that a worker could share"


class Kinds(click.ParamType[list[Kind]]):
    """Names of kinds of jobs with commas between them."""

    name = "kinds"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> list[Kind]:
        """The names, each of them known."""
        known: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
        named = [part.strip() for part in value.split(",") if part.strip()]
        if unknown := [name for name in named if name not in known]:
            self.fail(f"there is no queue called {', '.join(unknown)}; there are {', '.join(known)}", param, ctx)
        return [known[name] for name in named]


@click.command("worker")
@click.option("--concurrency", type=click.IntRange(min=1), help="Photos worked on at the same time.")
@click.option("--queues", type=Kinds(), help="Kinds of jobs to take, such as photos,films; all without it.")
@click.option("--migrate", is_flag=True, help="Bring the tables of the database up to date first.")
def worker_command(concurrency: int | None, queues: list[Kind] | None, migrate: bool) -> None:
    """Run jobs, without pages and API, beside servers and other workers.

    For a database and a queue that several processes share: REKINDLE_DATABASE__URL and
    REKINDLE_QUEUE__KIND=procrastinate. Stopped, it gives back what it had begun.
    """
    settings = read_settings()
    settings.work.restore_processes = concurrency or settings.work.restore_processes
    settings.queue.kinds = queues or settings.queue.kinds
    settings.database.migrate = migrate or settings.database.migrate
    check_extras(settings)
    with observing(settings, role="worker"):
        warn_of_unknown_settings()
        run(settings)


def run(settings: Settings) -> None:
    """Work until a signal comes. Raises NoQueueForWorkers, TablesOutOfDate, OtherFiles."""
    if settings.alone:
        raise NoQueueForWorkers(
            "The queue in a table belongs to the one process that serves and works. Start `rekindle serve` alone, or "
            "set REKINDLE_QUEUE__KIND=procrastinate, and REKINDLE_DATABASE__URL to a Postgres."
        )
    run_until_signal(lambda: _work(settings))


async def _work(settings: Settings) -> None:
    async with application(settings) as running, door_of(settings, running.services):
        settle()
        kinds = ", ".join(settings.queue.kinds) or "all kinds"
        click.echo(f"Rekindle works on jobs of {kinds}, {running.concurrency} at a time   (press Ctrl+C to stop)")
        await work(running)
