"""Log lines: their form, their identifiers, and what they leave out."""

import io
import json
import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Literal

import pytest

from rekindle.infra.observing import metrics
from rekindle.infra.observing.context import bound
from rekindle.infra.observing.logs import READ_BY_ONE, Counting, Quietly, Writing, formatter
from rekindle.infra.observing.scrubbing import Scrubber

SECRET = "swordfish-0123"


class Paper:
    """A logger and what it wrote."""

    def __init__(self, writing: Writing, name: str = "rekindle.tests.paper") -> None:
        self._text = io.StringIO()
        self.handler = logging.StreamHandler(self._text)
        self.handler.setFormatter(formatter(writing, colours=False))
        self.log = logging.getLogger(name)
        self.log.setLevel(logging.DEBUG)
        self.log.addHandler(self.handler)

    @property
    def text(self) -> str:
        return self._text.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def written(form: Literal["plain", "json"], name: str = "rekindle.tests.paper") -> Generator[Paper]:
    constant = {"service": "rekindle", "role": "worker"}
    paper = Paper(Writing(form, "DEBUG", Scrubber([SECRET]), constant), name)
    try:
        yield paper
    finally:
        paper.log.removeHandler(paper.handler)


@pytest.fixture
def machine() -> Generator[Paper]:
    with written("json") as paper:
        yield paper


@pytest.fixture
def person() -> Generator[Paper]:
    with written("plain") as paper:
        yield paper


def test_a_line_for_machines_is_one_object_with_everything_in_it(machine: Paper) -> None:
    with bound(request_id="r-1", job_id="j-1", attempt_id="a-1"):
        machine.log.warning("%s is gone", "the moon", extra={"provider": "fal", "ms": 3.5})
    (line,) = machine.lines
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("timestamp"))
    assert line == {
        "message": "the moon is gone", "level": "warning", "severity": "WARNING", "logger": "rekindle.tests.paper",
        "service": "rekindle", "role": "worker", "request_id": "r-1", "job_id": "j-1", "attempt_id": "a-1",
        "provider": "fal", "ms": 3.5,
    }  # fmt: skip


def test_identifiers_end_with_what_they_are_for(machine: Paper) -> None:
    with bound(job_id="j-1"):
        with bound(job_id="j-2"):
            machine.log.info("inside")
        machine.log.info("again")
    machine.log.info("after")
    assert [line.get("job_id") for line in machine.lines] == ["j-2", "j-1", None]


def test_a_fault_is_one_line_with_its_traceback_and_its_notes(machine: Paper) -> None:
    try:
        raise RuntimeError(f"the password is {SECRET}")
    except RuntimeError as error:
        error.add_note("and what the child said")
        machine.log.exception("it failed")
    (line,) = machine.lines
    assert "Traceback" in line["exception"]
    assert "and what the child said" in line["exception"]
    assert SECRET not in machine.text


def test_no_variables_of_the_failing_code_are_shown(machine: Paper, person: Paper) -> None:
    in_a_variable = "".join(("nobody", "-knows-this"))
    try:
        raise RuntimeError(len(in_a_variable))
    except RuntimeError:
        machine.log.exception("it failed")
    assert "it failed" in machine.text
    assert "nobody-knows-this" not in machine.text + person.text


def test_a_line_for_people_says_when_how_bad_what_and_where(person: Paper) -> None:
    with bound(job_id="j-1"):
        person.log.error("the disk is full")
    assert re.fullmatch(
        r"\S+Z \[error\s*\] the disk is full \[rekindle\.tests\.paper\] job_id=j-1\n", person.text
    ), person.text  # fmt: skip


def test_secrets_are_in_neither(machine: Paper, person: Paper) -> None:
    machine.log.info("for %s and ada@example.org", SECRET, extra={"token": "abcdef"})
    assert machine.text
    for secret in (SECRET, "ada@", "abcdef"):
        assert secret not in machine.text
        assert secret not in person.text


@pytest.mark.parametrize(("form", "shown"), [("plain", True), ("json", False)])
def test_a_mail_is_shown_as_it_is_to_the_one_who_reads_the_log_at_home(
    form: Literal["plain", "json"], shown: bool
) -> None:  # fmt: skip
    with written(form, READ_BY_ONE) as paper:
        paper.log.warning("a mail:\nTo: ada@example.org")
        assert ("ada@example.org" in paper.text) is shown


def test_a_line_that_cannot_be_written_gives_nothing_away(capsys: pytest.CaptureFixture[str]) -> None:
    text = io.StringIO()
    handler = Quietly(text)
    handler.setFormatter(formatter(Writing(), colours=False))
    handler.handle(logging.LogRecord("rekindle.bad", logging.INFO, "bad.py", 7, "%d", (SECRET,), None))
    assert text.getvalue() == "a log line of rekindle.bad, line 7, could not be written\n"
    assert SECRET not in capsys.readouterr().err


def test_a_line_of_somebody_else_cannot_pass_for_one_of_ours(machine: Paper) -> None:
    machine.log.info('done\n{"level": "critical", "message": "forged"}')
    assert len(machine.lines) == 1


def test_lines_are_counted_by_how_bad_they_are() -> None:
    before = metrics.LOG_LINES.labels("error")._value.get()
    Counting().handle(logging.LogRecord("x", logging.ERROR, "x.py", 1, "oh", (), None))
    assert metrics.LOG_LINES.labels("error")._value.get() == before + 1
