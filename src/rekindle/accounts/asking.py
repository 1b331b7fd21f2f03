"""Who asks: each route says how much of a somebody it needs, and is handed that somebody.

A route without such a word has no policy, which the tests refuse.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from rekindle.accounts.users import Role, Scope, User
from rekindle.errors import RekindleError
from rekindle.infra.db.owner import act_for, at_the_door, stand_at_the_door
from rekindle.infra.http import Services

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HOME_ID = UUID(int=1)
"""The only user of a machine at home; migration 0005 makes their row."""

HOME_USER = User(HOME_ID, Role.OPERATOR, "home", verified=True)


class NotLoggedIn(RekindleError):
    status: ClassVar[int] = 401
    code: ClassVar[str] = "not_logged_in"
    title: ClassVar[str] = "You are not logged in"


class Level(StrEnum):
    """Whom an operation is for."""

    PUBLIC = "public"
    ANYBODY = "anybody"
    """Somebody known: a guest, a user, an operator or an API key; each sees only what is theirs."""
    PERSON = "person"
    """A user or an operator in a browser: neither a guest nor an API key."""
    OPERATOR = "operator"


class Recognising(Protocol):
    """Tells who sent a request."""

    async def recognise(self, request: Request) -> User | None:
        """Whose request it is, None when it says nothing about that. Raises NotLoggedIn for what is no longer good."""
        ...


class AtHome(Recognising):
    """Without accounts everybody who reaches the server is its owner."""

    async def recognise(self, request: Request) -> User | None:
        """The owner."""
        return HOME_USER


class Access:
    """The policy of a route, and the dependency that enforces it."""

    def __init__(self, level: Level) -> None:
        self.level = level

    async def __call__(self, request: Request) -> User | None:
        """Who asks; None only where the route is public. Raises NotLoggedIn and NotAllowed."""
        if self.level is Level.PUBLIC:
            stand_at_the_door()
            return await _if_known(request)
        user = await recognise(request)
        if user is None:
            raise NotLoggedIn("Log in first, or send an API key as `Authorization: Bearer …`.")
        user.check_scope(Scope.READ if request.method in SAFE_METHODS else Scope.WRITE)
        if self.level is Level.PERSON:
            user.check_person()
        elif self.level is Level.OPERATOR:
            user.check_operator()
        act_for(user.id)
        return user


class Open:
    """The policy of a route that nobody has to be known for, and that works when the database does not."""

    level = Level.PUBLIC

    async def __call__(self) -> None:
        """Let everybody in."""
        stand_at_the_door()


def asks(level: Level = Level.ANYBODY) -> Any:
    """A FastAPI dependency that gives a route who asks: `Annotated[User, asks()]`; `User | None` where it is public."""
    return Depends(Access(level))


def open_to_all() -> Any:
    """A FastAPI dependency for routes that do not care who asks: `dependencies=[open_to_all()]`."""
    return Depends(Open())


async def recognise(request: Request) -> User | None:
    """Who sent a request, looked up once for each. Raises NotLoggedIn."""
    if not hasattr(request.state, "user"):
        services: Services = request.app.state.services
        with at_the_door():
            request.state.user = await services.get(Recognising).recognise(request)
    return request.state.user


def level_of(dependant: Dependant) -> Level | None:
    """The policy of a route, None when it says nothing."""
    call: Callable[..., Awaitable[Any]] | None = dependant.call
    if isinstance(call, Access | Open):
        return call.level
    found = (level_of(each) for each in dependant.dependencies)
    return next((level for level in found if level is not None), None)


async def _if_known(request: Request) -> User | None:
    try:
        return await recognise(request)
    except NotLoggedIn:
        return None
