"""The guide to backups, followed word by word: who was deleted after a backup was made stays deleted in it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from rekindle.config import Settings
from rekindle.infra.db.migrate import migrations, upgrade
from rekindle.infra.db.owner import seeing_everything
from rekindle.infra.schedules.timetable import Came, Timetable
from tests.api.accounts.people import Person, Town, new_address, town
from tests.api.conftest import refused
from tests.factories import faded, jpeg, scene
from tests.postgres import Postgres, postgres_or_skip

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs/guides/backup.md"
BLOCKS = dict(re.findall(r'```sh title="([^"]+)"\n(.*?)```', GUIDE.read_text(encoding="utf-8"), re.DOTALL))

Shell = Callable[..., None]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs blocks of the guide, as somebody does who stands in the folder of the product."""
    (place := tmp_path / "product").mkdir()
    (place / ".venv").symlink_to(Path(sys.prefix))

    def run(*titles: str, **variables: str) -> None:
        for title in titles:
            given = {**os.environ, "BACKUP": str(tmp_path / "backup"), **variables}
            command = ["bash", "-euo", "pipefail", "-c", BLOCKS[title]]
            done = subprocess.run(command, cwd=place, env=given, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{title}:\n{done.stdout}{done.stderr}"

    return run


class Story:
    """Ada leaves after the backup, Bob deletes a photo and sends another, and Eve has left before."""

    def before(self, at: Town) -> None:
        self.ada, self.bob, self.eve = new_address(), new_address(), new_address()
        ada, bob, eve = (_signed_up(at, email) for email in (self.ada, self.bob, self.eve))
        self.of_ada = ada.upload(jpeg(faded(64, 48, seed=1)))["id"]
        self.kept, self.deleted = (bob.upload(jpeg(scene(64, 48, seed=seed)))["id"] for seed in (2, 3))
        eve.upload(jpeg(scene(64, 48, seed=4)))
        assert eve.leave().status_code == 204

    def after(self, at: Town, *, tell: Callable[[], None]) -> None:
        ada, bob = at.person(), at.person()
        ada.log_in(self.ada)
        assert ada.leave().status_code == 204
        bob.log_in(self.bob)
        assert bob.http.delete(f"/photos/{self.deleted}").status_code == 204
        self.late = bob.upload(jpeg(scene(64, 48, seed=5)))["id"]
        tell()

    def check(self, at: Town) -> None:
        for gone in (self.ada, self.eve):
            refused(at.person().try_log_in(gone), 401, "wrong_login")
        bob = at.person()
        bob.log_in(self.bob)
        assert bob.photos() == [self.kept]
        answer = bob.http.get(f"/photos/{self.kept}/original")
        assert (answer.status_code, answer.content) == (200, jpeg(scene(64, 48, seed=2)))


def _signed_up(at: Town, email: str) -> Person:
    person = at.person()
    person.sign_up(email)
    return person


def owners_and_keys(url: str) -> tuple[int, set[str]]:
    """People who are known by an address, and the keys of all files that photos have."""
    engine = create_engine(migrations(url).get_main_option("sqlalchemy.url") or "")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('rekindle.owner', 'everything', true)"))
        people = connection.scalar(text("SELECT count(*) FROM users WHERE email IS NOT NULL")) or 0
        rows = connection.execute(text("SELECT original_key, preview_key, thumbnail_key FROM photos")).all()
    engine.dispose()
    return people, {key for row in rows for key in row if key is not None}


def stored(folder: Path) -> set[str]:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {key for key in files if not key.startswith("tombstones/")}


def keep_tombstones(at: Town) -> None:
    """What the clock does every ten minutes."""

    async def run() -> Came:
        with seeing_everything():
            return await at.at.services.get(Timetable).run("keep-tombstones", again=True)

    assert at.at.inside(run) is Came.DONE


def test_a_backup_of_one_machine_is_put_back_without_those_who_left_since(tmp_path: Path, shell: Shell) -> None:
    data, story = tmp_path / "data", Story()
    given = {"DATA": str(data)}
    with town(data) as at:
        story.before(at)
        shell("back up, SQLite", **given)
        story.after(at, tell=lambda: keep_tombstones(at))
    (data / "rekindle.db").write_bytes(b"lost")
    shell("put back, SQLite", **given)
    url = Settings(data_folder=data).database_url
    assert owners_and_keys(url)[0] == 2
    with town(data) as at:
        story.check(at)
    people, keys = owners_and_keys(url)
    assert (people, stored(data / "files")) == (1, keys)


@pytest.fixture(scope="module")
def server() -> Generator[Postgres]:
    with postgres_or_skip() as running:
        yield running


@pytest.mark.exhaustive
def test_a_backup_of_postgres_is_put_back_without_those_who_left_since(
    tmp_path: Path, shell: Shell, server: Postgres
) -> None:
    """As a user of Postgres who owns the database and is no administrator."""
    server.run("psql", "-c", "CREATE ROLE rekindle LOGIN CREATEROLE", "postgres")
    server.run("createdb", "-O", "rekindle", "rekindle")
    data, story = tmp_path / "data", Story()
    address = f"postgresql://rekindle@/rekindle?host={server.folder}&port={server.port or 5432}"
    url = address.replace("postgresql://", "postgresql+asyncpg://")
    path = f"{server.programs}{os.pathsep}{os.environ['PATH']}"
    given = {"DATABASE": address, "FILES": str(data / "files"), "PATH": path}
    settings = {
        "REKINDLE_DATABASE__URL": url, "REKINDLE_QUEUE__KIND": "procrastinate", "REKINDLE_DATA_FOLDER": str(data),
        "REKINDLE_ACCOUNTS__ENABLED": "true",
    }  # fmt: skip
    groups = {"database": {"url": url}, "queue": {"kind": "procrastinate"}}
    upgrade(url)
    with town(data, **groups) as at:
        story.before(at)
        shell("back up, Postgres", "back up the files", **given)
        story.after(at, tell=lambda: keep_tombstones(at))
    server.run("dropdb", "--force", "rekindle")
    server.run("createdb", "-O", "rekindle", "rekindle")
    shell("put back, Postgres", "put back the files", **given)
    assert owners_and_keys(url)[0] == 2
    shell("go on, Postgres", **given, **settings)
    with town(data, **groups) as at:
        story.check(at)
    people, keys = owners_and_keys(url)
    assert people == 1
    # Files that came after the backup are an hour old before they are taken for left behind.
    assert keys <= stored(data / "files")
    with_rls = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity"
    assert int(server.run("psql", "-tAc", with_rls, "rekindle")) > 10


def test_every_block_of_the_guide_is_followed_here() -> None:
    text_of_this = Path(__file__).read_text(encoding="utf-8")
    assert [title for title in BLOCKS if f'"{title}"' not in text_of_this] == []
