"""The server and its worker, from the settings."""

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.imaging.formats import Format
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.events.port import Events
from rekindle.infra.http import Services
from rekindle.infra.lock import hold
from rekindle.infra.machine import usable_cores
from rekindle.infra.queue.embedded import TableQueue
from rekindle.infra.queue.port import Handler, Queue, Schedule
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.infra.storage.port import Storage
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.workbench import Workbench
from rekindle.jobs.attempts import Attempts
from rekindle.jobs.claims import Claims
from rekindle.jobs.finishing import Finishing
from rekindle.jobs.pace import Pace
from rekindle.jobs.present import JobPresenter
from rekindle.jobs.runner import Runner
from rekindle.jobs.service import RUN, Jobs
from rekindle.jobs.settle import Settling
from rekindle.jobs.tasks import JobTasks, rescue
from rekindle.jobs.watch import Watching
from rekindle.photos.cache import FileCache
from rekindle.photos.downloads import Downloads
from rekindle.photos.masks import Masks, Painting
from rekindle.photos.preparing import Preparing
from rekindle.photos.present import API, Presenter
from rekindle.photos.retention import Policy, Retention, Sweeper
from rekindle.photos.service import Photos, Reception
from rekindle.providers.adapters.embedded import EmbeddedProvider
from rekindle.providers.offers import Offers
from rekindle.safety.uploads import UploadLimits

log = logging.getLogger(__name__)

CHILD_MODULES = ("rekindle.photos.pixels", "rekindle.imaging.restoration")


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
        db = open_database(settings.database_url)
        stack.push_async_callback(db.aclose)
        ground = _ground(settings, db)
        for bench in (ground.intake, ground.restoring):
            stack.push_async_callback(bench.aclose)
        built = _build(settings, ground)
        await _clear_up(ground, built)
        yield built.application


@dataclass(frozen=True, slots=True)
class Ground:
    """What the services stand on."""

    clock: Clock
    db: Database
    storage: Storage
    queue: Queue
    events: Events
    scratch: Scratch
    intake: Workbench
    restoring: Workbench
    concurrency: int


@dataclass(frozen=True, slots=True)
class Built:
    """The application, and what its start and its schedules need."""

    application: Application
    sweeper: Sweeper


def _ground(settings: Settings, db: Database) -> Ground:
    clock, work, cores = Clock(), settings.work, usable_cores()
    concurrency = work.restore_processes or max(1, cores // 2)
    scratch = Scratch(settings.scratch_folder)
    return Ground(
        clock=clock,
        db=db,
        storage=FolderStorage(settings.files_folder, signer=_signer(settings), base_url=f"{API}/files"),
        queue=TableQueue(db, clock=clock, lease_seconds=settings.jobs.lease_seconds),
        events=LocalEvents(),
        scratch=scratch,
        intake=Workbench(
            workers=work.intake_processes or min(4, cores),
            memory_bytes=work.intake_memory,
            folder=settings.scratch_folder,
            preload=CHILD_MODULES[:1],
        ),
        # One more than there are jobs at a time: a diagnosis or a download that someone waits for finds a place.
        restoring=Workbench(
            workers=concurrency + 1,
            memory_bytes=work.restore_memory,
            folder=settings.scratch_folder,
            preload=CHILD_MODULES,
        ),
        concurrency=concurrency,
    )


def _build(settings: Settings, on: Ground) -> Built:
    seconds = settings.work.restore_seconds
    retention = Retention(Policy(settings.retention.policy), timedelta(hours=settings.retention.hours))
    reception = Reception(
        upload_limits(settings), settings.server.stream_timeout, settings.uploads.decode_seconds,
        least_rate=settings.server.stream_rate, most_at_once=settings.uploads.most_at_once,
    )  # fmt: skip
    photos = Photos(on.db, on.storage, bench=on.intake, scratch=on.scratch, clock=on.clock, reception=reception)
    cache = FileCache(
        on.db, on.storage, scratch=on.scratch, clock=on.clock, max_bytes=settings.retention.cache_bytes
    )  # fmt: skip
    presenter, pace = Presenter(on.storage, clock=on.clock), Pace()
    preparing = Preparing(on.db, on.storage, bench=on.restoring, cache=cache, seconds=seconds)
    painting = Painting(
        settings.server.stream_timeout, settings.uploads.decode_seconds,
        least_rate=settings.server.stream_rate,
    )  # fmt: skip
    masks = Masks(on.db, on.storage, bench=on.intake, scratch=on.scratch, clock=on.clock, painting=painting)
    providers = [EmbeddedProvider(on.restoring, seconds=seconds)]
    jobs = Jobs(on.db, on.queue, events=on.events, clock=on.clock)
    runner = Runner(
        Claims(on.db, on.events, clock=on.clock),
        inputs=(preparing, masks),
        attempts=Attempts(on.db, providers, clock=on.clock),
        finishing=Finishing(on.restoring, seconds=seconds),
        settling=Settling(on.db, on.storage, events=on.events, clock=on.clock),
        scratch=on.scratch,
    )
    tasks = JobTasks(
        runner, jobs, photos=photos, pace=pace, retention=retention, max_deliveries=settings.jobs.max_deliveries
    )  # fmt: skip
    sweeper = Sweeper(on.db, on.storage, photos=photos, cache=cache, clock=on.clock, retention=retention)
    services = Services(
        settings, on.clock, on.db, on.storage, photos, masks, presenter, preparing, jobs, Offers(providers),
        Downloads(on.db, on.storage, bench=on.restoring, cache=cache, seconds=seconds),
        JobPresenter(on.db, presenter, clock=on.clock, pace=pace), Watching(jobs, on.events),
    )  # fmt: skip
    schedules = [
        Schedule("the sweeper", settings.jobs.sweep_seconds, sweeper.sweep),
        Schedule("the search for forgotten jobs", settings.jobs.sweep_seconds, lambda: rescue(on.db, on.queue)),
    ]
    handlers = {RUN: tasks.run}
    made = Application(settings, on.clock, services, on.queue, handlers, schedules, on.concurrency)
    return Built(made, sweeper)


async def _clear_up(ground: Ground, built: Built) -> None:
    """What the last process left unfinished: this one is alone in the folder, so nothing here can be in use."""
    ground.scratch.clear()
    await ground.queue.release_all()
    unfinished = await rescue(ground.db, ground.queue)
    gone = await built.sweeper.sweep(unfinished=timedelta(0))
    if unfinished or gone:
        log.info("taking up %d unfinished jobs again; %d files that belonged to nothing were removed", unfinished, gone)


def _signer(settings: Settings) -> LinkSigner:
    secret = settings.storage.url_secret
    key = _kept_secret(settings.data_folder / "links.key") if secret is None else secret.get_secret_value().encode()
    return LinkSigner(key, seconds=settings.storage.url_seconds)


def _kept_secret(path: Path) -> bytes:
    """The secret in this file, made first when there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()


def upload_limits(settings: Settings) -> UploadLimits:
    """What may come in, from the settings."""
    uploads = settings.uploads
    return UploadLimits(
        max_bytes=uploads.max_bytes,
        max_pixels_jpeg=uploads.max_pixels_jpeg,
        max_pixels=uploads.max_pixels,
        max_side=uploads.max_side,
        max_aspect=uploads.max_aspect,
        max_scans=uploads.max_scans,
        formats=frozenset(Format(name) for name in uploads.formats),
    )
