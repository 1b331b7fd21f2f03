"""What the doctor says of things that are as they should be, and of things that are not."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from rekindle.cli.checks import data, decoders, machine, observing, redis, serving, storage
from rekindle.cli.checks.finding import broken, ok
from rekindle.cli.doctor import CHECKS, examine
from rekindle.cli.settings import BadSettings, read_settings
from tests.valkey import valkey


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test."""
    monkeypatch.setenv("REKINDLE_DATA_FOLDER", str(tmp_path))
    return tmp_path


@contextmanager
def listening(answer: bytes) -> Iterator[int]:
    """A program on a port, that answers this to everything."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def versioned(folder: Path, version: str) -> None:
    with closing(sqlite3.connect(folder / "rekindle.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        connection.commit()


@pytest.mark.parametrize(
    "check",
    [machine.python, machine.resources, decoders.libvips, decoders.heic, decoders.opencv],
    ids=["python", "resources", "libvips", "heic", "opencv"],
)
def test_what_works_is_said_to_work(check) -> None:
    finding = check()
    assert finding.state in ("ok", "note")
    assert finding.seen


def test_a_free_port_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("REKINDLE_SERVER__PORT", str(port))
    assert serving.port().state == "ok"


@pytest.mark.parametrize("answer", [b"hello", b"[1]", b'{"name": "someone else"}'])
def test_a_port_that_another_program_has_is_broken_with_a_cure(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    with listening(answer) as port:
        monkeypatch.setenv("REKINDLE_SERVER__PORT", str(port))
        finding = serving.port()
    assert finding.state == "broken"
    assert "--port" in str(finding.cure)


def test_a_rekindle_that_runs_already_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(json.dumps({"status": "ok", "version": "9.9", "services": {}}).encode()) as port:
        monkeypatch.setenv("REKINDLE_SERVER__PORT", str(port))
        finding = serving.port()
    assert finding.state == "ok"
    assert "9.9" in finding.seen


def test_no_database_yet_is_fine(folder: Path) -> None:
    assert data.database().state == "ok"


def test_a_database_of_an_unknown_version_asks_for_a_newer_program(folder: Path) -> None:
    versioned(folder, "9999")
    finding = data.database()
    assert finding.state == "broken"
    assert "newer version" in str(finding.cure)


def test_a_file_that_is_no_database_is_broken(folder: Path) -> None:
    (folder / "rekindle.db").write_bytes(b"no database at all" * 100)
    assert data.database().state == "broken"


def test_looking_at_the_database_changes_nothing(folder: Path) -> None:
    versioned(folder, "9999")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    data.database()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_data_folder_that_is_not_there_yet_is_not_made_by_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKINDLE_DATA_FOLDER", str(tmp_path / "later" / "data"))
    assert data.folder().state == "ok"
    assert data.disk().state in ("ok", "note")
    assert not (tmp_path / "later").exists()


def test_a_data_folder_below_a_file_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("REKINDLE_DATA_FOLDER", str(tmp_path / "file" / "data"))
    assert data.folder().state == "broken"


def test_every_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_SERVER__PORT", "high")
    monkeypatch.setenv("REKINDLE_LOG_LEVEL", "loud")
    with pytest.raises(BadSettings, match=r"REKINDLE_LOG_LEVEL.*REKINDLE_SERVER__PORT"):
        read_settings()
    assert data.settings().state == "broken"


def test_settings_that_are_given_are_listed_without_their_values(folder: Path) -> None:
    seen = data.settings().seen
    assert "REKINDLE_DATA_FOLDER" in seen
    assert str(folder) not in seen


def test_a_library_that_is_missing_is_a_finding_and_not_the_end() -> None:
    finding = examine("Missing", "rekindle.cli.checks.not_there:check")
    assert (finding.name, finding.state) == ("Missing", "broken")
    assert "Install Rekindle again" in str(finding.cure)


PRETENDED = "import sys; sys.modules |= dict.fromkeys(sys.argv.pop(1).split(',')); "
CLOSED = "127.0.0.1:1"
"""An address at which nobody listens."""


def examined(folder: Path, *missing: str, **settings: str) -> dict[str, dict[str, str]]:
    """What the doctor of a process finds that has not got some modules, by the name of the check."""
    program = f"{PRETENDED}from rekindle.cli.main import main; main()"
    environment = {**os.environ, "REKINDLE_DATA_FOLDER": str(folder), "REKINDLE_SERVER__PORT": "0"}
    environment |= {f"REKINDLE_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-c", program, ",".join(missing) or "nothing", "doctor", "--json"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert ended.stderr == ""
    return {each["name"]: each for each in json.loads(ended.stdout)["checks"]}


def test_what_an_extra_is_missing_for_is_told_with_the_one_way_to_install_it(tmp_path: Path) -> None:
    found = examined(
        tmp_path, "asyncpg", "psycopg", "procrastinate", "redis", "obstore", "opentelemetry.sdk",
        DATABASE__URL=f"postgresql+asyncpg://u:s3cret@{CLOSED}/x", QUEUE__KIND="procrastinate",
        EVENTS__REDIS_URL=f"redis://{CLOSED}", STORAGE__URL="s3://bucket/prefix",
        OBSERVING__TRACES_URL=f"http://{CLOSED}/v1/traces",
    )  # fmt: skip
    wanted = {"Database": "postgres", "Queue": "postgres", "Redis": "redis", "Files": "cloud", "Traces": "tracing"}
    for name, extra in wanted.items():
        assert found[name] == {
            "name": name, "state": "broken", "seen": f"cannot be looked at: the extra {extra} is not installed",
            "cure": f"Install it with `.venv/bin/pip install 'rekindle[{extra}]'`.",
        }  # fmt: skip
    assert found["Settings"]["seen"] == "extras that they need are not installed: cloud, postgres, redis and tracing"
    assert "'rekindle[cloud,postgres,redis,tracing]'" in found["Settings"]["cure"]
    assert "Install Rekindle again" not in str(found)


def test_a_database_that_does_not_answer_is_one_sentence_and_one_cure(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the driver of Postgres is not installed")
    url = f"postgresql+asyncpg://u:s3cret@{CLOSED}/x"
    found = examined(tmp_path, DATABASE__URL=url, QUEUE__KIND="procrastinate")
    assert found["Database"]["seen"] == f"postgresql+asyncpg://u:***@{CLOSED}/x does not answer"
    assert found["Database"]["cure"] == "Start the server, or correct REKINDLE_DATABASE__URL."
    assert found["Queue"]["seen"] == "it is in the database, which cannot be looked at"
    assert found["Queue"]["cure"] == "Mend the database first."
    assert not any(word in str(found) for word in ("s3cret", "sqlalche", "psycopg", "Error"))


def test_a_store_that_does_not_answer_is_told_without_the_words_of_a_library(tmp_path: Path) -> None:
    pytest.importorskip("obstore", reason="the client of object stores is not installed")
    store = {"URL": "s3://bucket/prefix", "ENDPOINT": f"http://{CLOSED}", "ACCESS_KEY": "a", "SECRET_KEY": "b"}
    found = examined(tmp_path, **{f"STORAGE__{name}": value for name, value in store.items()}, STORAGE__SECONDS="1")
    assert found["Files"]["seen"] == "s3://bucket/prefix does not answer as it should"


def test_settings_that_are_wrong_are_told_once(tmp_path: Path) -> None:
    found = examined(tmp_path, LOG_LEVEL="loud")
    assert "REKINDLE_LOG_LEVEL" in found["Settings"]["cure"]
    assert str(found).count("REKINDLE_LOG_LEVEL") == 1
    assert found["Database"]["cure"] == "Correct the settings first."


def test_a_check_that_fails_by_surprise_is_a_finding() -> None:
    assert examine("Surprise", "rekindle.cli.checks.finding:ok").state == "broken"


def test_every_check_can_be_found() -> None:
    for where in CHECKS.values():
        module, _, name = where.partition(":")
        loaded = {each.__name__: each for each in (data, decoders, machine, observing, redis, serving, storage)}[module]
        assert callable(getattr(loaded, name))


def test_a_finding_without_a_cure_has_none_in_json() -> None:
    assert ok("Disk", "room").to_json() == {"name": "Disk", "state": "ok", "seen": "room"}
    assert broken("Disk", "full", "Make room.").to_json()["cure"] == "Make room."


def test_without_a_redis_there_is_nothing_to_look_at(folder: Path) -> None:
    finding = redis.redis()
    assert (finding.state, finding.seen) == ("ok", "none is asked for: this process counts and tells for itself")


def test_a_redis_that_does_not_answer_is_told_with_the_setting_that_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("redis", reason="the Redis client is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("REKINDLE_EVENTS__REDIS_URL", f"redis://:secret@127.0.0.1:{free.getsockname()[1]}")
        finding = redis.redis()
    assert finding.state == "broken"
    assert finding.seen == "the server of REKINDLE_EVENTS__REDIS_URL does not answer"
    assert "secret" not in f"{finding.seen} {finding.cure}"


def test_an_address_that_is_none_of_a_redis_is_told_as_such(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redis", reason="the Redis client is not installed")
    monkeypatch.setenv("REKINDLE_EVENTS__REDIS_URL", "http://127.0.0.1")
    finding = redis.redis()
    assert finding.state == "broken"
    assert finding.seen == "REKINDLE_EVENTS__REDIS_URL is no address of a Redis"
    assert "redis://" in str(finding.cure)


def test_a_redis_that_answers_is_fine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with valkey() as server:
        monkeypatch.setenv("REKINDLE_EVENTS__REDIS_URL", server.url)
        monkeypatch.setenv("REKINDLE_LIMITS__REDIS_URL", server.url)
        finding = redis.redis()
    assert finding.state in {"ok", "note"}
    assert finding.seen.startswith("2 of 2 answer")
