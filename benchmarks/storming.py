"""A storm over six providers elsewhere: they refuse, limit, stall, cut and lie, and one dies and comes back.

Then a look at what became of every job, and at the money.
"""

import asyncio
import json
import random
import re
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from benchmarks.customer import SETTINGS, new_customer
from benchmarks.storm_books import Books, look, open_pools, settled
from tests.e2e.server import ENDED, ServerProcess, free_ports, made
from tests.factories import faded, jpeg
from tests.simulators.upstreams.base import Simulator
from tests.simulators.upstreams.everyone import settings_at
from tests.simulators.upstreams.fal import FalSimulator
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.kie import KieSimulator
from tests.simulators.upstreams.openai import OpenAiSimulator
from tests.simulators.upstreams.replicate import ReplicateSimulator
from tests.simulators.upstreams.runpod import RunpodSimulator

SIX: Sequence[type[Simulator]] = (
    GeminiSimulator, OpenAiSimulator, FalSimulator, ReplicateSimulator, KieSimulator, RunpodSimulator,
)  # fmt: skip
MODELS: Mapping[str, str] = {
    "gemini": "gemini-nano-banana-2.1", "openai": "gpt-image-2.5-flare", "fal": "google/nano-banana-2.1/edit",
    "replicate": "black-forest-labs/flux-kontext-pro", "kie": "google/nano-banana-edit",
    "runpod": "qwen-image-edit-2511",
}  # fmt: skip
"""One of each, so that an edit has no reason to come twice to the same upstream once it was taken there."""

TROUBLES: Mapping[str, int] = {
    "": 110, "limited": 3, "limited_silently": 3, "busy": 14, "unpaid": 1, "locked": 1, "unfit": 4, "refused": 8,
    "fails": 10, "never": 3, "forgotten": 5, "cut": 10, "html": 4, "empty": 4, "lies": 6, "blank": 6, "echo": 6,
    "oversized": 1, "expired": 5, "elsewhere": 3, "moved": 3,
}  # fmt: skip
"""How often each is met, and that an edit goes well."""

OPERATIONS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("restore", {}), ("restore_colorize", {}), ("restyle", {"style": "cartoon"}), ("enhance", {"enhancement": "mood"}),
)  # fmt: skip
PHOTOS, SIZE = 8, (128, 96)
BY_NAME = 0.4
"""The share of jobs that ask for a provider by its name, and so have no other."""

MONEY, FUNDS = 10_000_000, 1_000_000_000
"""Milli-credits of the customer, and millionths of a dollar in each pool."""

FAILURES = 5
SECONDS_TO_SEE = 30.0
"""In which the circuit of an upstream opens that is gone."""
LEFT_ALONE = re.compile(r"(\S+) failed (\d+) times in a row")
NUMBER = re.compile(r"number (\d+)\b")


@dataclass(frozen=True, slots=True)
class Weather:
    """How many jobs, and what chance follows from."""

    jobs: int
    seed: int


@dataclass(slots=True)
class Aftermath:
    """What the storm did and left behind; `wrong` has one sentence for whatever should not be."""

    books: Books
    met: Counter[str] = field(default_factory=Counter[str])
    submissions: int = 0
    billed: int = 0
    opened: Counter[str] = field(default_factory=Counter[str])
    dead: str = ""
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list[str])


def run(folder: Path, weather: Weather) -> Aftermath:
    """Go through a storm in an empty folder."""
    chance, began = random.Random(weather.seed), time.monotonic()
    data = folder / "data"
    customer = new_customer(data, MONEY)
    asyncio.run(open_pools(data, list(MODELS), FUNDS))
    with ExitStack() as stack:
        six = [stack.enter_context(kind(polls=1)) for kind in SIX]
        port = free_ports(1)[0]
        server = ServerProcess(data, port=int(port), **settings_of(folder, six, port))
        server.headers["Authorization"] = f"Bearer {customer.key}"
        stack.callback(server.close)
        server.start()
        for each in six:
            each.troubles.extend(_troubles(each, chance, 4 * weather.jobs))
        jobs, dead = _submitted(server, weather, chance, six)
        stuck = all_ended(server, jobs, seconds=60.0 + 2.0 * weather.jobs)
        stuck += _calmed(server, data, six, weather.jobs)
        said = server.said()
        server.stop()
        after = Aftermath(asyncio.run(look(data, customer, FUNDS)), dead=dead, wrong=stuck)
    after.seconds = time.monotonic() - began
    after.wrong += after.books.wrong
    _circuits(after, said)
    for each in six:
        _submissions(after, each)
    return after


def settings_of(folder: Path, six: Sequence[Simulator], port: str) -> dict[str, Any]:
    """Those of a server that asks one model of each of these, and is in a hurry."""
    catalogue = folder / "catalogue.toml"
    catalogue.write_text(_catalogue())
    return {
        **SETTINGS, **settings_at(six), "ROUTING__CATALOGUE": str(catalogue), "ROUTING__CALL_SECONDS": "8",
        "ROUTING__FIRST_PAUSE": "0.1", "ROUTING__CIRCUIT_FAILURES": str(FAILURES), "ROUTING__CIRCUIT_PAUSE": "1.5",
        "ROUTING__CIRCUIT_LONGEST_PAUSE": "4", "JOBS__DEADLINE_SECONDS": "25", "JOBS__BUSY_SECONDS": "8",
        "WORK__RESTORE_PROCESSES": "2", "SERVER__PUBLIC_URL": f"http://127.0.0.1:{port}", "SPENDING__SUM_SECONDS": "2",
    }  # fmt: skip


def _catalogue() -> str:
    """What takes away all models but one of each provider."""
    shipped = resources.files("rekindle.providers").joinpath("catalogue.toml").read_text(encoding="utf-8")
    others = [each for each in tomllib.loads(shipped)["models"] if MODELS.get(each["provider"]) != each["id"]]
    return "".join(
        f"[[models]]\nprovider = {json.dumps(each['provider'])}\nid = {json.dumps(each['id'])}\noffered = false\n"
        for each in others
    )


def _troubles(simulator: Simulator, chance: random.Random, count: int) -> list[str]:
    # A failure of its own is no word that the edit was taken there: it is asked for again, and rightly.
    without = simulator.impossible | ({"fails"} if simulator.name == "openai" else set[str]())
    known = {word: weight for word, weight in TROUBLES.items() if word not in without}
    return chance.choices(list(known), list(known.values()), k=count)


def _submitted(
    server: ServerProcess, weather: Weather, chance: random.Random, six: Sequence[Simulator]
) -> tuple[list[str], str]:
    """The jobs, and the upstream that was gone for a while in the midst of it."""
    photos = [made(server.upload(jpeg(faded(*SIZE, seed))))["id"] for seed in range(PHOTOS)]
    dying = chance.choice(six)
    jobs: list[str] = []
    for number in range(weather.jobs):
        if number == weather.jobs // 3:
            dying.die()
        name = chance.choice(list(MODELS)) if chance.random() < BY_NAME else None
        if dying.dead and number % 5 == 0:
            name = dying.name
        jobs.append(submit(server, chance.choice(photos), number, name, chance))
    # Until that was seen: jobs find it gone in their own time.
    deadline = time.monotonic() + SECONDS_TO_SEE
    while dying.name not in asyncio.run(settled(server.folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    dying.rise()
    return jobs, dying.name


def submit(server: ServerProcess, photo: str, number: int, name: str | None, chance: random.Random) -> str:
    """Ask for an edit with a number; without a `name` anybody may do it."""
    operation, options = chance.choice(OPERATIONS)
    asked = {**options, "prompt": f"number {number}", **({"provider": name} if name else {})}
    body = json.dumps({"photo_id": photo, "operation": operation, "options": asked}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"job {number}"}
    return made(server.request("POST", "/api/v1/jobs", body, headers))["id"]


def all_ended(server: ServerProcess, jobs: Sequence[str], *, seconds: float) -> list[str]:
    """One sentence for each job that does not end."""
    deadline, waiting = time.monotonic() + seconds, list(jobs)
    while waiting and time.monotonic() < deadline:
        waiting = [job for job in waiting if server.get(f"/jobs/{job}")["status"] not in ENDED]
        time.sleep(0.5)
    return [f"job {job} does not end: {server.get(f'/jobs/{job}')}" for job in waiting]


def _calmed(server: ServerProcess, data: Path, six: Sequence[Simulator], number: int) -> list[str]:
    """When all is well again, edits find every circuit closed; one sentence for each that stays open."""
    for each in six:
        each.troubles.clear()
    photo, chance, deadline = made(server.upload(jpeg(faded(*SIZE, 99))))["id"], random.Random(0), time.monotonic() + 60
    while (left := asyncio.run(settled(data))) and time.monotonic() < deadline:
        jobs = [submit(server, photo, number := number + 1, name, chance) for name in left]
        if stuck := all_ended(server, jobs, seconds=60):
            return stuck
    return [f"the circuit of {name} stays open" for name in left]


def _circuits(after: Aftermath, said: str) -> None:
    """Each circuit opens after so many failures in a row at the latest; later ones are those of its probes."""
    closed = set(MODELS)
    for line in said.splitlines():
        if found := LEFT_ALONE.search(line):
            name, failures = found[1], int(found[2])
            if name in closed and failures > FAILURES:
                after.wrong.append(f"the circuit of {name} opened after {failures} failures")
            after.opened[name] += 1
            closed.discard(name)
        elif line.endswith(" works again"):
            closed.add(line.split()[-3])
    if not after.opened[after.dead]:
        after.wrong.append(f"{after.dead} was dead, and its circuit did not open")


def _submissions(after: Aftermath, simulator: Simulator) -> None:
    """What an upstream was given: each job once, and by an attempt that was written down."""
    taken = taken_by(simulator)
    after.submissions += taken.total()
    after.billed += simulator.cost_billed
    after.met += simulator.met
    if taken.total() != len(simulator.orders):
        after.wrong.append(f"{simulator.name} was given edits without a number")
    for number, times in taken.items():
        tried = after.books.attempts[number, simulator.name]
        if times > 1 or not tried:
            after.wrong.append(f"{simulator.name} was given job {number} {times} times, in {tried} attempts")


def taken_by(simulator: Simulator) -> Counter[int]:
    """How often an upstream took each job, by its number."""
    return Counter(int(found[1]) for order in simulator.orders.values() if (found := NUMBER.search(order.prompt)))
