"""What runs jobs, from the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rekindle.config import Settings
from rekindle.infra.queue.port import Handler
from rekindle.jobs.attempts import Attempts
from rekindle.jobs.charges import Charges
from rekindle.jobs.claims import Claims
from rekindle.jobs.endings import Endings
from rekindle.jobs.finishing import Finishing
from rekindle.jobs.pace import Pace
from rekindle.jobs.present import JobPresenter
from rekindle.jobs.runner import Runner
from rekindle.jobs.service import RUN, Jobs
from rekindle.jobs.settle import Settling
from rekindle.jobs.tasks import JobTasks
from rekindle.jobs.watch import Watching
from rekindle.providers.adapters.embedded import EmbeddedProvider
from rekindle.providers.offers import Offers
from rekindle.wiring.ground import Ground
from rekindle.wiring.photos import PhotoWork


@dataclass(frozen=True, slots=True)
class JobWork:
    """What routes ask for, and what the worker calls by the names of tasks."""

    services: Sequence[object]
    handlers: Mapping[str, Handler]


def job_work(settings: Settings, on: Ground, work: PhotoWork, charges: Charges) -> JobWork:
    """Jobs, the providers that do them, and the worker's side of them."""
    seconds, pace = settings.work.restore_seconds, Pace()
    providers = [EmbeddedProvider(on.restoring, seconds=seconds)]
    endings = Endings(charges, clock=on.clock)
    jobs = Jobs(on.db, on.queue, events=on.events, endings=endings, clock=on.clock)
    runner = Runner(
        Claims(on.db, on.events, clock=on.clock),
        inputs=(work.preparing, work.masks),
        attempts=Attempts(on.db, providers, clock=on.clock),
        finishing=Finishing(on.restoring, seconds=seconds),
        settling=Settling(on.db, on.storage, events=on.events, endings=endings, clock=on.clock),
        scratch=on.scratch,
    )
    tasks = JobTasks(
        runner, jobs, photos=work.photos, pace=pace, retention=work.retention,
        max_deliveries=settings.jobs.max_deliveries,
    )  # fmt: skip
    presenter = JobPresenter(on.db, work.presenter, clock=on.clock, pace=pace)
    return JobWork((jobs, Offers(providers), presenter, Watching(jobs, on.events)), {RUN: tasks.run})
