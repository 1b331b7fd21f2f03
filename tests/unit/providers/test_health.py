"""Moving averages of providers, and circuits that open and close."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers import errors
from rekindle.providers.health import Circuit, Health, Rules
from tests.factories import NOON

RULES = Rules()
UNHEALTHY = [errors.Unavailable("gone"), errors.BadResult("blank"), errors.Lost("lost")]
NEUTRAL = [errors.RateLimited("slower", after=3), errors.Unsupported("no"), errors.Refused("never")]
ANY = st.sampled_from([*UNHEALTHY, *NEUTRAL, errors.Misconfigured("no key"), "ok"])


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def after(outcome: errors.ProviderError | str, health: Health, now: datetime = NOON) -> Health:
    return health.succeeded(10) if isinstance(outcome, str) else health.failed(outcome, now, RULES)


def failing(times: int, now: datetime = NOON) -> Health:
    health = Health()
    for _ in range(times):
        health = health.failed(UNHEALTHY[0], now, RULES)
    return health


def test_a_provider_that_was_never_asked_is_believed_to_be_good() -> None:
    assert (Health().success, Health().seconds, Health().circuit(NOON)) == (0.9, 15.0, Circuit.CLOSED)


def test_averages_move_by_a_tenth_and_by_a_fifth() -> None:
    done = Health(success=0.5, seconds=10.0).succeeded(20.0)
    assert (done.success, done.seconds) == (pytest.approx(0.55), pytest.approx(12.0))
    failed = Health(success=0.5, seconds=10.0).failed(UNHEALTHY[0], NOON, RULES)
    assert (failed.success, failed.seconds, failed.last_failure) == (pytest.approx(0.45), 10.0, NOON)


@pytest.mark.parametrize("error", NEUTRAL, ids=lambda error: error.code)
def test_what_says_nothing_about_health_changes_nothing(error: errors.ProviderError) -> None:
    health = failing(4)
    assert health.failed(error, NOON, RULES) == health


@given(st.lists(ANY, max_size=40), st.lists(st.sampled_from(UNHEALTHY), min_size=5, max_size=5))
def test_it_opens_within_five_failures_whatever_came_before(
    before: list[errors.ProviderError | str], failures: list[errors.ProviderError]
) -> None:
    health = Health()
    for outcome in [*before, *failures]:
        health = after(outcome, health)
    assert health.circuit(NOON) is Circuit.OPEN


def test_four_failures_and_a_success_leave_it_closed() -> None:
    assert failing(4).circuit(NOON) is Circuit.CLOSED
    assert failing(4).succeeded(1).failures == 0


def test_a_wrong_key_opens_it_at_once() -> None:
    assert Health().failed(errors.Misconfigured("no key"), NOON, RULES).circuit(NOON) is Circuit.OPEN


@given(st.lists(ANY, max_size=40), st.floats(0, 1000))
def test_a_success_closes_it_whatever_came_before(before: list[errors.ProviderError | str], seconds: float) -> None:
    health = Health()
    for outcome in before:
        health = after(outcome, health)
    assert health.succeeded(seconds).circuit(NOON) is Circuit.CLOSED
    assert 0 <= health.success <= 1


def test_after_its_pause_it_is_half_open_and_a_failed_probe_doubles_the_pause() -> None:
    health, at, pauses = failing(5), NOON, list[float]()
    for _ in range(8):
        assert health.open_until is not None
        pauses.append((health.open_until - at).total_seconds())
        at = health.open_until
        assert health.circuit(at - timedelta(seconds=1)) is Circuit.OPEN
        probing = health.probing(at, RULES)
        assert health.circuit(at) is Circuit.HALF_OPEN
        assert probing is not None
        health = probing.failed(UNHEALTHY[0], at, RULES)
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]


def test_failures_from_before_it_opened_do_not_make_the_pause_longer() -> None:
    health = failing(5)
    assert health.failed(UNHEALTHY[0], later(10), RULES).open_until == health.open_until


@given(st.lists(st.tuples(st.sampled_from(["ask", "time", "neutral", "fail", "ok"]), st.floats(0, 700)), max_size=60))
def test_one_probe_at_a_time(events: list[tuple[str, float]]) -> None:
    health, now, probe = failing(5), NOON, None
    for what, seconds in events:
        if what == "ask" and (probing := health.probing(now, RULES)) is not None:
            assert probe is None or now >= probe, "two probes at a time"
            health, probe = probing, probing.probe_until
        elif what == "time":
            now += timedelta(seconds=seconds)
        elif what == "neutral" and probe is not None:
            health, probe = health.released(probe), None
        elif what in ("fail", "ok"):
            health, probe = after(UNHEALTHY[1] if what == "fail" else "ok", health, now), None
            if health.circuit(now) is not Circuit.CLOSED:
                probe = health.probe_until


def test_a_probe_of_which_nothing_is_heard_lets_another_try() -> None:
    health = failing(5)
    first = health.probing(later(30), RULES)
    assert first is not None
    assert first.probing(later(31), RULES) is None
    assert first.probing(later(30 + RULES.probe_seconds), RULES) is not None


def test_nobody_gives_back_the_probe_of_somebody_else() -> None:
    probing = failing(5).probing(later(30), RULES)
    assert probing is not None
    assert probing.released(later(1)) == probing
    assert probing.probe_until is not None
    assert probing.released(probing.probe_until).probe_until is None
