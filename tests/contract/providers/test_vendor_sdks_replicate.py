"""Replicate's own SDK talks to the simulator, and takes it for the real one."""

import asyncio
import io
from collections.abc import Generator

import httpx
import pytest
import replicate
from PIL import Image
from replicate.exceptions import ModelError, ReplicateError
from replicate.webhook import InvalidSignatureError, InvalidTimestampError, Webhooks

from tests.simulators.upstreams.pictures import encoded
from tests.simulators.upstreams.replicate import VERSIONS, ReplicateSimulator

EDITOR = "black-forest-labs/flux-kontext-pro"
COMMUNITY, VERSION = "tencentarc/gfpgan", next(number for number, name in VERSIONS.items() if "gfpgan" in name)


@pytest.fixture
def simulator() -> Generator[ReplicateSimulator]:
    with ReplicateSimulator() as running:
        yield running


@pytest.fixture
def sdk(simulator: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch) -> replicate.Client:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = replicate.Client(api_token=simulator.key, base_url=simulator.url)
    client.poll_interval = 0.01
    return client


def photo() -> io.BytesIO:
    return io.BytesIO(encoded(Image.linear_gradient("L").resize((96, 64)).convert("RGB"), "JPEG"))


def test_an_official_model_runs_from_a_file_to_a_picture(sdk: replicate.Client, simulator: ReplicateSimulator) -> None:
    made = sdk.run(EDITOR, input={"prompt": "Mend it.", "input_image": photo()}, wait=False)
    assert len(simulator.files) == 1, "the SDK hands files in first"
    with Image.open(io.BytesIO(httpx.get(str(made), trust_env=False).content)) as picture:
        assert picture.size == (96, 64)


def test_a_community_model_runs_at_a_version(sdk: replicate.Client) -> None:
    made = sdk.predictions.create(version=VERSION, input={"img": photo(), "version": "v1.4"})
    assert made.status == "starting"
    made.wait()
    assert made.status == "succeeded"
    assert made.metrics is not None
    assert isinstance(made.output, str)


def test_a_prediction_is_waited_for_when_it_is_preferred(sdk: replicate.Client) -> None:
    made = sdk.models.predictions.create(EDITOR, input={"prompt": "Mend it.", "input_image": photo()}, wait=5)
    assert made.status == "succeeded"


def test_a_failure_is_one_for_the_sdk_and_its_words_come_through(
    sdk: replicate.Client, simulator: ReplicateSimulator
) -> None:
    simulator.troubles.append("refused")
    with pytest.raises(ModelError, match="E005"):
        sdk.run(EDITOR, input={"prompt": "Mend it.", "input_image": photo()}, wait=False)


@pytest.mark.parametrize(("trouble", "status"), [("locked", 401), ("unpaid", 402), ("unfit", 422), ("limited", 429)])
def test_what_is_not_accepted_has_the_form_of_a_problem(
    sdk: replicate.Client, simulator: ReplicateSimulator, trouble: str, status: int
) -> None:
    simulator.troubles.append(trouble)
    with pytest.raises(ReplicateError) as told:
        sdk.models.predictions.create(EDITOR, input={"prompt": "Mend it.", "input_image": photo()})
    assert told.value.status in (status, None), "it takes the status from the body, where a 429 has none"
    assert told.value.detail


def test_a_prediction_can_be_canceled(sdk: replicate.Client, simulator: ReplicateSimulator) -> None:
    made = sdk.models.predictions.create(EDITOR, input={"prompt": "Mend it.", "input_image": photo()})
    made.cancel()
    assert made.status == "canceled"
    assert simulator.canceled == 1


def test_the_sdk_does_not_know_the_word_aborted_though_the_service_says_it(
    sdk: replicate.Client, simulator: ReplicateSimulator
) -> None:
    simulator.troubles.append("aborted")
    made = sdk.models.predictions.create(EDITOR, input={"prompt": "Mend it.", "input_image": photo()})
    for _ in range(simulator.polls):
        made.reload()
    with pytest.raises(ValueError, match="status"):
        made.reload()


def test_the_account_and_the_secret_for_webhooks_are_there(sdk: replicate.Client) -> None:
    assert sdk.accounts.current().username == "sim"
    assert sdk.webhooks.default.secret().key.startswith("whsec_")


def test_the_sdk_finds_webhooks_genuine_and_others_not(sdk: replicate.Client, simulator: ReplicateSimulator) -> None:
    made = sdk.models.predictions.create(EDITOR, input={"prompt": "Mend it.", "input_image": photo()})
    headers, body = simulator.webhook(made.id)
    secret = sdk.webhooks.default.secret()
    Webhooks.validate(headers=headers, body=body.decode(), secret=secret, tolerance=300)
    with pytest.raises(InvalidSignatureError):
        Webhooks.validate(headers=headers, body=body.decode() + " ", secret=secret, tolerance=300)
    old, body = simulator.webhook(made.id, at=1_000_000_000.0)
    with pytest.raises(InvalidTimestampError):
        Webhooks.validate(headers=old, body=body.decode(), secret=secret, tolerance=300)


async def test_it_runs_in_an_event_loop(sdk: replicate.Client) -> None:
    made = await sdk.predictions.async_create(version=VERSION, input={"img": "data:image/jpeg;base64,/9j/", "scale": 2})
    await asyncio.wait_for(made.async_wait(), 10.0)
    assert made.status in ("succeeded", "failed")
