"""Routes that say how the server is and what it can do: alive, ready, and for what."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from rekindle import __version__
from rekindle.accounts.asking import open_to_all
from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.infra.http import API, service
from rekindle.infra.observing.readiness import Overall, Readiness, State, overall
from rekindle.jobs.rewording import Rewording
from rekindle.photos.schemas import Body
from rekindle.providers.offers import Offers

router = APIRouter(dependencies=[open_to_all()], tags=["server"])

PROBES = frozenset({"/health", "/ready"})
"""What machines beside the server ask, by whatever name they reach it."""


class HealthOut(Body):
    """The server answers."""

    status: Literal["ok"]
    timestamp: datetime
    version: str


class ServiceOut(Body):
    """How something is that the server stands on."""

    state: State
    essential: bool = Field(description="Whether nothing can be served without it.")
    detail: str | None = Field(description="A sentence, where it is not well.")


class ReadyOut(Body):
    """Whether the server can do its work; `degraded`: it can, and something is not as it should be."""

    status: Overall
    timestamp: datetime
    version: str
    services: dict[str, ServiceOut]


class RetentionOut(Body):
    """How long photos are kept; `hours` for the policies `ephemeral` and `sessions`."""

    policy: Literal["keep", "ephemeral", "sessions", "delete_original"]
    hours: float | None


class ChoiceOut(Body):
    """Somebody who can do an operation."""

    provider: str
    title: str = Field(description="What people call the provider.")
    model: str
    cost: int | None = Field(
        description="What it costs the operator for a photo of 2 megapixels, in millionths of a dollar; null where "
        "nobody knows, and where there are accounts."
    )
    seconds: float = Field(description="How long that usually takes.")
    marks: str | None = Field(description="The watermark that it leaves.")
    note: str | None
    experimental: bool
    sends: bool = Field(description="Whether the photo leaves this machine.")


class RewriterOut(Body):
    """Who puts the words of a job better, where that is asked for."""

    provider: str
    title: str = Field(description="What people call the provider.")
    looks: bool = Field(description="Whether it is also sent a small picture of the photo.")


class CapabilitiesOut(Body):
    """What this server takes and does."""

    formats: list[str]
    max_bytes: int
    max_megapixels: float
    operations: list[str]
    operation_notes: dict[str, str] = Field(description="What the engine here can do, one sentence for an operation.")
    offers: dict[str, list[ChoiceOut]] = Field(description="Who can do each operation, before anybody is chosen.")
    rewriter: RewriterOut | None = Field(description="Null where there is nobody, and the usual words are sent.")
    retention: RetentionOut
    version: str
    provider_notice: str
    direct_uploads: bool = Field(description="Whether photos can be sent to the store: see `POST /uploads`.")


@router.get("/health")
@router.get(f"{API}/health")
async def health(response: Response, clock: Annotated[Clock, service(Clock)]) -> HealthOut:
    """Whether the server is alive. Asks nothing of what it stands on: see `/ready` for that."""
    response.headers["Cache-Control"] = "no-store"
    return HealthOut(status="ok", timestamp=clock.now(), version=__version__)


@router.get("/ready", response_model=ReadyOut, responses={503: {"model": ReadyOut, "description": "Unavailable"}})
@router.get(f"{API}/ready", response_model=ReadyOut, responses={503: {"model": ReadyOut, "description": "Unavailable"}})
async def ready(
    response: Response, readiness: Annotated[Readiness, service(Readiness)], clock: Annotated[Clock, service(Clock)]
) -> ReadyOut:
    """Whether the server can do its work; 503 only when it cannot serve at all."""
    found = await readiness.look()
    status = overall(found)
    response.status_code = 503 if status is Overall.UNAVAILABLE else 200
    response.headers["Cache-Control"] = "no-store"
    services = {
        name: ServiceOut(state=each.state, essential=each.essential, detail=each.detail) for name, each in found.items()
    }
    return ReadyOut(status=status, timestamp=clock.now(), version=__version__, services=services)


@router.get(f"{API}/capabilities")
async def capabilities(
    settings: Annotated[Settings, service(Settings)],
    offers: Annotated[Offers, service(Offers)],
    rewording: Annotated[Rewording, service(Rewording)],
) -> CapabilitiesOut:
    """What may be uploaded, what can be done, and how long things are kept."""
    retention, uploads = settings.retention, settings.uploads
    hours = retention.hours if retention.policy in {"ephemeral", "sessions"} else None
    return CapabilitiesOut(
        formats=list(uploads.formats),
        max_bytes=uploads.max_bytes,
        max_megapixels=uploads.max_pixels_jpeg / 1_000_000,
        operations=[operation.value for operation in offers.operations()],
        operation_notes={operation.value: note for operation, note in offers.notes().items()},
        offers=_offers(offers, with_cost=not settings.accounts.enabled),
        rewriter=_rewriter(offers, rewording),
        retention=RetentionOut(policy=retention.policy, hours=hours),
        version=__version__,
        provider_notice=_notice(offers.senders()),
        direct_uploads=settings.storage.direct,
    )


def _offers(offers: Offers, *, with_cost: bool) -> dict[str, list[ChoiceOut]]:
    return {
        operation.value: [
            ChoiceOut.model_validate(asdict(each if with_cost else replace(each, cost=None)))
            for each in offers.detailed(operation)
        ]
        for operation in offers.operations()
    }  # fmt: skip


def _rewriter(offers: Offers, rewording: Rewording) -> RewriterOut | None:
    if rewording.name is None:
        return None
    provider = rewording.name.partition(":")[0]
    return RewriterOut(provider=provider, title=offers.title(provider), looks=rewording.looks)


def _notice(senders: Sequence[str]) -> str:
    if not senders:
        return "Nothing leaves this machine."
    return f"Photos can be sent to {', '.join(senders)}, unless you say that they are to stay on this machine."
