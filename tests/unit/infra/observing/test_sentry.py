"""Errors told to Sentry: each error in the log once, with whose doing it is, and nothing that nobody may read."""

import logging
from collections.abc import Generator

import pytest

from rekindle.infra.observing.context import bound
from rekindle.infra.observing.scrubbing import Scrubber
from rekindle.infra.observing.sentry import start
from tests.simulators.observers import Observer, observer

SECRET = "swordfish-0123"
CONSTANT = {"service": "rekindle", "role": "worker", "version": "9.9"}
log = logging.getLogger("rekindle.tests.sentry")


@pytest.fixture
def sentry() -> Generator[Observer]:
    with observer() as listening:
        stop = start(f"{listening.url.replace('://', '://publickey@')}/42", Scrubber([SECRET]), CONSTANT)
        yield listening
        stop()


def fail(password: str) -> None:
    photo = b"\xff\xd8\xff" * 100
    raise RuntimeError(f"cannot log in with {password}, {len(photo)}")


def test_an_error_in_the_log_is_told_with_whose_doing_it_is(sentry: Observer) -> None:
    with bound(request_id="r-1", job_id="j-1"):
        try:
            fail(SECRET)
        except RuntimeError:
            log.exception("job %s failed for a reason that nobody foresaw", "j-1")
    sentry.until(lambda: len(sentry.events()) >= 1)
    (event,) = sentry.events()
    assert event["tags"] == {**CONSTANT, "request_id": "r-1", "job_id": "j-1"}
    assert event["release"] == "rekindle@9.9"
    (error,) = event["exception"]["values"]
    assert error["type"] == "RuntimeError"
    assert error["value"] == "cannot log in with [hidden], 300"
    functions = [frame["function"] for frame in error["stacktrace"]["frames"]]
    assert functions[-1] == "fail"
    assert all("vars" not in frame for frame in error["stacktrace"]["frames"])


def test_neither_secrets_nor_requests_nor_machines_are_told(sentry: Observer) -> None:
    with bound(request_id="r-2"):
        log.info("a breadcrumb with %s", SECRET)
        log.error("for %s and ada@example.org", SECRET, extra={"cookie": "c-0123", "request": {"headers": SECRET}})
    sentry.until(lambda: len(sentry.events()) >= 1)
    (event,) = sentry.events()
    for name in ("request", "user", "breadcrumbs", "modules", "extra", "server_name"):
        assert not event.get(name), name
    raw = b"".join(each.body for each in sentry.received)
    for secret in (SECRET, "ada@", "c-0123"):
        assert secret.encode() not in raw


def test_what_is_no_error_is_not_told(sentry: Observer) -> None:
    log.warning("only a warning")
    log.error("an error")
    sentry.until(lambda: len(sentry.events()) >= 1)
    assert [event["logentry"]["message"] for event in sentry.events()] == ["an error"]
