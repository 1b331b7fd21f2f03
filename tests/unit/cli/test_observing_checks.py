"""What the doctor says of figures and traces."""

import socket

import pytest

from rekindle.cli.checks.observing import figures, traces


def test_what_nobody_asks_for_is_well() -> None:
    assert [each.state for each in (figures(), traces())] == ["ok", "ok"]


def test_a_port_for_figures_that_is_taken_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_OBSERVING__METRICS", "true")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("REKINDLE_OBSERVING__METRICS_PORT", str(taken.getsockname()[1]))
        found = figures()
        assert found.state == "note"
        assert found.cure is not None
        assert "METRICS_PORT" in found.cure
    assert figures().state == "ok"


def test_a_collector_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1/traces"
        monkeypatch.setenv("REKINDLE_OBSERVING__TRACES_URL", url)
        assert traces().state == "ok"
    found = traces()
    assert found.state == "broken"
    assert found.cure is not None
    assert "TRACES_URL" in found.cure
