"""What every limiter does, and what becomes of limits when the server that counts is gone."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.limits.database import DatabaseLimiter
from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.infra.limits.port import Limiter
from rekindle.infra.limits.rules import SECOND, Bucket, Limit, Verdict, Window, judge
from rekindle.infra.limits.script import TAKE
from rekindle.infra.limits.tables import LimitCountRow
from tests.factories import HeldClock, database
from tests.postgres import postgres_database
from tests.valkey import Valkey, valkey

if TYPE_CHECKING:
    from rekindle.infra.limits.redis import RedisLimiter

# Slow enough that nothing comes back while a test runs, however busy the machine is.
SLOW_BUCKET = Bucket("account", 10, 0.001)
SLOW_WINDOW = Window("address", 10, 900.0)
SLOW = pytest.mark.parametrize("limit", [SLOW_BUCKET, SLOW_WINDOW], ids=lambda limit: type(limit).__name__)

QUICK_BUCKET = Bucket("quick", 2, 5.0)
QUICK_WINDOW = Window("short", 2, 0.3)
QUICK = pytest.mark.parametrize("limit", [QUICK_BUCKET, QUICK_WINDOW], ids=lambda limit: type(limit).__name__)

PATIENCE = 10.0
"""Seconds that a server has to answer in tests that are not about a slow one."""


class HeldTicks:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def pass_by(self, seconds: float) -> None:
        # A little more than asked, as a sleep is: these are not whole microseconds in binary.
        self.now += seconds + 0.000_01


@dataclass
class House:
    """A limiter, and how to let time go by for it."""

    limiter: Limiter
    wait: Callable[[float], Awaitable[None]]


def on_redis(server: Valkey, *, seconds: float = PATIENCE, pause: float = 0.1) -> "RedisLimiter":
    from rekindle.infra.limits.redis import RedisLimiter  # noqa: PLC0415 - only where its client is installed

    return RedisLimiter(server.url, near=LocalLimiter(), seconds=seconds, pause=pause)


@pytest.fixture(scope="module")
def lasting() -> Generator[Valkey]:
    """One server for every test that leaves it alone."""
    with valkey() as server:
        yield server


@pytest.fixture
def server() -> Generator[Valkey]:
    """A server of one test, to be killed."""
    with valkey() as server:
        yield server


@pytest.fixture(params=["in process", "redis", "sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    if request.param == "in process":
        ticks = HeldTicks()
        yield House(LocalLimiter(ticks=ticks), ticks.pass_by)
        return
    if request.param in DATABASES:
        async with DATABASES[request.param](tmp_path) as db:
            clock = HeldClock()
            yield House(on_database(db, clock), partial(pass_by, clock))
        return
    server: Valkey = request.getfixturevalue("lasting")
    limiter = on_redis(server)
    await empty(limiter)
    yield House(limiter, asyncio.sleep)
    await limiter.aclose()


DATABASES = {"sqlite": database, "postgres": postgres_database}


def on_database(db: Database, clock: Clock) -> DatabaseLimiter:
    return DatabaseLimiter(db, near=LocalLimiter(ticks=HeldTicks()), clock=clock)


async def pass_by(clock: HeldClock, seconds: float) -> None:
    clock.advance(seconds=seconds + 0.000_01)


async def empty(limiter: "RedisLimiter") -> None:
    await limiter._client.flushall()


async def take_at_once(limiters: list[Limiter], limit: Limit, times: int) -> list[Verdict]:
    calls = [limiters[index % len(limiters)].take(limit, "ada") for index in range(times)]
    return await asyncio.gather(*calls)


def passed(verdicts: list[Verdict]) -> int:
    return sum(verdict.allowed for verdict in verdicts)


# ── what every limiter does ──


@SLOW
async def test_the_quota_passes_and_what_is_left_is_told(house: House, limit: Limit) -> None:
    verdicts = [await house.limiter.take(limit, "ada") for _ in range(11)]
    assert [verdict.allowed for verdict in verdicts] == [True] * 10 + [False]
    assert [verdict.remaining for verdict in verdicts] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert all(verdict.limit == limit for verdict in verdicts)
    assert [verdict.retry_after for verdict in verdicts[:10]] == [0.0] * 10
    assert 0.0 < verdicts[10].retry_after <= limit.seconds
    assert verdicts[10].retry_after <= verdicts[10].reset <= limit.seconds


@SLOW
async def test_of_two_hundred_at_once_exactly_the_quota_passes(house: House, limit: Limit) -> None:
    verdicts = await take_at_once([house.limiter], limit, 200)
    assert passed(verdicts) == 10
    assert {0} <= {verdict.remaining for verdict in verdicts if verdict.allowed} <= set(range(10))
    assert all(verdict.retry_after > 0 for verdict in verdicts if not verdict.allowed)


@SLOW
async def test_every_key_and_every_limit_counts_for_itself(house: House, limit: Limit) -> None:
    assert (await house.limiter.take(limit, "ada", cost=10)).allowed
    assert (await house.limiter.take(limit, "bob", cost=10)).allowed
    assert (await house.limiter.take(Window("uploads", 10, 900.0), "ada", cost=10)).allowed
    assert not (await house.limiter.take(limit, "ada")).allowed


@SLOW
async def test_a_cost_is_taken_as_a_whole_or_not_at_all(house: House, limit: Limit) -> None:
    assert (await house.limiter.take(limit, "ada", cost=7)).remaining == 3
    refused = await house.limiter.take(limit, "ada", cost=4)
    assert (refused.allowed, refused.remaining) == (False, 3)
    assert (await house.limiter.take(limit, "ada", cost=3)).allowed


@SLOW
@pytest.mark.parametrize("cost", [0, -1, 11])
async def test_a_cost_that_never_fits_is_refused_as_a_fault(house: House, limit: Limit, cost: int) -> None:
    with pytest.raises(ValueError, match="can be taken at once"):
        await house.limiter.take(limit, "ada", cost=cost)
    with pytest.raises(ValueError, match="can be taken at once"):
        await house.limiter.look(limit, "ada", cost=cost)
    assert (await house.limiter.look(limit, "ada")).remaining == 10


@SLOW
async def test_a_look_tells_what_is_there_and_takes_nothing(house: House, limit: Limit) -> None:
    await house.limiter.take(limit, "ada", cost=4)
    for _ in range(3):
        assert (await house.limiter.look(limit, "ada")).remaining == 6
    assert (await house.limiter.look(limit, "ada", cost=6)).allowed
    assert not (await house.limiter.look(limit, "ada", cost=7)).allowed
    assert (await house.limiter.take(limit, "ada", cost=6)).allowed


@QUICK
async def test_whoever_waits_as_long_as_was_told_passes(house: House, limit: Limit) -> None:
    for _ in range(3):
        verdict = await house.limiter.take(limit, "ada", cost=2)
        while not verdict.allowed:
            await house.wait(verdict.retry_after)
            verdict = await house.limiter.take(limit, "ada", cost=2)


@QUICK
async def test_after_the_reset_all_of_the_quota_is_there(house: House, limit: Limit) -> None:
    reset = (await house.limiter.take(limit, "ada", cost=2)).reset
    assert 0.0 < reset <= limit.seconds
    await house.wait(reset + 0.02)
    looked = await house.limiter.look(limit, "ada")
    assert (looked.remaining, looked.reset) == (2, 0.0)


@pytest.mark.parametrize("key", ["", "a b\r\nc", "x" * 100_000, "ключ", "\0", "{1}:*", "2001:db8::/64"])
async def test_a_key_may_be_any_text(house: House, key: str) -> None:
    assert (await house.limiter.take(SLOW_BUCKET, key)).remaining == 9
    assert (await house.limiter.take(SLOW_BUCKET, key)).remaining == 8


# ── in process ──


async def test_keys_whose_quota_is_whole_again_are_forgotten() -> None:
    ticks = HeldTicks()
    limiter = LocalLimiter(ticks=ticks)
    for limit in (Bucket("b", 10, 1.0), Window("w", 10, 5.0)):
        for number in range(1000):
            await limiter.take(limit, str(number))
        assert len(limiter) >= 1000
        await ticks.pass_by(60.0)
        for _ in range(1000):
            await limiter.take(limit, "one")
    assert len(limiter) == 2


async def test_there_are_never_more_keys_than_allowed_and_the_busiest_stay() -> None:
    limiter = LocalLimiter(ticks=HeldTicks(), most_keys=100)
    await limiter.take(SLOW_BUCKET, "busy", cost=10)
    for number in range(1000):
        assert (await limiter.take(SLOW_BUCKET, str(number))).allowed
        assert not (await limiter.take(SLOW_BUCKET, "busy")).allowed
    assert len(limiter) == 100


# ── several processes on one server ──


@SLOW
async def test_of_two_hundred_at_once_in_four_processes_exactly_the_quota_passes(lasting: Valkey, limit: Limit) -> None:
    async with AsyncExitStack() as stack:
        limiters = [on_redis(lasting) for _ in range(4)]
        for limiter in limiters:
            stack.push_async_callback(limiter.aclose)
        await empty(limiters[0])
        assert passed(await take_at_once([*limiters], limit, 200)) == 10


async def test_the_server_forgets_a_key_when_its_quota_is_whole_again(lasting: Valkey) -> None:
    limiter = on_redis(lasting)
    await empty(limiter)
    for limit in (QUICK_BUCKET, QUICK_WINDOW):
        await limiter.take(limit, "ada")
    assert await limiter._client.dbsize() == 2
    await asyncio.sleep(0.5)
    assert await limiter._client.dbsize() == 0
    await limiter.aclose()


async def test_a_server_that_forgot_the_script_gets_it_again(lasting: Valkey) -> None:
    limiter = on_redis(lasting)
    await empty(limiter)
    await limiter.take(SLOW_BUCKET, "ada")
    await limiter._client.script_flush()
    assert (await limiter.take(SLOW_BUCKET, "ada")).remaining == 8
    assert await limiter._client.dbsize() == 1
    await limiter.aclose()


async def test_the_script_says_to_the_microsecond_what_the_rules_say(lasting: Valkey) -> None:
    """The same story under both, by a clock that the test holds, set back now and then."""
    limiter = on_redis(lasting)
    await empty(limiter)
    told = TAKE.replace("redis.call('TIME')", "{ARGV[6], ARGV[7]}")
    assert told != TAKE
    chance = random.Random(7)
    limits = [Bucket("b", 5, 3.0), Bucket("c", 7, 0.3), Window("w", 5, 2.0), Window("x", 30, 9.0)]
    taken: dict[str, tuple[int, ...]] = {}
    now = 1_763_740_325 * SECOND
    for step in range(800):
        now += chance.randrange(SECOND) if step % 100 else -3 * SECOND
        limit = chance.choice(limits)
        cost, take = chance.randint(1, 3), chance.random() < 0.8
        judged = judge(limit, taken.get(limit.name, ()), now, cost=cost, take=take)
        verdict = judged.verdict
        if take:
            taken[limit.name] = judged.taken
        kind = "bucket" if isinstance(limit, Bucket) else "window"
        clock = (now // SECOND, now % SECOND)
        answer = await limiter._client.eval(told, 1, limit.name, kind, limit.quota, limit.step, cost, int(take), *clock)
        times = [round(verdict.reset * SECOND), round(verdict.retry_after * SECOND)]
        assert answer == [int(verdict.allowed), verdict.remaining, *times], (step, limit)
        await limiter._client.persist(limit.name)
    await limiter.aclose()


# ── the server is gone ──


@SLOW
async def test_with_the_server_killed_the_limit_holds_for_each_process(server: Valkey, limit: Limit) -> None:
    one, other = on_redis(server), on_redis(server)
    assert passed(await take_at_once([one], limit, 4)) == 4
    server.kill()
    # What this process let pass before counts on; the other one begins with nothing, and has the limit for itself.
    assert passed(await take_at_once([one], limit, 200)) == 6
    assert passed(await take_at_once([other], limit, 200)) == 10
    await one.aclose()
    await other.aclose()


async def test_a_server_that_is_killed_under_way_opens_nothing(server: Valkey) -> None:
    limiter = on_redis(server)
    calls = [asyncio.create_task(limiter.take(SLOW_BUCKET, "ada")) for _ in range(400)]
    await asyncio.sleep(0.01)
    server.kill()
    assert passed(await asyncio.gather(*calls)) <= 10
    assert passed(await take_at_once([limiter], SLOW_BUCKET, 50)) == 10 - passed([call.result() for call in calls])
    await limiter.aclose()


async def test_a_server_that_comes_back_counts_for_all_again(server: Valkey) -> None:
    one, other = on_redis(server), on_redis(server)
    server.kill()
    assert passed(await take_at_once([one], SLOW_WINDOW, 6)) == 6
    server.start()
    # It comes back empty. What it is told from now on counts for both; and what `one` let pass meanwhile, for `one`.
    deadline = time.monotonic() + PATIENCE
    while not await other._client.dbsize():
        assert time.monotonic() < deadline, "the server was not found again"
        await one.take(Window("bell", 10_000, 60.0), "ada")
        await asyncio.sleep(0.02)
    assert passed(await take_at_once([other], SLOW_WINDOW, 7)) == 7
    assert passed(await take_at_once([one], SLOW_WINDOW, 200)) == 3
    assert passed(await take_at_once([other], SLOW_WINDOW, 200)) == 0
    await one.aclose()
    await other.aclose()


async def test_a_server_that_comes_back_empty_opens_nothing_in_a_process(server: Valkey) -> None:
    limiter = on_redis(server)
    assert passed(await take_at_once([limiter], SLOW_BUCKET, 200)) == 10
    server.kill()
    server.start()
    assert passed(await take_at_once([limiter], SLOW_BUCKET, 200)) == 0
    await limiter.aclose()


async def test_a_server_that_answers_with_errors_opens_nothing(server: Valkey) -> None:
    limiter = on_redis(server)
    await limiter._client.config_set("maxmemory", "1")
    assert passed(await take_at_once([limiter], SLOW_BUCKET, 200)) == 10
    await limiter.aclose()


async def test_a_server_that_never_answers_holds_nobody_up() -> None:
    pytest.importorskip("redis", reason="the Redis client is not installed")
    from rekindle.infra.limits.redis import RedisLimiter  # noqa: PLC0415 - only where its client is installed

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    hole = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = hole.sockets[0].getsockname()[1]
    limiter = RedisLimiter(f"redis://127.0.0.1:{port}", near=LocalLimiter(), seconds=0.2, pause=60.0)
    start = time.monotonic()
    assert passed(await take_at_once([limiter], SLOW_BUCKET, 200)) == 10
    assert passed([await limiter.take(SLOW_BUCKET, "bob") for _ in range(20)]) == 10
    # Once for all of them together, and not a second time: on an idle machine 0.2 s.
    assert time.monotonic() - start < 3.0
    await limiter.aclose()
    hole.close()


# ── in the database ──


@pytest.mark.parametrize("kind", DATABASES)
@SLOW
async def test_on_one_database_several_processes_share_a_limit_and_a_restart_changes_nothing(
    tmp_path: Path, kind: str, limit: Limit
) -> None:
    async with DATABASES[kind](tmp_path) as db:
        clock = HeldClock()
        limiters: list[Limiter] = [on_database(db, clock) for _ in range(4)]
        assert passed(await take_at_once(limiters, limit, 60)) == 10
        assert not (await on_database(db, clock).take(limit, "ada")).allowed
        assert (await on_database(db, clock).take(limit, "bob")).allowed


async def test_without_the_database_the_limit_holds_for_each_process(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        limiter = on_database(db, HeldClock())
        assert passed(await take_at_once([limiter], SLOW_BUCKET, 4)) == 4
        async with db.transaction() as tx:
            await tx.execute(text("ALTER TABLE limit_counts RENAME TO gone"))
        assert passed(await take_at_once([limiter], SLOW_BUCKET, 50)) == 6


async def test_the_database_forgets_a_day_after_a_quota_is_whole_again(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        clock = HeldClock()
        limiter = on_database(db, clock)
        for key in ("ada", "bob"):
            await limiter.take(QUICK_WINDOW, key)
        clock.advance(days=2)
        await limiter.take(QUICK_WINDOW, "eve")
        async with db.reading() as tx:
            assert (await tx.scalars(select(LimitCountRow.key))).all() == ["eve"]
