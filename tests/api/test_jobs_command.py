"""`rekindle jobs`: everything that is done by the clock, from the command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from rekindle.cli.main import main
from rekindle.config import Settings
from rekindle.infra.db.migrate import migrations, upgrade
from rekindle.infra.lock import hold
from rekindle.infra.schedules.runs import Watched
from rekindle.infra.schedules.tables import ScheduleRunRow
from rekindle.wiring.punctuality import standing
from rekindle.wiring.schedules import TABLE, BadSchedule, planned
from tests.factories import NOON, HeldClock, live, settings
from tests.postgres import shared_postgres

OF_THE_SOURCES = {
    "process-enhancement-tasks": "*/2 * * * *",
    "check-credit-thresholds": "*/15 * * * *",
    "daily-usage-summary": "0 1 * * *",
    "monthly-credit-reset": "0 0 1 * *",
}
"""Names and times that others know these by."""

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test."""
    monkeypatch.setenv("REKINDLE_DATA_FOLDER", str(tmp_path))
    return tmp_path


@pytest.fixture(params=["sqlite", "postgres"])
def rekindle(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    if request.param == "postgres":
        monkeypatch.setenv("REKINDLE_DATABASE__URL", shared_postgres().new_database(tables=True))
        monkeypatch.setenv("REKINDLE_QUEUE__KIND", "procrastinate")
    return run


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, ["jobs", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def lines(result: Result) -> dict[str, str]:
    pairs = [line.partition(": ") for line in result.output.splitlines() if ": " in line]
    return {name: said for name, _, said in pairs}


def test_the_list_says_what_is_done_when_and_what_for(folder: Path) -> None:
    listed = {each["name"]: each for each in json.loads(run("list", "--json").output)}
    assert {name: listed[name]["when"] for name in OF_THE_SOURCES} == OF_THE_SOURCES
    assert list(listed) == [line.name for line in TABLE]
    shown = run("list").output
    assert all(f"{name} " in shown for name in listed)
    assert not (folder / "rekindle.db").exists()


def test_all_that_is_due_is_done_once(rekindle: Run) -> None:
    first = rekindle("run-all")
    assert first.exit_code == 0, first.output
    assert {name for name, said in lines(first).items() if said == "done"} >= {"monthly-credit-reset", "sweep-files"}
    assert "done" not in {lines(rekindle("run-all"))[name] for name in ("monthly-credit-reset", "daily-usage-summary")}


def test_one_is_done_by_its_name_and_again_when_it_must(rekindle: Run) -> None:
    assert lines(rekindle("run", "monthly-credit-reset"))["monthly-credit-reset"] == "done"
    assert "was done" in lines(rekindle("run", "monthly-credit-reset"))["monthly-credit-reset"]
    assert lines(rekindle("run", "monthly-credit-reset", "--again"))["monthly-credit-reset"] == "done"
    assert "nothing of this to do here" in rekindle("run", "find-payments").output


def test_health_tells_what_was_never_done_and_is_well_afterwards(rekindle: Run, folder: Path) -> None:
    if rekindle("health").exit_code == 2:
        upgrade(Settings(data_folder=folder).database_url)
    before = rekindle("health", "--json")
    told = json.loads(before.output)
    assert (before.exit_code, told["well"]) == (1, False)
    assert {each["state"] for each in told["chores"]} == {"never", "off"}
    assert "start `rekindle serve`" in told["remarks"][0]
    assert rekindle("run-all").exit_code == 0
    after = rekindle("health")
    assert after.exit_code == 0, after.output
    assert "monthly-credit-reset" in after.output


def test_a_name_that_there_is_not_is_refused(folder: Path) -> None:
    result = CliRunner().invoke(main, ["jobs", "run", "make-coffee"])
    assert result.exit_code == 2
    assert "There is no make-coffee" in result.output


@pytest.mark.parametrize(("enabled", "said"), [("true", "does all of this by itself"), ("false", "SCHEDULES__ENABLED")])
def test_beside_a_server_on_sqlite_it_says_that_the_server_does_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, enabled: str, said: str
) -> None:
    monkeypatch.setenv("REKINDLE_SCHEDULES__ENABLED", enabled)
    held = hold(folder)
    try:
        result = CliRunner().invoke(main, ["jobs", "run-all"])
    finally:
        held.close()
    assert result.exit_code == 2
    assert said in result.output


def test_after_a_leap_of_the_clock_what_deletes_is_put_off_and_told(rekindle: Run, folder: Path) -> None:
    assert rekindle("run-all").exit_code == 0
    settings = Settings(data_folder=folder)
    engine = create_engine(migrations(settings.database_url).get_main_option("sqlalchemy.url") or "")
    with engine.begin() as connection:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        connection.execute(text("UPDATE clock_watch SET seen_at = :at, steady_since = :at"), {"at": yesterday})
    engine.dispose()
    result = rekindle("run", "sweep-photos")
    assert result.exit_code == 1
    assert "put off" in result.output
    assert "24.0 hours forward" in rekindle("health").output
    assert rekindle("run", "sweep-photos", "--again").exit_code == 0


def test_a_wrong_time_in_the_settings_is_told_with_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for given, said in (
        ('{"sweep-files": "* * *"}', "five fields"),
        ('{"sweep-files": "61 * * * *"}', "has 61 as its minute"),
        ('{"sweep-everything": "* * * * *"}', "names sweep-everything"),
    ):
        monkeypatch.setenv("REKINDLE_SCHEDULES__TIMES", given)
        result = CliRunner().invoke(main, ["jobs", "list"])
        assert (result.exit_code, said in result.output) == (2, True), result.output


def test_times_of_the_settings_take_the_place_of_the_usual_ones(tmp_path: Path) -> None:
    given = Settings(data_folder=tmp_path, schedules={"times": {"sweep-files": "30 3 * * *", "sweep-photos": "90"}})
    assert (planned(given)["sweep-files"].words, planned(given)["sweep-photos"].words) == (
        "30 3 * * *",
        "every 90 seconds",
    )
    with pytest.raises(BadSchedule):
        planned(Settings(data_folder=tmp_path, schedules={"times": {"x": "90"}}))


# ── health, from what was found ──


def row(name: str, *, ago: timedelta, ended: bool = True, error: str | None = None) -> ScheduleRunRow:
    at = NOON - ago
    return ScheduleRunRow(
        name=name, period=at, claim=HeldClock().new_id(), process="here:1", tries=1, started_at=at,
        until=at + timedelta(minutes=2), ended_at=at if ended else None, error=error,
    )  # fmt: skip


def stands(
    tmp_path: Path, name: str, *, since: timedelta | None, leapt: timedelta = timedelta(0), **found: Any
) -> tuple[str, bool]:
    """How one chore stands at noon, and whether all is well, where Rekindle began `since` ago."""
    due = planned(Settings(data_folder=tmp_path))
    watched = None if since is None else Watched(NOON - since, leapt, steady=not leapt)
    rows = {name: row(name, **found)} if found else {}
    told = standing(due, rows, watched, needed={name}, now=NOON)
    (one,) = [each for each in told.chores if each.name == name]
    return one.state, told.well


@pytest.mark.parametrize(
    ("name", "since", "state"),
    [
        ("sweep-photos", timedelta(minutes=14), "due"),
        ("sweep-photos", timedelta(minutes=16), "never"),
        ("daily-usage-summary", timedelta(minutes=10), "due"),
        ("daily-usage-summary", timedelta(minutes=11), "never"),
        ("daily-usage-summary", None, "never"),
    ],
)
def test_what_was_never_done_is_late_only_some_time_after_the_start(
    tmp_path: Path, name: str, since: timedelta | None, state: str
) -> None:
    """The first looks every five minutes, the second every twenty seconds; both have ten minutes of grace."""
    assert stands(tmp_path, name, since=since) == (state, state == "due")


@pytest.mark.parametrize(
    ("name", "minutes", "state"),
    [
        ("daily-usage-summary", 10, "due"),
        ("daily-usage-summary", 11, "late"),
        # It takes away what is old, and waits for a quarter of an hour after the time has leapt.
        ("sweep-files", 11, "due"),
        ("sweep-files", 25, "due"),
        ("sweep-files", 26, "late"),
    ],
)
def test_after_a_night_without_power_lateness_is_counted_from_the_start(
    tmp_path: Path, name: str, minutes: int, state: str
) -> None:
    since, night = timedelta(minutes=minutes), timedelta(hours=30)
    assert stands(tmp_path, name, since=since, leapt=night, ago=night) == (state, state == "due")
    assert stands(tmp_path, name, since=since, leapt=night, ago=night, ended=False) == (state, state == "due")


@pytest.mark.parametrize(
    ("name", "ago", "ended", "error", "state"),
    [
        ("check-credit-thresholds", timedelta(0), True, None, "ok"),
        ("check-credit-thresholds", timedelta(hours=2), True, None, "ok"),
        ("check-credit-thresholds", timedelta(minutes=1), False, None, "running"),
        ("check-credit-thresholds", timedelta(minutes=5), False, None, "late"),
        ("check-credit-thresholds", timedelta(minutes=1), False, "OSError: no", "failing"),
        ("daily-usage-summary", timedelta(hours=11), True, None, "ok"),
        ("daily-usage-summary", timedelta(hours=35), True, None, "late"),
    ],
)
def test_how_a_chore_stands(tmp_path: Path, name: str, ago: timedelta, ended: bool, error: str, state: str) -> None:
    """At noon, when the first was due this minute and may still be done, and the second eleven hours ago."""
    found = stands(tmp_path, name, since=timedelta(days=1), ago=ago, ended=ended, error=error)
    assert found == (state, state in {"ok", "running"})


def test_right_after_the_first_start_nothing_is_late(folder: Path) -> None:
    with live(settings(folder)):
        deadline = datetime.now(UTC) + timedelta(seconds=10)
        while (told := run("health", "--json")).exit_code != 0:
            assert datetime.now(UTC) < deadline, told.output
        states = {each["name"]: each["state"] for each in json.loads(told.output)["chores"]}
        assert states["sweep-photos"] == "due"
        assert "began" in " ".join(json.loads(told.output)["remarks"])


def test_health_of_what_was_never_started_stays_bad_however_often_one_looks(rekindle: Run, folder: Path) -> None:
    upgrade(Settings(data_folder=folder).database_url)
    assert [rekindle("health").exit_code for _ in range(3)] == [1, 1, 1]


def test_a_look_at_a_rekindle_that_has_stopped_does_not_pass_for_its_start(rekindle: Run, folder: Path) -> None:
    assert rekindle("run-all").exit_code == 0
    engine = create_engine(
        migrations(Settings(data_folder=folder).database_url).get_main_option("sqlalchemy.url") or ""
    )
    with engine.begin() as connection:
        then = {"at": datetime.now(UTC) - timedelta(days=40)}
        connection.execute(text("UPDATE clock_watch SET seen_at = :at, steady_since = :at"), then)
        for name in ("period", "started_at", "ended_at", "until"):
            connection.execute(text(f"UPDATE schedule_runs SET {name} = :at"), then)
    engine.dispose()
    for _ in range(2):
        told = rekindle("health", "--json")
        assert told.exit_code == 1
        assert "late" in {each["state"] for each in json.loads(told.output)["chores"]}


def test_a_server_does_it_by_itself_and_health_sees_that(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = {line.name: "0.2" for line in TABLE}
    with live(settings(folder, schedules={"times": times})):
        deadline = datetime.now(UTC) + timedelta(seconds=20)
        while run("health").exit_code != 0:
            assert datetime.now(UTC) < deadline, run("health").output
