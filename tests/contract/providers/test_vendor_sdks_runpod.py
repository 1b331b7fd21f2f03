"""RunPod's own SDK talks to the simulator, and takes it for the real one.

Only the client of it: `import runpod` alone loads the workers, the command line and SSH as well, with forty packages
that nothing here has a use for. So the packages around the client are named and not run.
"""

import asyncio
import base64
import importlib
import importlib.machinery
import io
import json
import sys
import types
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
import requests
from PIL import Image

from rekindle.infra.turns import Turns
from rekindle.providers.bodies import Sending, json_body
from rekindle.providers.protocol import SENT_TYPE, Edit, Picture
from rekindle.providers.workflows.graph import filled_graph
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes
from tests.contract.providers.house import album
from tests.simulators.upstreams.pictures import encoded
from tests.simulators.upstreams.runpod import RunpodSimulator

EDITOR = "qwen-image-edit-2511"
PHOTO = encoded(Image.linear_gradient("L").resize((96, 64)).convert("RGB"), "JPEG")
AROUND = ("runpod", "runpod.cli")
"""Packages whose own first lines are not run."""


@pytest.fixture
def simulator() -> Generator[RunpodSimulator]:
    with RunpodSimulator() as running:
        yield running


@pytest.fixture
def sdk(simulator: RunpodSimulator, monkeypatch: pytest.MonkeyPatch) -> Generator[ModuleType]:
    """The endpoint client, at the simulator."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in AROUND:
        found = importlib.machinery.PathFinder.find_spec(name, path_of(name))
        assert found is not None
        package = types.ModuleType(name)
        package.__path__ = found.submodule_search_locations  # type: ignore[assignment]
        monkeypatch.setitem(sys.modules, name, package)
    sys.modules["runpod"].api_key = simulator.key  # type: ignore[attr-defined]
    sys.modules["runpod"].endpoint_url_base = simulator.base_url  # type: ignore[attr-defined]
    before = set(sys.modules)
    yield importlib.import_module("runpod.endpoint")
    for name in set(sys.modules) - before:
        if name.startswith("runpod."):
            del sys.modules[name]


def path_of(name: str) -> list[str] | None:
    return list(sys.modules[name.rpartition(".")[0]].__path__) if "." in name else None


@pytest.fixture
def link(tmp_path: Path) -> Generator[str]:
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    with album(tmp_path) as address:
        yield f"{address}/photo.jpg"


def asked(link: str) -> dict[str, Any]:
    return {"prompt": "Mend it.", "images": [link], "size": "1024*1024"}


def test_a_public_endpoint_runs_to_a_picture_and_its_cost(sdk: ModuleType, link: str) -> None:
    job = sdk.Endpoint(EDITOR).run(asked(link))
    assert job.status() == "IN_QUEUE"
    output = job.output(timeout=20)
    assert output["cost"] == 0.02
    with Image.open(io.BytesIO(httpx2.get(output["image_url"], trust_env=False).content)) as picture:
        assert picture.size == (96, 64)


def test_a_public_endpoint_answers_at_once_when_it_is_waited_for(sdk: ModuleType, link: str) -> None:
    assert sdk.Endpoint(EDITOR).run_sync(asked(link))["image_url"].startswith("http")


def test_a_film_comes_of_a_photo(sdk: ModuleType, link: str) -> None:
    output = sdk.Endpoint("wan-2-2-i2v-720").run_sync({"prompt": "A breeze.", "image": link})
    film = httpx2.get(output["video_url"], trust_env=False).content
    assert film[4:8] == b"ftyp"


def test_a_failure_is_told_with_the_words_of_the_worker(sdk: ModuleType, simulator: RunpodSimulator, link: str) -> None:
    simulator.troubles.append("fails")
    job = sdk.Endpoint(EDITOR).run(asked(link))
    assert [job.status() for _ in range(3)] == ["IN_QUEUE", "IN_PROGRESS", "FAILED"]
    told = job._fetch_job()
    assert json.loads(told["error"])["error_message"] == "CUDA out of memory"


def test_a_job_can_be_canceled(sdk: ModuleType, simulator: RunpodSimulator, link: str) -> None:
    job = sdk.Endpoint(EDITOR).run(asked(link))
    assert job.cancel()["status"] == "CANCELLED"
    assert job.status() == "CANCELLED"
    assert simulator.canceled == 1


def test_a_wrong_key_and_an_unknown_job_are_what_the_sdk_knows_them_as(sdk: ModuleType, link: str) -> None:
    with pytest.raises(RuntimeError, match="401"):
        sdk.Endpoint(EDITOR, api_key="another").run(asked(link))
    job = sdk.Endpoint(EDITOR).run(asked(link))
    job.job_id = "nobody-knows-it"
    with pytest.raises(requests.HTTPError, match="404"):
        job.status()


def test_health_and_queue_are_there(sdk: ModuleType) -> None:
    assert sdk.Endpoint(EDITOR).health()["workers"]["idle"] == 1
    assert sdk.Endpoint(EDITOR).purge_queue()["status"] == "completed"


async def test_it_runs_in_an_event_loop(sdk: ModuleType, link: str) -> None:
    session_of = importlib.import_module("aiohttp").ClientSession
    async with session_of() as session:
        job = await sdk.AsyncioEndpoint(EDITOR, session).run(asked(link))
        output = await job.output(timeout=20)
    assert output["image_url"].startswith("http")


def test_a_worker_of_ones_own_runs_the_workflow_that_comes_with_the_product(sdk: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    picture = Picture(tmp_path / "photo.jpg", SENT_TYPE, 96, 64)
    edit = Edit("job/1", Operation.RESTORE, "own", [picture], Treatment((), "Mend it."), Wishes(), tmp_path)
    body = json_body({"input": filled_graph("qwen_image_edit", edit)})
    sent = asyncio.run(httpx2.Request("POST", "https://own", stream=Sending(body, Turns(1))).aread())
    output = sdk.Endpoint("own-worker").run_sync(json.loads(sent))
    (image,) = output["images"]
    assert image["type"] == "base64"
    with Image.open(io.BytesIO(base64.b64decode(image["data"]))) as made:
        assert made.size == (96, 64)
