"""Errors told to Sentry. Wiring loads this only where there is a project for them."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

from rekindle.infra.observing.context import current
from rekindle.infra.observing.scrubbing import Scrubber

try:
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration
    from sentry_sdk.types import Event, Hint
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "Errors go to Sentry by its client, which is not installed: pip install 'rekindle[sentry]'", name=error.name
    ) from error

SECONDS_TO_CLOSE = 2.0
KEPT = frozenset(
    {
        "event_id", "timestamp", "platform", "level", "logger", "logentry", "message", "exception", "release",
        "environment", "tags", "fingerprint", "transaction", "sdk", "type",
    }
)  # fmt: skip
"""Parts of an event that are sent: neither requests, users and breadcrumbs, nor the modules and the machine."""


def start(dsn: str, scrubber: Scrubber, constant: Mapping[str, str]) -> Callable[[], None]:
    """Tell of each error in the log from now on. Gives what ends that."""

    def before_send(event: Event, _hint: Hint) -> Event:
        return cast("Event", scrubbed(cast("dict[str, Any]", event), scrubber, constant))

    sentry_sdk.init(
        dsn=dsn,
        release=f"rekindle@{constant.get('version', '')}",
        # Integrations look into frameworks, and with them into requests: the log alone says all that is told.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR)],
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        server_name="",
        before_send=before_send,
        shutdown_timeout=SECONDS_TO_CLOSE,
    )

    def stop() -> None:
        sentry_sdk.get_client().close(SECONDS_TO_CLOSE)

    return stop


def scrubbed(event: dict[str, Any], scrubber: Scrubber, constant: Mapping[str, str]) -> dict[str, Any]:
    """What may be told of an error, with whose doing it is."""
    kept = {name: value for name, value in event.items() if name in KEPT}
    kept["tags"] = {**constant, **{name: str(value) for name, value in current().items()}}
    ours = {name: kept.pop(name, None) for name in ("event_id", "timestamp", "release")}
    return cast("dict[str, Any]", scrubber.value(kept)) | ours
