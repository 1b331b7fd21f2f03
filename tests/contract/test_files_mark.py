"""Whoever starts with other files than those of the database is told so, and nobody is locked out."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, func, select

from rekindle.cli.main import main
from rekindle.config import Settings
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.mark.book import KEY, OtherFiles
from rekindle.infra.mark.tables import FilesMarkRow
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.photos.retention import OURS
from rekindle.wiring.application import application
from rekindle.wiring.belonging import check_files, look_at_files
from tests.factories import HeldClock, database, photo_row, settings
from tests.postgres import postgres_database, shared_postgres
from tests.seaweedfs import KEY as STORE_KEY
from tests.seaweedfs import shared_seaweed
from tests.stores import SIGNER

Opening = Callable[[Path], AbstractAsyncContextManager[Database]]


@pytest.fixture(params=[database, postgres_database], ids=["sqlite", "postgres"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Database]:
    opening: Opening = request.param
    with seeing_everything():
        async with opening(tmp_path) as opened:
            yield opened


def shared(folder: Path, url: str, **groups: object) -> Settings:
    return settings(folder, database={"url": url}, queue={"kind": "procrastinate"}, **groups)


class Process:
    """A server or worker with a folder of files."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.files = folder / "files"
        self.storage = FolderStorage(self.files, signer=SIGNER, base_url="/files")
        self._scratch = Scratch(folder / "unfinished")
        self._settings = shared(folder, "postgresql+asyncpg://db/rekindle")

    async def start(self) -> None:
        """What it does first."""
        await check_files(self._settings, self.db, self.storage, scratch=self._scratch)

    def mark(self) -> str:
        return (self.files / KEY).read_text().partition("\n")[0]

    async def takes_a_photo(self) -> None:
        photo = photo_row(HeldClock())
        for key in (photo.original_key, photo.preview_key):
            assert key is not None
            (self.files / key).parent.mkdir(parents=True, exist_ok=True)
            (self.files / key).write_bytes(b"picture")
        async with self.db.transaction() as tx:
            tx.add(photo)


async def marks(db: Database) -> list[str]:
    async with db.reading() as tx:
        return list(await tx.scalars(select(FilesMarkRow.mark)))


async def forget(db: Database) -> None:
    """As in a database from before there were marks."""
    async with db.transaction() as tx:
        await tx.execute(delete(FilesMarkRow))


async def test_the_first_start_writes_the_mark_and_later_ones_leave_it(db: Database, tmp_path: Path) -> None:
    first = Process(db, tmp_path / "one")
    await first.start()
    mark = first.mark()
    assert await marks(db) == [mark]
    for _ in range(2):
        await Process(db, tmp_path / "one").start()
    assert (first.mark(), await marks(db)) == (mark, [mark])
    assert not KEY.startswith(OURS), "nothing sweeps it"


async def test_a_worker_with_another_folder_is_told_before_there_is_any_photo(db: Database, tmp_path: Path) -> None:
    await Process(db, tmp_path / "server").start()
    with pytest.raises(OtherFiles) as refused:
        await Process(db, tmp_path / "worker").start()
    for words in (
        str(tmp_path / "worker/files"),
        str(tmp_path / "server/files"),
        "REKINDLE_STORAGE__FOLDER",
        "--adopt",
    ):
        assert words in refused.value.message
    assert not (tmp_path / "worker/files" / KEY).exists()


async def test_of_many_that_start_at_once_all_with_the_same_files_go_on(db: Database, tmp_path: Path) -> None:
    await asyncio.gather(*(Process(db, tmp_path / "one").start() for _ in range(6)))
    assert await marks(db) == [Process(db, tmp_path / "one").mark()]


class Meanwhile(FolderStorage):
    """A folder of files; whoever looks into it first is overtaken by `other`, right before or right after the look."""

    def __init__(self, files: Path, other: Callable[[], Awaitable[None]], *, after: bool) -> None:
        super().__init__(files, signer=SIGNER, base_url="/files")
        self._other: Callable[[], Awaitable[None]] | None = other
        self._after = after

    @asynccontextmanager
    async def local(self, key: str, *, most: int | None = None) -> AsyncGenerator[Path]:
        if not self._after:
            await self._overtaken()
        try:
            async with super().local(key, most=most) as path:
                yield path
        finally:
            if self._after:
                await self._overtaken()

    async def _overtaken(self) -> None:
        if (other := self._other) is not None:
            self._other = None
            await other()


@pytest.mark.parametrize("after", [False, True], ids=["before its look", "after its look"])
async def test_who_is_overtaken_by_another_start_goes_on(db: Database, tmp_path: Path, after: bool) -> None:
    slow, quick = (Process(db, tmp_path / "one") for _ in range(2))
    slow.storage = Meanwhile(slow.files, quick.start, after=after)
    await slow.start()
    assert await marks(db) == [quick.mark()]


async def test_of_two_that_start_at_once_with_different_files_one_is_told(db: Database, tmp_path: Path) -> None:
    both = [Process(db, tmp_path / name) for name in ("one", "other")]
    came = await asyncio.gather(*(each.start() for each in both), return_exceptions=True)
    assert sorted(type(each).__name__ for each in came) == ["NoneType", "OtherFiles"]


async def test_files_from_before_there_were_marks_are_known_by_the_photos(db: Database, tmp_path: Path) -> None:
    server, worker = Process(db, tmp_path / "server"), Process(db, tmp_path / "worker")
    await server.takes_a_photo()
    with pytest.raises(OtherFiles):
        await worker.start()
    await server.start()
    assert await marks(db) == [server.mark()]


async def test_a_mark_that_was_lost_is_written_again_where_the_photos_are(db: Database, tmp_path: Path) -> None:
    server = Process(db, tmp_path / "server")
    await server.start()
    mark = server.mark()
    await server.takes_a_photo()
    (server.files / KEY).unlink()
    with pytest.raises(OtherFiles):
        await Process(db, tmp_path / "worker").start()
    await server.start()
    assert server.mark() == mark


async def test_a_backup_of_both_goes_on_elsewhere(db: Database, tmp_path: Path) -> None:
    server = Process(db, tmp_path / "server")
    await server.start()
    await server.takes_a_photo()
    shutil.copytree(server.files, tmp_path / "copy/files")
    await Process(db, tmp_path / "copy").start()


async def test_a_backup_from_before_there_were_marks_knows_its_files(db: Database, tmp_path: Path) -> None:
    server = Process(db, tmp_path / "server")
    await server.start()
    mark = server.mark()
    await server.takes_a_photo()
    await forget(db)
    await server.start()
    assert await marks(db) == [mark]


async def test_an_empty_database_does_not_take_the_files_of_another(db: Database, tmp_path: Path) -> None:
    await Process(db, tmp_path / "server").start()
    await forget(db)
    with pytest.raises(OtherFiles, match=r"belong to another database.*REKINDLE_DATABASE__URL"):
        await Process(db, tmp_path / "server").start()
    assert await marks(db) == []


# ── as it is started ──


def rekindle(folder: Path, url: str, *words: str) -> Result:
    environment = {
        "REKINDLE_DATA_FOLDER": str(folder), "REKINDLE_DATABASE__URL": url, "REKINDLE_QUEUE__KIND": "procrastinate",
    }  # fmt: skip
    return CliRunner().invoke(main, list(words), env=environment)


def test_worker_and_server_refuse_to_start_and_say_what_to_do(tmp_path: Path) -> None:
    url = shared_postgres().new_database(tables=True)
    asyncio.run(look_at_files(shared(tmp_path / "server", url)))
    for words in (["worker"], ["serve", "--port", "0"], ["jobs", "run", "sweep-files"]):
        told = rekindle(tmp_path / "other", url, *words)
        assert told.exit_code == 2, told.output
        assert told.output.startswith("These are not the files of this database: The files of this database are else")
        assert "Traceback" not in told.output


def test_who_says_that_these_are_the_files_is_believed(tmp_path: Path) -> None:
    url = shared_postgres().new_database(tables=True)
    asyncio.run(look_at_files(shared(tmp_path / "lost", url)))
    shutil.rmtree(tmp_path / "lost")
    assert rekindle(tmp_path / "server", url, "jobs", "run", "sweep-files").exit_code == 2
    adopted = rekindle(tmp_path / "server", url, "migrate", "--adopt-files")
    assert (adopted.exit_code, "from now on" in adopted.output) == (0, True), adopted.output
    assert rekindle(tmp_path / "server", url, "jobs", "run", "sweep-files").exit_code == 0
    assert rekindle(tmp_path / "lost", url, "jobs", "run", "sweep-files").exit_code == 2


def test_a_new_database_can_have_the_files_of_an_old_one_when_that_is_meant(tmp_path: Path) -> None:
    old, new = (shared_postgres().new_database(tables=True) for _ in range(2))
    asyncio.run(look_at_files(shared(tmp_path, old)))
    assert "belong to another database" in rekindle(tmp_path, new, "jobs", "run", "sweep-files").output
    assert rekindle(tmp_path, new, "migrate", "--adopt-files").exit_code == 0
    assert rekindle(tmp_path, new, "jobs", "run", "sweep-files").exit_code == 0
    assert rekindle(tmp_path, old, "jobs", "run", "sweep-files").exit_code == 0


async def test_one_process_with_its_data_folder_to_itself_needs_no_mark(tmp_path: Path) -> None:
    async with application(settings(tmp_path)) as running, running.services.get(Database).reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(FilesMarkRow)) == 0
    assert not (tmp_path / "files" / KEY).exists()
    for name in ("rekindle.db", "rekindle.db-wal", "rekindle.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    async with application(settings(tmp_path)):
        pass


async def test_a_bucket_knows_its_database_and_one_that_is_away_keeps_nobody_from_starting(tmp_path: Path) -> None:
    store = shared_seaweed()
    keys = {"access_key": STORE_KEY.access_key, "secret_key": STORE_KEY.secret_key}
    bucket = {"url": f"s3://{store.new_bucket()}/photos", "endpoint": store.endpoint, **keys}
    for _ in range(2):
        async with application(settings(tmp_path / "mine", storage=bucket)):
            pass
    with pytest.raises(OtherFiles, match=r"The files at s3://.*/photos belong to another database"):
        async with application(settings(tmp_path / "empty", storage=bucket)):
            pass
    away = {**bucket, "endpoint": "http://127.0.0.1:1", "seconds": 1}
    async with application(settings(tmp_path / "empty", storage=away)):
        pass
