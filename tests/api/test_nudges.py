"""Calls of providers that say that they are done: each wakes a job up, and whatever else it says is not believed."""

import asyncio
import base64
import hmac
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.infra.db import owner
from rekindle.infra.db.database import Database
from rekindle.jobs.nudges import NUDGE
from rekindle.jobs.service import topic
from rekindle.jobs.tables import AttemptRow
from rekindle.jobs.waking import Waking
from rekindle.wiring.nudges import BadWebhookSecret, genuine_of, nudges_of
from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import live, settings
from tests.postgres import postgres_or_skip
from tests.simulators.upstreams.fal import FalSimulator

SECRET = "whsec_" + base64.b64encode(b"a key of 24 bytes at last").decode()
HEARD_WITHIN = 5.0


@dataclass
class Bell:
    """A job with an attempt that waits for a provider, and what is told about it."""

    visitor: Visitor
    provider: str
    attempt: uuid.UUID
    job: uuid.UUID

    @property
    def path(self) -> str:
        chosen = self.visitor.at.services.get(Settings)
        token = nudges_of(chosen).token(self.provider, self.attempt)
        return f"{API}/providers/{self.provider}/nudges/{token}"

    def ring(
        self, path: str | None = None, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[httpx2.Response, list[str]]:
        """The answer to a call, and the words that the worker of the job heard."""
        events = self.visitor.at.services.get(Waking)._events

        async def calling() -> tuple[httpx2.Response, list[str]]:
            heard: list[str] = []
            async with events.listen(topic(self.job)) as words:
                address = path or self.path
                answer = await asyncio.to_thread(
                    self.visitor.http.post, address, content=body, headers=dict(headers or {})
                )
                # What was published while it was answered is there already.
                while True:
                    try:
                        heard.append(await asyncio.wait_for(anext(words), 0.05))
                    except TimeoutError:
                        return answer, heard

        return self.visitor.at.inside(calling)


def bell(visitor: Visitor, provider: str, *, status: str = "pending", handle: str | None = "task-1") -> Bell:
    job = visitor.submit(visitor.upload()["id"])
    attempt = uuid.uuid4()

    async def write() -> None:
        with owner.seeing_everything():
            async with visitor.at.services.get(Database).transaction() as tx:
                tx.add(
                    AttemptRow(
                        id=attempt, job_id=uuid.UUID(job["id"]), number=1, claim=1, provider=provider, model="one",
                        status=status, handle=handle, error=None, cost=0,
                        started_at=visitor.at.services.get(Clock).now(), ended_at=None,
                    )
                )  # fmt: skip

    visitor.at.inside(write)
    return Bell(visitor, provider, attempt, uuid.UUID(job["id"]))


def nothing_there(answer: httpx2.Response) -> dict[str, Any]:
    """What everybody is told who does not have one of our addresses: the same words, whatever was wrong."""
    problem = refused(answer, 404, "not_found")
    return {name: value for name, value in problem.items() if name not in ("request_id", "instance")}


def test_a_call_wakes_the_job_up_and_is_answered_with_nothing(idle: Visitor) -> None:
    for status in ("pending", "started"):
        answer, heard = bell(idle, "nanobanana", status=status).ring()
        assert (answer.status_code, answer.content, heard) == (204, b"", [NUDGE])


@pytest.mark.parametrize(
    "body", [b'{"state": "fail", "resultUrls": ["http://10.0.0.7/"]}', b"no JSON {", bytes(200_000), b""]
)
def test_nothing_that_a_call_says_is_believed(idle: Visitor, body: bytes) -> None:
    waiting = bell(idle, "runpod")
    answer, heard = waiting.ring(body=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, heard) == (204, [NUDGE])
    assert idle.get(f"/jobs/{waiting.job}")["status"] == "queued"


def test_a_call_that_is_repeated_does_no_more_than_to_look_again(idle: Visitor) -> None:
    waiting = bell(idle, "runpod")
    assert [waiting.ring()[1] for _ in range(3)] == [[NUDGE]] * 3


def test_a_call_finds_the_attempt_where_rows_are_only_their_owners(tmp_path: Path) -> None:
    with postgres_or_skip() as server:
        chosen = settings(tmp_path, database={"url": server.new_database(tables=True)})
        with live(chosen, worker=False) as at:
            answer, heard = bell(Visitor(at), "runpod").ring()
    assert (answer.status_code, heard) == (204, [NUDGE])


@pytest.mark.parametrize("status", ["done", "failed", "canceled", "unknown"])
def test_a_call_that_comes_too_late_does_nothing(idle: Visitor, status: str) -> None:
    answer, heard = bell(idle, "runpod", status=status).ring()
    assert (answer.status_code, heard) == (204, [])


def test_any_other_address_is_nowhere_and_nobody_is_told_why(idle: Visitor) -> None:
    waiting, ended = bell(idle, "runpod"), bell(idle, "runpod")
    base, _, token = waiting.path.rpartition("/")
    others = [
        f"{base}/guessed", f"{base}/{token[:-3]}AA=", f"{base}/{'A' * 44}", f"{base}/{'a' * 5000}", f"{base}/%00",
        waiting.path.replace("/runpod/", "/kie/"), waiting.path.replace("/runpod/", "/nobody/"),
        ended.path.replace(str(ended.attempt), str(uuid.uuid4())).rpartition("/")[0] + "/" + token[::-1],
    ]  # fmt: skip
    gone = Bell(idle, "runpod", uuid.uuid4(), waiting.job)
    told = [nothing_there(answer) for answer, heard in map(waiting.ring, [*others, gone.path]) if heard == []]
    assert len(told) == len(others) + 1
    assert all(each == told[0] for each in told)


def test_a_body_without_end_is_not_read(idle: Visitor) -> None:
    answer, heard = bell(idle, "runpod").ring(body=bytes(1_000_000))
    assert (answer.status_code, heard) == (413, [])


def test_calls_count_as_other_requests_do(visit: Opening) -> None:
    visitor = visit(worker=False, limits={"enabled": True, "account_burst": 3, "account_rate": 0.001})
    path = f"{API}/providers/runpod/nudges/guessed"
    assert [visitor.http.post(path).status_code for _ in range(5)] == [404, 404, 404, 429, 429]


def test_a_job_that_waits_for_a_provider_looks_as_soon_as_it_is_called(visit: Opening) -> None:
    """With the pauses that it would make by itself it would look nine times in a minute and a half."""
    with FalSimulator(polls=8) as simulator:
        place = simulator.store_url.partition("://")[2]
        visitor = visit(
            providers={"fal": {"key": simulator.key, "base_url": simulator.url}},
            routing={"private_places": [place]},
            server={"public_url": "http://photos.example.org"},
        )
        job, began = visitor.submit(visitor.upload()["id"], provider="fal"), time.monotonic()
        while visitor.get(f"/jobs/{job['id']}")["status"] in ("queued", "running") and time.monotonic() < began + 60.0:
            for receipt, url in dict(simulator.calls_back).items():
                simulator.calls_back[receipt] = url.replace("http://photos.example.org", visitor.at.url)
                assert simulator.call_back(receipt, signed=False) == 204
            time.sleep(0.1)
        taken, (order,) = time.monotonic() - began, simulator.orders.values()
    job = visitor.ended(job["id"])
    assert job["status"] == "succeeded", job
    assert job["result"]["provider"] == "fal"
    assert order.asked == 9
    assert taken < 30.0


# ── providers that sign ──


@pytest.fixture
def strict(visit: Opening) -> Visitor:
    """A visitor of a server that knows what two providers sign with."""
    providers = {"replicate": {"webhook_secret": SECRET}, "kie": {"webhook_secret": "a key of kie"}}
    return visit(worker=False, providers=providers)


def task_signed(receipt: str, *, at: float | None = None, key: str = "a key of kie") -> dict[str, str]:
    stamp = str(int(at or time.time()))
    proof = hmac.digest(key.encode(), f"{receipt}.{stamp}".encode(), "sha256")
    return {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": base64.b64encode(proof).decode()}


def test_where_a_task_is_signed_the_address_alone_is_not_enough(strict: Visitor) -> None:
    waiting = bell(strict, "kie")
    answer, heard = waiting.ring(headers=task_signed("task-1"), body=b'{"data": {"taskId": "another"}}')
    assert (answer.status_code, heard) == (204, [NUDGE])
    for headers in (
        {}, task_signed("task-2"), task_signed("task-1", at=time.time() - 900), task_signed("task-1", key="another"),
        {"X-Webhook-Timestamp": "now", "X-Webhook-Signature": "é"},
    ):  # fmt: skip
        answer, heard = waiting.ring(headers={name: value.encode() for name, value in headers.items()})  # type: ignore[misc]
        nothing_there(answer)
        assert heard == []


def test_before_there_is_a_receipt_nothing_can_be_signed_for_it(strict: Visitor) -> None:
    answer, heard = bell(strict, "kie", status="started", handle=None).ring(headers=task_signed(""))
    nothing_there(answer)
    assert heard == []


def test_a_standard_signature_is_of_the_body_too(strict: Visitor) -> None:
    waiting, body, stamp = bell(strict, "replicate"), b'{"status": "succeeded"}', str(int(time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    proof = base64.b64encode(hmac.digest(key, f"msg-1.{stamp}.".encode() + body, "sha256")).decode()
    headers = {"webhook-id": "msg-1", "webhook-timestamp": stamp, "webhook-signature": f"v1,bm90aGluZw== v1,{proof}"}
    answer, heard = waiting.ring(body=body, headers=headers)
    assert (answer.status_code, heard) == (204, [NUDGE])
    answer, heard = waiting.ring(body=body + b" ", headers=headers)
    nothing_there(answer)
    assert heard == []


def test_keys_that_are_published_are_enough_to_tell_who_calls(visit: Opening) -> None:
    with FalSimulator() as simulator:
        keys = httpx2.get(f"{simulator.url}/.well-known/jwks.json", trust_env=False).text
        visitor = visit(worker=False, providers={"fal": {"webhook_secret": keys}})
        waiting = bell(visitor, "fal", handle="a b c")
        simulator.calls_back["fal-1"] = visitor.at.url + waiting.path
        assert simulator.call_back("fal-1") == 204
        assert simulator.call_back("fal-1") == 204
        assert simulator.call_back("fal-1", signed=False) == 404
        assert simulator.call_back("fal-1", at=time.time() - 900) == 404
    with FalSimulator() as another:
        another.calls_back["fal-1"] = visitor.at.url + waiting.path
        assert another.call_back("fal-1") == 404


def test_a_provider_that_signs_nothing_is_believed_by_its_address(strict: Visitor) -> None:
    answer, heard = bell(strict, "runpod").ring()
    assert (answer.status_code, heard) == (204, [NUDGE])


@pytest.mark.parametrize(("provider", "secret"), [("replicate", "whsec_é"), ("fal", "a key"), ("fal", '{"keys": []}')])
def test_a_secret_that_cannot_be_read_is_told_at_the_start(provider: str, secret: str) -> None:
    with pytest.raises(BadWebhookSecret, match=f"REKINDLE_PROVIDERS__{provider.upper()}__WEBHOOK_SECRET"):
        genuine_of(provider, secret)
