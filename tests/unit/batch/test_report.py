"""What a run says at its end, to people and to programs."""

import json

from rekindle.batch.options import FindingNote, Outcome, StepNote
from rekindle.batch.report import PhotoReport, RunReport

OUTCOME = Outcome(
    input_sha256="1" * 64, result_sha256="2" * 64, result_bytes=5, copied=False, chosen="careful", reason="Because.",
    findings=(FindingNote("D", "fading", "Faded tones or colours", 0.9, 0.4, "Tones fill half of the range."),),
    steps=(StepNote("levels", "Tones", "careful setting"),), straightened=False, width=4, height=3,
)  # fmt: skip
RESTORED = PhotoReport("b.jpg", "restored", "out/b.jpg", outcome=OUTCOME, seconds=1.23456)
UNCHANGED = PhotoReport("c.jpg", "unchanged", "out/c.jpg", outcome=OUTCOME)
SKIPPED = PhotoReport("d.jpg", "skipped", "out/d.jpg")
FAILED = PhotoReport("a.jpg", "failed", code="damaged_file", reason="It is cut short.")


def summary(report: RunReport) -> str:
    return "\n".join(report.summary("out"))


def test_a_run_without_failures_is_a_success() -> None:
    assert RunReport([RESTORED, UNCHANGED, SKIPPED]).exit_code == 0


def test_one_failure_makes_the_exit_status_1() -> None:
    assert RunReport([RESTORED, FAILED]).exit_code == 1


def test_a_stop_has_its_own_exit_status_whatever_failed_before() -> None:
    assert RunReport([FAILED], interrupted=True).exit_code == 130


def test_the_summary_counts_and_says_where_the_results_are() -> None:
    said = summary(RunReport([RESTORED, UNCHANGED, SKIPPED, FAILED]))
    assert "1 restored, 1 needed nothing, 1 finished before, 1 failed. The results are in out" in said


def test_the_summary_names_what_failed_in_the_order_of_their_names() -> None:
    other = PhotoReport("Z.jpg", "failed", code="too_large", reason="It is too large.")
    said = summary(RunReport([other, FAILED]))
    assert said.index("Z.jpg") < said.index("a.jpg")
    assert "It is cut short." in said
    assert "The results are in" not in said


def test_the_summary_does_not_repeat_why_the_only_photo_failed() -> None:
    assert summary(RunReport([FAILED])) == "1 failed."


def test_the_summary_says_what_was_left_alone_and_how_to_go_on() -> None:
    said = summary(RunReport([RESTORED], {".txt": 2, ".mp4": 1}, undone=7, interrupted=True))
    assert "1 .mp4, 2 .txt" in said
    assert "Stopped with 7 left" in said


def test_an_empty_folder_is_said_to_be_empty() -> None:
    assert summary(RunReport([])) == "There are no photos here."


def test_a_line_for_each_photo_says_what_came_of_it() -> None:
    assert RESTORED.sentence() == "restored   b.jpg -> out/b.jpg (faded tones or colours)"
    assert UNCHANGED.sentence() == "unchanged  c.jpg -> out/c.jpg"
    assert FAILED.sentence() == "failed     a.jpg: It is cut short."


def test_the_report_is_plain_json() -> None:
    written = json.loads(json.dumps(RunReport([RESTORED, FAILED], {".txt": 1}).to_json("out", 2.0)))
    assert written["counts"] == {"restored": 1, "unchanged": 0, "skipped": 0, "failed": 1, "undone": 0}
    failed, restored = written["photos"]
    assert failed == {
        "source": "a.jpg", "ending": "failed", "code": "damaged_file", "reason": "It is cut short.", "seconds": 0.0,
    }  # fmt: skip
    assert restored["output"] == "out/b.jpg"
    assert restored["findings"][0]["degradation"] == "D"
    assert restored["steps"][0]["name"] == "levels"
    assert restored["seconds"] == 1.235
