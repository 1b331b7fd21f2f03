"""Whatever JSON an upstream answers with, nothing comes of it but an error that we know, or a picture."""

import asyncio
import contextlib
import copy
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rekindle.infra.fetching import Fetched, Fetcher, Look
from rekindle.providers.errors import ProviderError
from rekindle.providers.protocol import Done, Edit, Provider
from tests.contract.providers.house import finished, handle_of, house
from tests.contract.providers.table import TABLE, Entry
from tests.pictures import encoded

pytestmark = pytest.mark.exhaustive

WORDS = [
    "candidates", "content", "parts", "inlineData", "data", "thought", "finishReason", "promptFeedback", "blockReason",
    "usageMetadata", "candidatesTokensDetails", "candidatesTokenCount", "modality", "tokenCount", "error", "details",
    "code", "status", "message", "type", "retryDelay", "violations", "quotaId", "reason", "b64_json", "url", "usage",
    "input_tokens_details", "text_tokens", "image_tokens", "output_tokens", "id", "output", "urls", "metrics",
    "predict_time", "images", "image", "request_id", "status_url", "response_url", "cancel_url", "error_type", "detail",
    "msg", "taskId", "state", "resultJson", "failCode", "failMsg", "successFlag", "response", "resultImageUrl",
    "errorMessage", "cost", "image_url", "video_url", "has_nsfw_concepts", "logs", "info", "filename",
]  # fmt: skip
SAID = [
    "STOP", "SAFETY", "IMAGE", "succeeded", "failed", "COMPLETED", "IN_QUEUE", "FAILED", "success", "fail", "waiting",
    "{}", '{"resultUrls": []}', '{"resultUrls": 3}', "data:image/png;base64,AAAA", "data:", "https://", "http://[",
    "https://10.0.0.7/a", "7s", "", "x", "\ud800", "AAAA", "nsfw",
]  # fmt: skip

plain = st.none() | st.booleans() | st.integers(-2, 600) | st.floats() | st.sampled_from(SAID)
rubbish = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=25,
)
statuses = st.sampled_from([200, 200, 200, 201, 400, 401, 404, 422, 429, 500])


@dataclass
class Subject:
    """An adapter, an edit with the receipt that it got, and what its upstream says from now on."""

    provider: Provider
    handle: str
    edit: Edit
    genuine: list[Any]
    status: int = 200
    body: Any = None


class Recorder(httpx2.AsyncHTTPTransport):
    """Remembers what an upstream said."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[Any] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await (await super().handle_async_request(request)).aread()
        self.bodies.append(json.loads(content))

        async def again() -> AsyncIterator[bytes]:
            yield content

        return httpx2.Response(200, content=again())


def places(body: Any, *before: str | int) -> list[tuple[str | int, ...]]:
    """Where in a body there is anything."""
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [before, *(each for name, value in inner for each in places(value, *before, name))]


def with_another(body: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """A body in which something else is at one place."""
    if not place:
        return value
    changed = copy.copy(body)
    changed[place[0]] = with_another(body[place[0]], place[1:], value)
    return changed


def beside(entry: Entry, url: str, handle: str, edit: Edit, genuine: list[Any]) -> Subject:
    """The adapter at an upstream that says one thing."""

    async def said() -> AsyncIterator[bytes]:
        yield json.dumps(subject.body).encode()

    mad = httpx2.MockTransport(lambda request: httpx2.Response(subject.status, content=said()))
    subject = Subject(entry.at(url, "key", transport=mad, fetcher=Store()), handle, edit, genuine)
    return subject


class Store(Fetcher):
    """Has a picture at every address."""

    async def fetch(self, url: str, target: Path, look: Look | None = None) -> Fetched:
        await asyncio.to_thread(target.write_bytes, encoded("PNG"))
        if look is not None:
            look(target)
        return Fetched("image/png", 1)


@pytest.fixture(scope="module", params=TABLE, ids=lambda entry: entry.name)
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """An adapter with an edit under way, whose upstream loses its mind."""
    entry: Entry = request.param
    folder = tmp_path_factory.mktemp(entry.name)

    async def begin() -> Subject:
        with entry.simulator() as simulator:
            async with house(entry, simulator, folder) as home:
                edit, recorder = home.edit(home.provider.models[0]), Recorder()
                provider = entry.at(simulator.url, simulator.key, transport=recorder, fetcher=home.fetcher)
                assert await finished(provider, edit) is not None
                handle = "none" if entry.at_once else await handle_of(home.provider, edit)
                return beside(entry, simulator.url, handle, edit, recorder.bodies)

    return asyncio.run(begin())


async def ask(begun: Subject, status: int, body: Any) -> None:
    begun.status, begun.body = status, body
    for call in (begun.provider.start, partial(begun.provider.check, begun.handle)):
        with contextlib.suppress(ProviderError):
            answer = await call(begun.edit)
            if isinstance(answer, Done):
                assert type(answer.cost) is int
                assert 0 <= answer.cost < 10**10
            else:
                assert isinstance(answer.handle, str)
                assert answer.progress is None or 0.0 <= answer.progress <= 1.0
    await begun.provider.cancel(begun.handle)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(status=statuses, body=rubbish)
def test_rubbish_is_an_error_that_we_know(begun: Subject, status: int, body: Any) -> None:
    asyncio.run(ask(begun, status, body))


ODD = [
    None,
    {},
    [],
    [[]],
    [{}],
    {"a": {}},
    "",
    "x",
    3,
    -1,
    10**15,
    True,
    1e400,
    float("nan"),
    "data:image/png;base64,AAAA",
]


async def test_one_odd_thing_in_a_genuine_answer_is_an_error_that_we_know(begun: Subject) -> None:
    for genuine in begun.genuine:
        for place in places(genuine):
            for odd in ODD:
                await ask(begun, 200, with_another(genuine, place, odd))
