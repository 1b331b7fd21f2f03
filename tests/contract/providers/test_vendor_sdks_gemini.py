"""Google's own client talks to our simulated Gemini: what it understands is said as Google says it."""

import io
from collections.abc import Generator

import pytest
from google import genai
from google.genai import types
from google.genai.errors import APIError, ClientError, ServerError
from PIL import Image

from tests.pictures import encoded
from tests.simulators.upstreams.gemini import GeminiSimulator

MODEL = "gemini-nano-banana-2.1"


@pytest.fixture(scope="module")
def simulator() -> Generator[GeminiSimulator]:
    with GeminiSimulator() as running:
        yield running


@pytest.fixture(params=["v1", "v1beta"])
def sdk(simulator: GeminiSimulator, request: pytest.FixtureRequest) -> genai.Client:
    simulator.forget()
    options = types.HttpOptions(base_url=simulator.url, api_version=request.param)
    return genai.Client(api_key=simulator.key, http_options=options)


def ask(sdk: genai.Client, model: str = MODEL, size: str | None = "1K") -> types.GenerateContentResponse:
    photo = types.Part.from_bytes(data=encoded("JPEG"), mime_type="image/jpeg")
    config = types.GenerateContentConfig(
        response_modalities=["IMAGE"], image_config=types.ImageConfig(image_size=size) if size else None
    )
    return sdk.models.generate_content(model=model, contents=[photo, "Mend this photo."], config=config)


def test_it_gets_a_picture_and_what_was_counted(sdk: genai.Client, simulator: GeminiSimulator) -> None:
    answer = ask(sdk)
    (candidate,) = answer.candidates or []
    assert candidate.finish_reason is types.FinishReason.STOP
    drawn = [part.inline_data.data for part in answer.parts or [] if part.inline_data is not None]
    with Image.open(io.BytesIO(drawn[-1] or b"")) as picture:
        assert picture.size == (96, 64)
    assert answer.usage_metadata is not None
    details = answer.usage_metadata.candidates_tokens_details or []
    assert [each.token_count for each in details if each.modality is types.MediaModality.IMAGE] == [1120]
    assert simulator.cost_billed == 1120 * 30
    assert [part.get("text") for part in simulator.asked[0]["contents"][0]["parts"]] == [None, "Mend this photo."]


def test_it_tells_drafts_from_the_picture(sdk: genai.Client, simulator: GeminiSimulator) -> None:
    simulator.troubles.append("drafts")
    parts = ask(sdk).parts or []
    assert [bool(part.thought) for part in parts if part.inline_data is not None] == [True, False, False, True]


def test_it_sees_why_a_picture_was_refused(sdk: genai.Client, simulator: GeminiSimulator) -> None:
    simulator.troubles.append("refused")
    (candidate,) = ask(sdk).candidates or []
    assert candidate.finish_reason is types.FinishReason.IMAGE_SAFETY
    assert candidate.content is None


def test_it_sees_why_a_prompt_was_blocked(sdk: genai.Client, simulator: GeminiSimulator) -> None:
    simulator.troubles.append("blocked")
    answer = ask(sdk)
    assert not answer.candidates
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT


def test_a_closed_account_is_a_reason_that_it_knows(sdk: genai.Client, simulator: GeminiSimulator) -> None:
    simulator.troubles.append("disabled")
    (candidate,) = ask(sdk).candidates or []
    assert candidate.finish_reason is types.FinishReason.PUP_LIMITED_DISABLED


@pytest.mark.parametrize(
    ("trouble", "kind", "code", "status"),
    [
        ("limited", ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("daily", ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("locked", ClientError, 403, "PERMISSION_DENIED"),
        ("wrong_key", ClientError, 400, "INVALID_ARGUMENT"),
        ("unpaid", ClientError, 400, "FAILED_PRECONDITION"),
        ("unfit", ClientError, 400, "INVALID_ARGUMENT"),
        ("retired", ClientError, 404, "NOT_FOUND"),
        ("busy", ServerError, 503, "UNAVAILABLE"),
    ],
)
def test_it_raises_what_it_raises_for_google(
    sdk: genai.Client, simulator: GeminiSimulator, trouble: str, kind: type[APIError], code: int, status: str
) -> None:
    simulator.troubles.append(trouble)
    with pytest.raises(kind) as told:
        ask(sdk)
    assert (told.value.code, told.value.status) == (code, status)
    assert told.value.message


def test_a_wrong_key_is_a_bad_request(simulator: GeminiSimulator) -> None:
    options = types.HttpOptions(base_url=simulator.url)
    with pytest.raises(ClientError, match="API key not valid") as told:
        ask(genai.Client(api_key="wrong", http_options=options))
    assert told.value.code == 400


def test_a_size_that_a_model_does_not_make_is_refused(sdk: genai.Client) -> None:
    with pytest.raises(ClientError, match="size"):
        ask(sdk, size="512")
    assert ask(sdk, "gemini-2.5-flash-image", size=None).candidates
