"""Turns: few at once, everybody in the end."""

import asyncio

from rekindle.infra.turns import Turn, Turns


async def test_no_more_at_once_than_there_are_places_and_everybody_comes() -> None:
    turns, now, most = Turns(3, seconds=20.0), 0, 0

    async def one() -> None:
        nonlocal now, most
        turn = Turn(turns)
        await turn.enter()
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.001)
        now -= 1
        turn.leave()

    await asyncio.gather(*(one() for _ in range(30)))
    assert most == 3


async def test_who_waits_too_long_goes_anyway_and_gives_back_nothing_that_it_does_not_have() -> None:
    turns = Turns(1, seconds=0.05)
    first, second = Turn(turns), Turn(turns)
    await first.enter()
    await asyncio.wait_for(second.enter(), 20.0)
    second.leave()
    assert turns.places.locked()
    first.leave()
    first.leave()
    assert not turns.places.locked()
    await first.enter()
    assert not turns.places.locked(), "a turn comes once"


async def test_who_stops_waiting_takes_no_place() -> None:
    turns = Turns(1, seconds=20.0)
    first = Turn(turns)
    await first.enter()
    waiting = asyncio.create_task(Turn(turns).enter())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    first.leave()
    assert not turns.places.locked()
