"""What every ledger must hold: the fifteen invariants of money that moves, and those of holds, grants and debt.

INV-01 to INV-15 bear the names that such lists commonly give them. A unit other than the credit does not exist here, so
INV-11 speaks of accounts instead of currencies.
"""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import DBAPIError

from rekindle.credits.ledger import BadAmount, Bucket, HoldEnded, InsufficientCredits, Kind
from rekindle.credits.sweep import sweep
from tests.contract.credits.house import ALICE, BOB, House, at_once, live_through, moment

Invariant = Callable[[House], Awaitable[None]]


async def every_entry_is_balanced(house: House) -> None:
    await live_through(house)
    await house.check("every_entry_is_balanced")
    for entry in await house.entries():
        assert sum(move.amount for move in entry.draft.moves) == entry.amount


async def the_journal_is_append_only(house: House) -> None:
    await house.grant(5000)
    held = await house.hold(1000)
    before = await house.entries()
    await house.capture(held)
    await live_through(house)
    assert (await house.entries())[: len(before)] == before
    for change in ("UPDATE credit_entries SET amount = 1", "DELETE FROM credit_moves", "DELETE FROM credit_entries"):
        with pytest.raises(DBAPIError, match="append-only"):
            await house.execute(change)


async def the_chain_of_digests_is_intact(house: House) -> None:
    await live_through(house)
    await house.check("tables_follow_from_the_entries")
    entries = await house.entries()
    assert len({entry.digest for entry in entries}) == len(entries)


async def a_duplicate_submission_is_a_no_op(house: House) -> None:
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: house.grant(5000, key="g"),
        lambda: house.withdraw(7, key="w"),
    ]
    for call in calls:
        assert await call() == await call()
    held, other = await house.hold(2000, key="h"), await house.hold(500, key="o")
    assert await house.hold(2000, key="h") == held
    assert await house.capture(held, 1500, key="c") == await house.capture(held, 1500, key="c")
    assert await house.release(other, key="r") == await house.release(other, key="r")
    assert [entry.draft.key for entry in await house.entries()] == ["g", "w", "h", "o", "c", "c/rest", "r"]


async def concurrent_duplicates_collapse_to_one(house: House) -> None:
    await house.grant(100_000)
    answers, errors = await at_once([house.hold(1000, key="same") for _ in range(64)])
    assert (len(answers), errors) == (64, [])
    assert all(answer == answers[0] for answer in answers)
    assert (await house.balance()).held == 1000
    assert len(await house.entries()) == 2


async def no_update_of_a_hot_account_is_lost(house: House) -> None:
    amounts = range(1, 101)
    granted, errors = await at_once([house.grant(amount) for amount in amounts])
    assert (len(granted), errors) == (100, [])
    assert (await house.balance()).available == sum(amounts)


async def value_is_conserved_under_concurrency(house: House) -> None:
    await house.grant(60_000)
    holds, _ = await at_once([house.hold(1000) for _ in range(30)])
    await at_once([*(house.capture(hold, 400) for hold in holds[:15]), *(house.release(hold) for hold in holds[15:])])
    balance = await house.balance()
    assert (balance.available, balance.held) == (60_000 - 15 * 400, 0)
    await house.check("value_is_conserved")


async def the_balance_equals_the_projection_of_the_journal(house: House) -> None:
    await house.grant(1234)
    await house.check("balances_are_the_entries")
    await live_through(house)
    await house.check("balances_are_the_entries")


async def the_overdraft_guard_holds_under_a_drain(house: House) -> None:
    await house.grant(100)
    held, refused = await at_once([house.hold(1) for _ in range(200)])
    assert len(held) == 100
    assert len(refused) == 100
    assert {type(error) for error in refused} == {InsufficientCredits}
    balance = await house.balance()
    assert (balance.available, balance.held) == (0, 100)


async def small_movements_do_not_drift(house: House) -> None:
    await house.grant(200_000)
    for amount in (1001, 333, 1) * 20:
        await house.capture(await house.hold(amount))
    assert (await house.balance()).available == 200_000 - 20 * (1001 + 333 + 1)


async def accounts_and_units_cannot_be_mixed(house: House) -> None:
    await house.grant(1000, of=ALICE)
    with pytest.raises(InsufficientCredits):
        await house.hold(1, of=BOB)
    for amount in (0, -1, 0.5, True, 10**13):
        with pytest.raises(BadAmount):
            await house.hold(amount)  # pyright: ignore[reportArgumentType]
    await house.check("accounts_are_apart")


async def a_reversal_is_compensation_and_never_deletion(house: House) -> None:
    grant = await house.grant(1000)
    held = await house.hold(400)
    released = await house.release(held)
    entries = await house.entries()
    assert [entry.draft.kind for entry in entries] == [Kind.GRANT, Kind.HOLD, Kind.RELEASE]
    assert entries[1:] == [held, released]
    assert released.draft.hold_id == held.id
    assert (await house.balance()).grants[0].id == grant.id


async def the_state_rebuilds_from_the_entries(house: House) -> None:
    await live_through(house)
    await house.hold(1)
    await house.check("tables_follow_from_the_entries")


async def the_entries_of_an_account_are_in_order(house: House) -> None:
    await live_through(house)
    entries = await house.entries()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert sorted(entries, key=lambda entry: entry.at) == entries
    await house.check("keys_are_used_once")


async def a_duplicate_of_what_was_refused_is_not_reported_as_applied(house: House) -> None:
    await house.grant(10)
    for _ in range(2):
        with pytest.raises(InsufficientCredits):
            await house.hold(11, key="too-much")
    await house.grant(1)
    held = await house.hold(11, key="too-much")
    assert (await house.entries())[-1] == held


async def a_hold_ends_once(house: House) -> None:
    await house.grant(10_000)
    held, other = await house.hold(1000), await house.hold(3000)
    ended, errors = await at_once([*(house.capture(held) for _ in range(4)), *(house.release(held) for _ in range(4))])
    assert len(ended) == 1
    assert {type(error) for error in errors} == {HoldEnded}
    await house.release(other)
    await house.check("every_hold_ends_once")


async def two_sweepers_release_a_hold_once(house: House) -> None:
    await house.grant(1000)
    await house.hold(300, hours=1)
    await house.hold(200, hours=3)
    house.clock.advance(hours=2)
    swept, errors = await at_once([sweep(house.db, house.credits, clock=house.clock) for _ in range(4)])
    assert errors == []
    assert sum(each.holds for each in swept) == 1
    balance = await house.balance()
    assert (balance.available, balance.held) == (800, 200)


async def the_soonest_expiry_is_spent_first(house: House) -> None:
    forever = await house.grant(100)
    late = await house.grant(100, expires_at=moment(house, days=9))
    soon = await house.grant(100, expires_at=moment(house, days=1))
    first = await house.grant(100, expires_at=moment(house, days=9), priority=1)
    moves = (await house.hold(350)).draft.moves
    assert [(move.grant_id, move.amount) for move in moves] == [
        (soon.id, 100), (first.id, 100), (late.id, 100), (forever.id, 50)
    ]  # fmt: skip


async def released_credits_go_back_where_they_came_from(house: House) -> None:
    soon = await house.grant(100, expires_at=moment(house, days=1))
    await house.grant(100)
    before = (await house.balance()).grants
    await house.release(await house.hold(150))
    assert (await house.balance()).grants == before
    assert before[0].id == soon.id


async def credits_released_after_their_time_expire(house: House) -> None:
    await house.grant(100, expires_at=moment(house, hours=1))
    held = await house.hold(60, hours=9)
    house.clock.advance(hours=2)
    await house.release(held)
    moves = [move for entry in await house.entries() for move in entry.draft.moves]
    assert sum(move.amount for move in moves if move.target is Bucket.EXPIRED) == 100
    async with house.db.reading() as tx:
        assert (await house.credits.balance(tx, ALICE)).available == 0
    await house.check("value_is_conserved")


INVARIANTS: dict[str, Invariant] = {
    "INV-01 every entry is balanced": every_entry_is_balanced,
    "INV-02 the journal is append-only": the_journal_is_append_only,
    "INV-03 the chain of digests is intact": the_chain_of_digests_is_intact,
    "INV-04 a duplicate submission is a no-op": a_duplicate_submission_is_a_no_op,
    "INV-05 concurrent duplicates collapse to one": concurrent_duplicates_collapse_to_one,
    "INV-06 no update of a hot account is lost": no_update_of_a_hot_account_is_lost,
    "INV-07 value is conserved under concurrency": value_is_conserved_under_concurrency,
    "INV-08 the balance equals the projection of the journal": the_balance_equals_the_projection_of_the_journal,
    "INV-09 the overdraft guard holds under a drain": the_overdraft_guard_holds_under_a_drain,
    "INV-10 small movements do not drift": small_movements_do_not_drift,
    "INV-11 accounts and units cannot be mixed": accounts_and_units_cannot_be_mixed,
    "INV-12 a reversal is compensation and never deletion": a_reversal_is_compensation_and_never_deletion,
    "INV-13 the state rebuilds from the entries": the_state_rebuilds_from_the_entries,
    "INV-14 the entries of an account are in order": the_entries_of_an_account_are_in_order,
    "INV-15 what was refused is not reported as applied": a_duplicate_of_what_was_refused_is_not_reported_as_applied,
    "a hold ends once": a_hold_ends_once,
    "two sweepers release a hold once": two_sweepers_release_a_hold_once,
    "the soonest expiry is spent first": the_soonest_expiry_is_spent_first,
    "released credits go back where they came from": released_credits_go_back_where_they_came_from,
    "credits released after their time expire": credits_released_after_their_time_expire,
}
