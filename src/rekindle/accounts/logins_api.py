"""Routes of logins elsewhere, which browsers go to: every answer sends them on."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from rekindle.accounts.api import OF_ACCOUNTS, Door, Whoever
from rekindle.accounts.asking import open_to_all
from rekindle.accounts.entrance import NoAccounts
from rekindle.accounts.logins import Logins
from rekindle.accounts.porter import Porter
from rekindle.accounts.schemas import Brought
from rekindle.errors import RekindleError
from rekindle.infra.http import API, problems, service

log = logging.getLogger(__name__)

router = APIRouter(prefix=API, tags=["accounts"], dependencies=OF_ACCOUNTS)

Elsewhere = Annotated[Logins, service(Logins)]
SENT: dict[str, Any] = {"description": "Sent on"}
SENT_ON = {303: SENT} | problems(NoAccounts)
NO_STORE = {"Cache-Control": "no-store"}


@router.get(
    "/logins/{name}", status_code=303, response_class=RedirectResponse, responses=SENT_ON, dependencies=[open_to_all()]
)
async def begin_login(name: str, request: Request, logins: Elsewhere, door: Door) -> RedirectResponse:
    """Log in elsewhere: sends the browser there. What goes wrong is told by the page, under `/#/login/{code}`."""
    try:
        url, handshake = await logins.begin(name, _back(request, door, name))
    except RekindleError as error:
        return _failed(error)
    answer = RedirectResponse(url, status_code=303, headers=NO_STORE)
    door.handshake.give(answer, handshake)
    return answer


@router.get("/logins/{name}/callback", status_code=303, response_class=RedirectResponse, responses=SENT_ON)
async def finish_login(
    name: str, request: Request, user: Whoever, logins: Elsewhere, door: Door, brought: Annotated[Brought, Query()]
) -> RedirectResponse:
    """Where an issuer sends the browser back to, with a code. What was made as a guest belongs to the account now."""
    kept = logins.opened(name, door.handshake.of(request))
    try:
        entered = await logins.finish(kept, _back(request, door, name), brought, user)
    except RekindleError as error:
        answer = _failed(error)
    else:
        answer = RedirectResponse("/#/", status_code=303, headers=NO_STORE)
        door.let_in(entered, answer)
    door.handshake.take(answer)
    return answer


def _back(request: Request, door: Porter, name: str) -> str:
    return f"{door.entrance.address_of(request)}{API}/logins/{name}/callback"


def _failed(error: RekindleError) -> RedirectResponse:
    log.info("a login elsewhere did not work: %s", error.message)
    return RedirectResponse(f"/#/login/{error.code}", status_code=303, headers=NO_STORE)
