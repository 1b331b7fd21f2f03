"""Routes of API keys: make one, see which there are, revoke one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from rekindle.accounts.api import OF_ACCOUNTS, Person
from rekindle.accounts.entrance import NoAccounts
from rekindle.accounts.present import key_out
from rekindle.accounts.schemas import KeyList, MadeKey, NewKey
from rekindle.accounts.sessions import ApiKeys, TooManyKeys, UnknownKey
from rekindle.accounts.users import NotAllowed
from rekindle.infra.db.database import Database
from rekindle.infra.http import API, problems, service

router = APIRouter(prefix=API, tags=["accounts"], dependencies=OF_ACCOUNTS)

Keys = Annotated[ApiKeys, service(ApiKeys)]
Tables = Annotated[Database, service(Database)]


@router.get("/api-keys", responses=problems(NoAccounts, NotAllowed))
async def list_keys(user: Person, keys: Keys, db: Tables) -> KeyList:
    """The keys that work, newest first."""
    async with db.reading() as tx:
        return KeyList(items=[key_out(key) for key in await keys.list(tx, user)])


@router.post("/api-keys", status_code=201, responses=problems(NoAccounts, NotAllowed, TooManyKeys))
async def make_key(body: NewKey, user: Person, keys: Keys, db: Tables) -> MadeKey:
    """Make a key for a program. It is shown this once: only a hash of it is kept."""
    async with db.transaction() as tx:
        key, secret = await keys.make(tx, user, body.name, frozenset(body.scopes))
    return MadeKey(**key_out(key).model_dump(), key=secret.text)


@router.delete(
    "/api-keys/{key_id}", status_code=204, responses=problems(NoAccounts, NotAllowed, UnknownKey)
)  # fmt: skip
async def revoke_key(key_id: UUID, user: Person, keys: Keys, db: Tables) -> None:
    """Make a key useless, at once and for ever."""
    async with db.transaction() as tx:
        await keys.revoke(tx, user, key_id)
