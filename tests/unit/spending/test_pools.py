"""Pools: when to buy, when to tell, when to stop, and how to divide what came in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.spending.pools import Pool, shared_out


@pytest.mark.parametrize(("balance", "order"), [(201, 0), (200, 800), (50, 950), (-10, 1010)])
def test_at_a_fifth_of_the_last_purchase_it_is_filled_up_again(balance: int, order: int) -> None:
    assert Pool("one", balance, level=1000).refill == order


def test_a_pool_that_was_never_filled_orders_nothing() -> None:
    assert Pool("one", 0, level=0).refill == 0


def test_below_its_limit_operators_are_told() -> None:
    assert Pool("one", 99, level=1000, alert_below=100).low
    assert not Pool("one", 100, level=1000, alert_below=100).low


def test_the_reserve_is_not_touched_and_edits_under_way_count() -> None:
    pool = Pool("one", 1000, level=1000, reserve=300)
    assert pool.judged(700, 0).allowed
    assert not pool.judged(701, 0).allowed
    assert not pool.judged(400, 301).allowed
    assert pool.judged(0, 10**9).allowed


@given(st.integers(0, 10**12), st.dictionaries(st.sampled_from("abcde"), st.integers(0, 10**9)))
def test_eighty_per_cent_are_divided_to_the_last_millionth(revenue: int, spent: dict[str, int]) -> None:
    parts = shared_out(revenue, spent)
    assert set(parts) == set(spent)
    assert all(part >= 0 for part in parts.values())
    assert sum(parts.values()) == (revenue * 80 // 100 if sum(spent.values()) else 0)
