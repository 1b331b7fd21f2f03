"""The rules of the ledger: what a hold takes, how it ends, what is taken back, what an entry says."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.credits.ledger import (
    AccountInDebt,
    BadAmount,
    BadKey,
    Bucket,
    Draft,
    Entry,
    Head,
    InsufficientCredits,
    Kind,
    Lot,
    Move,
    Totals,
    check_amount,
    check_key,
    digest,
    fingerprint,
    hold,
    inflow,
    part,
    reclaimable,
    spending_order,
    spoken,
    take,
    withdraw,
)
from rekindle.credits.replay import Replay

NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)
ALICE = UUID(int=99)


def lot(number: int, available: int, *, days: int | None = None, **more: object) -> Lot:
    ends = None if days is None else NOON + timedelta(days=days)
    values = {"source": "plan", "priority": 0, "granted_at": NOON, "amount": available, **more}
    return Lot(UUID(int=number), expires_at=ends, available=available, **values)  # pyright: ignore[reportArgumentType]


def taken(moves: tuple[Move, ...]) -> list[tuple[int | None, int]]:
    return [(None if move.grant_id is None else move.grant_id.int, move.amount) for move in moves]


def entries(*drafts: Draft) -> list[Entry]:
    head, written = Head(ALICE), []
    for draft in drafts:
        written.append(head.append(draft, NOON))
        head = head.past(written[-1])
    return written


def granting(number: int, amount: int) -> Draft:
    grant = UUID(int=number)
    moves = (Move(Bucket.ISSUED, Bucket.AVAILABLE, amount, grant),)
    facts = {"source": "plan", "priority": 0, "expires_at": None}
    return Draft(grant, Kind.GRANT, f"g{number}", "r", moves, grant_id=grant, details=facts)


def test_grants_are_spent_by_expiry_then_priority_then_age() -> None:
    older = lot(5, 1, granted_at=NOON - timedelta(days=1))
    lots = [lot(1, 1), lot(2, 1, days=9), lot(3, 1, days=9, priority=1), lot(4, 1, days=1), older]
    assert [each.id.int for each in spending_order(lots)] == [4, 3, 2, 5, 1]


def test_a_hold_takes_from_several_grants() -> None:
    moves = hold([lot(1, 10), lot(2, 5, days=1)], Totals(available=15), 12)
    assert taken(moves) == [(2, 5), (1, 7)]
    assert {(move.source, move.target) for move in moves} == {(Bucket.AVAILABLE, Bucket.HELD)}


def test_a_hold_of_more_than_there_is_is_refused_with_the_numbers() -> None:
    with pytest.raises(InsufficientCredits, match=r"needs 2 credits, and you have 0\.7 credits"):
        hold([lot(1, 700)], Totals(available=700), 2000)


def test_who_owes_cannot_hold() -> None:
    with pytest.raises(AccountInDebt, match="1 credit that"):
        hold([], Totals(debt=1000), 1)


@given(st.lists(st.integers(1, 9), min_size=1), st.data())
def test_a_hold_ends_in_full_whatever_part_of_it_is_captured(amounts: list[int], data: st.DataObject) -> None:
    parts = [Move(Bucket.AVAILABLE, Bucket.HELD, amount, UUID(int=n)) for n, amount in enumerate(amounts)]
    captured = data.draw(st.integers(0, sum(amounts)))
    spent, rest = part(parts, captured)
    assert inflow(spent, Bucket.SPENT) == captured
    assert inflow(rest, Bucket.AVAILABLE) == sum(amounts) - captured
    for each in parts:
        back = sum(move.amount for move in (*spent, *rest) if move.grant_id == each.grant_id)
        assert back == each.amount


def test_what_is_captured_in_part_is_that_which_ends_first() -> None:
    spent, rest = part([Move(Bucket.AVAILABLE, Bucket.HELD, 5, UUID(int=n)) for n in (1, 2)], 7)
    assert (taken(spent), taken(rest)) == ([(1, 5), (2, 2)], [(2, 3)])


@pytest.mark.parametrize("captured", [-1, 6])
def test_no_more_than_a_hold_can_be_captured(captured: int) -> None:
    with pytest.raises(BadAmount):
        part([Move(Bucket.AVAILABLE, Bucket.HELD, 5, None)], captured)


def test_what_is_taken_back_comes_from_the_grant_then_from_others_then_from_debt() -> None:
    moves = withdraw([lot(1, 4, days=1), lot(2, 3)], 10, first=UUID(int=2))
    assert taken(moves) == [(2, 3), (1, 4), (None, 3)]
    assert Totals(available=7).after(moves) == Totals(available=0, debt=3)


def test_debt_is_paid_from_what_becomes_available() -> None:
    moves = take([lot(1, 5)], 3, into=Bucket.DEBT)
    assert Totals(available=5, debt=3).after(moves) == Totals(available=2)


def test_nothing_is_asked_back_twice_nor_what_expired() -> None:
    grant = lot(1, 0, amount=10, expired=3, reclaimed=2)
    assert [reclaimable(grant, amount) for amount in (1, 5, 9)] == [1, 5, 5]


def test_a_grant_is_over_at_its_expiry_or_when_it_was_closed() -> None:
    assert not lot(1, 1, days=1).over(NOON)
    assert lot(1, 1, days=0).over(NOON)
    assert lot(1, 1, closed=True).over(NOON)


@pytest.mark.parametrize("amount", [0, -1, 1.0, True, "1", 10**12 + 1])
def test_only_whole_amounts_count(amount: int) -> None:
    with pytest.raises(BadAmount):
        check_amount(amount)


@pytest.mark.parametrize("key", ["", "a b", "a/b", "ä", "x" * 201, "a\n"])
def test_keys_that_could_be_mistaken_are_refused(key: str) -> None:
    with pytest.raises(BadKey):
        check_key(key)


@pytest.mark.parametrize("key", ["job:0198-af", "in_1Qx", "x" * 200])
def test_usual_keys_are_accepted(key: str) -> None:
    check_key(key)


def test_requests_are_told_apart() -> None:
    same = fingerprint(Kind.HOLD, ALICE, 1)
    assert same == fingerprint(Kind.HOLD, ALICE, 1)
    assert len({same, fingerprint(Kind.HOLD, ALICE, 2), fingerprint(Kind.GRANT, ALICE, 1)}) == 3


def test_amounts_are_spoken_as_people_read_them() -> None:
    assert [spoken(each) for each in (0, 1000, 2000, 700, 1001)] == [
        "0 credits", "1 credit", "2 credits", "0.7 credits", "1.001 credits"
    ]  # fmt: skip


def test_every_word_of_an_entry_is_in_its_digest() -> None:
    first, second = entries(granting(1, 5), granting(2, 5))
    assert first.digest == digest(first, "0" * 64)
    assert second.digest == digest(second, first.digest)
    assert len({first.digest, second.digest, digest(second, "0" * 64)}) == 3


def test_a_replay_says_what_is_wrong_with_a_chain() -> None:
    first, second = entries(granting(1, 5), granting(2, 5))
    whole, cut = Replay(Head(ALICE)), Replay(Head(ALICE))
    for entry in (first, second):
        whole.add(entry)
    cut.add(second)
    assert (whole.faults, whole.head.totals) == ([], Totals(available=10))
    assert set(whole.lots) == {UUID(int=1), UUID(int=2)}
    assert [fault.split(" ", 2)[2] for fault in cut.faults] == [
        "is out of order", "does not follow from the one before", "does not add up"
    ]  # fmt: skip
