"""Who is asked, with the tables, limits and budgets of a real server: on SQLite, and on Postgres where it is there."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.providers.asking import Candidate, Request, Size
from rekindle.providers.choosing import Choosing, Passage, Policy, Refusal
from rekindle.providers.errors import Misconfigured, ProviderError, RateLimited, Refused, Unavailable
from rekindle.providers.gates import Gate, Gates
from rekindle.providers.protocol import Price, Takes
from rekindle.providers.purse import Purse, Unlimited, Verdict, Want
from rekindle.treatments.operations import Operation
from tests.factories import HeldClock, database
from tests.postgres import postgres_database
from tests.simulators.providers import Simulator, model

ADA = UUID(int=0xADA)
RESTORE = Operation.RESTORE
AT_ONCE = Policy(fresh=0)
"""What another process learned is known here at once."""

BROKEN = Unavailable("It is gone.")
ASKED = Request(RESTORE, [Size(1000, 800)], plan="free", strategy="free", user=ADA)


@pytest.fixture(params=[database, postgres_database], ids=lambda opening: opening.__name__)
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Database]:
    with seeing_everything():
        async with request.param(tmp_path) as opened:
            yield opened


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


def remote(name: str, **changes: object) -> Simulator:
    return Simulator(name, offered=[model("m", **{"takes": Takes.BYTES, "price": Price(image=20_000), **changes})])


HERE = Simulator("here", offered=[model("engine")])
ONE, TWO = remote("one"), remote("two", quality=0.4)


class Poor(Unlimited):
    """Lets nothing be spent at these."""

    def __init__(self, *names: str) -> None:
        self.names = set(names)

    async def verdicts(self, wants: Sequence[Want]) -> Sequence[Verdict]:
        closed = Verdict(allowed=False, action="pause", reason="The budget of the day is spent.")
        return [closed if want.provider in self.names else Verdict(allowed=True) for want in wants]


def choosing(
    db: Database,
    clock: HeldClock,
    *,
    gate: Gate | None = None,
    purse: Purse | None = None,
    policy: Policy | None = None,
) -> Choosing:
    gates = Gates({name: gate or Gate(3) for name in ("one", "two")}, LocalLimiter())
    return Choosing(
        db, [ONE, TWO, HERE], gates=gates, purse=purse or Unlimited(), policy=policy or AT_ONCE, clock=clock
    )


async def order(chooser: Choosing, request: Request = ASKED) -> list[str]:
    return [each.provider.name for each in (await chooser.ranking(request)).candidates]


async def reasons(chooser: Choosing, request: Request = ASKED) -> dict[str, str]:
    return {each.provider: each.reason for each in (await chooser.ranking(request)).refused}


async def note(db: Database, chooser: Choosing, outcome: ProviderError | str = "ok", seconds: float = 5) -> None:
    async with db.transaction() as tx:
        await chooser.note(tx, "one", "m", RESTORE, outcome, seconds)  # type: ignore[arg-type]


async def passed(chooser: Choosing, provider: Simulator = ONE, patience: float = 0.0) -> Passage:
    answer = await chooser.admit(Candidate(provider, provider.models[0]), ASKED, patience=patience)
    assert not isinstance(answer, Refusal), answer
    return answer


async def refused(chooser: Choosing, provider: Simulator = ONE, patience: float = 0.0) -> Refusal:
    answer = await chooser.admit(Candidate(provider, provider.models[0]), ASKED, patience=patience)
    assert isinstance(answer, Refusal)
    return answer


async def test_the_engine_of_this_machine_comes_last(db: Database, clock: HeldClock) -> None:
    assert await order(choosing(db, clock)) == ["one", "two", "here"]


async def test_a_provider_that_fails_falls_behind_and_then_is_left_alone(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock)
    for _ in range(4):
        await note(db, chooser, BROKEN)
    assert await order(chooser) == ["two", "one", "here"]
    await note(db, chooser, BROKEN)
    assert await order(chooser) == ["two", "here"]
    assert "several times in a row" in (await reasons(chooser))["one"]
    assert (await refused(chooser)).after == 30


async def test_what_one_process_learned_all_others_know(db: Database, clock: HeldClock) -> None:
    await note(db, choosing(db, clock), Misconfigured("No key."))
    assert await order(choosing(db, clock)) == ["two", "here"]


async def test_a_process_knows_at_once_what_it_learned_and_soon_what_another_one_did(
    db: Database, clock: HeldClock
) -> None:
    chooser, other = choosing(db, clock, policy=Policy()), choosing(db, clock, policy=Policy(fresh=0.2))
    assert await order(other) == await order(chooser) == ["one", "two", "here"]
    await note(db, chooser, Misconfigured("No key."))
    assert await order(chooser) == ["two", "here"]
    await asyncio.sleep(0.25)
    assert await order(other) == ["two", "here"]


async def test_what_was_rolled_back_was_never_learned(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock)

    async def fail() -> None:
        async with db.transaction() as tx:
            await chooser.note(tx, "one", "m", RESTORE, Misconfigured("No key."), 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await order(chooser) == ["one", "two", "here"]


async def test_notes_at_the_same_time_are_all_counted(db: Database, clock: HeldClock) -> None:
    one, other = choosing(db, clock), choosing(db, clock)
    await asyncio.gather(*(note(db, each, BROKEN) for each in (one, other, one, other, one)))
    assert await order(one) == ["two", "here"]


async def test_a_half_open_circuit_lets_one_probe_pass_and_its_success_closes_it(
    db: Database, clock: HeldClock
) -> None:
    chooser, other = choosing(db, clock), choosing(db, clock)
    for _ in range(5):
        await note(db, chooser, BROKEN)
    clock.advance(seconds=30)
    assert "one" in await order(chooser)
    async with await passed(chooser):
        assert "finding out" in (await refused(other)).reason
        assert "finding out" in (await reasons(other))["one"]
        await note(db, chooser)
    async with await passed(other), await passed(chooser):
        assert "one" in await order(other)


async def test_a_probe_that_said_nothing_lets_the_next_one_try(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock)
    await note(db, chooser, Misconfigured("No key."))
    clock.advance(seconds=30)
    async with await passed(chooser):
        await note(db, chooser, Refused("Not that."))
    async with await passed(chooser):
        assert (await refused(chooser)).after is not None


async def test_a_pause_that_was_asked_for_holds_for_everybody_until_it_is_over(db: Database, clock: HeldClock) -> None:
    chooser, other = choosing(db, clock), choosing(db, clock)
    await note(db, chooser, RateLimited("Slower.", after=20))
    await note(db, chooser, RateLimited("Slower.", after=5))
    assert await order(other) == ["two", "here"]
    assert (await refused(other)).after == 20
    clock.advance(seconds=20)
    assert await order(other) == ["one", "two", "here"]
    async with await passed(other):
        pass


async def test_no_more_edits_at_once_than_there_are_places(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock, gate=Gate(2))
    async with await passed(chooser), await passed(chooser):
        assert "places are taken" in (await refused(chooser)).reason
        assert (await order(chooser))[-1] == "here"
    async with await passed(chooser), await passed(chooser):
        pass


async def test_who_waits_for_a_place_is_let_in_and_impatience_is_refused(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock, gate=Gate(1))
    async with AsyncExitStack() as first:
        await first.enter_async_context(await passed(chooser))
        waiting = asyncio.create_task(passed(chooser, patience=10))
        assert (await refused(chooser, patience=0.05)).after is not None
        assert not waiting.done()
    async with await waiting:
        pass


async def test_a_place_that_is_dropped_without_being_used_is_free_again(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock, gate=Gate(1))
    passage = await passed(chooser)
    assert "places are taken" in (await refused(chooser)).reason
    del passage
    gc.collect()
    async with await passed(chooser):
        assert "places are taken" in (await refused(chooser)).reason


async def test_places_are_given_back_whatever_refuses_afterwards(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock, gate=Gate(1), purse=Poor("one"))
    for _ in range(3):
        assert (await refused(chooser)).reason == "The budget of the day is spent."


async def test_a_busy_provider_gives_way_to_its_equal(db: Database, clock: HeldClock) -> None:
    twin = remote("two")
    gates = Gates({name: Gate(2) for name in ("one", "two")}, LocalLimiter())
    chooser = Choosing(db, [ONE, twin, HERE], gates=gates, purse=Unlimited(), policy=AT_ONCE, clock=clock)
    assert await order(chooser) == ["one", "two", "here"]
    async with await passed(chooser):
        assert await order(chooser) == ["two", "one", "here"]


async def test_calls_of_a_minute_and_of_a_day_are_counted(db: Database, clock: HeldClock) -> None:
    ticks = [0.0]
    gates = Gates({"one": Gate(9, rpm=2, rpd=3)}, LocalLimiter(ticks=lambda: ticks[0]))
    chooser = Choosing(db, [ONE, HERE], gates=gates, purse=Unlimited(), policy=AT_ONCE, clock=clock)
    for _ in range(2):
        async with await passed(chooser):
            pass
    assert (await refused(chooser)).after == 60
    assert (await reasons(chooser))["one"] == "It may be called 2 times a minute, and has been."
    ticks[0] = 61
    async with await passed(chooser):
        pass
    assert (await reasons(chooser))["one"] == "It may be called 3 times a day, and has been."
    ticks[0] = 86_400 + 1
    async with await passed(chooser):
        pass


async def test_a_budget_that_is_spent_closes_it_when_ranking_and_right_before_the_call(
    db: Database, clock: HeldClock
) -> None:
    purse = Poor()
    chooser = choosing(db, clock, purse=purse)
    assert (await order(chooser))[0] == "one"
    purse.names = {"one"}
    assert (await refused(chooser)).after is None
    assert await reasons(chooser) == {"one": "The budget of the day is spent."}


async def test_where_nothing_may_leave_only_the_engine_of_this_machine_is_asked(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock, policy=Policy(local_only=True, fresh=0))
    assert await order(chooser) == ["here"]
    assert "must not leave" in (await refused(chooser)).reason
    async with await passed(chooser, HERE):
        pass


async def test_the_engine_comes_first_for_strategies_that_it_is_good_enough_for(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock, policy=Policy(engine_first=frozenset({"free"}), fresh=0))
    assert await order(chooser) == ["here", "one", "two"]


async def test_no_number_of_failures_closes_the_engine_of_this_machine(db: Database, clock: HeldClock) -> None:
    chooser = choosing(db, clock)
    for _ in range(20):
        async with db.transaction() as tx:
            await chooser.note(tx, "here", "engine", RESTORE, BROKEN, 1)
    assert (await order(chooser))[-1] == "here"
    async with await passed(chooser, HERE):
        pass
