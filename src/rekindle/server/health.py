"""Routes that say how the server is and what it can do."""

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
from rekindle.infra.db.database import Database
from rekindle.infra.http import API, service
from rekindle.infra.storage.port import Storage
from rekindle.photos.schemas import Body
from rekindle.providers.offers import Offers

router = APIRouter(dependencies=[open_to_all()], tags=["server"])

State = Literal["ok", "failing"]


class HealthOut(Body):
    """Whether the server and what it stands on work."""

    status: State
    timestamp: datetime
    version: str
    services: dict[str, State]


class RetentionOut(Body):
    """How long photos are kept; `hours` for the policy `ephemeral`."""

    policy: Literal["keep", "ephemeral", "delete_original"]
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


class CapabilitiesOut(Body):
    """What this server takes and does."""

    formats: list[str]
    max_bytes: int
    max_megapixels: float
    operations: list[str]
    operation_notes: dict[str, str] = Field(description="What the engine here can do, one sentence for an operation.")
    offers: dict[str, list[ChoiceOut]] = Field(description="Who can do each operation, before anybody is chosen.")
    retention: RetentionOut
    version: str
    provider_notice: str


@router.get("/health", response_model=HealthOut, responses={503: {"model": HealthOut, "description": "Failing"}})
@router.get(f"{API}/health", response_model=HealthOut, responses={503: {"model": HealthOut, "description": "Failing"}})
async def health(
    response: Response,
    db: Annotated[Database, service(Database)],
    storage: Annotated[Storage, service(Storage)],
    clock: Annotated[Clock, service(Clock)],
) -> HealthOut:
    """Whether the server works; 503 when something that it stands on does not."""
    services: dict[str, State] = {"database": await _database(db), "storage": await _storage(storage)}
    well = all(state == "ok" for state in services.values())
    response.status_code = 200 if well else 503
    response.headers["Cache-Control"] = "no-store"
    return HealthOut(
        status="ok" if well else "failing", timestamp=clock.now(), version=__version__, services=services
    )  # fmt: skip


@router.get(f"{API}/capabilities")
async def capabilities(
    settings: Annotated[Settings, service(Settings)], offers: Annotated[Offers, service(Offers)]
) -> CapabilitiesOut:
    """What may be uploaded, what can be done, and how long things are kept."""
    retention, uploads = settings.retention, settings.uploads
    hours = retention.hours if retention.policy == "ephemeral" else None
    return CapabilitiesOut(
        formats=list(uploads.formats),
        max_bytes=uploads.max_bytes,
        max_megapixels=uploads.max_pixels_jpeg / 1_000_000,
        operations=[operation.value for operation in offers.operations()],
        operation_notes={operation.value: note for operation, note in offers.notes().items()},
        offers=_offers(offers, with_cost=not settings.accounts.enabled),
        retention=RetentionOut(policy=retention.policy, hours=hours),
        version=__version__,
        provider_notice=_notice(offers.senders()),
    )


def _offers(offers: Offers, *, with_cost: bool) -> dict[str, list[ChoiceOut]]:
    return {
        operation.value: [
            ChoiceOut.model_validate(asdict(each if with_cost else replace(each, cost=None)))
            for each in offers.detailed(operation)
        ]
        for operation in offers.operations()
    }  # fmt: skip


def _notice(senders: Sequence[str]) -> str:
    if not senders:
        return "Nothing leaves this machine."
    return f"Photos can be sent to {', '.join(senders)}, unless you say that they are to stay on this machine."


async def _database(db: Database) -> State:
    try:
        await db.ping()
    except Exception:  # noqa: BLE001
        return "failing"
    return "ok"


async def _storage(storage: Storage) -> State:
    try:
        await storage.stat("health")
    except OSError:
        return "failing"
    return "ok"
