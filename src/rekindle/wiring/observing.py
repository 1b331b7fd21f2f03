"""What operators see of a process, from the settings: entered by each command that works on its own."""

import importlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from rekindle import __version__
from rekindle.config import Settings
from rekindle.config_observing import ObservingSettings
from rekindle.infra.observing import logs, metrics, spans
from rekindle.infra.observing.logs import Writing
from rekindle.infra.observing.scrubbing import Scrubber


@contextmanager
def observing(settings: Settings, *, role: str) -> Generator[Scrubber]:
    """In this block, write log lines as the settings say; `role` is the command. Gives what knows the secrets."""
    chosen, scrubber = settings.observing, Scrubber(secrets_of(settings))
    constant = {"service": "rekindle", "role": role, "version": __version__}
    logs.set_up(Writing(chosen.log_format, settings.log_level, scrubber, constant))
    metrics.BUILD.info({"version": __version__, "role": role})
    with ExitStack() as stack:
        if chosen.traces_url is not None:
            stack.enter_context(_tracing(chosen, constant))
        if chosen.sentry_dsn is not None:
            # Its client is an extra, so it is only looked for where it is wanted.
            sentry = importlib.import_module("rekindle.infra.observing.sentry")
            stack.callback(sentry.start(chosen.sentry_dsn.get_secret_value(), scrubber, constant))
        yield scrubber


@contextmanager
def _tracing(chosen: ObservingSettings, constant: Mapping[str, str]) -> Generator[None]:
    tracing = importlib.import_module("rekindle.infra.observing.tracing")
    authorization = chosen.traces_authorization
    sending = tracing.Sending(
        str(chosen.traces_url),
        None if authorization is None else authorization.get_secret_value(),
        chosen.traces_share,
    )
    tracer = tracing.OpenTelemetry(sending, constant)
    spans.install(tracer)
    try:
        yield
    finally:
        spans.install(None)
        tracer.close()


def secrets_of(settings: BaseModel) -> set[str]:
    """Every secret in the settings, in all the forms in which it may turn up in a text."""
    found: set[str] = set()
    for secret in _secrets(dict(settings)):
        found |= {secret, secret.strip()}
        try:
            password = urlsplit(secret).password if "://" in secret else None
        except ValueError:
            password = None
        if password:
            found |= {password, unquote(password)}
    return {each for each in found if each}


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        yield from _secrets(dict(value))
    elif isinstance(value, str):
        # An address may have a password in it, such as that of the database.
        if "://" in value and "@" in value:
            yield value
    elif isinstance(value, Mapping):
        for each in cast("Mapping[Any, object]", value).values():
            yield from _secrets(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in cast("list[object]", value):
            yield from _secrets(each)
