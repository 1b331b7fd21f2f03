"""Identifiers: which are believed, how far they reach, and how they travel with a task."""

import asyncio

import pytest

from rekindle.infra.observing.context import bind, bound, carried, current, picked_up, request_id_from


@pytest.mark.parametrize("said", ["0123456789abcdef", "req-1.2_3-abcdef", "a" * 64])
def test_a_sender_can_give_its_request_an_identifier(said: str) -> None:
    assert request_id_from(said) == said


NONE = [None, "", "short", "a" * 65, "has a space", "line\nbreak", "héllo-wörld", "-dash-first", "a/b/c/d/e"]


@pytest.mark.parametrize("said", NONE)
def test_what_is_no_identifier_is_replaced_by_a_new_one(said: str | None) -> None:
    first, second = request_id_from(said), request_id_from(said)
    assert first != second
    assert len(first) == len(second) == 16


async def test_an_identifier_reaches_what_is_started_below_it_and_nothing_beside_it() -> None:
    async def told() -> object:
        await asyncio.sleep(0)
        return current().get("job_id")

    async def working(job: str) -> tuple[object, object]:
        bind(job_id=job)
        return current()["job_id"], await asyncio.create_task(told())

    assert await asyncio.gather(asyncio.create_task(working("1")), asyncio.create_task(working("2"))) == [
        ("1", "1"), ("2", "2"),
    ]  # fmt: skip
    assert await told() is None


def test_who_causes_nothing_carries_nothing() -> None:
    assert carried() == {}


def test_a_task_says_whose_doing_it_is_to_whoever_picks_it_up() -> None:
    with bound(request_id="r-0123456789", job_id="not told"):
        baggage = carried()
    assert baggage == {"request_id": "r-0123456789"}
    with picked_up(baggage, task_id="t-1", delivery=2):
        assert current() == {"request_id": "r-0123456789", "task_id": "t-1", "delivery": "2"}
        assert carried() == baggage
    assert current() == {}


def test_what_somebody_wrote_into_a_task_is_no_identifier_yet() -> None:
    with picked_up({"request_id": "line\nbreak"}):
        assert "\n" not in current()["request_id"]
