"""Every error as problem details (RFC 9457): our own, validation, unknown addresses, and faults."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rekindle.errors import RekindleError
from rekindle.infra.db.away import away
from rekindle.infra.http import FieldError, Problem
from rekindle.infra.room import no_room

log = logging.getLogger(__name__)


def problem(
    request: Request, *, status: int, code: str, title: str, detail: str, errors: Sequence[FieldError] | None = None
) -> JSONResponse:
    """One problem as a response."""
    body = Problem(
        type=f"urn:rekindle:error:{code}", title=title, status=status, detail=detail, code=code,
        instance=request.url.path, request_id=getattr(request.state, "request_id", None),
        errors=None if errors is None else list(errors),
    )  # fmt: skip
    return JSONResponse(
        body.model_dump(exclude_none=True), status_code=status, media_type="application/problem+json"
    )  # fmt: skip


def install(app: FastAPI) -> None:
    """Answer every error of this application with problem details."""
    app.add_exception_handler(RekindleError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_middleware(Faults)


def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RekindleError)
    if error.code == RekindleError.code:
        log.error("a request failed for a reason that nobody foresaw", exc_info=error)
    detail = error.message if error.status < 500 or error.status in (503, 507) else RekindleError.title
    response = problem(request, status=error.status, code=error.code, title=error.title, detail=detail)
    if error.status == HTTPStatus.UNAUTHORIZED:
        # RFC 9110, section 11.6.1, asks for it; browsers show no window of their own for this scheme.
        response.headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    response.headers.update(error.headers)
    return response


def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [FieldError(pointer=_pointer(item["loc"]), detail=str(item["msg"])) for item in error.errors()]
    return problem(
        request, status=422, code="invalid_request", title="The request is not complete or not right",
        detail="Some parts of the request are missing or wrong; each is listed under `errors`.", errors=errors,
    )  # fmt: skip


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    detail = "There is nothing at this address." if status == HTTPStatus.NOT_FOUND else f"{status.description}."
    response = problem(request, status=status, code=code, title=status.phrase, detail=detail)
    response.headers.update(error.headers or {})
    if (methods := _methods(request)) is not None and status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(methods)
    return response


def _methods(request: Request) -> Sequence[str] | None:
    """All methods of the address, which the one route that the router mentions does not know; None outside the API."""
    path = getattr(request.scope.get("route"), "path_format", None)
    described: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    return sorted(method.upper() for method in described[path]) if path in described else None


def _gone(request: Request, _error: Exception) -> Response:
    """Whoever asked went away in the middle: nobody reads this, and nothing is wrong here."""
    log.info("the sender of %s %s went away", request.method, request.url.path)
    return Response(status_code=400)


class Faults:
    """Answers what nobody foresaw with a problem that gives nothing away; the log has the details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watching)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            if (full := no_room(error)) is not None:
                log.warning("the disk is full")
                await _ours(Request(scope), full)(scope, receive, send)
                return
            if (gone := away(error)) is not None:
                log.warning("a request failed as the database does not answer: %s", type(error).__name__)
                await _ours(Request(scope), gone)(scope, receive, send)
                return
            log.exception("a request failed for a reason that nobody foresaw")
            detail = "Something went wrong on our side. Nothing was lost; please try again."
            code, title = RekindleError.code, RekindleError.title
            answer = problem(Request(scope), status=500, code=code, title=title, detail=detail)
            await answer(scope, receive, send)


def _pointer(location: Sequence[Any]) -> str:
    """A JSON Pointer (RFC 6901) for parts of the body; the name for parameters and headers."""
    where, *path = location
    if where != "body":
        return str(path[0]) if path else str(where)
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    # The name of a part that nobody knows is the sender's choice, and half a surrogate pair cannot be written.
    return pointer.encode("utf-8", "replace").decode()
