"""What is said when something went wrong that nobody foresaw."""

from pathlib import Path

from rekindle.batch.mishaps import unforeseen
from rekindle.infra.workbench import WorkError


def test_the_last_line_of_the_trace_is_given_so_that_it_can_be_reported(tmp_path: Path) -> None:
    error = WorkError("restore failed in a child process.")
    error.add_note("Traceback:\n  File x\nValueError: seven is not a colour\n")
    assert "ValueError: seven is not a colour" in unforeseen(error, tmp_path)


def test_without_a_trace_the_message_must_do(tmp_path: Path) -> None:
    assert "The workbench is closed." in unforeseen(WorkError("The workbench is closed."), tmp_path)
