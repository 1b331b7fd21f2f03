"""A look at what operators see: is the port for figures free, does the collector of traces take what it is sent."""

import socket
from urllib.parse import urlsplit

from rekindle.cli.checks.finding import Finding, broken, note, ok
from rekindle.cli.checks.lacking import lacking
from rekindle.cli.settings import missing_extras, read_settings
from rekindle.infra.observing.door import MetricsPortTaken, check

_SECONDS = 3.0


def figures() -> Finding:
    """Whether there can be a door for figures."""
    name, chosen = "Figures", read_settings().observing
    if not chosen.metrics:
        return ok(name, "not asked for")
    where = f"{chosen.metrics_host}:{chosen.metrics_port}"
    try:
        check(chosen.metrics_host, chosen.metrics_port)
    except MetricsPortTaken:
        cure = "If that is not a Rekindle of yours, choose another port with REKINDLE_OBSERVING__METRICS_PORT."
        return note(name, f"somebody listens on {where}", cure)
    return ok(name, f"{where} is free")


def traces() -> Finding:
    """Whether the collector of traces can be reached, and what sends to it and to Sentry is installed."""
    name, settings = "Traces", read_settings()
    for extra in ("tracing", "sentry"):
        if extra in missing_extras(settings):
            return lacking(name, extra)
    if settings.observing.traces_url is None:
        return ok(name, "not asked for")
    parts = urlsplit(settings.observing.traces_url)
    address = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection(address, timeout=_SECONDS).close()
    except OSError as error:
        cure = "Start it, or correct REKINDLE_OBSERVING__TRACES_URL. Without it all goes on, and traces are lost."
        return broken(name, f"the collector at {address[0]}:{address[1]} does not answer: {error}", cure)
    return ok(name, f"{address[0]}:{address[1]} answers")
