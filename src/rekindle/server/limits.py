"""Holds requests against the limits, before anything else is done for them, and says so in the answers.

Reading what is one's own is free, so that pages can look again as often as they like: a list, a job and its events, a
picture by its signed link. What changes something or makes the server work counts for the account that asks. Where
that is nobody, or a guest, whom it costs nothing to be somebody else, it counts for the address as well.
"""

from collections.abc import AsyncIterator, Mapping
from enum import Enum, auto
from math import ceil
from typing import ClassVar, cast

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rekindle.accounts.asking import SAFE_METHODS, NotLoggedIn, recognise
from rekindle.accounts.users import Role, User
from rekindle.errors import RekindleError
from rekindle.infra.http import API, Services
from rekindle.infra.limits.headers import rate_limit_headers
from rekindle.infra.limits.rules import Limit, Verdict, Window
from rekindle.safety.addresses import client_address, limit_key
from rekindle.wiring.limits import Allowances, Limits


class TooManyRequests(RekindleError):
    status: ClassVar[int] = 429
    code: ClassVar[str] = "too_many_requests"
    title: ClassVar[str] = "Too many requests"


class Kind(Enum):
    """What a request is to the limits."""

    FREE = auto()
    """Nothing: no page can do without it and it does no work, or it brings a signature of its own."""
    READ = auto()
    """Counts for an address where nobody is known."""
    WORK = auto()
    UPLOAD = auto()
    ARRIVAL = auto()
    """Work, and an upload as well from the second time on that the same one is told of: another file may be there."""
    JOB = auto()
    """Work that guests have a number of each day."""
    ATTEMPT = auto()
    """Something that is worth guessing, or that sends mails."""


KINDS: Mapping[tuple[str, str], Kind] = {
    ("GET", "/health"): Kind.FREE,
    ("GET", f"{API}/health"): Kind.FREE,
    ("GET", "/ready"): Kind.FREE,
    ("GET", f"{API}/ready"): Kind.FREE,
    ("GET", f"{API}/capabilities"): Kind.FREE,
    ("GET", f"{API}/me"): Kind.FREE,
    ("GET", f"{API}/plans"): Kind.FREE,
    ("GET", f"{API}/files/{{key}}"): Kind.FREE,
    ("POST", f"{API}/billing/webhook"): Kind.FREE,
    ("POST", f"{API}/photos"): Kind.UPLOAD,
    ("POST", f"{API}/uploads"): Kind.UPLOAD,
    ("POST", f"{API}/uploads/done"): Kind.ARRIVAL,
    ("POST", f"{API}/jobs"): Kind.JOB,
    ("POST", f"{API}/bakeoffs"): Kind.JOB,
    ("POST", f"{API}/jobs/{{job_id}}/retry"): Kind.JOB,
    ("GET", f"{API}/renditions/{{rendition_id}}/download"): Kind.WORK,
    ("GET", f"{API}/account/export"): Kind.WORK,
    ("POST", f"{API}/guests"): Kind.ATTEMPT,
    ("POST", f"{API}/session"): Kind.ATTEMPT,
    ("POST", f"{API}/account"): Kind.ATTEMPT,
    ("DELETE", f"{API}/account"): Kind.ATTEMPT,
    ("POST", f"{API}/account/verification"): Kind.ATTEMPT,
    ("POST", f"{API}/account/verification/mail"): Kind.ATTEMPT,
    ("POST", f"{API}/account/password-reset"): Kind.ATTEMPT,
    ("PUT", f"{API}/account/password"): Kind.ATTEMPT,
    ("GET", f"{API}/logins/{{name}}"): Kind.ATTEMPT,
    ("GET", f"{API}/logins/{{name}}/callback"): Kind.ATTEMPT,
}
"""The routes that are not what their method says: READ where it is safe, else WORK."""

SENTENCES = {
    "account": "That was more at once than an account may do.",
    "account-uploads": "That is all that an account may send in an hour.",
    "address": "That is all that can be done from one place in a quarter of an hour without an account.",
    "uploads": "That is all that can be sent from one place in an hour without an account. Sign up to go on now.",
    "photos": "That is all that guests can have restored from one place in a day. Sign up to go on now.",
    "attempts": "There were very many attempts from where you are.",
    "email-attempts": "There were very many attempts for this address.",
}


def kind_of(method: str, path: str) -> Kind:
    """What a request for a route is, by the form of its path."""
    return KINDS.get((method, path), Kind.READ if method in SAFE_METHODS else Kind.WORK)


async def hold_to_limits(request: Request) -> None:
    """A dependency of every route. Raises TooManyRequests."""
    services: Services = request.app.state.services
    limits = services.get(Limits)
    kind = kind_of(request.method, request.scope["route"].path_format)
    if not limits.on or kind is Kind.FREE:
        return
    user = await _whose(request)
    await _hold(request, kind, user, limits)
    # Only what was not refused counts as told of: who was asked to wait a moment comes again.
    if kind is Kind.ARRIVAL and not (await limits.limiter.take(ONCE, await _told(request, "upload"))).allowed:
        await _hold(request, Kind.UPLOAD, user, limits)


async def _hold(request: Request, kind: Kind, user: User | None, limits: Limits) -> None:
    verdicts = cast("list[Verdict]", request.state.verdicts)
    async for limit, key in _applying(request, kind, user, limits):
        verdict = await limits.limiter.take(limit, key)
        verdicts.append(verdict)
        if not verdict.allowed:
            raise refusal(verdict)


ONCE = Window("arrivals", 1, 3600.0)
"""A leave to send a photo straight to the store is over before that."""

LIMITED = Depends(hold_to_limits)


class RateLimitHeaders:
    """Tells every client about the limits that its request was held against, whatever became of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        verdicts: list[Verdict] = []
        Request(scope).state.verdicts = verdicts

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and verdicts:
                headers = MutableHeaders(scope=message)
                for name, value in rate_limit_headers(verdicts).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def refusal(verdict: Verdict) -> TooManyRequests:
    """What somebody is told who was refused."""
    seconds = max(1, ceil(verdict.retry_after))
    return TooManyRequests(
        f"{SENTENCES[verdict.limit.name]} Try again in {in_words(seconds)}.", retry_after=seconds
    )  # fmt: skip


def in_words(seconds: int) -> str:
    """How long to wait, rounded up: "1 second", "15 minutes", "23 hours"."""
    count, unit = seconds, "second"
    for each, name in ((3600, "hour"), (60, "minute")):
        if seconds >= 2 * each:
            count, unit = ceil(seconds / each), name
            break
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


async def _whose(request: Request) -> User | None:
    """Who asks; a session or a key that is no longer good is nobody's here, and refused by the route itself."""
    try:
        return await recognise(request)
    except NotLoggedIn:
        return None


async def _applying(
    request: Request, kind: Kind, user: User | None, limits: Limits
) -> AsyncIterator[tuple[Limit, str]]:
    """The limits of a request with the keys that it counts under."""
    allowed, here = limits.allowances, _place(request, limits)
    if kind is Kind.ATTEMPT:
        yield allowed.address_attempts, here
        if (email := await _email(request)) is not None or user is not None:
            yield allowed.email_attempts, email or str(user and user.id)
        return
    for each in _counting(kind, user, allowed):
        of_the_account = each in (allowed.account, allowed.account_uploads)
        yield each, str(user.id) if user is not None and of_the_account else here


def _counting(kind: Kind, user: User | None, allowed: Allowances) -> list[Limit]:
    passing = user is None or user.role is Role.GUEST
    if kind is Kind.READ:
        return [allowed.address] if user is None else []
    if kind is Kind.UPLOAD:
        return [allowed.address_uploads] if passing else [allowed.account_uploads]
    counting = [] if user is None else [allowed.account]
    if passing:
        counting.append(allowed.address)
    if passing and kind is Kind.JOB:
        counting.append(allowed.address_jobs)
    return counting


def _place(request: Request, limits: Limits) -> str:
    peer = None if request.client is None else request.client.host
    return limit_key(client_address(peer, request.headers.items(), limits.trusted))


async def _email(request: Request) -> str | None:
    """The e-mail address in the body, in one spelling; FastAPI has read the body by now, so it costs nothing."""
    email = await _told(request, "email")
    return f"email:{email.strip().casefold()}" if email else None


async def _told(request: Request, name: str) -> str:
    """A text of the body, empty where there is none."""
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return ""
    text = cast("Mapping[str, object]", body).get(name) if isinstance(body, dict) else None
    return text if isinstance(text, str) else ""
