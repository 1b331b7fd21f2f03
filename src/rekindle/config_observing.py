"""Settings of what operators see: logs, figures, traces, errors."""

from typing import Literal

from pydantic import Field, SecretStr

from rekindle.environment import Group, WebAddress


class ObservingSettings(Group):
    """What can be seen of a running process. Neither secrets nor photos nor e-mail addresses are ever part of it."""

    log_format: Literal["plain", "json"] = Field(
        default="plain",
        description="`plain`: lines for people. `json`: an object a line, with the identifiers of request, job and "
        "attempt, and a line for each request.",
    )
    metrics: bool = Field(
        default=False,
        description="Whether figures for Prometheus are at `/metrics` of a port of their own, with `/health` and "
        "`/ready` beside them.",
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address that this port listens on. It asks nobody who they are."
    )
    metrics_port: int = Field(
        default=9464, ge=0, le=65535, description="Its number, one for each process of a machine; 0 takes a free one."
    )
    traces_url: WebAddress | None = Field(
        default=None,
        description="Where traces go, by OTLP over HTTP, for example http://127.0.0.1:4318/v1/traces "
        "(`pip install 'rekindle[tracing]'`). Empty: nowhere.",
    )
    traces_authorization: SecretStr | None = Field(
        default=None, description="The header `Authorization` that this address wants."
    )
    traces_share: float = Field(default=1.0, gt=0, le=1, description="The share of requests and jobs that is traced.")
    traces_from_callers: bool = Field(
        default=False,
        description="Whether a request's `traceparent` is believed (W3C Trace Context), so that it goes on with the "
        "trace of whoever sends it: for a server that only programs of yours reach.",
    )
    sentry_dsn: SecretStr | None = Field(
        default=None,
        description="The address of a project at Sentry that errors go to (`pip install 'rekindle[sentry]'`). Empty: "
        "nowhere.",
    )
