"""The checker of histories: what can be passes, and each thing that cannot be is found."""

from dataclasses import replace

from tests.chaos.history import Balance, History, Look, Span, Submission, Truth, check

TRUTH = {"a": Truth("one", "succeeded", 1000, 800), "b": Truth("two", "failed", 1000, 0)}


def history() -> History:
    """Two jobs: the first was seen to succeed, of the second no answer came."""
    made = History(10_000)
    made.keep(Submission(Span(0, 1), "one", "ok", "a"))
    made.keep(Balance(Span(2, 3), 9000, 1000))
    made.keep(Look(Span(3.5, 4), "a", "running"))
    made.keep(Look(Span(5, 6), "a", "succeeded"))
    made.keep(Submission(Span(6, 7), "two", "unknown"))
    made.keep(Submission(Span(6, 7), "three", "no"))
    made.keep(Balance(Span(8, 9), 8200, 1000))
    made.keep(Balance(Span(8, 9), 9200, 0))
    return made


def test_what_can_be_passes() -> None:
    assert check(history(), TRUTH) == []


def test_a_job_that_does_not_end_or_is_gone_is_found() -> None:
    assert check(history(), TRUTH | {"b": replace(TRUTH["b"], status="running")})
    assert check(history(), {"b": TRUTH["b"]})


def test_two_jobs_of_one_key_and_a_job_that_nobody_wanted_are_found() -> None:
    assert check(history(), TRUTH | {"c": replace(TRUTH["b"], key="one")})
    assert check(history(), TRUTH | {"c": replace(TRUTH["b"], key="three")})
    assert check(history(), TRUTH | {"c": replace(TRUTH["b"], key="nobody's")})


def test_a_job_that_goes_back_and_an_end_that_changes_are_found() -> None:
    back, other = history(), history()
    back.keep(Look(Span(7, 8), "a", "running"))
    assert check(back, TRUTH)
    other.keep(Look(Span(7, 8), "b", "succeeded"))
    assert check(other, TRUTH)


def test_looks_at_the_same_time_may_come_in_any_order() -> None:
    both = history()
    both.keep(Look(Span(4.5, 5.5), "a", "running"))
    assert check(both, TRUTH) == []


def test_balances_that_cannot_have_been_are_found() -> None:
    for wrong in (
        Balance(Span(8, 9), 9000, 0),  # Less than anything explains.
        Balance(Span(8, 9), 10_000, 0),  # What was charged for is there again.
        Balance(Span(2, 3), 10_000, 0),  # Nothing is held for what goes on later.
        Balance(Span(8, 9), 7200, 2000),  # Something is still held for what has ended.
        Balance(Span(8, 9), -800, 10_000),
    ):
        seen = history()
        seen.keep(wrong)
        assert check(seen, TRUTH), wrong
