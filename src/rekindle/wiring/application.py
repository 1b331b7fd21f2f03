"""The server and its worker, from the settings."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from rekindle.admin.usage import Usage
from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.credits.belongings import OwnCredits
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.http import Services
from rekindle.infra.lock import hold
from rekindle.infra.queue.port import Handler, Queue, Schedule
from rekindle.infra.schedules.timetable import Timetable
from rekindle.infra.scratch import place_in
from rekindle.infra.storage.port import StorageAway
from rekindle.jobs.bakeoff_belongings import OwnBakeoffs
from rekindle.jobs.belongings import OwnJobs
from rekindle.jobs.tasks import rescue
from rekindle.photos.belongings import OwnPhotos
from rekindle.photos.retention import Sweeper
from rekindle.wiring.belonging import check_files
from rekindle.wiring.databases import alone_with, open_tables, prepare_tables
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
from rekindle.wiring.readiness import readiness_of
from rekindle.wiring.safety import guard
from rekindle.wiring.schedules import timetable_of
from rekindle.wiring.spending import open_treasury
from rekindle.wiring.tombstones import Cemetery, tombstones_of

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
    timetable: Timetable
    concurrency: int


@asynccontextmanager
async def application(settings: Settings) -> AsyncGenerator[Application]:
    """Open the data folder, bring it up to date, clear up after a crash, and build the services."""
    async with AsyncExitStack() as stack:
        if settings.alone:
            stack.enter_context(hold(settings.data_folder))
        await asyncio.to_thread(prepare_tables, settings)
        scratch = stack.enter_context(place_in(settings.scratch_folder, alone=settings.alone))
        db = open_tables(settings)
        stack.push_async_callback(db.aclose)
        with seeing_everything():
            await stack.enter_async_context(alone_with(settings, db))
        ground = lay_ground(settings, db, scratch_folder=scratch)
        for close in (ground.intake.aclose, ground.restoring.aclose, ground.events.aclose, ground.queue.aclose):
            stack.push_async_callback(close)
        # Before anything is swept, or deleted again, or taken from the queue.
        await check_files(settings, db, ground.storage, scratch=ground.scratch)
        built = _build(settings, ground)
        stack.push_async_callback(built.application.services.get(Limits).limiter.aclose)
        for close in built.close:
            stack.push_async_callback(close)
        with seeing_everything():
            await _clear_up(settings, ground, built)
        yield built.application


@dataclass(frozen=True, slots=True)
class Built:
    """The application, and what its start and its schedules need."""

    application: Application
    sweeper: Sweeper
    keep_holds: Callable[[], Awaitable[object]]
    delete_again: Callable[[], Awaitable[object]]
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
    usage = Usage(on.db, clock=on.clock)
    work.photos.when_deleted(usage.about_to_go)
    cemetery = Cemetery(tombstones_of(settings, on), work.photos, people.forget_again)
    work.photos.when_deleted(money.charges.let_go)
    upstreams = open_providers(settings, on, purse=treasury.purse)
    words = words_of(settings, on, work.preparing, treasury.purse)
    running = job_work(settings, on, work, money.charges, upstreams, words.rewording)
    actions = {
        "daily-usage-summary": usage.run, "keep-tombstones": cemetery.keep, "apply-tombstones": cemetery.apply,
        **work.actions, **running.actions, **money.actions, **paying.actions, **people.actions, **treasury.actions,
    }  # fmt: skip
    timetable = timetable_of(settings, on.db, actions, clock=on.clock)
    services = Services(
        settings, on.clock, on.db, on.storage, limits_of(settings),
        readiness_of(settings, on.db, on.storage, clock=on.clock), *work.services, *running.services,
        *money.services, *paying.services, *people.services, waking_of(settings, on),
        *guarding.services, *words.services, *treasury.services, timetable,
    )  # fmt: skip
    by_itself = timetable.schedules if settings.schedules.enabled else ()
    schedules = [*by_itself, *upstreams.schedules]
    made = Application(settings, on.clock, services, on.queue, running.handlers, schedules, timetable, on.concurrency)
    return Built(made, work.sweeper, money.keep, cemetery.apply, [*people.aclose, *upstreams.aclose, words.aclose])


async def _clear_up(settings: Settings, ground: Ground, built: Built) -> None:
    """What the last process left unfinished. Who is alone knows that nothing of it can be in use; where others may be
    at work, leases that run out and sweepers look to it.
    """
    try:
        await built.delete_again()
    except StorageAway:
        log.warning("the store of files does not answer: whether this database is a backup is looked at later")
    if not settings.alone:
        return
    await built.keep_holds()
    await ground.queue.release_all()
    unfinished = await rescue(ground.db, ground.queue)
    # What is in a bucket may be on its way from a browser, or belong to the database that should have been opened.
    gone = 0 if settings.storage.url else await built.sweeper.orphans(unfinished=timedelta(0))
    if unfinished or gone:
        log.info("jobs taken up again: %d; files that belonged to nothing and were removed: %d", unfinished, gone)
