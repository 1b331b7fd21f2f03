"""Readiness: every part is asked, in bounded time, and not too often."""

import asyncio
import logging
import time

import pytest

from rekindle.infra.observing import metrics
from rekindle.infra.observing.readiness import Finding, Overall, Part, Readiness, State, overall


async def well() -> None:
    return None


async def worse() -> str:
    return "It is slow."


async def broken() -> None:
    raise OSError("postgresql://ada:secret@db is gone")


async def silent() -> None:
    await asyncio.sleep(60)


async def test_each_part_is_told_as_it_is() -> None:
    parts = [Part("a", well, essential=True), Part("b", worse), Part("c", broken), Part("d", silent)]
    began = time.monotonic()
    found = await Readiness(parts, seconds=0.1).look()
    assert time.monotonic() - began < 10
    assert {name: each.state for name, each in found.items()} == {
        "a": State.OK, "b": State.DEGRADED, "c": State.FAILING, "d": State.FAILING,
    }  # fmt: skip
    assert found["b"].detail == "It is slow."
    assert "secret" not in (found["c"].detail or "")
    assert "0.1 seconds" in (found["d"].detail or "")


@pytest.mark.parametrize(
    ("state", "essential", "expected"),
    [
        (State.OK, True, Overall.READY),
        (State.DEGRADED, True, Overall.DEGRADED),
        (State.FAILING, False, Overall.DEGRADED),
        (State.FAILING, True, Overall.UNAVAILABLE),
    ],
)
def test_only_what_nothing_works_without_makes_a_server_unavailable(
    state: State, essential: bool, expected: Overall
) -> None:
    assert overall({"a": Finding(State.OK, True), "b": Finding(state, essential)}) is expected


async def test_the_log_says_once_why_a_part_does_not_work(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    readiness = Readiness([Part("database", broken)], fresh=0.0)
    await readiness.look()
    await readiness.look()
    assert [record.getMessage() for record in caplog.records] == [
        "database: OSError: postgresql://ada:secret@db is gone"  # the line is scrubbed when it is written
    ]


async def test_a_thousand_who_ask_at_once_are_one_question() -> None:
    asked = 0

    async def check() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)

    readiness = Readiness([Part("a", check)], fresh=60)
    await asyncio.gather(*(readiness.look() for _ in range(1000)))
    assert asked == 1


async def test_an_answer_grows_old() -> None:
    answers = iter([None, "It is slow.", None])

    async def check() -> str | None:
        return next(answers)

    readiness = Readiness([Part("a", check)], fresh=0)
    assert [(await readiness.look())["a"].state for _ in range(3)] == [State.OK, State.DEGRADED, State.OK]


async def test_a_part_that_changes_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([None, "It is slow.", "It is slow.", None, None])

    async def check() -> str | None:
        return next(answers)

    readiness = Readiness([Part("engine", check)], fresh=0)
    with caplog.at_level(logging.INFO, "rekindle"):
        for _ in range(5):
            await readiness.look()
    assert [record.getMessage() for record in caplog.records] == ["engine: It is slow.", "engine: it works again"]


async def test_a_part_that_fails_is_a_figure() -> None:
    await Readiness([Part("left", broken), Part("right", worse)]).look()
    value = metrics.REGISTRY.get_sample_value
    assert value("rekindle_part_up", {"part": "left"}) == 0
    assert value("rekindle_part_up", {"part": "right"}) == 1
