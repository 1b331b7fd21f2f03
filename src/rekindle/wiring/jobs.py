"""What runs jobs, from the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rekindle.accounts.plans import Plans
from rekindle.config import Settings
from rekindle.infra.queue.port import Handler
from rekindle.jobs.admission import Admission
from rekindle.jobs.attempts import Attempts
from rekindle.jobs.bakeoff_present import BakeoffPresenter
from rekindle.jobs.bakeoffs import Bakeoffs
from rekindle.jobs.calling import Calling
from rekindle.jobs.candidates import Candidates
from rekindle.jobs.charges import Charges
from rekindle.jobs.checking import Checking
from rekindle.jobs.claims import Claims
from rekindle.jobs.egress import Egress
from rekindle.jobs.endings import Endings
from rekindle.jobs.favourites import Favourites
from rekindle.jobs.finishing import Finishing
from rekindle.jobs.leftovers import Leftovers
from rekindle.jobs.notebook import Notebook
from rekindle.jobs.pace import Pace
from rekindle.jobs.patience import Patience
from rekindle.jobs.present import JobPresenter
from rekindle.jobs.rewording import Rewording
from rekindle.jobs.runner import Runner
from rekindle.jobs.service import RUN, Jobs
from rekindle.jobs.settle import Settling
from rekindle.jobs.story import Stories
from rekindle.jobs.tasks import JobTasks, rescue
from rekindle.jobs.watch import Watching
from rekindle.providers.outgoing import Outgoing
from rekindle.wiring.ground import Ground
from rekindle.wiring.nudges import nudges_of
from rekindle.wiring.photos import PhotoWork
from rekindle.wiring.providers import Upstreams
from rekindle.wiring.safety import moderation_of, prompt_rules
from rekindle.wiring.schedules import Deed


@dataclass(frozen=True, slots=True)
class JobWork:
    """What routes ask for, and what the worker calls by the names of tasks."""

    services: Sequence[object]
    handlers: Mapping[str, Handler]
    actions: Mapping[str, Deed]


def job_work(
    settings: Settings, on: Ground, work: PhotoWork, charges: Charges, upstreams: Upstreams, rewording: Rewording
) -> JobWork:  # fmt: skip
    """Jobs, and the worker's side of them."""
    seconds = settings.work.restore_seconds
    endings, offers = Endings(charges, clock=on.clock), upstreams.offers
    work.photos.when_deleted(endings.stop_without)
    admission = Admission(offers, prompt_rules(settings))
    jobs = Jobs(on.db, on.queue, events=on.events, endings=endings, clock=on.clock, admission=admission)
    egress = Egress(on.db, clock=on.clock, local_only=settings.routing.local_only)
    attempts = _attempts(settings, on, charges.plans, upstreams, (egress, rewording))
    runner = Runner(
        Claims(on.db, on.events, clock=on.clock),
        inputs=(work.preparing, work.masks),
        attempts=attempts,
        finishing=Finishing(on.restoring, on.storage, seconds=seconds),
        settling=Settling(on.db, on.storage, events=on.events, endings=endings, clock=on.clock),
        scratch=on.scratch,
    )
    tasks = JobTasks(
        runner, jobs, photos=work.photos, retention=work.retention,
        max_deliveries=settings.jobs.max_deliveries,
    )  # fmt: skip
    presenter = JobPresenter(on.db, work.presenter, clock=on.clock, pace=Pace(on.db, clock=on.clock), offers=offers)
    comparing = _bakeoffs(settings, on, upstreams, (jobs, presenter), (charges, egress))
    return JobWork(
        (jobs, offers, presenter, Watching(jobs, on.events), Stories(on.db), egress, *comparing), {RUN: tasks.run},
        {
            "process-enhancement-tasks": lambda: rescue(on.db, on.queue),
            "sweep-providers": Leftovers(on.db, attempts, clock=on.clock).sweep,
        },
    )  # fmt: skip


def _bakeoffs(
    settings: Settings, on: Ground, upstreams: Upstreams, work: tuple[Jobs, JobPresenter], rules: tuple[Charges, Egress]
) -> Sequence[object]:
    """What compares those who can do the same thing."""
    (jobs, presenter), (charges, egress), offers = work, rules, upstreams.offers
    candidates = Candidates(
        on.db, upstreams.choosing, offers=offers, charges=charges, egress=egress,
        links=settings.server.public_url is not None,
    )  # fmt: skip
    bakeoffs = Bakeoffs(on.db, jobs, candidates=candidates, clock=on.clock)
    return candidates, bakeoffs, BakeoffPresenter(presenter, offers=offers), Favourites(on.db)


def _attempts(
    settings: Settings, on: Ground, plans: Plans, upstreams: Upstreams, leaving: tuple[Egress, Rewording]
) -> Attempts:
    """`leaving`: what keeps a ledger of it, and who else may read the words."""
    (egress, rewording), seconds, chosen = leaving, settings.work.restore_seconds, settings.jobs
    public_url = settings.server.public_url
    patience = Patience(
        first_pause=settings.routing.first_pause, busy=chosen.busy_seconds, deadline=chosen.deadline_seconds,
        after_refusal=chosen.after_refusal,
    )  # fmt: skip
    calling = Calling(
        Notebook(on.db, choosing=upstreams.choosing, purse=upstreams.purse, clock=on.clock),
        outgoing=Outgoing(
            on.restoring, on.storage, clock=on.clock, public_url=None if public_url is None else str(public_url),
            seconds=seconds,
        ),
        checking=Checking(on.restoring, seconds=seconds, moderation=moderation_of(settings, on)),
        egress=egress,
        rules=(patience, nudges_of(settings)),
        clock=on.clock,
    )  # fmt: skip
    return Attempts(
        upstreams.providers, choosing=upstreams.choosing, calling=calling, plans=plans, clock=on.clock,
        rewording=rewording,
    )  # fmt: skip
