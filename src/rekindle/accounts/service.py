"""Accounts by e-mail and password: sign up, log in, prove an address, set a new password, leave."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from rekindle.accounts.asking import NotLoggedIn
from rekindle.accounts.entering import Entered, Entering
from rekindle.accounts.passwords import Passwords, check_password
from rekindle.accounts.secrets import Kind, Secret, digest_of, looks_right, new_secret
from rekindle.accounts.sessions import user_of
from rekindle.accounts.tables import LinkRow, UserRow
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
class Mailed:
    """A link to be sent to an address."""

    email: str
    link: Secret


@dataclass(frozen=True, slots=True)
class Terms:
    """The plans that people begin with, and how long a link in a mail works."""

    plan: str
    guest_plan: str
    link_life: timedelta


class Accounts:
    """What people do with their accounts. A guest has one too: signing up gives it an address and keeps its photos."""

    def __init__(self, db: Database, clock: Clock, entering: Entering, *, passwords: Passwords, terms: Terms) -> None:
        self._db, self._clock, self._entering = db, clock, entering
        self._passwords, self._terms = passwords, terms

    async def enter_as_guest(self) -> Entered:
        """A new guest."""
        async with self._db.transaction() as tx:
            row = new_row(self._clock, Role.GUEST, self._terms.guest_plan)
            tx.add(row)
            await tx.flush()
            return await self._entering.enter(tx, row)

    async def sign_up(self, email: str, password: str, guest: User | None = None) -> tuple[Entered, Mailed]:
        """A new account, or the guest's own with an address. Raises BadAddress, WeakPassword and AddressTaken."""
        known = address(email)
        check_password(password, known)
        kept = await self._passwords.aside(self._passwords.keep, password)
        try:
            async with self._db.transaction() as tx:
                plan = self._terms.plan
                row = await self._entering.guest_row(tx, guest) or new_row(self._clock, Role.USER, plan)
                row.role, row.plan, row.email, row.password = Role.USER, plan, known, kept
                tx.add(row)
                await tx.flush()
                await self._entering.sessions.close_all(tx, row.id)
                return await self._entering.enter(tx, row), self._link(tx, row.id, known, Kind.VERIFY)
        except IntegrityError as error:
            raise AddressTaken("There is an account with this address. Log in, or ask for a new password.") from error

    async def log_in(self, email: str, password: str, guest: User | None = None) -> Entered:
        """Come in, with what was made as a guest. Raises WrongLogin, in the same time whether there is such an account
        or not.
        """
        known = _or_nothing(email)
        async with self._db.reading() as tx:
            row = await tx.scalar(select(UserRow).where(UserRow.email == known)) if known else None
        kept = row.password if row else None
        right, renewed = await self._passwords.aside(self._passwords.matches, password, kept)
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
            return await self._entering.enter(tx, row, guest)

    async def log_out(self, session: str) -> None:
        """End one session; one that has ended already is no error."""
        async with self._db.transaction() as tx:
            await self._entering.sessions.close(tx, session)

    async def ask_for_verification(self, user: User) -> Mailed | None:
        """A new link that proves an address, or nothing when there is nothing to prove."""
        if user.email is None or user.verified:
            return None
        async with self._db.transaction() as tx:
            return self._link(tx, user.id, user.email, Kind.VERIFY)

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
        kept = await self._passwords.aside(self._passwords.keep, password)
        async with self._db.transaction() as tx:
            row = await self._use(tx, link, Kind.RESET)
            check_password(password, row.email or "")
            if row.verified_at is None:
                await self._entering.shut_out(tx, row)
            row.password = kept
            row.verified_at = row.verified_at or self._clock.now()
            # Others that were asked for may be in the hands of whoever could read the mails then.
            await tx.execute(delete(LinkRow).where(LinkRow.user_id == row.id, LinkRow.purpose == Kind.RESET.value))
            await self._entering.sessions.close_all(tx, row.id)
            return user_of(row)

    async def verify(self, link: str, user: User | None) -> User:
        """Prove the address that a link was sent to, if its own account asks. Raises LinkEnded and NotLoggedIn.

        The account may have been made by somebody else to wait until the owner of the address proves it for them, who
        only has the link; who set a new password has shut them out.
        """
        async with self._db.transaction() as tx:
            row = await self._use(tx, link, Kind.VERIFY)
            if user is None or user.id != row.id or user.scopes is not None:
                raise NotLoggedIn(
                    "Log in to the account with this address, then open the link again. If you did not make it, ask "
                    "for a new password: that makes it yours alone."
                )
            row.verified_at = row.verified_at or self._clock.now()
            return user_of(row)

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
        expires = self._clock.now() + self._terms.link_life
        tx.add(
            LinkRow(
                id=self._clock.new_id(), user_id=user_id, digest=secret.digest, purpose=purpose.value, email=email,
                expires_at=expires, used_at=None,
            )
        )  # fmt: skip
        return Mailed(email, secret)


def new_row(clock: Clock, role: Role, plan: str) -> UserRow:
    """Somebody new, of whom nothing is known yet."""
    return UserRow(
        id=clock.new_id(), role=role, plan=plan, email=None, verified_at=None, password=None,
        created_at=clock.now(), deleted_at=None,
    )  # fmt: skip


def _or_nothing(email: str) -> str | None:
    try:
        return address(email)
    except BadAddress:
        return None
