"""Everything that runs a job, around providers of a test's choice."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select

from rekindle.accounts.asking import HOME_ID, HOME_USER
from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.events.embedded import LocalEvents
from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.infra.queue.embedded import TableQueue
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.workbench import Workbench
from rekindle.jobs.attempts import Attempts
from rekindle.jobs.calling import Calling
from rekindle.jobs.checking import Checking
from rekindle.jobs.claims import Claims
from rekindle.jobs.egress import Egress
from rekindle.jobs.finishing import Finishing
from rekindle.jobs.notebook import Notebook
from rekindle.jobs.nudges import Nudges
from rekindle.jobs.options import Options
from rekindle.jobs.patience import Patience
from rekindle.jobs.runner import Runner
from rekindle.jobs.service import Jobs, Wanted
from rekindle.jobs.settle import Settling
from rekindle.jobs.tables import AttemptRow, JobRow
from rekindle.photos.cache import FileCache
from rekindle.photos.masks import Masks, Painting
from rekindle.photos.preparing import Preparing
from rekindle.photos.tables import RESULT, PhotoRow, RenditionRow
from rekindle.providers.choosing import Choosing, Policy
from rekindle.providers.gates import Gate, Gates
from rekindle.providers.outgoing import Outgoing
from rekindle.providers.protocol import Provider
from rekindle.providers.purse import Purse, Unlimited
from rekindle.providers.tables import HealthRow
from rekindle.treatments.operations import Operation
from tests.factories import database, endings, faded, photo_row, png


@dataclass
class Workshop:
    """Everything that runs a job, around providers of the test's choice; `runner` makes another worker each time."""

    db: Database
    storage: FolderStorage
    events: LocalEvents
    bench: Workbench
    scratch: Scratch
    clock: Clock
    jobs: Jobs
    photo: PhotoRow
    limiter: LocalLimiter
    purse: Purse = field(default_factory=Unlimited)
    gates: Mapping[str, Gate] = field(default_factory=dict)
    patience: Patience = field(default_factory=lambda: Patience(first_pause=0.01))
    public_url: str | None = None

    @property
    def egress(self) -> Egress:
        return Egress(self.db, clock=self.clock)

    async def forget_health(self) -> None:
        """Whatever providers did in other tests, in this one they are new."""
        async with self.db.transaction() as tx:
            await tx.execute(delete(HealthRow))

    def attempts_at(self, *providers: Provider) -> Attempts:
        purse, seconds = self.purse, 30.0
        choosing = Choosing(
            self.db, providers, gates=Gates(self.gates, self.limiter), purse=purse, policy=Policy(), clock=self.clock
        )  # fmt: skip
        calling = Calling(
            Notebook(self.db, choosing=choosing, purse=purse, clock=self.clock),
            outgoing=Outgoing(self.bench, self.storage, clock=self.clock, public_url=self.public_url, seconds=seconds),
            checking=Checking(self.bench, seconds=seconds),
            egress=self.egress,
            rules=(self.patience, Nudges(b"a secret of sixteen or more", self.public_url)),
            clock=self.clock,
        )
        plans = Plans(PRESETS[Preset.REKINDLE])
        return Attempts(providers, choosing=choosing, calling=calling, plans=plans, clock=self.clock)

    def runner(self, *providers: Provider) -> Runner:
        return Runner(
            Claims(self.db, self.events, clock=self.clock),
            inputs=(self.preparing, self.masks),
            attempts=self.attempts_at(*providers),
            finishing=Finishing(self.bench, self.storage, seconds=30.0),
            settling=Settling(self.db, self.storage, events=self.events, endings=endings(self.clock), clock=self.clock),
            scratch=self.scratch,
        )

    @property
    def preparing(self) -> Preparing:
        cache = FileCache(self.db, self.storage, scratch=self.scratch, clock=self.clock, max_bytes=10**9)
        return Preparing(self.db, self.storage, bench=self.bench, cache=cache, seconds=30.0)

    @property
    def masks(self) -> Masks:
        painting = Painting(stream_seconds=5.0, look_seconds=5.0)
        return Masks(
            self.db, self.storage, bench=self.bench, scratch=self.scratch, clock=self.clock, painting=painting
        )  # fmt: skip

    async def mask(self, data: bytes) -> RenditionRow:
        """A mask that somebody uploaded for the photo."""

        async def chunks() -> AsyncIterator[bytes]:
            yield data

        return await self.masks.receive(HOME_ID, self.photo.id, lambda receiver: receiver.raw(chunks(), "mask.png"))

    async def submit(self, options: Options | None = None, operation: Operation = Operation.RESTORE) -> UUID:
        wanted = Wanted(self.photo.id, operation, options or Options())
        return (await self.jobs.submit(HOME_USER, wanted, key=str(self.clock.new_id()))).id

    async def run(self, *providers: Provider, options: Options | None = None) -> JobRow:
        """A new job, run to its end."""
        await self.forget_health()
        job_id = await self.submit(options)
        async with asyncio.timeout(30):
            await self.runner(*providers).run(job_id)
        return await self.jobs.get(HOME_ID, job_id)

    async def attempts(self, job_id: UUID) -> list[AttemptRow]:
        async with self.db.reading() as tx:
            query = select(AttemptRow).where(AttemptRow.job_id == job_id).order_by(AttemptRow.number)
            return list(await tx.scalars(query))

    async def versions(self) -> int:
        async with self.db.reading() as tx:
            return len((await tx.scalars(select(RenditionRow.id).where(RenditionRow.kind == RESULT))).all())


@asynccontextmanager
async def workshop_in(folder: Path) -> AsyncGenerator[Workshop]:
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(database(folder))
        clock, events, scratch = Clock(), LocalEvents(), Scratch(folder / "scratch")
        signer = LinkSigner(b"a secret of sixteen or more", seconds=3600)
        storage = FolderStorage(folder / "files", signer=signer, base_url="/files")
        bench = Workbench(workers=1, memory_bytes=10**9, folder=folder / "scratch", preload=["rekindle.photos.pixels"])
        stack.push_async_callback(bench.aclose)
        photo = photo_row(clock, format="png", width=320, height=240)
        source = folder / "source.png"
        source.write_bytes(png(faded()))
        await storage.put(photo.original_key or "", source)
        async with db.transaction() as tx:
            tx.add(photo)
        queue = TableQueue(db, clock=clock, lease_seconds=60.0)
        jobs = Jobs(db, queue, events=events, endings=endings(clock), clock=clock)
        yield Workshop(db, storage, events, bench, scratch, clock, jobs, photo, LocalLimiter())
