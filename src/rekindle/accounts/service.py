"""Accounts by e-mail and password: sign up, log in, prove an address, set a new password, leave."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from rekindle.accounts.passwords import Passwords, check_password
from rekindle.accounts.secrets import Kind, Secret, digest_of, looks_right, new_secret
from rekindle.accounts.sessions import Sessions, user_of
from rekindle.accounts.tables import ApiKeyRow, IdentityRow, LinkRow, SessionRow, UserRow
from rekindle.accounts.users import BadAddress, Role, User, address
from rekindle.clock import Clock
from rekindle.errors import Conflict, Invalid, RekindleError
from rekindle.infra.db.database import Database, Transaction


class AddressTaken(Conflict):
    code: ClassVar[str] = "email_taken"
    title: ClassVar[str] = "This address has an account"


class WrongLogin(RekindleError):
    status: ClassVar[int] = 401
    code: ClassVar[str] = "wrong_login"
    title: ClassVar[str] = "This did not log you in"


class LinkEnded(Invalid):
    code: ClassVar[str] = "link_ended"
    title: ClassVar[str] = "This link no longer works"


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who has just come in, and the secret of their session."""

    user: User
    session: Secret


@dataclass(frozen=True, slots=True)
class Mailed:
    """A link to be sent to an address."""

    email: str
    link: Secret


class Accounts:
    """What people do with their accounts. A guest has one too: signing up gives it an address and keeps its photos."""

    def __init__(
        self, db: Database, clock: Clock, sessions: Sessions, *, plan: str, guest_plan: str, link_life: timedelta
    ) -> None:
        self._db, self._clock, self._sessions = db, clock, sessions
        self._plan, self._guest_plan, self._link_life = plan, guest_plan, link_life
        self._passwords = Passwords()

    async def enter_as_guest(self) -> Entered:
        """A new guest."""
        async with self._db.transaction() as tx:
            row = self._new_row(Role.GUEST, self._guest_plan)
            tx.add(row)
            await tx.flush()
            return Entered(user_of(row), await self._sessions.open(tx, row.id))

    async def sign_up(self, email: str, password: str, guest: User | None = None) -> tuple[Entered, Mailed]:
        """A new account, or the guest's own with an address. Raises BadAddress, WeakPassword and AddressTaken."""
        known = address(email)
        check_password(password, known)
        kept = await asyncio.to_thread(self._passwords.keep, password)
        try:
            async with self._db.transaction() as tx:
                row = await self._guest_row(tx, guest) or self._new_row(Role.USER, self._plan)
                row.role, row.plan, row.email, row.password = Role.USER, self._plan, known, kept
                tx.add(row)
                await tx.flush()
                await self._sessions.close_all(tx, row.id)
                entered = Entered(user_of(row), await self._sessions.open(tx, row.id))
                return entered, self._link(tx, row.id, known, Kind.VERIFY)
        except IntegrityError as error:
            raise AddressTaken("There is an account with this address. Log in, or ask for a new password.") from error

    async def log_in(self, email: str, password: str) -> Entered:
        """Come in. Raises WrongLogin, in the same time whether there is such an account or not."""
        known = _or_nothing(email)
        async with self._db.reading() as tx:
            row = await tx.scalar(select(UserRow).where(UserRow.email == known)) if known else None
        kept = row.password if row else None
        right, renewed = await asyncio.to_thread(self._passwords.matches, password, kept)
        if row is None or not right:
            raise WrongLogin("The address or the password is not right. You can ask for a new password.")
        async with self._db.transaction() as tx:
            # Only if the password is still the one that was checked: a new one may have been set meanwhile.
            same = (UserRow.id == row.id, UserRow.password == kept)
            found = await tx.execute(
                update(UserRow).where(*same).values(password=renewed or kept).returning(UserRow.id)
            )
            if found.one_or_none() is None:
                raise WrongLogin("The password was changed just now. Log in with the new one.")
            return Entered(user_of(row), await self._sessions.open(tx, row.id))

    async def ask_for_reset(self, email: str) -> Mailed | None:
        """A link that sets a new password, or nothing for an unknown address: nobody is told which it was."""
        known = _or_nothing(email)
        async with self._db.transaction() as tx:
            row = await tx.scalar(select(UserRow).where(UserRow.email == known)) if known else None
            return self._link(tx, row.id, row.email, Kind.RESET) if row and row.email else None

    async def reset(self, link: str, password: str) -> User:
        """Set a new password by a link; everybody is logged out, and the address is proven. Raises LinkEnded and
        WeakPassword.
        """
        kept = await asyncio.to_thread(self._passwords.keep, password)
        async with self._db.transaction() as tx:
            row = await self._use(tx, link, Kind.RESET)
            check_password(password, row.email or "")
            row.password = kept
            row.verified_at = row.verified_at or self._clock.now()
            await self._sessions.close_all(tx, row.id)
            return user_of(row)

    async def verify(self, link: str) -> User:
        """Prove the address that a link was sent to. Raises LinkEnded."""
        async with self._db.transaction() as tx:
            row = await self._use(tx, link, Kind.VERIFY)
            row.verified_at = row.verified_at or self._clock.now()
            return user_of(row)

    async def forget(self, tx: Transaction, user: User) -> None:
        """Take away everything that says who somebody was, and every way in. What they own goes before this."""
        for table in (SessionRow, ApiKeyRow, IdentityRow, LinkRow):
            await tx.execute(delete(table).where(table.user_id == user.id))
        gone = {"email": None, "password": None, "verified_at": None, "deleted_at": self._clock.now()}
        await tx.execute(update(UserRow).where(UserRow.id == user.id).values(gone))

    async def _guest_row(self, tx: Transaction, guest: User | None) -> UserRow | None:
        if guest is None:
            return None
        still = (UserRow.id == guest.id, UserRow.role == Role.GUEST, UserRow.deleted_at.is_(None))
        return await tx.scalar(select(UserRow).where(*still).with_for_update())

    async def _use(self, tx: Transaction, link: str, purpose: Kind) -> UserRow:
        """The account of a link, which from now on does not work any more."""
        row = None
        if looks_right(link, purpose):
            now = self._clock.now()
            open_still = (LinkRow.digest == digest_of(link), LinkRow.used_at.is_(None), LinkRow.expires_at > now)
            used = await tx.execute(
                update(LinkRow).where(*open_still).values(used_at=now).returning(LinkRow.user_id, LinkRow.email)
            )
            known = used.one_or_none()
            if known:
                row = await tx.scalar(select(UserRow).where(UserRow.id == known[0], UserRow.email == known[1]))
        if row is None:
            raise LinkEnded("It was used, is too old, or was sent to another address. Ask for a new one.")
        return row

    def _link(self, tx: Transaction, user_id: UUID, email: str, purpose: Kind) -> Mailed:
        secret = new_secret(purpose)
        expires = self._clock.now() + self._link_life
        tx.add(
            LinkRow(
                id=self._clock.new_id(), user_id=user_id, digest=secret.digest, purpose=purpose.value, email=email,
                expires_at=expires, used_at=None,
            )
        )  # fmt: skip
        return Mailed(email, secret)

    def _new_row(self, role: Role, plan: str) -> UserRow:
        return UserRow(
            id=self._clock.new_id(), role=role, plan=plan, email=None, verified_at=None, password=None,
            created_at=self._clock.now(), deleted_at=None,
        )  # fmt: skip


def _or_nothing(email: str) -> str | None:
    try:
        return address(email)
    except BadAddress:
        return None
