"""What is to stay on this machine makes no connection: whoever could be asked, whatever is asked for."""

import socket
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from tests.api.conftest import Opening, Visitor
from tests.factories import faded, jpeg

NAMES = ("gemini", "openai", "fal", "kie", "nanobanana", "replicate", "runpod")
ASKED: Sequence[tuple[str, int, Mapping[str, Any]]] = (
    ("restore", 1, {"prompt": "gently"}),
    ("colorize", 1, {}),
    ("restore_colorize", 1, {}),
    ("restyle", 1, {"style": "oil"}),
    ("enhance", 1, {"enhancement": "mood"}),
    ("fuse", 2, {}),
    ("bring_together", 2, {}),
)


class Doors:
    """Places of this process that connect: `to` are the addresses, while `open`."""

    def __init__(self) -> None:
        self.open = False
        self.to: list[Any] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.open and event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
            self.to.append(arguments[1] if event != "socket.getaddrinfo" else arguments[:2])

    @contextmanager
    def watched(self, *, but: int) -> Generator[None]:
        """Fails when anything connects meanwhile but to this port of this machine."""
        self.to.clear()
        self.open = True
        try:
            yield
        finally:
            self.open = False
        assert [each for each in self.to if each not in (("127.0.0.1", but), ("127.0.0.1", str(but)))] == []


doors = Doors()
# What listens cannot be taken away again, so it is there once, and mostly asleep.
sys.addaudithook(doors)


@pytest.fixture
def upstream() -> Generator[socket.socket]:
    """What is said to be the address of every provider: nobody may as much as knock."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def opened(visit: Opening, upstream: socket.socket, **routing: Any) -> Visitor:
    url = f"http://127.0.0.1:{upstream.getsockname()[1]}"
    return visit(
        providers={name: {"key": "k", "base_url": url} for name in NAMES},
        routing={"first_pause": 0.01, "experimental": True, **routing},
        server={"public_url": "http://127.0.0.1:9"},
        jobs={"deadline_seconds": 5.0, "busy_seconds": 1.0},
    )


def everything(visitor: Visitor, **more: Any) -> list[dict[str, Any]]:
    photos = [visitor.upload(jpeg(faded(320, 240, number)))["id"] for number in range(2)]
    jobs: list[str] = []
    for operation, count, options in ASKED:
        body = {"photo_ids": photos[:count], "operation": operation, "options": {**options, **more}}
        answer = visitor.http.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": operation})
        assert answer.status_code == 202, answer.text
        jobs.append(answer.json()["id"])
    return [visitor.ended(job) for job in jobs]


def knocked(upstream: socket.socket) -> bool:
    try:
        upstream.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize(
    ("routing", "options"), [({"local_only": True}, {}), ({}, {"local_only": True})], ids=["server", "job"]
)
def test_what_is_to_stay_is_done_here_without_one_connection(
    visit: Opening, upstream: socket.socket, routing: dict[str, Any], options: dict[str, Any]
) -> None:
    visitor = opened(visit, upstream, **routing)
    with doors.watched(but=int(visitor.at.url.rpartition(":")[2])):
        jobs = everything(visitor, **options)
    assert [(job["error"], job["result"] and job["result"]["provider"]) for job in jobs] == [(None, "embedded")] * 7
    assert not knocked(upstream)


def test_this_would_notice(visit: Opening, upstream: socket.socket) -> None:
    visitor = opened(visit, upstream)
    job = visitor.submit(visitor.upload()["id"], enlarge=2, provider="fal")
    with pytest.raises(AssertionError), doors.watched(but=int(visitor.at.url.rpartition(":")[2])):
        visitor.ended(job["id"])
    assert knocked(upstream)
