"""What every api.py needs: a service by its type, and pages of results."""

import base64
import binascii
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from rekindle.errors import Invalid, RekindleError

Service = TypeVar("Service")

API = "/api/v1"
"""Where the addresses of this version of the API begin."""


class Services:
    """The services of one running application, found by their type or by a protocol that they name as a base."""

    def __init__(self, *services: object) -> None:
        self._by_type = {base: service for service in services for base in type(service).__mro__}

    def get(self, kind: type[Service]) -> Service:
        """The service of this type. Raises KeyError."""
        return cast("Service", self._by_type[kind])


def service(kind: type[Service]) -> Any:
    """A FastAPI dependency that gives a route the service of this type: `Annotated[Photos, service(Photos)]`."""

    # Not a plain function, which FastAPI would hand to a thread, and back, for each of these at each request.
    async def find(request: Request) -> Service:
        services: Services = request.app.state.services
        return services.get(kind)

    return Depends(find)


class BadCursor(Invalid):
    code: ClassVar[str] = "bad_cursor"
    title: ClassVar[str] = "This page cannot be found"


def encode_cursor(created_at: datetime, identifier: UUID) -> str:
    """The place after the last item of a page, as an opaque word."""
    return base64.urlsafe_b64encode(f"{created_at.isoformat()} {identifier}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The opposite of `encode_cursor`. Raises BadCursor."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, identifier = text.partition(" ")
        created_at = datetime.fromisoformat(moment)
        if created_at.tzinfo is None:
            raise ValueError(moment)
        return created_at.astimezone(UTC), UUID(identifier)
    except (ValueError, binascii.Error, OverflowError) as error:
        raise BadCursor("This place in the list is not known. Begin again without a cursor.") from error


class WholeFile(FileResponse):
    """A file, always whole: parts would need errors of their own, and nothing here is large enough to resume."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = [(name, value) for name, value in scope["headers"] if name != b"range"]
        self.headers["Accept-Ranges"] = "none"
        await super().__call__({**scope, "headers": whole}, receive, send)


def send_file(
    path: Path, media_type: str, *, etag: str, none_match: str | None, stack: AsyncExitStack, name: str | None = None
) -> Response:
    """A file, or 304 when the caller has it. What `stack` holds is let go when the last byte has gone.

    With a `name` the browser saves the file, else it shows it. `etag` names the bytes: the same never changes.
    """
    if is_known(etag, none_match):
        return Response(status_code=304, headers=tags_of(etag))
    disposition = "inline" if name is None else "attachment"
    keeping = stack.pop_all()
    return WholeFile(
        path, headers=tags_of(etag) | HARMLESS, media_type=media_type, filename=name,
        content_disposition_type=disposition, background=BackgroundTask(keeping.aclose),
    )  # fmt: skip


HARMLESS = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""Whatever a hostile file contains, a browser must neither guess its kind nor run anything in it."""


def tags_of(etag: str) -> dict[str, str]:
    """The headers by which a file is known again."""
    return {"ETag": f'"{etag}"', "Cache-Control": "private, max-age=3600"}


def is_known(etag: str, none_match: str | None) -> bool:
    """Whether the caller has the file already, by its If-None-Match (RFC 9110, section 13.1.2)."""
    known = {tag.strip().removeprefix("W/").strip('"') for tag in (none_match or "").split(",")}
    return bool(known & {etag, "*"})


class FieldError(BaseModel):
    """What is wrong with one part of a request; `pointer` is a JSON Pointer (RFC 6901) or the name of a parameter."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is stable; `detail` is for the person who reads it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    request_id: str | None = None
    errors: list[FieldError] | None = None


def problems(*errors: type[RekindleError]) -> dict[int | str, dict[str, Any]]:
    """The problem responses that a route documents."""
    codes: dict[int, list[str]] = {}
    for error in errors:
        codes.setdefault(error.status, []).append(f"`{error.code}`")
    return {status: problem_response(", ".join(names)) for status, names in sorted(codes.items())}


def problem_response(description: str) -> dict[str, Any]:
    """One documented response with problem details."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
