"""Leaving: an account is forgotten, and with it everything that it owned; the ledger stays, and names nobody."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, exists, select

from rekindle.accounts.belongings import Belongings
from rekindle.accounts.entering import Entering
from rekindle.accounts.passwords import Passwords
from rekindle.accounts.tables import LinkRow, SessionRow, UserRow
from rekindle.accounts.users import Role, User
from rekindle.clock import Clock
from rekindle.errors import RekindleError
from rekindle.infra.db.database import Database
from rekindle.infra.tombstones.book import Tombstones

log = logging.getLogger(__name__)

BATCH = 200
_UNUSED = timedelta(hours=1)
"""A guest without a session who is younger may be coming in just now."""


class WrongPassword(RekindleError):
    status: ClassVar[int] = 403
    code: ClassVar[str] = "wrong_password"
    title: ClassVar[str] = "This is not your password"


class Leaving:
    """Lets people leave, and clears up after those who just stayed away."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        entering: Entering,
        *,
        passwords: Passwords,
        belongings: Sequence[Belongings],
        tombstones: Tombstones | None = None,
    ) -> None:
        self._db, self._clock, self._entering = db, clock, entering
        self._passwords, self._belongings, self._tombstones = passwords, belongings, tombstones

    async def leave(self, user: User, password: str | None) -> None:
        """Delete an account and all that it owns. Raises WrongPassword unless that is right, where there is one."""
        async with self._db.reading() as tx:
            kept = await tx.scalar(select(UserRow.password).where(UserRow.id == user.id))
        if kept is not None:
            right, _ = await self._passwords.aside(self._passwords.matches, password or "", kept)
            if not right:
                raise WrongPassword("The password is not right. Type the one that you log in with.")
        # First every way in, so that nothing new comes while the rest goes; `sweep` ends what is cut off here.
        async with self._db.transaction() as tx:
            await self._entering.forget(tx, user.id)
            if self._tombstones is not None:
                await self._tombstones.bury(tx, "account", user.id)
        await self._take_away(user.id)
        await self._tell_files()

    async def forget_again(self, user_id: UUID) -> None:
        """Somebody who left is here again, because a backup was put back: forget them, and take away what they own."""
        async with self._db.transaction() as tx:
            row = await tx.get(UserRow, user_id)
            if row is None:
                return
            if row.deleted_at is None:
                await self._entering.forget(tx, user_id)
        await self._take_away(user_id)

    async def sweep(self) -> int:
        """Forget sessions and links that have ended, and guests who can no longer come back; take away what those who
        left still own. The number of people that this was about.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await self._entering.sessions.sweep(tx)
            await tx.execute(delete(LinkRow).where(LinkRow.expires_at <= now))
            guest = (UserRow.role == Role.GUEST, UserRow.deleted_at.is_(None), UserRow.created_at < now - _UNUSED)
            lost = ~exists().where(SessionRow.user_id == UserRow.id)
            gone = (await tx.scalars(select(UserRow.id).where(*guest, lost).limit(BATCH))).all()
            for user_id in gone:
                await self._entering.forget(tx, user_id)
        left = set(gone)
        for each in self._belongings:
            left.update(await each.left_behind())
        for user_id in left:
            await self._take_away(user_id)
        if left:
            log.info("%d guests and others who left were cleared up after", len(left))
        return len(left)

    async def _tell_files(self) -> None:
        """At once, not with the next sweep: until then a backup that is put back would not know of it."""
        if self._tombstones is None:
            return
        try:
            await self._tombstones.keep()
        except RekindleError:
            log.warning("that somebody left is not written beside the files yet; it is tried again", exc_info=True)

    async def _take_away(self, user_id: UUID) -> None:
        for each in self._belongings:
            try:
                await each.remove(user_id)
            except RekindleError:
                log.warning("something of somebody who left is still there; it goes with the next sweep", exc_info=True)
