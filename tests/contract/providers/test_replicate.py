"""The traps of Replicate that no other provider has."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rekindle.providers.adapters import replicate
from rekindle.providers.errors import Misconfigured, Unsupported
from rekindle.providers.http import Upstream
from rekindle.providers.protocol import SENT_TYPE, Pending, Picture
from rekindle.providers.webhooks import Call, by_standard, standard_key
from tests.contract.providers.house import House, finished, handle_of, must_be_new
from tests.contract.providers.table import entry_of
from tests.simulators.upstreams.replicate import SECRET, VERSIONS, ReplicateSimulator

ENTRY = entry_of("replicate")
model = ENTRY.model


def upstream_of(at: House) -> ReplicateSimulator:
    assert isinstance(at.simulator, ReplicateSimulator)
    return at.simulator


async def test_a_community_model_is_asked_for_by_its_version_and_an_official_one_by_its_name(at: House) -> None:
    for name in ("tencentarc/gfpgan", "black-forest-labs/flux-kontext-pro"):
        await handle_of(at.provider, at.edit(model(name)))
    community, official = upstream_of(at).predictions.values()
    assert VERSIONS[community.asked["version"]] == community.model == "tencentarc/gfpgan"
    assert "version" not in official.asked
    assert official.model == "black-forest-labs/flux-kontext-pro"


async def test_a_photo_that_is_too_large_for_a_request_is_handed_in_before_it(at: House, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "large.jpg", quality=90)
    large = Picture(tmp_path / "large.jpg", SENT_TYPE, 800, 600)
    told: list[int] = []

    async def leaving(host: str, size: int) -> None:
        told.append(size)

    edit = replace(at.edit(ENTRY.models[0], leaving=leaving), images=[large])
    assert await finished(at.provider, edit) is not None
    assert list(upstream_of(at).files.values()) == [large.path.read_bytes()]
    (prediction,) = upstream_of(at).predictions.values()
    assert prediction.asked["input"]["input_image"] == f"{at.simulator.url}/v1/files/file1"
    upload, submission = told
    assert upload > large.path.stat().st_size > submission


async def test_a_link_is_sent_as_it_is(at: House) -> None:
    edit = at.edit(ENTRY.models[0])
    await handle_of(at.provider, replace(edit, links=[f"{at.url}/{edit.images[0].path.name}"]))
    (prediction,) = upstream_of(at).predictions.values()
    assert prediction.asked["input"]["input_image"].startswith(at.url)


async def test_progress_is_read_from_the_logs(at: House) -> None:
    edit = at.edit(ENTRY.models[0])
    handle = await handle_of(at.provider, edit)
    seen = [await at.provider.check(handle, edit) for _ in range(2)]
    assert [each.progress for each in seen if isinstance(each, Pending)] == [None, 0.4]


async def test_a_mask_goes_to_a_model_that_takes_one_and_to_no_other(at: House) -> None:
    await handle_of(at.provider, replace(at.edit(model("stability-ai/sdxl")), mask=at.mask()))
    (prediction,) = upstream_of(at).predictions.values()
    assert prediction.asked["input"]["mask"].startswith("data:image/png;base64,")
    with pytest.raises(Unsupported):
        await at.provider.start(replace(at.edit(ENTRY.models[0]), mask=at.mask()))


async def test_a_model_that_is_no_more_is_told_to_the_operator(at: House) -> None:
    retired = replace(ENTRY.models[0], upstream="black-forest-labs/flux-kontext-zero")
    upstream = Upstream(at.simulator.url, headers=replicate.headers("sim-key"), explain=replicate.explain)
    provider = replicate.ReplicateProvider(upstream, models=[retired], fetcher=at.fetcher)
    with pytest.raises(Misconfigured):
        await provider.start(at.edit(ENTRY.models[0]))
    await provider.aclose()


async def test_a_nudge_is_asked_for_where_it_can_come_and_is_proven_when_it_does(at: House) -> None:
    edit = replace(at.edit(ENTRY.models[0]), nudge="https://photos.example/nudges/1")
    receipt = await handle_of(at.provider, edit)
    asked = upstream_of(at).predictions[receipt].asked
    assert (asked["webhook"], asked["webhook_events_filter"]) == (edit.nudge, ["completed"])
    headers, body = upstream_of(at).webhook(receipt)
    given = {name: headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")}
    now, key = datetime.now(UTC), standard_key(SECRET)
    assert by_standard(Call(**given, body=body), key, now)
    assert not by_standard(Call(**given, body=body + b" "), key, now)


async def test_a_nudge_over_plain_http_is_not_asked_for(at: House) -> None:
    edit = replace(at.edit(ENTRY.models[0]), nudge="http://127.0.0.1:8000/nudges/1")
    receipt = await handle_of(at.provider, edit)
    assert "webhook" not in upstream_of(at).predictions[receipt].asked


async def test_a_result_inside_of_the_answer_is_taken(at: House) -> None:
    at.meet("inline")
    edit = at.edit(ENTRY.models[0])
    done = await finished(at.provider, edit)
    assert done is not None
    must_be_new(done, edit)
    assert not at.simulator.visits


async def test_a_prediction_can_be_stopped(at: House) -> None:
    receipt = await handle_of(at.provider, at.edit(ENTRY.models[0]))
    await at.provider.cancel(receipt)
    assert at.simulator.canceled == 1
