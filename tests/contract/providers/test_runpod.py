"""The traps of RunPod that no other provider has."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rekindle.providers.adapters import runpod
from rekindle.providers.errors import BadResult, Lost, Misconfigured, ProviderError, Refused, Unsupported
from rekindle.providers.http import Upstream
from rekindle.providers.protocol import Model, Pending, Picture, Price, Takes
from rekindle.treatments.operations import Operation
from tests.contract.providers.house import House, finished, handle_of, must_be_new
from tests.contract.providers.table import entry_of
from tests.simulators.upstreams.runpod import RunpodSimulator

ENTRY = entry_of("runpod")
model = ENTRY.model
WORKER = replace(
    ENTRY.models[0], id="own", upstream="own-worker", takes=Takes.BYTES, sizes=(), price=Price(second=300),
    input={"workflow": "qwen_image_edit"},
)  # fmt: skip


@pytest.fixture
async def own(at: House) -> AsyncGenerator[House]:
    """The same, with one worker of one's own."""
    provider = provider_of(at, [WORKER])
    yield replace(at, provider=provider)
    await provider.aclose()


def provider_of(at: House, models: Sequence[Model]) -> runpod.RunpodProvider:
    upstream = Upstream(f"{at.simulator.url}/v2", headers=runpod.headers("sim-key"), explain=runpod.explain)
    return runpod.RunpodProvider(upstream, models=models, fetcher=at.fetcher)


def upstream_of(at: House) -> RunpodSimulator:
    assert isinstance(at.simulator, RunpodSimulator)
    return at.simulator


async def test_completed_is_not_succeeded(at: House) -> None:
    for trouble, kind in (("refused", Refused), ("inside", Lost), ("nothing", BadResult)):
        at.meet(trouble)
        with pytest.raises(kind):
            await finished(at.provider, at.edit(ENTRY.models[0]))


async def test_the_size_is_the_one_on_offer_that_is_nearest_to_the_photo(at: House) -> None:
    await handle_of(at.provider, at.edit(model("wan-2-2-i2v-720"), Operation.ANIMATE))
    (asked,) = upstream_of(at).asked.values()
    assert asked["input"]["size"] == "1280*720"


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(4000, 3000, "1536*1080"), (3000, 4000, "1024*1280"), (900, 900, "1280*1280"), (1500, 1000, "1536*1080")],
)
def test_sizes_go_by_proportions(width: int, height: int, size: str) -> None:
    picture = Picture(Path("photo.jpg"), "image/jpeg", width, height)
    assert runpod.nearest(model("qwen-image-edit-2511").sizes, picture) == size


async def test_a_film_comes_of_a_photo_and_costs_what_is_told(at: House) -> None:
    edit = at.edit(model("wan-2-2-i2v-720"), Operation.ANIMATE)
    done = await finished(at.provider, edit)
    assert done is not None
    must_be_new(done, edit)
    assert done.cost == 300_000
    assert done.report["executionTime"] == 3856


async def test_without_a_cost_of_theirs_ours_counts(at: House) -> None:
    at.meet("unpriced")
    done = await finished(at.provider, at.edit(model("nano-banana-edit")))
    assert done is not None
    assert done.cost == 38_000


async def test_progress_is_read_from_what_a_worker_says(at: House) -> None:
    edit = at.edit(ENTRY.models[0])
    handle = await handle_of(at.provider, edit)
    seen = [await at.provider.check(handle, edit) for _ in range(2)]
    assert [each.progress for each in seen if isinstance(each, Pending)] == [None, 0.4]


async def test_photos_without_addresses_stay_here(at: House) -> None:
    with pytest.raises(Unsupported):
        await at.provider.start(replace(at.edit(ENTRY.models[0]), links=()))
    assert not at.simulator.orders


async def test_a_nudge_is_asked_for(at: House) -> None:
    edit = replace(at.edit(ENTRY.models[0]), nudge="https://photos.example/nudges/1")
    await handle_of(at.provider, edit)
    (asked,) = upstream_of(at).asked.values()
    assert asked["webhook"] == edit.nudge


async def test_a_job_can_be_stopped(at: House) -> None:
    edit = at.edit(ENTRY.models[0])
    receipt = await handle_of(at.provider, edit)
    await at.provider.cancel(receipt)
    assert at.simulator.canceled == 1
    with pytest.raises(Lost):
        await at.provider.check(receipt, edit)


async def test_an_endpoint_that_is_no_more_is_told_to_the_operator(at: House) -> None:
    provider = provider_of(at, [replace(ENTRY.models[0], upstream="qwen-image-edit-0000")])
    with pytest.raises(Misconfigured):
        await provider.start(at.edit(ENTRY.models[0]))
    await provider.aclose()


# ── workers of one's own ──


@pytest.mark.parametrize("trouble", ["", "before_five", "stored"])
async def test_a_worker_of_ones_own_answers_in_each_form(own: House, trouble: str) -> None:
    own.meet(trouble)
    edit = own.edit(WORKER, Operation.RESTORE)
    done = await finished(own.provider, edit)
    assert done is not None
    must_be_new(done, edit)
    assert done.cost == 4 * 300, "3.9 seconds of work, as the answer tells"


async def test_a_worker_of_ones_own_is_sent_the_workflow_and_the_photo(own: House) -> None:
    edit = replace(own.edit(WORKER, Operation.RESTORE, prompt="Mend the sky."), seed=7)
    await handle_of(own.provider, edit)
    (asked,) = upstream_of(own).asked.values()
    graph, (photo,) = asked["input"]["workflow"], asked["input"]["images"]
    assert graph["5"]["inputs"]["prompt"] == "Mend the sky."
    assert graph["8"]["inputs"]["seed"] == 7
    assert graph["4"]["inputs"]["image"] == photo["name"]
    (order,) = own.simulator.orders.values()
    assert order.pictures == [edit.images[0].path.read_bytes()]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("fails", Lost),
        ("inside", Lost),
        ("refused", Refused),
        ("lies", BadResult),
        ("expired", Lost),
        ("moved", BadResult),
    ],
)
async def test_a_worker_of_ones_own_fails_as_others_do(own: House, trouble: str, kind: type[ProviderError]) -> None:
    own.meet(trouble)
    with pytest.raises(kind):
        await finished(own.provider, own.edit(WORKER, Operation.RESTORE))


async def test_a_workflow_that_cannot_be_used_is_told_to_the_operator(at: House) -> None:
    provider = provider_of(at, [replace(WORKER, input={"workflow": "no_such_workflow"})])
    with pytest.raises(Misconfigured):
        await provider.start(at.edit(WORKER, Operation.RESTORE))
    assert not at.simulator.orders
    await provider.aclose()
