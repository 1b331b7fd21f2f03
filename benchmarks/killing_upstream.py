"""Kills the server again and again while edits are under way at providers elsewhere, which go on; then counts what was
handed in there, and looks at the books.
"""

import asyncio
import random
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.customer import new_customer
from benchmarks.storm_books import Books, look, open_pools
from benchmarks.storming import FUNDS, MODELS, MONEY, PHOTOS, SIZE, all_ended, settings_of, submit, taken_by
from tests.e2e.server import ServerProcess, free_ports, made
from tests.factories import faded, jpeg
from tests.simulators.upstreams.base import Simulator
from tests.simulators.upstreams.fal import FalSimulator
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.replicate import ReplicateSimulator

POLLED, AT_ONCE = (FalSimulator, ReplicateSimulator), GeminiSimulator
TAKES = 3.0
"""Seconds that the upstream that answers at once takes for an answer."""


@dataclass(frozen=True, slots=True)
class Kills:
    """`polled` jobs at upstreams that give receipts, `at_once` at one that does not. `alive` is the range in seconds
    that a server lives before it is killed.
    """

    polled: int
    at_once: int
    kills: int
    seed: int
    alive: tuple[float, float] = (1.0, 5.0)


@dataclass(slots=True)
class Aftermath:
    """What was handed in: `again` is how often more than once. A call that a kill cut short is `books.unknown`."""

    books: Books
    submitted: Counter[str] = field(default_factory=Counter[str])
    again: Counter[str] = field(default_factory=Counter[str])
    kills: int = 0
    kills_while_pending: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list[str])


def run(folder: Path, plan: Kills) -> Aftermath:
    """Submit, kill and start again in an empty folder, until all jobs have ended."""
    chance, began, data = random.Random(plan.seed), time.monotonic(), folder / "data"
    customer = new_customer(data, MONEY)
    asyncio.run(open_pools(data, list(MODELS), FUNDS))
    after = Aftermath(Books())
    with ExitStack() as stack:
        polled: list[Simulator] = [stack.enter_context(kind(polls=3)) for kind in POLLED]
        at_once = stack.enter_context(AT_ONCE(delay=TAKES))
        port = free_ports(1)[0]
        server = ServerProcess(data, port=int(port), **_patient(folder, [*polled, at_once], port))
        server.headers["Authorization"] = f"Bearer {customer.key}"
        stack.callback(server.close)
        server.start()
        jobs = _submitted(server, plan, [each.name for each in polled], at_once.name, chance)
        for _ in range(plan.kills):
            time.sleep(chance.uniform(*plan.alive))
            after.kills_while_pending += any(
                order.asked <= each.polls for each in polled for order in each.orders.values()
            )
            after.kills += 1
            server.kill()
            server.start()
        after.wrong += all_ended(server, jobs, seconds=120.0 + 2.0 * len(jobs))
        server.stop()
        after.books = asyncio.run(look(data, customer, FUNDS))
        for each in (*polled, at_once):
            taken = taken_by(each)
            after.submitted[each.name] = len(taken)
            after.again[each.name] = taken.total() - len(taken)
    after.seconds = time.monotonic() - began
    after.wrong += after.books.wrong
    return after


def _patient(folder: Path, simulators: list[Simulator], port: str) -> dict[str, Any]:
    """As in the storm, and nobody is in a hurry: a server that is away must not make jobs late."""
    return settings_of(folder, simulators, port) | {
        "JOBS__DEADLINE_SECONDS": "900", "JOBS__BUSY_SECONDS": "600", "ROUTING__CALL_SECONDS": "60",
        "PROVIDERS__FAL__CONCURRENCY": "60", "PROVIDERS__REPLICATE__CONCURRENCY": "60",
        "PROVIDERS__GEMINI__CONCURRENCY": "4", "ROUTING__CIRCUIT_FAILURES": "1000",
    }  # fmt: skip


def _submitted(server: ServerProcess, plan: Kills, polled: list[str], at_once: str, chance: random.Random) -> list[str]:
    photos = [made(server.upload(jpeg(faded(*SIZE, seed))))["id"] for seed in range(PHOTOS)]
    names = [polled[number % len(polled)] for number in range(plan.polled)] + [at_once] * plan.at_once
    chance.shuffle(names)
    return [submit(server, chance.choice(photos), number, name, chance) for number, name in enumerate(names)]
