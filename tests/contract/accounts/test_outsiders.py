"""People who are known elsewhere have one account here, however they come, and however many come at once."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from rekindle.accounts.entering import Entering
from rekindle.accounts.outsiders import Outsiders
from rekindle.accounts.passwords import Passwords
from rekindle.accounts.service import Accounts, Terms
from rekindle.accounts.sessions import Sessions
from rekindle.accounts.tables import IdentityRow
from rekindle.accounts.tokens import Outsider
from rekindle.accounts.users import Role
from rekindle.infra.db.database import Database
from tests.factories import HeldClock, database

ISSUER, EMAIL, WORDS = "https://id.example.org", "ada@example.org", "four grandmothers in a boat"
ADA = Outsider(ISSUER, "ada", EMAIL)


@dataclass
class House:
    db: Database
    accounts: Accounts
    outsiders: Outsiders

    async def identities(self) -> list[tuple[str, str]]:
        async with self.db.reading() as tx:
            return [(row.issuer, row.subject) for row in await tx.scalars(select(IdentityRow))]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    clock = HeldClock()
    async with database(tmp_path) as db:
        entering = Entering(clock, Sessions(clock, idle=timedelta(days=14), longest=timedelta(days=60)))
        terms = Terms("free", "guest", timedelta(hours=2))
        accounts = Accounts(db, clock, entering, passwords=Passwords(), terms=terms)
        yield House(db, accounts, Outsiders(db, clock, entering, "free"))


async def test_somebody_has_one_account_however_many_times_they_come_at_once(house: House) -> None:
    found = await asyncio.gather(*(house.outsiders.find(ADA) for _ in range(8)))
    assert len({user.id for user in found}) == 1
    entered = await asyncio.gather(*(house.outsiders.enter(ADA, None) for _ in range(4)))
    assert {each.user.id for each in entered} == {found[0].id}
    assert await house.identities() == [(ISSUER, "ada")]


async def test_the_same_name_at_another_issuer_is_somebody_else(house: House) -> None:
    ada = await house.outsiders.find(Outsider(ISSUER, "ada"))
    other = await house.outsiders.find(Outsider("https://other.example.org", "ada"))
    assert ada.id != other.id


async def test_two_issuers_that_have_proven_an_address_lead_to_one_account(house: House) -> None:
    ada = await house.outsiders.find(ADA)
    same = await house.outsiders.find(Outsider("https://other.example.org", "a.l.", EMAIL))
    assert same.id == ada.id
    assert len(await house.identities()) == 2


async def test_an_account_with_a_proven_address_keeps_its_password(house: House) -> None:
    entered, mailed = await house.accounts.sign_up(EMAIL, WORDS)
    await house.accounts.verify(mailed.link.text, entered.user)
    assert (await house.outsiders.find(ADA)).id == entered.user.id
    assert (await house.accounts.log_in(EMAIL, WORDS)).user.id == entered.user.id


async def test_a_guest_becomes_the_account_unless_there_is_one(house: House) -> None:
    guest = await house.accounts.enter_as_guest()
    ada = await house.outsiders.enter(ADA, guest.user)
    assert (ada.user.id, ada.user.role, ada.user.plan) == (guest.user.id, Role.USER, "free")
    other = await house.accounts.enter_as_guest()
    again = await house.outsiders.enter(ADA, other.user)
    assert again.user.id == ada.user.id


async def test_somebody_with_an_account_is_not_turned_into_another(house: House) -> None:
    eve, _ = await house.accounts.sign_up("eve@example.org", WORDS)
    ada = await house.outsiders.enter(ADA, eve.user)
    assert ada.user.id != eve.user.id
    assert (await house.accounts.log_in("eve@example.org", WORDS)).user.id == eve.user.id


async def test_who_left_and_comes_back_begins_anew(house: House) -> None:
    ada = await house.outsiders.enter(ADA, None)
    async with house.db.transaction() as tx:
        await house.outsiders.entering.forget(tx, ada.user.id)
    assert (await house.outsiders.find(ADA)).id != ada.user.id
