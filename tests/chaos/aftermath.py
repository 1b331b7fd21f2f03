"""What is left when all is quiet: jobs, money, files and calls, each with one sentence for whatever is not right."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text

from benchmarks.storm_books import Books
from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.config import Settings
from rekindle.infra.db.database import Database
from rekindle.infra.mark.book import KEY as MARK
from rekindle.wiring.ground import lay_ground
from rekindle.wiring.photos import photo_work
from tests.chaos.clients import truth_in
from tests.chaos.fleet import Fleet, again
from tests.chaos.history import check

_TWICE = "SELECT job_id, count(*) FROM job_stages WHERE ended IS NOT NULL GROUP BY job_id HAVING count(*) > 1"
_NAMED = (
    "SELECT original_key FROM photos WHERE original_key IS NOT NULL UNION SELECT preview_key FROM photos "
    "UNION SELECT thumbnail_key FROM photos UNION SELECT master_key FROM renditions "
    "UNION SELECT preview_key FROM renditions UNION SELECT thumbnail_key FROM renditions "
    "UNION SELECT before_key FROM renditions UNION SELECT key FROM cached_files"
)


@dataclass(slots=True)
class Aftermath:
    """`orphans` is how many files those left behind who were killed between storing a file and writing its row, before
    a sweep removed them.
    """

    books: Books
    again_polled: int = 0
    again_at_once: int = 0
    orphans: int = 0
    wrong: list[str] = field(default_factory=list[str])


def look(at: Fleet, jobs: Sequence[str]) -> Aftermath:
    """Stop the workers and examine everything: these are the jobs that were promised."""
    wrong = at.stop_workers()
    at.clients.stop()
    after = Aftermath(at.books(), again(at.polled), again(at.at_once), wrong=wrong)
    truth = at.in_database(truth_in)
    after.wrong += after.books.wrong
    after.wrong += check(at.clients.history, truth)
    if set(jobs) - truth.keys():
        after.wrong.append(f"{len(set(jobs) - truth.keys())} promised jobs are gone")
    after.wrong += at.in_database(_left)
    _files(after, at)
    return after


def _files(after: Aftermath, at: Fleet) -> None:
    """Every row has its file; and once a sweep has been there that waits for nobody, every file has its row."""
    named = at.in_database(_named)
    stored, swept = at.in_database(lambda db: _stored(db, at))
    after.orphans = len(stored - named)
    after.wrong += [f"a row without its file: {key}" for key in sorted(named - stored)]
    after.wrong += [f"a file without a row: {key}" for key in sorted(swept - named)]


async def _stored(db: Database, at: Fleet) -> tuple[set[str], set[str]]:
    """Every file before a sweep and after it, but for the mark that says whose they are."""
    ground = lay_ground(Settings(data_folder=at.folder / "sweeper", storage=at.storage), db)
    work = photo_work(Settings(), ground, Plans(PRESETS[Preset.REKINDLE]))
    before = {each.key async for each in ground.storage.scan("")} - {MARK}
    await work.sweeper.orphans(unfinished=timedelta(0))
    return before, {each.key async for each in ground.storage.scan("")} - {MARK}


async def _named(db: Database) -> set[str]:
    async with db.reading() as tx:
        return {row[0] for row in await tx.execute(text(_NAMED))}


async def _left(db: Database) -> list[str]:
    """Tasks, holds and attempts that are open although every job has ended."""
    async with db.reading() as tx:
        tasks = await tx.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"))
        ends = (await tx.execute(text(_TWICE))).all()
    wrong = [f"{tasks} tasks are left"] if tasks else []
    return wrong + [f"job {job} has ended {times} times" for job, times in ends]
