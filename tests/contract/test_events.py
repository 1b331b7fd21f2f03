"""What every event channel does, and what becomes of notices when the server that passes them on is gone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest

from rekindle.infra.db import postgres as databases
from rekindle.infra.db.database import Database
from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.events.passing import PassingEvents, Patience
from rekindle.infra.events.port import LOOK_AGAIN, Events
from rekindle.wiring.events import events_of
from tests.factories import settings
from tests.postgres import Postgres, postgres_or_skip, shared_postgres
from tests.valkey import Valkey, valkey

PATIENCE = 10.0
"""Seconds that a server has to answer in tests that are not about a slow one."""


class Middle(Protocol):
    """A server that passes words on, to be ill-treated, and the channels of processes on it."""

    def events(self, *, seconds: float = PATIENCE, pause: float = 0.05, beat: float = 5.0) -> PassingEvents:
        """The channel of another process."""
        ...

    def kill(self) -> None: ...
    def start(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    async def aclose(self) -> None: ...


class OnValkey:
    def __init__(self, server: Valkey) -> None:
        self.kill, self.start, self.freeze, self.thaw = server.kill, server.start, server.freeze, server.thaw
        self._url = server.url

    def events(self, *, seconds: float = PATIENCE, pause: float = 0.05, beat: float = 5.0) -> PassingEvents:
        from rekindle.infra.events.redis import RedisEvents  # noqa: PLC0415 - only where its client is installed

        return RedisEvents(self._url, near=LocalEvents(), patience=Patience(seconds, pause, beat))

    async def aclose(self) -> None:
        return


class OnPostgres:
    def __init__(self, server: Postgres) -> None:
        self.kill, self.start = server.running.stop, server.running.start
        self._server, self._url = server, server.new_database()
        self._open: list[Database] = []

    def events(self, *, seconds: float = PATIENCE, pause: float = 0.05, beat: float = 5.0) -> PassingEvents:
        from rekindle.infra.events.postgres import PostgresEvents  # noqa: PLC0415 - only where its client is installed

        self._open.append(db := databases.open_postgres(self._url, patience=databases.Patience(seconds)))
        return PostgresEvents(db, near=LocalEvents(), patience=Patience(seconds, pause, beat))

    def freeze(self) -> None:
        for each in self._processes():
            each.suspend()

    def thaw(self) -> None:
        for each in self._processes():
            each.resume()

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self._server.running.pid)
        return [first, *first.children()]

    async def aclose(self) -> None:
        for db in self._open:
            await db.aclose()


@pytest.fixture(scope="module")
def lasting_valkey() -> Generator[Valkey]:
    """One server for every test that leaves it alone."""
    with valkey() as server:
        yield server


@pytest.fixture(params=["redis", "postgres"])
async def lasting(request: pytest.FixtureRequest) -> AsyncGenerator[Middle]:
    """A server that is left alone."""
    on_redis = request.param == "redis"
    middle = OnValkey(request.getfixturevalue("lasting_valkey")) if on_redis else OnPostgres(shared_postgres())
    yield middle
    await middle.aclose()


@pytest.fixture(params=["redis", "postgres"])
async def server(request: pytest.FixtureRequest) -> AsyncGenerator[Middle]:
    """A server of one test, to be killed."""
    if request.param == "redis":
        with valkey() as on_redis:
            yield OnValkey(on_redis)
        return
    with postgres_or_skip() as on_postgres:
        middle = OnPostgres(on_postgres)
        yield middle
        await middle.aclose()


@dataclass
class House:
    """Who publishes and who listens: the same channel, or those of two processes."""

    here: Events
    there: Events


PLACES = ("in process", "redis, in one process", "redis, from another process", "postgres, in one process",
          "postgres, from another process")  # fmt: skip


@pytest.fixture(params=PLACES)
async def house(request: pytest.FixtureRequest) -> AsyncGenerator[House]:
    if request.param == "in process":
        events = LocalEvents()
        yield House(events, events)
        return
    on_redis = request.param.startswith("redis")
    middle = OnValkey(request.getfixturevalue("lasting_valkey")) if on_redis else OnPostgres(shared_postgres())
    here = middle.events()
    there = middle.events() if "another" in request.param else here
    yield House(here, there)
    await here.aclose()
    await there.aclose()
    await middle.aclose()


@pytest.fixture
async def pair(server: Middle) -> AsyncGenerator[House]:
    """Two processes that do not wait long for a server that may be killed."""
    here, there = server.events(seconds=1.0), server.events(seconds=1.0)
    yield House(here, there)
    await here.aclose()
    await there.aclose()


async def heard(words: AsyncIterator[str], count: int) -> list[str]:
    async with asyncio.timeout(30):
        return [await anext(words) for _ in range(count)]


async def silent(words: AsyncIterator[str]) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await anext(words)
    except TimeoutError:
        return True
    return False


async def test_a_listener_hears_what_is_published_in_its_order(house: House) -> None:
    async with house.here.listen("job:1") as words:
        for word in ("start", "progress", "status"):
            await house.there.publish("job:1", word)
        assert await heard(words, 3) == ["start", "progress", "status"]


async def test_every_listener_hears_everything(house: House) -> None:
    async with house.here.listen("job:1") as one, house.here.listen("job:1") as other:
        await house.there.publish("job:1", "start")
        assert await heard(one, 1) == await heard(other, 1) == ["start"]


async def test_other_topics_are_not_heard(house: House) -> None:
    async with house.here.listen("job:1") as words:
        await house.there.publish("job:2", "start")
        assert await silent(words)


async def test_what_was_published_before_is_not_heard(house: House) -> None:
    await house.there.publish("job:1", "start")
    async with house.here.listen("job:1") as words:
        assert await silent(words)


async def test_nobody_needs_to_listen(house: House) -> None:
    await house.there.publish("job:1", "start")


async def test_who_gave_up_waiting_can_go_on_listening(house: House) -> None:
    async with house.here.listen("job:1") as words:
        assert await silent(words)
        await house.there.publish("job:1", "late")
        assert await heard(words, 1) == ["late"]


async def test_a_slow_listener_does_not_hold_up_others_and_hears_the_last_word(house: House) -> None:
    async with house.here.listen("job:1") as slow:
        async with asyncio.timeout(20):
            for number in range(2_000):
                await house.there.publish("job:1", str(number))
        last = ""
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.3):
                    last = await anext(slow)
        assert last == "1999"


async def heard_within(words: AsyncIterator[str], seconds: float) -> list[str]:
    """Everything that is said in so many seconds."""
    said: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                said.append(await anext(words))
    return said


async def until(words: AsyncIterator[str], *wanted: str) -> list[str]:
    """What is said up to one of these words."""
    said: list[str] = []
    async with asyncio.timeout(20):
        while not set(wanted) & set(said):
            said.append(await anext(words))
    return said


async def test_a_thousand_topics_at_once_each_hear_their_own_word(house: House) -> None:
    async with contextlib.AsyncExitStack() as stack:
        listening = [await stack.enter_async_context(house.here.listen(f"job:{number}")) for number in range(1000)]
        await asyncio.gather(*(house.there.publish(f"job:{number}", str(number)) for number in range(1000)))
        assert [(await heard(words, 1))[0] for words in listening] == [str(number) for number in range(1000)]


# ── several processes on one server ──


async def test_a_word_is_heard_once_also_by_who_said_it(lasting: Middle) -> None:
    events = lasting.events()
    async with events.listen("job:1") as words:
        await events.publish("job:1", "start")
        assert await heard_within(words, 0.2) == ["start"]
    await events.aclose()


async def test_what_others_say_on_the_channel_ends_nothing(lasting: Middle) -> None:
    here, there = lasting.events(), lasting.events()
    async with here.listen("job:1") as words:
        strange: list[Any] = ["", "{", "[1]", "[1, 2, 3, 4]", "null", '["x", {}, []]', "\ufffd"]
        if isinstance(lasting, OnValkey):
            strange.append(b"\xff")
        await there._send(strange)
        await there.publish("job:1", "start")
        assert await heard(words, 1) == ["start"]
    await here.aclose()
    await there.aclose()


async def test_without_redis_the_postgres_of_several_processes_passes_words_on(tmp_path: Path) -> None:
    url = shared_postgres().new_database()
    shared = settings(tmp_path, database={"url": url}, queue={"kind": "procrastinate"})
    dbs = [databases.open_postgres(url) for _ in range(2)]
    here, there = (events_of(shared, db) for db in dbs)
    async with here.listen("job:1") as words:
        await there.publish("job:1", "start")
        assert await heard(words, 1) == ["start"]
    for each in (here, there, *dbs):
        await each.aclose()


# ── the server is gone ──


async def test_without_the_server_a_process_hears_itself_at_once(pair: House, server: Middle) -> None:
    server.kill()
    async with pair.here.listen("job:1") as words:
        await pair.here.publish("job:1", "start")
        assert await heard(words, 1) == ["start"]


async def test_a_server_that_does_not_answer_holds_nobody_up(server: Middle) -> None:
    events = server.events(seconds=0.2, pause=60.0)
    server.freeze()
    try:
        begun = time.monotonic()
        async with events.listen("job:1") as words:
            for number in range(500):
                await events.publish("job:1", str(number))
            assert time.monotonic() - begun < 5.0
            assert await heard(words, 64) == [str(number) for number in range(436, 500)]
    finally:
        server.thaw()
        await events.aclose()


async def test_who_listened_before_the_server_died_hears_others_when_it_is_back(pair: House, server: Middle) -> None:
    async with pair.here.listen("job:1") as words:
        await pair.there.publish("job:1", "before")
        assert await heard(words, 1) == ["before"]
        server.kill()
        await asyncio.sleep(0.2)
        server.start()
        assert (await until(words, LOOK_AGAIN))[-1] == LOOK_AGAIN
        await pair.there.publish("job:1", "after")
        assert (await until(words, "after"))[-1] == "after"


async def test_who_began_to_listen_without_the_server_is_told_to_look_again_when_it_is_there(server: Middle) -> None:
    server.kill()
    events = server.events(seconds=0.2)
    async with events.listen("job:1") as words:
        server.start()
        assert await heard(words, 1) == [LOOK_AGAIN]
    await events.aclose()


async def test_the_last_words_said_without_the_server_come_when_it_is_back(pair: House, server: Middle) -> None:
    async with pair.here.listen("job:1") as words, pair.there.listen("job:1"):
        server.kill()
        for word in ("progress", "progress", "status"):
            await pair.there.publish("job:1", word)
        server.start()
        # Who hears again only after they were said is told to look.
        said = await until(words, "status", LOOK_AGAIN)
        assert said.count("progress") <= 1


async def test_what_is_kept_for_later_has_a_limit_and_the_newest_stay(server: Middle) -> None:
    server.kill()
    events = server.events(seconds=0.2, pause=60.0)
    for number in range(5000):
        await events.publish(f"job:{number}", "status")
    assert len(events._unsent) == 1024
    assert ("job:4999", "status") in events._unsent
    await events.aclose()


async def test_a_connection_that_died_without_a_sign_is_noticed(server: Middle) -> None:
    events = server.events(seconds=0.3, beat=0.2)
    async with events.listen("job:1") as words:
        await asyncio.sleep(0.7)
        assert await silent(words)  # a quiet server that answers is not taken for a dead one
        server.freeze()
        await asyncio.sleep(1.0)
        server.thaw()
        assert await heard(words, 1) == [LOOK_AGAIN]
    await events.aclose()


async def test_publishing_that_is_canceled_half_way_loses_no_word(pair: House, server: Middle) -> None:
    async with pair.here.listen("job:1") as words:
        server.freeze()
        publishing = asyncio.create_task(pair.there.publish("job:1", "cancel"))
        await asyncio.sleep(0.05)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
        server.thaw()
        await pair.there.publish("job:2", "status")
        assert (await until(words, "cancel"))[-1] == "cancel"


async def test_nothing_is_left_running_when_it_is_closed(pair: House) -> None:
    async with pair.here.listen("job:1"):
        await pair.there.publish("job:1", "start")
    await pair.here.aclose()
    await pair.there.aclose()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "_hear_on" in repr(task)]


class Stubborn(PassingEvents):
    """One whose client takes being canceled for the end of a connection, once."""

    taken = False

    async def _send(self, messages: Sequence[str]) -> None:
        return

    async def _hear(self) -> None:
        await self._heard_again()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if self.taken:
                raise
            self.taken = True
            raise OSError("the connection is closed") from None


async def test_a_client_that_swallows_a_cancellation_does_not_keep_it_from_closing() -> None:
    events = Stubborn(near=LocalEvents(), patience=Patience(1.0, pause=60.0))
    async with events.listen("job:1"):
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await events.aclose()
    assert events.taken
