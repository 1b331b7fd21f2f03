"""The route that providers call when they are done."""

from typing import Annotated

from fastapi import APIRouter, Request

from rekindle.accounts.asking import open_to_all
from rekindle.errors import NotFound, TooLarge
from rekindle.infra.http import API, problems, service
from rekindle.jobs.waking import Waking

router = APIRouter(prefix=API, tags=["providers"])

ANY_BODY = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post(
    "/providers/{provider}/nudges/{token}",
    status_code=204,
    dependencies=[open_to_all()],
    openapi_extra=ANY_BODY,
    responses=problems(NotFound, TooLarge),
)
async def take_nudge(provider: str, token: str, request: Request, waking: Annotated[Waking, service(Waking)]) -> None:
    """A provider says that an edit may be done. What it says is not believed: the job asks the provider itself.

    The address is one that this server gave to the provider; any other answers as if there were nothing.
    """
    await waking.take(provider, token, request.headers, await request.body())
