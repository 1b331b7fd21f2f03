"""A real Postgres server for a test or a benchmark: in a folder of its own, on a socket file, gone at the end."""

import asyncio
import atexit
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from rekindle.infra.db.database import Database
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.db.postgres import open_postgres

START_SECONDS = 30.0
ADMINISTRATOR = "postgres"
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)


class NoPostgres(Exception):
    """There is none on this machine; the message says what is missing."""


class Postgres:
    """A running server. Whoever connects from this machine as `postgres` may do everything."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder

    def url(self, database: str = ADMINISTRATOR) -> str:
        """The address of a database, as SQLAlchemy writes it."""
        return f"postgresql+asyncpg://{ADMINISTRATOR}@/{database}?host={self.folder}"

    def run(self, program: str, *arguments: str) -> str:
        """What one of the programs of Postgres prints that is told to reach this server."""
        command = [str(self.programs / program), "-h", str(self.folder), "-U", ADMINISTRATOR, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def new_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{uuid.uuid4().hex}"
        self.run("createdb", name)
        return self.url(name)


@contextmanager
def postgres_server(*, durable: bool = False) -> Generator[Postgres]:
    """A fresh server until the end of the block; `durable`: what is committed is on the disk. Raises NoPostgres."""
    programs = _programs()
    # The path of a socket may have some hundred letters, and pytest's own folders have more.
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder, user = Path(name), _user()
        if user is not None:
            shutil.chown(folder, user)
        data = str(folder / "data")
        subprocess.run(
            [str(programs / "initdb"), "-D", data, "-U", ADMINISTRATOR, "-A", "trust", "-E", "UTF8", "--locale=C",
             "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, user=user, cwd=name,
        )  # fmt: skip
        options = {
            "listen_addresses": "", "unix_socket_directories": name, "max_connections": "100",
            **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
        }  # fmt: skip
        given = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        command = [str(programs / "postgres"), "-D", data, *given]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd=name
        ) as process:
            try:
                server = Postgres(programs, folder)
                _wait(server, process)
                yield server
            finally:
                # At once, without waiting for those who are still connected.
                process.send_signal(signal.SIGQUIT)
                process.wait(20.0)


@functools.cache
def shared_postgres() -> Postgres:
    """One server for all tests of this process that want a new database on it. Skips the test where there is none."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(postgres_or_skip())


@asynccontextmanager
async def postgres_database(_folder: Path) -> AsyncGenerator[Database]:
    """A fresh database with the newest tables, as the product opens it, on the server of this process."""
    url = await asyncio.to_thread(lambda: shared_postgres().new_database())
    await asyncio.to_thread(upgrade, url)
    db = open_postgres(url)
    try:
        yield db
    finally:
        await db.aclose()


@contextmanager
def postgres_or_skip() -> Generator[Postgres]:
    """The same for a test, which is skipped where there is no server to be had."""
    try:
        _programs()
    except NoPostgres as missing:
        pytest.skip(str(missing))
    with postgres_server() as server:
        yield server


def _programs() -> Path:
    missing = [name for name in ("asyncpg", "psycopg") if find_spec(name) is None]
    if missing:
        raise NoPostgres(f"no Postgres: {' and '.join(missing)} not installed (the extra `postgres`)")
    found = shutil.which("initdb")
    for folder in (*FOLDERS, *([Path(found).parent] if found else [])):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres("no Postgres: neither initdb nor /usr/lib/postgresql/*/bin is there")


def _user() -> str | None:
    """The user to run the server as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - only on Unix

    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in (ADMINISTRATOR, "nobody"):
        if name in names:
            return name
    raise NoPostgres("no Postgres: it does not run as root, and there is no other user")


def _wait(server: Postgres, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.run("psql", "-c", "SELECT 1", ADMINISTRATOR)
        except subprocess.CalledProcessError:
            assert process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        else:
            return
