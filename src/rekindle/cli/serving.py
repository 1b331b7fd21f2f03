"""The command `rekindle serve`."""

import click

from rekindle.cli.serve import serve
from rekindle.cli.settings import read_settings


@click.command("serve")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
def serve_command(host: str | None, port: int | None) -> None:
    """Serve the page and the API, with the worker inside.

    Every setting can be given in the environment: see the reference of settings.
    """
    settings = read_settings()
    settings.server.host = host if host is not None else settings.server.host
    settings.server.port = port if port is not None else settings.server.port
    serve(settings)
