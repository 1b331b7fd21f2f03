"""What the doctor says of a Postgres and of the queue in it."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from rekindle.cli.checks import data
from rekindle.infra.db.owner import ROLE
from tests.postgres import Postgres, postgres_or_skip


@pytest.fixture(scope="module")
def server() -> Generator[Postgres]:
    with postgres_or_skip() as running:
        yield running


Use = Callable[[str], None]


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Use:
    def choose(url: str) -> None:
        monkeypatch.setenv("REKINDLE_DATABASE__URL", url)
        monkeypatch.setenv("REKINDLE_QUEUE__KIND", "procrastinate")

    monkeypatch.setenv("REKINDLE_DATA_FOLDER", str(tmp_path))
    return choose


def test_a_database_that_is_up_to_date_and_its_queue_are_well(server: Postgres, use: Use) -> None:
    use(server.new_database(tables=True))
    found, queue = data.database(), data.queue()
    assert (found.state, "tables at version" in found.seen) == ("ok", True), found
    assert (queue.state, queue.seen) == ("ok", "Procrastinate, 0 tasks wait, 0 are under way")


def test_an_empty_database_is_told_with_the_command_that_mends_it(server: Postgres, use: Use) -> None:
    use(server.new_database())
    for found in (data.database(), data.queue()):
        assert (found.state, "rekindle migrate" in str(found.cure)) == ("broken", True)


def test_a_database_that_does_not_answer_is_told_without_its_password(use: Use) -> None:
    use("postgresql+asyncpg://somebody:s3cret@127.0.0.1:1/rekindle")
    found = data.database()
    assert (found.state, "REKINDLE_DATABASE__URL" in str(found.cure)) == ("broken", True)
    assert "s3cret" not in found.seen + str(found.cure)


def test_what_a_database_says_to_a_stranger_is_told_in_plain_words(server: Postgres, use: Use) -> None:
    url = server.new_database(tables=True)
    for wrong, seen, cure in (
        (url.replace("/test_", "/toast_"), "has no such database", "createdb"),
        (url.replace("postgres@", "nobody_here@"), "does not let this user in", "the user and the password"),
    ):
        use(wrong)
        found = data.database()
        assert (found.state, found.seen.endswith(seen), cure in str(found.cure)) == ("broken", True, True), found
        assert data.queue().cure == "Mend the database first."


def test_a_user_without_the_role_is_told_how_to_get_it(server: Postgres, use: Use) -> None:
    url = server.new_database(tables=True)
    server.run("psql", "-c", "CREATE ROLE lone LOGIN", "postgres")
    server.run("psql", "-c", "GRANT SELECT ON alembic_version TO lone", url.partition("@/")[2].partition("?")[0])
    use(url.replace("postgres@", "lone@"))
    found = data.database()
    assert (found.state, f"GRANT {ROLE}" in str(found.cure)) == ("broken", True), found


def test_a_queue_in_a_table_is_for_one(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_QUEUE__KIND", "table")
    assert data.queue().state == "ok"
