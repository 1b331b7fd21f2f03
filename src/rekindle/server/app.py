"""Assembly of the HTTP application."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from rekindle import __version__
from rekindle.accounts import api as accounts_api
from rekindle.accounts import keys_api, logins_api
from rekindle.accounts.asking import Level, level_of
from rekindle.billing import api as billing_api
from rekindle.config import Settings
from rekindle.credits import api as credits_api
from rekindle.infra.http import API, Problem, problem_response
from rekindle.jobs import api as jobs_api
from rekindle.jobs import bakeoffs_api, nudges_api, prompts_api, story_api
from rekindle.photos import api as photos_api
from rekindle.photos import reports_api, uploads_api
from rekindle.server import health, problems
from rekindle.server.bodies import SmallBodies
from rekindle.server.limits import LIMITED, RateLimitHeaders
from rekindle.server.linger import Linger
from rekindle.server.observed import Observed
from rekindle.server.pages import Pages
from rekindle.server.security import Security
from rekindle.spending import api as spending_api
from rekindle.wiring.application import Application, application
from rekindle.wiring.figures import door_of

EVERYWHERE: dict[int | str, dict[str, Any]] = {
    400: problem_response("`bad_request`: the request cannot be read"),
    401: problem_response("`not_logged_in`: where the server has accounts"),
    403: problem_response("`foreign_origin`: sent by a page of another site"),
    421: problem_response("`unknown_host`: the server does not answer to this name"),
    422: problem_response("`invalid_request` and others: the request cannot be done as asked"),
    429: problem_response("`too_many_requests`: wait for as long as `Retry-After` says"),
}

DESCRIPTION = (
    "Upload a photo, ask for it to be restored, watch the job, download the result. Errors are problem details (RFC "
    "9457) with a stable `code`; the reference lists every code with its cause and its cure."
)


def create_app(settings: Settings, work: Callable[[Application], Awaitable[None]] | None = None) -> FastAPI:
    """The HTTP application. `work` runs beside it as long as it lives: the worker, in the embedded mode."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with (
            application(settings) as running,
            door_of(settings, running.services),
            _beside(work, running),
        ):
            app.state.services = running.services
            # The framework would put its routes together at the first request, and everybody else would wait for it.
            policies(app)
            yield

    app = FastAPI(
        title="Rekindle", version=__version__, description=DESCRIPTION, lifespan=lifespan,
        openapi_url=f"{API}/openapi.json", docs_url=None, redoc_url=None, responses=EVERYWHERE,
        # An address with a slash too many is a 404: redirects would lose the bodies of uploads.
        redirect_slashes=False,
        dependencies=[LIMITED],
    )  # fmt: skip
    problems.install(app)
    people = (accounts_api.front, accounts_api.router, keys_api.router, logins_api.router)
    for router in (
        health.router,
        photos_api.router,
        uploads_api.router,
        jobs_api.router,
        story_api.router,
        bakeoffs_api.router,
        nudges_api.router,
        reports_api.router,
        prompts_api.router,
        credits_api.router,
        billing_api.router,
        spending_api.router,
        *people,
    ):
        app.include_router(router)
    app.router.default = Pages()
    app.add_middleware(SmallBodies)
    app.add_middleware(RateLimitHeaders)
    app.add_middleware(Security, settings=settings.server, store=settings.storage.origin)
    app.add_middleware(Linger)
    app.add_middleware(Observed, settings=settings.observing)
    app.openapi = lambda: openapi(app)
    return app


def openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the API; every 4xx and 5xx is problem details."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )  # fmt: skip
        components = schema["components"]["schemas"]
        described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components |= described.pop("$defs", {}) | {"Problem": described}
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        for (method, path), level in policies(app).items():
            schema["paths"][path][method.lower()]["x-access"] = level
        app.openapi_schema = schema
    return app.openapi_schema


def policies(app: FastAPI) -> dict[tuple[str, str], Level | None]:
    """For whom each described operation is, by its method and the form of its path; None for one that does not say."""
    found: dict[tuple[str, str], Level | None] = {}
    for route in iter_route_contexts(app.routes):
        if route.include_in_schema and route.dependant is not None and route.path_format is not None:
            found |= {(method, route.path_format): level_of(route.dependant) for method in route.methods or ()}
    return found


@asynccontextmanager
async def _beside(work: Callable[[Application], Awaitable[None]] | None, running: Application) -> AsyncGenerator[None]:
    """Run `work` as long as the block lasts."""
    if work is None:
        yield
        return
    task = asyncio.ensure_future(work(running))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
