"""Models that advise: they are asked as their makers describe, paid as they say, and nothing depends on them."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rekindle.errors import RekindleError
from rekindle.providers.adapters import openai_mind
from rekindle.providers.adapters.gemini_mind import GeminiMind, headers
from rekindle.providers.errors import ProviderError, Refused
from rekindle.providers.http import Upstream
from rekindle.providers.minds import TokenPrice
from rekindle.providers.understanding import Settle, Terms, Understanding
from rekindle.safety.prompts import PromptRules
from rekindle.treatments.classify import FAILED
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis, Finding
from rekindle.treatments.operations import Operation
from rekindle.treatments.prompts import prompt_for
from rekindle.treatments.wishes import Wishes
from tests.factories import jpeg, scene
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.gemini_text import COST, PRICES
from tests.simulators.upstreams.openai_text import ChatSimulator

FADED = Diagnosis((Finding(Degradation.FADING, 0.8, 0.6, "Grey."),))
WISHES = Wishes(prompt="keep the hat")
BY_RULE = prompt_for(Operation.RESTORE, FADED, WISHES)
SECONDS = 60.0
"""Longer than any answer takes here, on however busy a machine."""


@pytest.fixture
def upstream() -> Generator[GeminiSimulator]:
    with GeminiSimulator() as running:
        yield running


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "small.jpg"
    path.write_bytes(jpeg(scene(64, 48)))
    return path


class Ledger:
    """What was told to leave."""

    def __init__(self, *, forbidden: bool = False) -> None:
        self.told: list[tuple[str, int]] = []
        self.forbidden = forbidden
        self.promised: list[int] = []
        self.settled: list[int] = []

    async def leaving(self, host: str, size: int) -> None:
        self.told.append((host, size))
        if self.forbidden:
            raise RekindleError("This stays here.")

    async def paying(self, most: int) -> Settle:
        self.promised.append(most)

        async def settle(cost: int) -> None:
            self.settled.append(cost)

        return settle

    @property
    def terms(self) -> Terms:
        return Terms(self.leaving, self.paying)


@pytest.mark.parametrize("trouble", ["", "fenced", "busy", "limited", "html", "cut", "silent", "refused"])
async def test_a_chat_api_is_asked_and_fails_in_the_same_ways(picture: Path, trouble: str) -> None:
    with ChatSimulator() as running:
        reached = Upstream(f"{running.url}/v1", headers=openai_mind.headers(running.key), seconds=SECONDS)
        mind = openai_mind.OpenAIMind(reached, model="house-model", price=TokenPrice(*PRICES))
        ledger = Ledger()
        try:
            if trouble in ("", "fenced"):
                running.words.troubles.append(trouble)
                thought = await mind.classify(picture, ledger.leaving)
                assert (thought.answer.category, thought.cost) == (Degradation.PHYSICAL_DAMAGE, COST)
                assert (await mind.rewrite("a request", ledger.leaving)).answer == running.words.prompt
                assert len(ledger.told) == 2
                look, words = running.words.asked
                assert look["messages"][0]["content"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
                assert words["model"] == "house-model"
            else:
                running.words.troubles.append(trouble)
                with pytest.raises(ProviderError) as raised:
                    await mind.rewrite("a request", ledger.leaving)
                assert isinstance(raised.value, Refused) == (trouble == "refused")
        finally:
            await mind.aclose()


@asynccontextmanager
async def minding(upstream: GeminiSimulator, *, seconds: float = SECONDS) -> AsyncGenerator[GeminiMind]:
    reached = Upstream(f"{upstream.url}/v1beta", headers=headers(upstream.key), seconds=seconds)
    mind = GeminiMind(reached, model="gemini-3.8-flash", price=TokenPrice(*PRICES))
    try:
        yield mind
    finally:
        await mind.aclose()


def understanding(mind: GeminiMind, *, seconds: float = SECONDS) -> Understanding:
    return Understanding(mind, judge=PromptRules().judge, seconds=seconds, looks=True)


@pytest.mark.parametrize("form", ["", "fenced", "truncated", "bold", "letter"])
async def test_a_look_is_read_in_every_form_and_its_cost_is_counted(
    upstream: GeminiSimulator, picture: Path, form: str
) -> None:
    upstream.words.troubles.append(form)
    ledger = Ledger()
    async with minding(upstream) as mind:
        thought = await mind.classify(picture, ledger.leaving)
    assert thought.answer.category is Degradation.PHYSICAL_DAMAGE
    assert thought.answer.details.startswith("A crease runs")
    assert thought.cost == COST
    ((host, size),) = ledger.told
    assert host == "127.0.0.1"
    assert size > 800
    (body,) = upstream.words.asked
    assert body["generationConfig"]["responseSchema"]["required"] == ["category", "details"]
    assert body["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "image/jpeg"


async def test_an_answer_without_sense_is_standard_restoration(upstream: GeminiSimulator, picture: Path) -> None:
    upstream.words.troubles.append("nonsense")
    async with minding(upstream) as mind:
        assert (await mind.classify(picture, Ledger().leaving)).answer == FAILED


@pytest.mark.parametrize("trouble", ["busy", "limited", "locked", "html", "empty", "cut", "silent", "refused"])
async def test_every_trouble_is_an_error_of_the_provider(upstream: GeminiSimulator, trouble: str) -> None:
    upstream.words.troubles.append(trouble)
    async with minding(upstream) as mind:
        with pytest.raises(ProviderError) as raised:
            await mind.rewrite("a request", Ledger().leaving)
    assert isinstance(raised.value, Refused) == (trouble == "refused")


async def test_a_wish_is_put_into_better_words(upstream: GeminiSimulator) -> None:
    async with minding(upstream) as mind:
        worded = await understanding(mind).word(Operation.RESTORE, FADED, WISHES, Ledger().terms)
    assert worded.rewritten
    assert worded.by == "gemini:gemini-3.8-flash"
    assert worded.cost == COST
    assert worded.prompt.text.startswith(upstream.words.prompt)
    assert "keep the hat" in str(upstream.words.asked)


async def test_a_look_that_agrees_makes_surer(upstream: GeminiSimulator, picture: Path) -> None:
    upstream.words.category = "D"
    async with minding(upstream) as mind:
        seen = await understanding(mind).see(picture, FADED, Ledger().terms)
    assert seen.diagnosis.main.confidence == pytest.approx(0.9)
    assert (seen.by, seen.cost) == ("gemini:gemini-3.8-flash", COST)


@pytest.mark.parametrize(
    ("troubles", "settled"),
    [(["busy"], [0]), (["cut"], []), (["refused"], [0]), (["essay", "nonsense"], [COST, COST]),
     (["rude", "rude"], [COST, COST])],
)  # fmt: skip
async def test_whatever_goes_wrong_the_words_by_rule_are_used_and_what_may_have_been_charged_counts(
    upstream: GeminiSimulator, troubles: list[str], settled: list[int]
) -> None:
    upstream.words.troubles.extend(troubles)
    ledger = Ledger()
    async with minding(upstream) as mind:
        worded = await understanding(mind).word(Operation.RESTORE, FADED, WISHES, ledger.terms)
    assert (worded.prompt, worded.by) == (BY_RULE, "rules")
    # What is not settled stays as it was promised: cut off, and nobody knows whether it was charged.
    assert ledger.settled == settled
    assert worded.cost == (sum(settled) if settled else ledger.promised[0])
    assert all(most >= COST for most in ledger.promised)


async def test_what_must_not_be_spent_is_not_asked(upstream: GeminiSimulator, picture: Path) -> None:
    async def refuses(most: int) -> Settle:
        raise RekindleError("The day's budget is spent.")

    ledger = Ledger()
    async with minding(upstream) as mind:
        terms, advised = Terms(ledger.leaving, refuses), understanding(mind)
        assert (await advised.word(Operation.RESTORE, FADED, WISHES, terms)).cost == 0
        assert (await advised.see(picture, FADED, terms)).diagnosis is FADED
    assert (upstream.words.asked, ledger.told) == ([], [])


async def test_a_second_try_may_be_better_than_the_first(upstream: GeminiSimulator) -> None:
    upstream.words.troubles.extend(["essay", ""])
    async with minding(upstream) as mind:
        worded = await understanding(mind).word(Operation.RESTORE, FADED, WISHES, Ledger().terms)
    assert worded.rewritten
    assert worded.cost == 2 * COST


async def test_a_model_that_thinks_for_too_long_is_not_waited_for(upstream: GeminiSimulator, picture: Path) -> None:
    upstream.words.troubles.extend(["never", "never"])
    async with minding(upstream) as mind, asyncio.timeout(SECONDS / 2):
        advised = understanding(mind, seconds=0.3)
        assert (await advised.word(Operation.RESTORE, FADED, WISHES, Ledger().terms)).prompt == BY_RULE
        assert (await advised.see(picture, FADED, Ledger().terms)).diagnosis is FADED


async def test_nothing_is_sent_where_nothing_may_leave(upstream: GeminiSimulator, picture: Path) -> None:
    async with minding(upstream) as mind:
        advised, ledger = understanding(mind), Ledger(forbidden=True)
        for terms in (None, ledger.terms):
            assert (await advised.see(picture, FADED, terms)).diagnosis is FADED
            assert (await advised.word(Operation.RESTORE, FADED, WISHES, terms)).prompt == BY_RULE
    assert len(ledger.told) == 2
    assert upstream.words.asked == []


async def test_without_a_mind_everything_is_by_rule(picture: Path) -> None:
    advised = Understanding(judge=PromptRules().judge)
    assert advised.name is None
    assert (await advised.see(picture, FADED, Ledger().terms)).diagnosis is FADED
    assert (await advised.word(Operation.RESTORE, FADED, WISHES, Ledger().terms)).prompt == BY_RULE
