"""What people own in the packages above this one: each says how to hand it over, take it away and write it out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from rekindle.infra.db.base import Json
from rekindle.infra.db.database import Transaction


@dataclass(frozen=True, slots=True)
class OwnedFile:
    """A file of an export: its name in the archive, and its bytes, which may have gone meanwhile (FileMissing)."""

    name: str
    open: AbstractAsyncContextManager[Path]


class Belongings(Protocol):
    """One kind of things that people own."""

    async def hand_over(self, tx: Transaction, from_id: UUID, to_id: UUID) -> None:
        """Give all of it to somebody else, as when a guest logs in to an account."""
        ...

    async def remove(self, owner_id: UUID) -> None:
        """Take all of it away, files too. Done twice it is done once."""
        ...

    async def left_behind(self) -> Sequence[UUID]:
        """Some of those who left and still own something, because a removal was cut off."""
        ...

    def sections(self, owner_id: UUID) -> Mapping[str, AsyncIterator[Json]]:
        """What an export says of it: names of lists, and what is in them."""
        ...

    def files(self, owner_id: UUID) -> AsyncIterator[OwnedFile]:
        """The files that an export contains."""
        ...
