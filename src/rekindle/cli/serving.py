"""The command `rekindle serve`."""

import click

from rekindle.cli.serve import serve
from rekindle.cli.settings import check_extras, read_settings
from rekindle.cli.unknown import warn_of_unknown_settings
from rekindle.infra.observing.door import check
from rekindle.wiring.observing import observing


@click.command("serve")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--worker/--no-worker", default=None, help="Run jobs inside; without it only where nobody else can.")
@click.option("--migrate", is_flag=True, help="Bring the tables of the database up to date first.")
def serve_command(host: str | None, port: int | None, worker: bool | None, migrate: bool) -> None:
    """Serve the page and the API, with the worker inside unless the queue is one for several processes.

    Every setting can be given in the environment: see the reference of settings.
    """
    settings = read_settings()
    settings.server.host = host if host is not None else settings.server.host
    settings.server.port = port if port is not None else settings.server.port
    settings.database.migrate = migrate or settings.database.migrate
    check_extras(settings)
    if settings.observing.metrics:
        # Asked before anything else, as for the port of the pages: so that it is told in one sentence.
        check(settings.observing.metrics_host, settings.observing.metrics_port)
    with observing(settings, role="serve"):
        warn_of_unknown_settings()
        serve(settings, worker=settings.alone if worker is None else worker)
