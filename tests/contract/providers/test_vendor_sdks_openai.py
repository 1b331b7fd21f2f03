"""OpenAI's own client talks to our simulated OpenAI: what it understands is said as OpenAI says it."""

import base64
import io
from collections.abc import Generator

import openai
import pytest
from openai.types import ImagesResponse
from PIL import Image

from tests.pictures import encoded, flat
from tests.simulators.upstreams.openai import OpenAiSimulator

MODEL = "gpt-image-2.5-flare"


@pytest.fixture(scope="module")
def simulator() -> Generator[OpenAiSimulator]:
    with OpenAiSimulator() as running:
        yield running


@pytest.fixture
def sdk(simulator: OpenAiSimulator) -> Generator[openai.OpenAI]:
    simulator.forget()
    with openai.OpenAI(api_key=simulator.key, base_url=f"{simulator.url}/v1", max_retries=0) as client:
        yield client


def ask(sdk: openai.OpenAI, model: str = MODEL, size: str = "1536x1024", photos: int = 2) -> ImagesResponse:
    pictures = [(f"{number}.jpg", encoded("JPEG"), "image/jpeg") for number in range(photos)]
    return sdk.images.edit(
        model=model, image=pictures, prompt="Mend this photo.", size=size, quality="low", output_format="png",
    )  # fmt: skip


def test_it_gets_a_picture_and_what_was_counted(sdk: openai.OpenAI, simulator: OpenAiSimulator) -> None:
    answer = ask(sdk)
    (drawn,) = answer.data or []
    with Image.open(io.BytesIO(base64.b64decode(drawn.b64_json or ""))) as picture:
        assert picture.size == (96, 64)
    assert answer.usage is not None
    used = answer.usage
    cost = used.input_tokens_details.text_tokens * 5 + used.input_tokens_details.image_tokens * 8
    assert cost + used.output_tokens * 30 == simulator.cost_billed
    (order,) = simulator.orders.values()
    assert len(order.pictures) == 2


def test_one_picture_and_a_mask_arrive(sdk: openai.OpenAI, simulator: OpenAiSimulator) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", flat().shape[1::-1], (0, 0, 0, 0)).save(buffer, "PNG")
    photo, mask = ("0.jpg", encoded("JPEG"), "image/jpeg"), ("mask.png", buffer.getvalue(), "image/png")
    assert sdk.images.edit(model=MODEL, image=photo, mask=mask, prompt="Mend this photo.").data
    assert simulator.masks == [buffer.getvalue()]


@pytest.mark.parametrize(
    ("trouble", "kind", "code"),
    [
        ("refused", openai.BadRequestError, "moderation_blocked"),
        ("moderated", openai.BadRequestError, "content_policy_violation"),
        ("limited", openai.RateLimitError, "rate_limit_exceeded"),
        ("unpaid", openai.RateLimitError, "insufficient_quota"),
        ("hard_limit", openai.BadRequestError, "billing_hard_limit_reached"),
        ("locked", openai.AuthenticationError, "invalid_api_key"),
        ("unverified", openai.PermissionDeniedError, None),
        ("retired", openai.NotFoundError, "model_not_found"),
        ("busy", openai.InternalServerError, None),
        ("fails", openai.InternalServerError, None),
    ],
)
def test_it_raises_what_it_raises_for_openai(
    sdk: openai.OpenAI, simulator: OpenAiSimulator, trouble: str, kind: type[openai.APIStatusError], code: str | None
) -> None:
    simulator.troubles.append(trouble)
    with pytest.raises(kind) as told:
        ask(sdk)
    assert told.value.code == code
    assert told.value.request_id == "req_simulated"


def test_its_own_patience_is_as_long_as_we_are_asked_for(sdk: openai.OpenAI, simulator: OpenAiSimulator) -> None:
    simulator.troubles.append("limited")
    with pytest.raises(openai.RateLimitError) as told:
        ask(sdk)
    assert told.value.response.headers["retry-after"] == "7"


def test_a_wrong_key_is_refused(simulator: OpenAiSimulator) -> None:
    with (
        openai.OpenAI(api_key="wrong", base_url=f"{simulator.url}/v1", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        ask(client)


@pytest.mark.parametrize("size", ["1000x1000", "320x240", "4096x1024"])
def test_a_size_that_is_not_made_is_refused(sdk: openai.OpenAI, size: str) -> None:
    with pytest.raises(openai.BadRequestError):
        ask(sdk, size=size)
