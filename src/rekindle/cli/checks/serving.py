"""Checks of what `rekindle serve` needs: the built pages and a free port."""

import json
import socket
from http.client import HTTPConnection, HTTPException
from typing import cast

from rekindle.cli.checks.finding import Finding, broken, ok
from rekindle.cli.settings import read_settings
from rekindle.server.pages import FOLDER


def pages() -> Finding:
    """Whether the pages are built."""
    if (FOLDER / "index.html").is_file():
        return ok("Pages", "built")
    return broken("Pages", "not built; the command line works without", "Run `make run`, which builds them.")


def port() -> Finding:
    """Whether the port is free, or a Rekindle answers at it."""
    server = read_settings().server
    host, number = server.host, server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
        except OSError as error:
            if (version := _running(host, number)) is not None:
                return ok("Port", f"Rekindle {version} is running at {host}:{number}")
            cure = "Stop the program that uses it, or take another port: `rekindle serve --port 8001`."
            return broken("Port", f"cannot listen on {host}:{number}: {error.strerror}", cure)
    return ok("Port", f"{number} is free" if number else "any free one is taken")


def _running(host: str, number: int) -> str | None:
    """The version of the Rekindle that answers there, if one does."""
    connection = HTTPConnection("127.0.0.1" if host in {"0.0.0.0", "::"} else host, number, timeout=2)  # noqa: S104
    try:
        connection.request("GET", "/api/v1/health")
        answer: object = json.loads(connection.getresponse().read(100_000))
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    if not isinstance(answer, dict):
        return None
    version = cast("dict[str, object]", answer).get("version")
    return version if isinstance(version, str) else None
