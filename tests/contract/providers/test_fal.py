"""The traps of fal's queue that no other provider has."""

from dataclasses import replace

import pytest

from rekindle.providers.adapters import fal
from rekindle.providers.adapters.fal import FalProvider
from rekindle.providers.errors import Misconfigured, Refused
from rekindle.providers.http import Upstream
from rekindle.treatments.operations import Operation
from tests.contract.providers.house import House, finished, handle_of
from tests.contract.providers.table import entry_of
from tests.simulators.upstreams.fal import FalSimulator

ENTRY = entry_of("fal")
model = ENTRY.model


def queue_of(at: House) -> FalSimulator:
    assert isinstance(at.simulator, FalSimulator)
    return at.simulator


async def test_pictures_go_inside_of_the_request_with_a_time_limit_and_results_are_deleted_soon(at: House) -> None:
    await handle_of(at.provider, at.edit(model("google/nano-banana-2.1/edit"), Operation.FUSE))
    ((headers, body),) = queue_of(at).asked.values()
    assert [url.partition(",")[0] for url in body["image_urls"]] == ["data:image/jpeg;base64"] * 2
    assert body["prompt"] == "Mend this photo."
    assert float(headers["x-fal-request-timeout"]) > 1
    assert headers["x-fal-object-lifecycle-preference"] == '{"expiration_duration_seconds": 3600}'
    assert headers["authorization"] == "Key sim-key"


async def test_news_are_asked_for_where_the_queue_says_and_not_where_the_edit_was_handed_in(at: House) -> None:
    receipt = await handle_of(at.provider, at.edit(model("openai/gpt-image-2.5/flare/edit")))
    news, result, cancel = receipt.split(" ")
    assert (news, cancel) == (f"{result}/status", f"{result}/cancel")
    assert result.startswith(f"{at.simulator.url}/openai/gpt-image-2.5/requests/")


async def test_completed_is_not_succeeded(at: House) -> None:
    """The queue says COMPLETED for an edit that was refused: only the address of the result tells."""
    at.meet("refused")
    edit = at.edit(ENTRY.models[0])
    receipt = await handle_of(at.provider, edit)
    (order,) = at.simulator.orders.values()
    order.asked = at.simulator.polls
    with pytest.raises(Refused):
        await at.provider.check(receipt, edit)


async def test_a_black_picture_that_was_filtered_is_a_refusal(at: House) -> None:
    at.meet("filtered")
    with pytest.raises(Refused):
        await finished(at.provider, at.edit(model("fal-ai/flux-pro/kontext")))


async def test_a_model_that_is_no_more_is_told_to_the_operator(at: House) -> None:
    retired = replace(ENTRY.models[0], upstream="fal-ai/nano-banana-0/edit")
    upstream = Upstream(at.simulator.url, headers=fal.headers("sim-key"), explain=fal.explain)
    provider = FalProvider(upstream, models=[retired], fetcher=at.fetcher)
    with pytest.raises(Misconfigured):
        await provider.start(at.edit(retired))
    await provider.aclose()


async def test_an_edit_is_stopped_where_it_was_told(at: House) -> None:
    receipt = await handle_of(at.provider, at.edit(ENTRY.models[0]))
    await at.provider.cancel(receipt)
    assert at.simulator.canceled == 1


async def test_the_address_for_calls_back_goes_with_the_edit(at: House) -> None:
    nudge = "https://photos.example.org/api/v1/providers/fal/nudges/a-b_c="
    await handle_of(at.provider, replace(at.edit(ENTRY.models[0]), nudge=nudge))
    assert list(queue_of(at).calls_back.values()) == [nudge]


async def test_a_model_that_only_colours_is_handed_no_words(at: House) -> None:
    await handle_of(at.provider, at.edit(model("fal-ai/ddcolor")))
    ((_, body),) = queue_of(at).asked.values()
    assert set(body) == {"image_url", "seed"}
