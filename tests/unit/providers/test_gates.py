"""How much of a provider may be used: calls of a minute and of a day, and places."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.infra.limits.rules import Bucket
from rekindle.providers.gates import DAY, Gate, Gates


@given(st.integers(1, 10**7))
def test_no_more_calls_pass_in_any_day_than_were_allowed(calls: int) -> None:
    (limit,) = Gate(1, rpd=calls).limits()
    most = limit.capacity + DAY / (limit.step / 1e6) if isinstance(limit, Bucket) else limit.quota
    assert calls * 0.99 <= most <= calls * 1.001


async def test_who_has_patience_waits_for_the_next_minute_and_others_are_told_how_long() -> None:
    ticks = [0.0]
    gates = Gates({"one": Gate(1, rpm=1)}, LocalLimiter(ticks=lambda: ticks[0]))
    assert await gates.call("one", 0) is None
    ticks[0] = 59.9
    reached = await gates.call("one", 0)
    assert reached is not None
    assert reached.retry_after == pytest.approx(0.1)
    waiting = asyncio.create_task(gates.call("one", 5))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    ticks[0] = 60.1
    assert await waiting is None


async def test_a_call_that_the_day_forbids_does_not_count_against_the_minute() -> None:
    gates = Gates({"one": Gate(1, rpm=5, rpd=1)}, LocalLimiter())
    assert await gates.call("one", 0) is None
    for _ in range(9):
        reached = await gates.call("one", 0)
        assert reached is not None
        assert reached.limit.name == "provider-day"


async def test_whoever_waits_is_let_in_by_turns_and_never_more_than_there_are_places() -> None:
    gates, most, turns = Gates({"one": Gate(3)}, LocalLimiter()), 0, list[int]()

    async def work(number: int) -> None:
        nonlocal most
        assert await gates.enter("one", 10)
        turns.append(number)
        most = max(most, gates.busy("one"))
        await asyncio.sleep(0)
        gates.leave("one")

    await asyncio.gather(*(work(number) for number in range(50)))
    assert (most, gates.busy("one"), turns) == (3, 0, list(range(50)))


async def test_who_is_stopped_while_waiting_takes_no_place() -> None:
    gates = Gates({"one": Gate(1)}, LocalLimiter())
    assert await gates.enter("one", 0)
    waiting = [asyncio.create_task(gates.enter("one", 60)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in waiting[:2]:
        task.cancel()
    gates.leave("one")
    assert await waiting[2]
    gates.leave("one")
    assert gates.load("one") == 0


async def test_a_provider_without_a_gate_is_open() -> None:
    gates = Gates({}, LocalLimiter())
    assert await gates.enter("any", 0)
    gates.leave("any")
    assert (gates.load("any"), await gates.look("any"), await gates.call("any", 0)) == (0.0, None, None)
