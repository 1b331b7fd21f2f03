"""Traces: what one request caused is one tree, from the upload to the end of its job."""

import logging
import time
from collections.abc import Generator

import pytest

from rekindle.infra.observing import spans
from rekindle.infra.observing.context import current
from rekindle.infra.observing.tracing import OpenTelemetry, Sending
from tests.api.conftest import API, Opening
from tests.simulators.observers import Observer, Span, observer

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CONSTANT = {"service": "rekindle", "role": "test", "version": "1"}


@pytest.fixture
def collector() -> Generator[Observer]:
    with observer() as listening:
        tracer = OpenTelemetry(Sending(f"{listening.url}/v1/traces", "Bearer a-token"), CONSTANT)
        spans.install(tracer)
        yield listening
        spans.install(None)
        tracer.close()


def sent(collector: Observer) -> dict[str, list[Span]]:
    """Everything that was sent, by the trace."""
    tracer = spans.installed()
    assert tracer is not None
    time.sleep(0.2)  # A request ends a moment after its answer.
    tracer.close()
    found: dict[str, list[Span]] = {}
    for span in collector.spans():
        found.setdefault(span.trace, []).append(span)
    return found


def test_a_photo_from_its_upload_to_the_end_of_its_job_is_one_trace(visit: Opening, collector: Observer) -> None:
    visitor = visit(observing={"traces_from_callers": True})
    visitor.http.headers["traceparent"] = CALLER
    job = visitor.restored(visitor.upload()["id"])
    traces = sent(collector)
    caller = traces[CALLER.split("-")[1]]
    names = [span.name for span in caller]
    for wanted in ("upload", "submit", "take", "prepare", "restore", "attempt", "finish", "settle"):
        assert names.count(wanted) == 1, (wanted, names)
    by_name = {span.name: span for span in caller}
    parents = {span.id: span.name for span in caller}
    assert parents[by_name["upload"].parent] == "request"
    assert parents[by_name["take"].parent] == "submit"
    assert parents[by_name["attempt"].parent] == "restore"
    assert parents[by_name["settle"].parent] == "take"
    assert by_name["attempt"].attributes["rekindle.provider"] == "embedded"
    assert by_name["take"].attributes["rekindle.task"] == "jobs.run"
    assert by_name["take"].attributes["rekindle.job_id"] == job["id"]
    assert by_name["prepare"].began <= by_name["prepare"].ended <= by_name["settle"].ended
    assert not any(span.failed for span in caller)


def test_a_stranger_cannot_make_us_go_on_with_their_trace(visit: Opening, collector: Observer) -> None:
    visitor = visit(worker=False)
    visitor.http.get(f"{API}/capabilities", headers={"traceparent": CALLER})
    traces = sent(collector)
    assert traces
    assert CALLER.split("-")[1] not in traces


def test_the_form_of_an_address_is_told_and_nothing_else_of_it(visit: Opening, collector: Observer) -> None:
    visitor = visit(worker=False)
    photo = visitor.upload(name="canary.jpg")
    visitor.http.get(photo["preview_url"])
    visitor.http.get(f"{API}/photos/{photo['id']}?canary=1", headers={"User-Agent": "canary", "Cookie": "x=canary"})
    told = [span for each in sent(collector).values() for span in each]
    routes = {span.attributes.get("rekindle.route") for span in told}
    assert routes >= {f"{API}/photos/{{photo_id}}", f"{API}/files/{{key}}"}
    raw = b"".join(each.body for each in collector.received)
    assert b"canary" not in raw
    assert photo["preview_url"].rpartition("signature=")[2].encode() not in raw


def test_of_an_error_its_kind_is_told_and_not_its_words(collector: Observer) -> None:
    with pytest.raises(RuntimeError), spans.span("attempt"):
        raise RuntimeError("the password is swordfish")
    ((span,),) = sent(collector).values()
    assert span.failed
    assert span.attributes["error.type"] == "RuntimeError"
    assert b"swordfish" not in b"".join(each.body for each in collector.received)


def test_the_collector_is_told_who_sends(collector: Observer) -> None:
    with spans.span("attempt"):
        assert len(current()["trace_id"]) == 32
    sent(collector)
    assert {each.headers["authorization"] for each in collector.received} == {"Bearer a-token"}


def test_a_collector_that_is_gone_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    with observer() as gone:
        url = gone.url
    tracer = OpenTelemetry(Sending(url), CONSTANT)
    with caplog.at_level(logging.CRITICAL):
        with tracer.span("attempt", {}, parent=None):
            pass
        tracer.close()


@pytest.mark.parametrize("wrong", ["", "nonsense", "00-00000000000000000000000000000000-0000000000000000-01"])
def test_what_is_no_trace_begins_a_new_one(collector: Observer, wrong: str) -> None:
    with spans.span("take", parent=wrong):
        pass
    (trace,) = sent(collector)
    assert len(trace) == 32


def test_without_a_tracer_spans_cost_nothing_and_say_nothing() -> None:
    spans.install(None)
    with spans.span("attempt", provider="fal"):
        spans.note(status=200)
        assert spans.carried() is None
        assert spans.ids() == {}
