"""Accounts: coming in, staying in, getting out, and never somebody else's."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from rekindle.accounts.asking import HOME_ID
from rekindle.accounts.entering import Entering
from rekindle.accounts.passwords import Passwords, WeakPassword
from rekindle.accounts.secrets import Kind, new_secret
from rekindle.accounts.service import Accounts, AddressTaken, LinkEnded, Mailed, Terms, WrongLogin
from rekindle.accounts.sessions import ApiKeys, Sessions, TooManyKeys, UnknownKey
from rekindle.accounts.tables import ApiKeyRow, LinkRow, SessionRow, UserRow
from rekindle.accounts.users import NotAllowed, Role, Scope, User
from rekindle.infra.db.database import Database
from tests.factories import HeldClock, database

ADA, WORDS = "ada@example.org", "four grandmothers in a boat"
IDLE, LONGEST, LINK_LIFE = timedelta(days=14), timedelta(days=60), timedelta(hours=2)
BOTH = frozenset(Scope)
PEOPLE = select(UserRow).where(UserRow.id != HOME_ID)


@dataclass
class House:
    """Everything that accounts are made of, on a real database with a clock that stands still."""

    db: Database
    clock: HeldClock
    sessions: Sessions
    keys: ApiKeys
    entering: Entering
    accounts: Accounts

    async def who(self, session: str) -> User | None:
        async with self.db.reading() as tx:
            found = await self.sessions.find(tx, session)
            return found and found.user

    async def whose(self, key: str) -> User | None:
        async with self.db.reading() as tx:
            found = await self.keys.find(tx, key)
            return found and found.user

    async def key(self, user: User, scopes: frozenset[Scope] = BOTH) -> str:
        async with self.db.transaction() as tx:
            return (await self.keys.make(tx, user, "laptop", scopes))[1].text


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    clock = HeldClock()
    async with database(tmp_path) as db:
        sessions = Sessions(clock, idle=IDLE, longest=LONGEST)
        entering = Entering(clock, sessions)
        accounts = Accounts(db, clock, entering, passwords=Passwords(), terms=Terms("free", "guest", LINK_LIFE))
        yield House(db, clock, sessions, ApiKeys(clock), entering, accounts)


async def test_who_signs_up_is_logged_in_and_can_log_in_again(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(" Ada@Example.ORG ", WORDS)
    assert (entered.user.role, entered.user.plan, entered.user.email) == (Role.USER, "free", ADA)
    assert mailed.email == ADA
    again = await house.accounts.log_in("ADA@example.org", WORDS)
    assert again.user.id == entered.user.id
    assert [await house.who(each.session.text) for each in (entered, again)] == [again.user, again.user]


@pytest.mark.parametrize(
    ("email", "password"), [(ADA, "five grandmothers in a boat"), ("eve@example.org", WORDS), ("nobody", WORDS)]
)
async def test_a_wrong_login_does_not_say_what_was_wrong(house: House, email: str, password: str) -> None:
    await house.accounts.sign_up(ADA, WORDS)
    with pytest.raises(WrongLogin, match="The address or the password is not right"):
        await house.accounts.log_in(email, password)


async def test_an_address_has_one_account_however_many_sign_up_at_once(house: House) -> None:
    asked = [house.accounts.sign_up(ADA, f"{WORDS} {number}") for number in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, AddressTaken) for answer in answers) == 7
    async with house.db.reading() as tx:
        assert len((await tx.scalars(PEOPLE)).all()) == 1


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_neither_passwords_nor_secrets_are_in_the_database(house: House, tmp_path: Path) -> None:
    entered, mailed = await house.accounts.sign_up(ADA, WORDS)
    key = await house.key(entered.user)
    kept = await asyncio.to_thread(stored, tmp_path)
    assert ADA.encode() in kept
    for secret in (WORDS, entered.session.text, mailed.link.text, key):
        assert secret.encode() not in kept


async def test_a_guest_who_signs_up_stays_the_same_and_gets_a_new_session(house: House) -> None:
    guest = await house.accounts.enter_as_guest()
    assert (guest.user.role, guest.user.plan) == (Role.GUEST, "guest")
    entered, _ = await house.accounts.sign_up(ADA, WORDS, guest.user)
    assert entered.user.id == guest.user.id
    assert entered.user.role is Role.USER
    assert await house.who(guest.session.text) is None
    assert await house.who(entered.session.text) == entered.user


async def test_somebody_with_an_account_cannot_be_taken_over_as_if_a_guest(house: House) -> None:
    ada, _ = await house.accounts.sign_up(ADA, WORDS)
    eve, _ = await house.accounts.sign_up("eve@example.org", WORDS, ada.user)
    assert eve.user.id != ada.user.id
    assert (await house.accounts.log_in(ADA, WORDS)).user.id == ada.user.id


async def test_a_guest_whose_address_is_taken_stays_a_guest(house: House) -> None:
    await house.accounts.sign_up(ADA, WORDS)
    guest = await house.accounts.enter_as_guest()
    with pytest.raises(AddressTaken):
        await house.accounts.sign_up(ADA, WORDS, guest.user)
    assert await house.who(guest.session.text) == guest.user


async def test_a_weak_password_leaves_no_account(house: House) -> None:
    with pytest.raises(WeakPassword):
        await house.accounts.sign_up(ADA, "password")
    async with house.db.reading() as tx:
        assert (await tx.scalars(PEOPLE)).all() == []


async def test_a_session_ends_when_it_is_not_used(house: House) -> None:
    entered = await house.accounts.enter_as_guest()
    house.clock.advance(days=13)
    assert await house.who(entered.session.text)
    house.clock.advance(days=1)
    assert await house.who(entered.session.text) is None


async def test_a_session_in_use_lives_on_but_not_for_ever(house: House) -> None:
    entered = await house.accounts.enter_as_guest()
    lived = 0
    while await house.who(entered.session.text):
        async with house.db.transaction() as tx:
            await house.sessions.used(tx, entered.session.text)
        house.clock.advance(days=1)
        lived += 1
    assert lived == LONGEST.days


async def test_a_session_that_ended_is_forgotten(house: House) -> None:
    await house.accounts.enter_as_guest()
    house.clock.advance(days=15)
    kept = await house.accounts.enter_as_guest()
    async with house.db.transaction() as tx:
        await house.sessions.sweep(tx)
    async with house.db.reading() as tx:
        assert len((await tx.scalars(select(SessionRow))).all()) == 1
    assert await house.who(kept.session.text)


async def test_logging_out_ends_this_session_alone(house: House) -> None:
    one, _ = await house.accounts.sign_up(ADA, WORDS)
    other = await house.accounts.log_in(ADA, WORDS)
    async with house.db.transaction() as tx:
        await house.sessions.close(tx, one.session.text)
    assert await house.who(one.session.text) is None
    assert await house.who(other.session.text) == other.user


async def test_a_link_proves_an_address_once(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(ADA, WORDS)
    assert not entered.user.verified
    assert (await house.accounts.verify(mailed.link.text, entered.user)).verified
    with pytest.raises(LinkEnded):
        await house.accounts.verify(mailed.link.text, entered.user)


async def test_a_link_does_nothing_but_what_it_is_for(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(ADA, WORDS)
    with pytest.raises(LinkEnded):
        await house.accounts.reset(mailed.link.text, "another long password")
    for wrong in ("", "rv_", mailed.link.text[:-1], new_secret(Kind.VERIFY).text):
        with pytest.raises(LinkEnded):
            await house.accounts.verify(wrong, entered.user)


async def test_a_link_that_is_too_old_does_nothing(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(ADA, WORDS)
    house.clock.advance(hours=2)
    with pytest.raises(LinkEnded):
        await house.accounts.verify(mailed.link.text, entered.user)


async def reset_link(house: House) -> Mailed:
    mailed = await house.accounts.ask_for_reset(ADA)
    assert mailed is not None
    return mailed


async def test_a_new_password_logs_everybody_out_and_takes_the_place_of_the_old_one(house: House) -> None:
    entered, _ = await house.accounts.sign_up(ADA, WORDS)
    mailed = await reset_link(house)
    assert (await house.accounts.reset(mailed.link.text, "another long password")).verified
    assert await house.who(entered.session.text) is None
    with pytest.raises(WrongLogin):
        await house.accounts.log_in(ADA, WORDS)
    assert (await house.accounts.log_in(ADA, "another long password")).user.id == entered.user.id


async def test_who_waited_with_somebody_elses_address_is_shut_out_by_a_new_password(house: House) -> None:
    mallory, _ = await house.accounts.sign_up(ADA, WORDS)
    key = await house.key(mallory.user)
    mailed = await reset_link(house)
    await house.accounts.reset(mailed.link.text, "another long password")
    assert await house.whose(key) is None
    assert await house.who(mallory.session.text) is None


async def test_keys_of_a_proven_account_outlive_a_new_password(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(ADA, WORDS)
    await house.accounts.verify(mailed.link.text, entered.user)
    key = await house.key(entered.user)
    await house.accounts.reset((await reset_link(house)).link.text, "another long password")
    assert await house.whose(key)


async def test_the_link_can_be_asked_for_again_until_the_address_is_proven(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(ADA, WORDS)
    again = await house.accounts.ask_for_verification(entered.user)
    assert again is not None
    assert again.link.text != mailed.link.text
    proven = await house.accounts.verify(again.link.text, entered.user)
    assert await house.accounts.ask_for_verification(proven) is None
    guest = await house.accounts.enter_as_guest()
    assert await house.accounts.ask_for_verification(guest.user) is None


async def test_a_new_password_that_is_weak_does_not_use_the_link_up(house: House) -> None:
    await house.accounts.sign_up(ADA, WORDS)
    mailed = await reset_link(house)
    with pytest.raises(WeakPassword):
        await house.accounts.reset(mailed.link.text, "short")
    await house.accounts.reset(mailed.link.text, "another long password")


async def test_a_link_used_many_times_at_once_works_once(house: House) -> None:
    await house.accounts.sign_up(ADA, WORDS)
    mailed = await reset_link(house)
    asked = [house.accounts.reset(mailed.link.text, f"another long password {number}") for number in range(6)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, User) for answer in answers) == 1


async def test_nobody_learns_whether_an_address_has_an_account_by_asking_for_a_reset(house: House) -> None:
    assert await house.accounts.ask_for_reset("nobody@example.org") is None
    assert await house.accounts.ask_for_reset("not an address") is None


async def test_a_key_is_found_with_its_scopes_until_it_is_revoked(house: House) -> None:
    entered, _ = await house.accounts.sign_up(ADA, WORDS)
    key = await house.key(entered.user, frozenset({Scope.READ}))
    found = await house.whose(key)
    assert found is not None
    assert (found.id, found.scopes) == (entered.user.id, frozenset({Scope.READ}))
    with pytest.raises(NotAllowed):
        found.check_scope(Scope.WRITE)
    async with house.db.transaction() as tx:
        (listed,) = await house.keys.list(tx, entered.user)
        await house.keys.revoke(tx, entered.user, listed.id)
    assert await house.whose(key) is None


async def test_a_list_of_keys_never_shows_a_key(house: House) -> None:
    entered, _ = await house.accounts.sign_up(ADA, WORDS)
    key = await house.key(entered.user)
    async with house.db.reading() as tx:
        (listed,) = await house.keys.list(tx, entered.user)
    assert key not in repr(listed)
    assert key.startswith(listed.hint.rstrip("…"))


async def test_somebody_elses_key_cannot_be_seen_or_revoked(house: House) -> None:
    ada, _ = await house.accounts.sign_up(ADA, WORDS)
    eve, _ = await house.accounts.sign_up("eve@example.org", WORDS)
    key = await house.key(ada.user)
    async with house.db.transaction() as tx:
        (mine,) = await house.keys.list(tx, ada.user)
        assert await house.keys.list(tx, eve.user) == []
        with pytest.raises(UnknownKey):
            await house.keys.revoke(tx, eve.user, mine.id)
    assert await house.whose(key)


async def test_an_account_has_a_bounded_number_of_keys(house: House) -> None:
    entered, _ = await house.accounts.sign_up(ADA, WORDS)
    for _ in range(20):
        await house.key(entered.user)
    with pytest.raises(TooManyKeys, match="Revoke one"):
        await house.key(entered.user)


async def test_the_last_use_of_a_key_is_known_to_five_minutes(house: House) -> None:
    entered, _ = await house.accounts.sign_up(ADA, WORDS)
    key = await house.key(entered.user)
    seen: list[float] = []
    begun = house.clock.now()
    for _ in range(12):
        async with house.db.transaction() as tx:
            await house.keys.used(tx, key)
            row = (await tx.scalars(select(ApiKeyRow))).one()
            assert row.used_at is not None
            seen.append((row.used_at - begun).total_seconds() / 60)
        house.clock.advance(minutes=1)
    assert seen == [0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]


async def test_who_leaves_cannot_come_in_again_and_leaves_no_name(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(ADA, WORDS)
    key = await house.key(entered.user)
    async with house.db.transaction() as tx:
        await house.entering.forget(tx, entered.user.id)
    assert await house.who(entered.session.text) is None
    assert await house.whose(key) is None
    with pytest.raises(WrongLogin):
        await house.accounts.log_in(ADA, WORDS)
    with pytest.raises(LinkEnded):
        await house.accounts.verify(mailed.link.text, entered.user)
    async with house.db.reading() as tx:
        (row,) = (await tx.scalars(PEOPLE)).all()
        assert (row.id, row.email, row.password) == (entered.user.id, None, None)
        for table in (SessionRow, ApiKeyRow, LinkRow):
            assert (await tx.scalars(select(table))).all() == []
    fresh, _ = await house.accounts.sign_up(ADA, WORDS)
    assert fresh.user.id != entered.user.id


def somebody(role: Role, scopes: frozenset[Scope] | None = None) -> User:
    return User(HeldClock().new_id(), role, "free", scopes=scopes)


def test_keys_and_guests_do_not_change_accounts() -> None:
    somebody(Role.USER).check_person()
    for other in (somebody(Role.GUEST), somebody(Role.USER, BOTH)):
        with pytest.raises(NotAllowed):
            other.check_person()


def test_only_an_operator_in_person_operates() -> None:
    somebody(Role.OPERATOR).check_operator()
    for other in (somebody(Role.USER), somebody(Role.OPERATOR, BOTH)):
        with pytest.raises(NotAllowed):
            other.check_operator()
