"""The server and its worker, from the settings."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.credits.belongings import OwnCredits
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.http import Services
from rekindle.infra.lock import hold
from rekindle.infra.queue.port import Handler, Queue, Schedule
from rekindle.jobs.bakeoff_belongings import OwnBakeoffs
from rekindle.jobs.belongings import OwnJobs
from rekindle.jobs.tasks import rescue
from rekindle.photos.belongings import OwnPhotos
from rekindle.photos.retention import Sweeper
from rekindle.wiring.databases import open_tables
from rekindle.wiring.ground import Ground, lay_ground
from rekindle.wiring.jobs import job_work
from rekindle.wiring.limits import Limits, limits_of
from rekindle.wiring.money import open_books
from rekindle.wiring.nudges import waking_of
from rekindle.wiring.payments import open_till
from rekindle.wiring.people import welcome
from rekindle.wiring.photos import photo_work
from rekindle.wiring.prompting import words_of
from rekindle.wiring.providers import open_providers
from rekindle.wiring.safety import guard
from rekindle.wiring.spending import open_treasury

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that a server and a worker need, built once."""

    settings: Settings
    clock: Clock
    services: Services
    queue: Queue
    handlers: Mapping[str, Handler]
    schedules: Sequence[Schedule]
    concurrency: int


@asynccontextmanager
async def application(settings: Settings) -> AsyncGenerator[Application]:
    """Open the data folder, bring it up to date, clear up after a crash, and build the services."""
    async with AsyncExitStack() as stack:
        stack.enter_context(hold(settings.data_folder))
        await asyncio.to_thread(upgrade, settings.database_url)
        db = open_tables(settings.database_url)
        stack.push_async_callback(db.aclose)
        ground = lay_ground(settings, db)
        for bench in (ground.intake, ground.restoring):
            stack.push_async_callback(bench.aclose)
        built = _build(settings, ground)
        stack.push_async_callback(built.application.services.get(Limits).limiter.aclose)
        for close in built.close:
            stack.push_async_callback(close)
        with seeing_everything():
            await _clear_up(ground, built)
        yield built.application


@dataclass(frozen=True, slots=True)
class Built:
    """The application, and what its start and its schedules need."""

    application: Application
    sweeper: Sweeper
    keep_holds: Callable[[], Awaitable[object]]
    close: Sequence[Callable[[], Awaitable[object]]]


def _build(settings: Settings, on: Ground) -> Built:
    money = open_books(settings, on)
    paying = open_till(settings, on, money.ledger, money.plans)
    work, guarding = photo_work(settings, on, money.plans), guard(on)
    treasury = open_treasury(settings, on)
    owned = (
        OwnPhotos(on.db, work.photos, work.downloads), OwnJobs(on.db), OwnBakeoffs(on.db),
        OwnCredits(on.db, money.ledger), paying.belongings, guarding.belongings, treasury.belongings,
    )  # fmt: skip
    people = welcome(settings, on, plans=money.plans, belongings=owned)
    work.photos.when_deleted(money.charges.let_go)
    upstreams = open_providers(settings, on, purse=treasury.purse)
    words = words_of(settings, on, work.preparing)
    running = job_work(settings, on, work, money.charges, upstreams)
    services = Services(
        settings, on.clock, on.db, on.storage, limits_of(settings), *work.services, *running.services,
        *money.services, *paying.services, *people.services, waking_of(settings, on),
        *guarding.services, *words.services, *treasury.services,
    )  # fmt: skip
    schedules = [
        Schedule("the sweeper", settings.jobs.sweep_seconds, work.sweeper.sweep),
        *money.schedules,
        *paying.schedules,
        *people.schedules,
        *upstreams.schedules,
        *treasury.schedules,
        Schedule("the search for forgotten jobs", settings.jobs.sweep_seconds, lambda: rescue(on.db, on.queue)),
    ]
    made = Application(settings, on.clock, services, on.queue, running.handlers, schedules, on.concurrency)
    return Built(made, work.sweeper, money.keep, [*people.aclose, *upstreams.aclose, words.aclose])


async def _clear_up(ground: Ground, built: Built) -> None:
    """What the last process left unfinished: this one is alone in the folder, so nothing here can be in use."""
    ground.scratch.clear()
    await ground.queue.release_all()
    await built.keep_holds()
    unfinished = await rescue(ground.db, ground.queue)
    gone = await built.sweeper.sweep(unfinished=timedelta(0))
    if unfinished or gone:
        log.info("taking up %d unfinished jobs again; %d files that belonged to nothing were removed", unfinished, gone)
