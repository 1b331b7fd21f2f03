"""What a site stands on fails for a while: answers come in time or say when to come back, and every job ends right."""

import signal
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.aftermath import look
from tests.chaos.fleet import BUSY, Fleet, fleet, shuffled
from tests.e2e.server import refused
from tests.factories import faded, jpeg, leave, small_disk
from tests.faultproxy import FaultProxy, fault_proxy
from tests.postgres import Postgres, postgres_or_skip, shared_postgres
from tests.seaweedfs import KEY, shared_seaweed
from tests.valkey import valkey

pytestmark = pytest.mark.exhaustive

JOBS = 16
DEADLINE, GRACE = 4.0, 1.0
"""Seconds that an answer may take by the settings, and beyond."""

Fault = Callable[[], None]


def storm(at: Fleet, fault: Callable[[], Generator[None]], *, seconds: float) -> None:
    """Ask for jobs before, during and after a fault of so many seconds; then look at everything."""
    at.clients.upload()
    for worker in at.workers:
        at.up(worker)  # One that starts while its database is gone says so and ends; it is to be started again.
    providers = shuffled([at.polled.name, at.at_once.name], JOBS, at.chance)
    asked = [at.clients.submit(number, providers[number]) for number in range(JOBS // 2)]
    at.clients.watch()
    began = len(at.clients.answers)
    with ThreadPoolExecutor(2) as pool:
        with contextmanager(fault)():
            until = time.monotonic() + seconds
            further = pool.map(at.clients.submit, range(JOBS // 2, JOBS), providers[JOBS // 2 :])
            while time.monotonic() < until:
                at.clients.look_at_credits()
                time.sleep(0.3)
        asked += further
    assert at.clients.all_ended(asked, seconds=240.0) == [], at.said()
    after = look(at, asked)
    assert after.wrong == []
    assert after.again_polled == 0
    assert after.again_at_once <= after.books.unknown[at.at_once.name]
    for answer in at.clients.answers[began:]:
        assert answer.seconds <= DEADLINE + GRACE + BUSY, answer
        assert answer.status in (200, 202, 503), answer
        assert answer.status != 503 or answer.retry_after.isdecimal(), answer


QUICK: Mapping[str, Any] = {"DATABASE__SECONDS": DEADLINE, "DATABASE__IDLE_SECONDS": 4}


@pytest.mark.parametrize("fault", ["down", "blackhole", "latency"])
def test_postgres_cannot_be_reached_for_a_while(tmp_path: Path, fault: str) -> None:
    with _before_postgres() as (server, proxy, folder):
        database = server.new_database(tables=True)
        reached = database.replace(str(server.folder), str(folder))
        with fleet(tmp_path, workers=2, seed=1, database=database, reached_at=reached, **QUICK) as at:
            storm(at, _broken(proxy, fault), seconds=12.0)


def test_postgres_is_killed_and_started_again_every_few_seconds(tmp_path: Path) -> None:
    # Of its own: others are at work on the shared one, which besides forgets its last promises when it is killed.
    with postgres_or_skip(durable=True) as server:

        def restarted() -> Generator[None]:
            for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGINT):
                server.running.stop(sign)
                time.sleep(1.0)
                server.running.start()
                time.sleep(4.0)
            yield

        database = server.new_database(tables=True)
        with fleet(tmp_path, workers=2, seed=1, database=database, **QUICK) as at:
            storm(at, restarted, seconds=0.0)


@pytest.mark.parametrize("fault", ["down", "blackhole", "slow"])
def test_redis_is_gone_silent_or_slow_for_a_while(tmp_path: Path, fault: str) -> None:
    with valkey() as server, _before_valkey(server.url) as (proxy, url):
        settings: dict[str, Any] = {"EVENTS__REDIS_URL": url, "LIMITS__REDIS_URL": url, "LIMITS__ENABLED": "true"}
        settings |= {"LIMITS__ACCOUNT_BURST": 10_000, "LIMITS__ACCOUNT_RATE": 1000}
        with fleet(tmp_path, workers=2, seed=1, **settings, **QUICK) as at:
            storm(at, _broken(proxy, fault), seconds=10.0)


@pytest.mark.parametrize("fault", ["flaky", "cut", "latency", "blackhole"])
def test_the_object_store_fails_for_a_while(tmp_path: Path, fault: str) -> None:
    server = shared_seaweed()
    with fault_proxy(("127.0.0.1", server.port), seed=1) as proxy:
        settings: dict[str, Any] = {
            "STORAGE__URL": f"s3://{server.new_bucket()}/site", "STORAGE__ENDPOINT": f"http://127.0.0.1:{proxy.port}",
            "STORAGE__ACCESS_KEY": KEY.access_key, "STORAGE__SECRET_KEY": KEY.secret_key,
        }  # fmt: skip
        with fleet(tmp_path, workers=2, seed=1, **settings, **QUICK) as at:
            storm(at, _broken(proxy, fault), seconds=10.0)


def test_the_disk_of_the_files_has_no_room_for_a_while(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path, size="24m") as disk,
        fleet(tmp_path, workers=2, seed=1, STORAGE__FOLDER=disk / "files", **QUICK) as at,
    ):

        def full() -> Generator[None]:
            before = list(at.clients.keys.values())
            assert at.clients.all_ended(before, seconds=60.0) == []
            filler = leave(disk, 0)
            refused(at.server.upload(jpeg(faded(96, 72, 99))), 507, "storage_full")
            yield
            filler.unlink()
            last = at.clients.submit(JOBS, at.polled.name)
            assert at.clients.all_ended([last], seconds=60.0) == []
            assert {at.clients.look(job) for job in (*before, last)} == {"succeeded"}

        storm(at, full, seconds=8.0)
        errors = at.books().errors
        assert set(errors) == {"storage_full"}
        assert errors["storage_full"] <= JOBS // 2


def _broken(proxy: FaultProxy, name: str) -> Callable[[], Generator[None]]:
    """A fault of a proxy by its name, as strong as the suite has it."""
    faults: dict[str, Fault] = {
        "down": proxy.down, "blackhole": proxy.blackhole, "latency": lambda: proxy.latency(2.0),
        "slow": lambda: proxy.slow(200.0), "flaky": lambda: proxy.flaky(0.3), "cut": lambda: proxy.cut(10_000),
    }  # fmt: skip

    def broken() -> Generator[None]:
        with proxy.broken(faults[name]):
            yield

    return broken


@contextmanager
def _before_postgres() -> Generator[tuple[Postgres, FaultProxy, Path]]:
    """The shared server, a proxy before it, and the folder of the proxy's socket file."""
    server, name = shared_postgres(), ".s.PGSQL.5432"
    with (
        tempfile.TemporaryDirectory(prefix="proxy-") as place,
        fault_proxy(server.folder / name, listen=Path(place) / name, seed=1) as proxy,
    ):
        yield server, proxy, Path(place)


@contextmanager
def _before_valkey(url: str) -> Generator[tuple[FaultProxy, str]]:
    upstream = Path(url.removeprefix("unix://"))
    with (
        tempfile.TemporaryDirectory(prefix="proxy-") as place,
        fault_proxy(upstream, listen=Path(place) / "s", seed=1) as proxy,
    ):
        yield proxy, f"unix://{place}/s"
