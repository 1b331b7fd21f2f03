"""The contract of providers finds what is wrong: each of these adapters breaks one rule, and one test says so."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from rekindle.providers.adapters import fal, gemini
from rekindle.providers.errors import BadResult, ProviderError, Unavailable
from rekindle.providers.http import Ask
from rekindle.providers.polling import Ended
from rekindle.providers.protocol import Done, Edit, Model, Pending, Provider
from tests.contract.providers import test_adapters as contract
from tests.contract.providers.house import House, house
from tests.contract.providers.table import TABLE

pytestmark = pytest.mark.exhaustive

Test = Callable[[House], Awaitable[None]]


class Retries(gemini.GeminiProvider):
    """Asks again by itself."""

    async def start(self, edit: Edit) -> Done | Pending:
        with suppress(ProviderError):
            return await super().start(edit)
        return await super().start(edit)


class Silent(gemini.GeminiProvider):
    """Does not tell what leaves."""

    async def request(self, model: Model, edit: Edit) -> Ask:
        return replace(await super().request(model, edit), edit=None)


class Cheap(gemini.GeminiProvider):
    """Costs nothing."""

    async def start(self, edit: Edit) -> Done | Pending:
        answer = await super().start(edit)
        return replace(answer, cost=0) if isinstance(answer, Done) else answer


class Idle(gemini.GeminiProvider):
    """Gives back what it was given."""

    async def start(self, edit: Edit) -> Done | Pending:
        await super().start(edit)
        return Done(edit.images, cost=33_600)


class Vague(gemini.GeminiProvider):
    """Says that everything is trouble of the network."""

    async def start(self, edit: Edit) -> Done | Pending:
        try:
            return await super().start(edit)
        except ProviderError as error:
            raise Unavailable(error.message) from error


class Trusting(fal.FalProvider):
    """Fetches results with the key, from wherever the answer says."""

    async def look(self, handle: str) -> Pending | Ended:
        news = await super().look(handle)
        if isinstance(news, Ended) and isinstance(news.result, str):
            async with httpx2.AsyncClient(headers=self._upstream._headers, trust_env=False) as client:
                await client.get(news.result)
        return news


class Remembers(fal.FalProvider):
    """Knows receipts only of the process that got them."""

    async def start(self, edit: Edit) -> Done | Pending:
        answer = await super().start(edit)
        self.known = answer.handle if isinstance(answer, Pending) else ""
        return answer

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        if handle != getattr(self, "known", None):
            raise BadResult("Never heard of it.")
        return await super().check(handle, edit)


class Stubborn(fal.FalProvider):
    """Fails to cancel what has ended."""

    async def cancel(self, handle: str) -> None:
        asked = self.cancellation(handle)
        assert asked is not None
        await self._upstream.call(asked)


async def everything(at: House) -> None:
    model = at.provider.models[0]
    await contract.test_everything_that_a_model_is_said_to_do_brings_a_new_picture_and_costs_what_was_billed(
        at, at.entry.name, model.id
    )


def trouble(word: str) -> Test:
    async def meet(at: House) -> None:
        await contract.test_a_trouble_means_what_the_table_of_errors_says(at, at.entry.name, word)

    return meet


CASES: list[tuple[type[Provider], Test]] = [
    (Retries, trouble("busy")),
    (Retries, trouble("cut")),
    (Silent, contract.test_what_leaves_is_told_before_it_leaves),
    (Silent, contract.test_what_is_not_let_out_does_not_leave),
    (Cheap, everything),
    (Idle, everything),
    (Vague, trouble("refused")),
    (Vague, contract.test_a_wrong_key_is_told_to_the_operator),
    (Trusting, contract.test_the_key_goes_nowhere_else),
    (Remembers, contract.test_another_process_finishes_what_one_began),
    (Stubborn, contract.test_to_cancel_never_fails),
]


@pytest.fixture
async def at(kind: type[Provider], tmp_path: Path) -> AsyncGenerator[House]:
    entry = next(entry for entry in TABLE if issubclass(kind, entry.provider))  # type: ignore[arg-type]
    with entry.simulator() as simulator:
        async with house(replace(entry, provider=kind), simulator, tmp_path) as home:
            yield home


@pytest.mark.parametrize(("kind", "test"), CASES)
async def test_a_broken_rule_is_found(at: House, kind: type[Provider], test: Test) -> None:
    with pytest.raises((AssertionError, ProviderError, pytest.fail.Exception)):
        await test(at)
