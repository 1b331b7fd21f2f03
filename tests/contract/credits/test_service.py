"""What the ledger does for its callers, beyond what every ledger must hold."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.credits.ledger import (
    AccountInDebt,
    BadAmount,
    BadKey,
    GrantNotFound,
    HoldNotFound,
    InsufficientCredits,
    KeyReused,
    Kind,
)
from rekindle.credits.prices import CLASSIC, Order
from rekindle.credits.service import Award
from rekindle.credits.sweep import Swept, sweep
from rekindle.treatments.degradations import Degradation
from tests.contract.credits.house import ALICE, BOB, House, live_through, living_in, moment
from tests.contract.credits.mutants import TRIGGERS


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with living_in(tmp_path) as opened:
        yield opened


async def test_an_account_that_nobody_knows_has_nothing(house: House) -> None:
    balance = await house.balance(BOB)
    assert (balance.available, balance.held, balance.debt, balance.grants) == (0, 0, 0, ())
    with pytest.raises(InsufficientCredits, match="you have 0 credits"):
        await house.hold(1, of=BOB)


async def test_a_hold_goes_with_the_transaction_that_made_it(house: House) -> None:
    await house.grant(5000)

    async def submit_and_fail() -> None:
        async with house.db.transaction() as tx:
            await house.credits.hold(tx, ALICE, 2000, key="job:1", deadline_at=moment(house, hours=1))
            raise RuntimeError("the job could not be written")

    with pytest.raises(RuntimeError):
        await submit_and_fail()
    assert (await house.balance()).held == 0
    assert (await house.hold(2000, key="job:1")).seq == 2


async def test_a_grant_and_its_spending_fit_into_one_transaction(house: House) -> None:
    async with house.db.transaction() as tx:
        await house.credits.grant(tx, ALICE, Award(3000, "gift"), key="gift")
        held = await house.credits.hold(tx, ALICE, 2000, key="job", deadline_at=moment(house, hours=1))
        await house.credits.capture(tx, held.id, key="done", amount=1500)
        assert (await house.credits.balance(tx, ALICE)).available == 1500
    assert (await house.proof()).holds


async def test_a_price_is_held_in_full_and_captured_as_owed(house: House) -> None:
    await house.grant(5000)
    quote = CLASSIC.quote(Order("restore"))
    first, second = await house.hold(quote.most), await house.hold(quote.most)
    await house.capture(first, quote.owed(Degradation.FADING))
    ended = await house.capture(second, quote.owed(Degradation.NONE))
    assert ended.draft.kind is Kind.RELEASE
    assert (await house.balance()).available == 5000 - 900


@pytest.mark.parametrize("key", ["grant", "hold", "capture"])
async def test_a_key_is_good_for_one_request_only(house: House, key: str) -> None:
    await house.grant(5000, key="grant")
    held = await house.hold(1000, key="hold")
    await house.capture(held, key="capture")
    with pytest.raises(KeyReused):
        await house.hold(999, key=key)
    with pytest.raises(KeyReused):
        await house.grant(1, of=BOB, key=key)
    assert len(await house.entries()) == 3


async def test_what_cannot_be_is_refused_with_a_reason(house: House) -> None:
    await house.grant(1000)
    held = await house.hold(500)
    with pytest.raises(BadAmount, match="up to what it holds"):
        await house.capture(held, 501)
    with pytest.raises(BadKey):
        await house.release(held, key="no/slashes")
    async with house.db.transaction() as tx:
        with pytest.raises(HoldNotFound):
            await house.credits.release(tx, UUID(int=7), key="k")
        with pytest.raises(GrantNotFound):
            await house.credits.reclaim(tx, UUID(int=7), 1, key="k", reason="refund")


async def test_what_was_spent_and_is_taken_back_becomes_debt_and_is_paid_first(house: House) -> None:
    topup = await house.grant(5000, source="topup")
    held = await house.hold(1000)
    await house.capture(await house.hold(3000))
    await house.reclaim(topup, 5000)
    balance = await house.balance()
    assert (balance.available, balance.held, balance.debt) == (0, 1000, 4000)
    with pytest.raises(AccountInDebt, match="4 credits"):
        await house.hold(1)
    await house.release(held)
    await house.grant(3500)
    balance = await house.balance()
    assert (balance.available, balance.held, balance.debt) == (500, 0, 0)
    assert (await house.proof()).holds


async def test_a_payment_that_is_refunded_twice_is_taken_back_once(house: House) -> None:
    topup = await house.grant(5000)
    await house.reclaim(topup, 4000)
    again = await house.reclaim(topup, 5000)
    assert again.amount == 1000
    assert (await house.reclaim(topup, 1)).amount == 0
    assert (await house.balance()).debt == 0


async def test_a_subscription_that_ends_takes_its_credits_and_leaves_the_others(house: House) -> None:
    plan, topup = await house.grant(5000), await house.grant(1000, source="topup", priority=-1)
    held = await house.hold(2000)
    await house.close(plan)
    await house.release(held)
    assert [lot.id for lot in (await house.balance()).grants] == [topup.id]


async def test_a_balance_does_not_count_what_is_over_though_nobody_swept(house: House) -> None:
    await house.grant(100, expires_at=moment(house, days=1))
    await house.grant(50, expires_at=moment(house, days=2))
    assert (await house.balance()).next_expiry == moment(house, days=1)
    house.clock.advance(days=1)
    balance = await house.balance()
    assert (balance.available, balance.next_expiry) == (50, moment(house, days=1))
    with pytest.raises(InsufficientCredits):
        await house.hold(51)


async def test_a_clock_that_jumps_does_not_make_a_grant_twice(house: House) -> None:
    for _ in range(3):
        house.clock.advance(days=1)
        await house.grant(3000, key="plan:2026-05")
    house.clock.advance(days=-9)
    await house.grant(3000, key="plan:2026-05")
    assert (await house.balance()).available == 3000


async def test_a_sweep_says_what_it_did(house: House) -> None:
    await house.grant(100, expires_at=moment(house, hours=2))
    await house.grant(10, of=BOB)
    await house.hold(30, hours=1)
    await house.hold(1, of=BOB, hours=9)
    assert await sweep(house.db, house.credits, clock=house.clock) == Swept(0, 0)
    house.clock.advance(hours=1)
    assert await sweep(house.db, house.credits, clock=house.clock) == Swept(1, 0)
    house.clock.advance(hours=1)
    assert await sweep(house.db, house.credits, clock=house.clock) == Swept(0, 100)


async def test_entries_come_in_pages_newest_first(house: House) -> None:
    await live_through(house)
    async with house.db.reading() as tx:
        first = await house.credits.entries(tx, ALICE, limit=4)
        second = await house.credits.entries(tx, ALICE, limit=100, before=first[-1].seq)
    assert [row.seq for row in (*first, *second)] == list(range(len(first) + len(second), 0, -1))


async def test_the_proof_shows_its_sums_for_one_account_and_for_all(house: House) -> None:
    await house.grant(5000)
    await house.capture(await house.hold(2000), 500)
    await house.grant(700, of=BOB)
    for account, issued in ((ALICE, 5000), (BOB, 700), (None, 5700)):
        proof = await house.proof(account)
        conserved = proof.checks[0].sums
        assert proof.holds
        assert (conserved["issued"], conserved["sum"]) == (-issued, 0)


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE credit_entries SET amount = amount + 1 WHERE seq = 2",
        "UPDATE credit_moves SET amount = amount + 1 WHERE source = 'issued'",
        "UPDATE credit_entries SET at = '2001-01-01 00:00:00.000000' WHERE seq = 1",
        "UPDATE credit_balances SET available = available + 1",
        "UPDATE credit_grants SET expires_at = NULL",
        "UPDATE credit_holds SET ended_at = NULL",
        "DELETE FROM credit_holds",
    ],
)
async def test_what_is_changed_behind_the_ledger_is_noticed(house: House, forgery: str) -> None:
    await house.grant(5000, expires_at=house.clock.now() + timedelta(days=1))
    await house.release(await house.hold(1000))
    assert (await house.proof()).holds
    await house.execute(*(f"DROP TRIGGER {name}" for name in TRIGGERS), forgery)
    assert (await house.proof(ALICE)).broken()
