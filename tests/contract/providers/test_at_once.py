"""What Gemini and OpenAI are asked for, beyond what every adapter does: sizes, masks, words, and what they count."""

import io
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rekindle.infra.fetching import Fetcher
from rekindle.providers.adapters import gemini, openai
from rekindle.providers.catalogue import models_of
from rekindle.providers.errors import Lost, Misconfigured, RateLimited, Unsupported
from rekindle.providers.http import Upstream
from rekindle.providers.protocol import SENT_TYPE, Done, Model, Picture
from rekindle.treatments.operations import Operation
from tests.contract.providers.house import House, house
from tests.contract.providers.table import TABLE
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.openai import OpenAiSimulator, fits

GEMINI, OPENAI = (next(entry for entry in TABLE if entry.module is module) for module in (gemini, openai))


@pytest.fixture
async def google(tmp_path: Path) -> AsyncGenerator[tuple[House, GeminiSimulator]]:
    with GeminiSimulator() as simulator:
        async with house(GEMINI, simulator, tmp_path) as home:
            yield home, simulator


@pytest.fixture
async def open_ai(tmp_path: Path) -> AsyncGenerator[tuple[House, OpenAiSimulator]]:
    with OpenAiSimulator() as simulator:
        async with house(OPENAI, simulator, tmp_path) as home:
            yield home, simulator


@asynccontextmanager
async def changed(home: House, **changes: object) -> AsyncGenerator[openai.OpenAiProvider | gemini.GeminiProvider]:
    """The adapter with its first model changed, as an operator can."""
    upstream = Upstream(
        home.simulator.url + home.entry.path, headers=home.entry.module.headers(home.simulator.key),
        explain=home.entry.module.explain,
    )  # fmt: skip
    models: Sequence[Model] = [replace(home.provider.models[0], **changes)]  # type: ignore[arg-type]
    kind: Callable[..., openai.OpenAiProvider] = home.entry.provider  # type: ignore[assignment]
    provider = kind(upstream, models=models, fetcher=home.fetcher)
    yield provider
    await provider.aclose()


# Gemini


async def test_pictures_go_before_the_words_and_the_first_size_is_asked_for(
    google: tuple[House, GeminiSimulator],
) -> None:
    home, simulator = google
    for model in home.provider.models:
        await home.provider.start(home.edit(model, Operation.FUSE, prompt="Blend them."))
        asked = simulator.asked[-1]
        (content,) = asked["contents"]
        assert [sorted(part) for part in content["parts"]] == [["inlineData"], ["inlineData"], ["text"]]
        assert content["parts"][0]["inlineData"]["mimeType"] == "image/jpeg"
        assert content["parts"][2]["text"] == "Blend them."
        config = asked["generationConfig"]
        assert config["responseModalities"] == ["IMAGE"]
        assert config.get("imageConfig", {}).get("imageSize", "") == "".join(model.sizes[:1])


async def test_a_mask_does_not_go_to_a_model_that_paints_everything(google: tuple[House, GeminiSimulator]) -> None:
    home, simulator = google
    with pytest.raises(Unsupported):
        await home.provider.start(replace(home.edit(home.provider.models[0]), mask=home.mask()))
    assert not simulator.met


async def test_the_quota_of_a_day_is_a_longer_pause_than_that_of_a_minute(
    google: tuple[House, GeminiSimulator],
) -> None:
    home, _ = google
    pauses: list[float] = []
    for trouble in ("limited", "daily"):
        home.meet(trouble)
        with pytest.raises(RateLimited) as told:
            await home.provider.start(home.edit(home.provider.models[0]))
        pauses.append(told.value.after)
    assert pauses[0] == 7.0
    assert pauses[1] >= 600.0


async def test_a_picture_without_a_count_costs_the_price_of_its_size(google: tuple[House, GeminiSimulator]) -> None:
    home, simulator = google
    home.meet("blind")
    done = await home.provider.start(home.edit(home.provider.models[0]))
    assert isinstance(done, Done)
    assert done.cost == simulator.cost_billed == 33_600


async def test_where_nobody_knows_the_price_the_report_says_so(google: tuple[House, GeminiSimulator]) -> None:
    home, _ = google
    async with changed(home, price=None) as provider:
        done = await provider.start(home.edit(provider.models[0]))
    assert isinstance(done, Done)
    assert (done.cost, done.report["cost_unknown"]) == (0, True)


async def test_an_operator_chooses_another_size_and_pays_for_that(google: tuple[House, GeminiSimulator]) -> None:
    home, simulator = google
    pro = next(model for model in home.provider.models if "pro" in model.id)
    async with changed(home, **{each: getattr(pro, each) for each in ("id", "upstream", "price")}, sizes=("4K",)) as it:
        done = await it.start(home.edit(it.models[0]))
    assert isinstance(done, Done)
    assert done.cost == simulator.cost_billed == 240_000


async def test_a_model_that_has_gone_is_told_to_the_operator(google: tuple[House, GeminiSimulator]) -> None:
    home, _ = google
    async with changed(home, upstream="gemini-9-image") as provider:
        with pytest.raises(Misconfigured) as told:
            await provider.start(home.edit(provider.models[0]))
    assert told.value.alert
    assert "not found" in told.value.detail


def test_the_address_and_the_names_are_those_of_the_documents() -> None:
    assert gemini.BASE_URL == "https://generativelanguage.googleapis.com/v1beta"
    assert openai.BASE_URL == "https://api.openai.com/v1"
    assert [model.upstream for model in models_of()["gemini"]] == [model.id for model in models_of()["gemini"]]


# OpenAI


@pytest.mark.parametrize("size", [(4000, 3000), (320, 240), (1000, 1000), (900, 300), (301, 900), (17, 17)])
async def test_the_proportions_of_the_photo_are_asked_for(
    open_ai: tuple[House, OpenAiSimulator], size: tuple[int, int], tmp_path: Path
) -> None:
    home, simulator = open_ai
    width, height = size
    Image.new("RGB", size).save(tmp_path / "photo.jpg")
    edit = home.edit(home.provider.models[0])
    await home.provider.start(replace(edit, images=[Picture(tmp_path / "photo.jpg", SENT_TYPE, width, height)]))
    asked = simulator.asked[-1]["size"]
    assert fits(asked)
    across, down = map(int, asked.split("x"))
    assert across / down == pytest.approx(width / height, rel=0.03)
    assert 1_400_000 < across * down <= 1_572_864


async def test_a_photo_that_is_longer_than_it_draws_has_any_size(
    open_ai: tuple[House, OpenAiSimulator], tmp_path: Path
) -> None:
    home, simulator = open_ai
    Image.new("RGB", (1000, 200)).save(tmp_path / "photo.jpg")
    edit = home.edit(home.provider.models[0])
    await home.provider.start(replace(edit, images=[Picture(tmp_path / "photo.jpg", SENT_TYPE, 1000, 200)]))
    assert simulator.asked[-1]["size"] == "auto"


async def test_a_mask_is_a_hole_in_a_picture_of_the_same_size(open_ai: tuple[House, OpenAiSimulator]) -> None:
    home, simulator = open_ai
    edit = replace(home.edit(home.provider.models[0]), mask=home.mask())
    assert isinstance(await home.provider.start(edit), Done)
    with Image.open(io.BytesIO(simulator.masks[0])) as hole:
        alpha = np.asarray(hole)[..., 3]
    assert alpha[105, 100] == 0
    assert alpha[20, 20] == 255


async def test_the_quality_is_the_first_size_and_changes_what_it_costs(open_ai: tuple[House, OpenAiSimulator]) -> None:
    home, simulator = open_ai
    costs: list[int] = []
    for quality in ("low", "high"):
        async with changed(home, sizes=(quality,)) as provider:
            done = await provider.start(home.edit(provider.models[0]))
        assert isinstance(done, Done)
        assert simulator.asked[-1]["quality"] == quality
        costs.append(done.cost)
    assert sum(costs) == simulator.cost_billed
    assert costs[0] < costs[1]


async def test_no_quality_costs_more_than_its_price_says(open_ai: tuple[House, OpenAiSimulator]) -> None:
    home, _ = open_ai
    for model in home.provider.models:
        assert model.price is not None
        for quality in model.sizes:
            async with changed(home, **{each: getattr(model, each) for each in ("id", "upstream", "price")},
                               sizes=(quality,)) as provider:  # fmt: skip
                done = await provider.start(home.edit(provider.models[0]))
            assert isinstance(done, Done)
            assert done.cost <= model.price.by_size[quality]


async def test_a_picture_behind_an_address_that_cannot_be_fetched_is_lost_and_not_asked_for_again(
    open_ai: tuple[House, OpenAiSimulator],
) -> None:
    home, simulator = open_ai
    place = simulator.store_url.partition("://")[2]

    async def nobody(host: str, port: int) -> Sequence[str]:
        raise OSError(host)

    home.meet("linked")
    provider = home.entry.adapter(simulator, Fetcher(allowed=[place], resolve=nobody))
    with pytest.raises(Lost):
        await provider.start(home.edit(provider.models[0]))
    await provider.aclose()
    assert simulator.cost_billed > 0
