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
        self, db: Database, clock: Clock, entering: Entering, *, passwords: Passwords, belongings: Sequence[Belongings]
    ) -> None:
        self._db, self._clock, self._entering = db, clock, entering
        self._passwords, self._belongings = passwords, belongings

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
        await self._take_away(user.id)

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

    async def _take_away(self, user_id: UUID) -> None:
        for each in self._belongings:
            try:
                await each.remove(user_id)
            except RekindleError:
                log.warning("something of somebody who left is still there; it goes with the next sweep", exc_info=True)
