"""What the providers have in common that give a receipt for an edit and are asked for news until it is done.

An adapter of this family says how an edit is handed in, what its receipt is, what an answer to a look means, and how to
cancel; the rest is here.
"""

import asyncio
import contextlib
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any, ClassVar, cast

from rekindle.infra.fetching import Fetcher
from rekindle.infra.turns import Turn, Turns
from rekindle.providers.costs import MICRO, cost_of
from rekindle.providers.errors import BadResult, Lost, Misconfigured, ProviderError, Refused, Unfinished, Unsupported
from rekindle.providers.forms import filled
from rekindle.providers.http import Ask, Upstream
from rekindle.providers.pictures import film_from_url, picture_from_url
from rekindle.providers.protocol import Done, Edit, Model, Pending, Picture, Provider, Takes
from rekindle.treatments.operations import Operation

_REFUSAL = re.compile(
    r"nsfw|\bmoderat(?:ion|ed)\b|content[ _]polic|safety[ _](?:filter|system|check|guideline|polic|violation)|flagged"
    r"|(?<!case.)sensitive|prohibited|unsafe content|policy violation|violat\w+ .{0,40}polic|\bE005\b",
    re.IGNORECASE,
)
"""What the safety policies of providers say of themselves where they have no code for it."""

AT_THE_DOOR = 16
"""Edits that are handed in at once: they share one line anyway, and the connections of those before them."""

LOOKS_AT_ONCE = 64
"""Looks for news that are on their way at once, where they are answered soon: as many as connections are kept, since a
new one takes as long as a look.
"""

LOOK_ANYWAY = 1.0
"""Seconds after which a look waits no longer for the others."""

_PERCENT = re.compile(r"(\d{1,3}) ?%")


@dataclass(frozen=True, slots=True)
class Ended:
    """An edit that is done upstream. `result` is the address of what came of it, or a `data:` address with all of it.

    `cost` is in millionths of a dollar where the provider tells it; `seconds` is how long it worked, for models that
    are paid by the second.
    """

    result: str
    cost: int | None = None
    seconds: float = 0.0
    report: Mapping[str, object] = field(default_factory=dict[str, object])


class Polled(Provider):
    """Hands an edit in, looks for news, fetches the result at once."""

    known_as: ClassVar[str]
    """The name of the provider in the catalogue."""
    receipts: ClassVar[bool] = True
    pause: ClassVar[float] = 2.0
    """Seconds between two looks, at the least."""

    def __init__(self, upstream: Upstream, *, models: Sequence[Model], fetcher: Fetcher) -> None:
        self._upstream, self._models, self._fetcher = upstream, tuple(models), fetcher
        self._door = asyncio.Semaphore(AT_THE_DOOR)
        self._looks = Turns(LOOKS_AT_ONCE, seconds=LOOK_ANYWAY)

    @property
    def name(self) -> str:
        return self.known_as

    @property
    def models(self) -> Sequence[Model]:
        return self._models

    async def start(self, edit: Edit) -> Done | Pending:
        model = _model_for(self._models, edit)
        async with self._door:
            try:
                form = await self.prepared(filled(model.input, edit), edit)
            except ValueError as error:
                raise Misconfigured("The catalogue describes this model wrongly.", detail=str(error)) from error
            answer = await self._upstream.call(self.submission(model, form, edit))
        # Half of the usual time is soon enough: what takes so little is rare.
        return Pending(self.receipt(model, answer.body), max(self.pause, model.typical / 2))

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        turn = Turn(self._looks)
        try:
            await turn.enter()
            news = await self.look(handle)
        finally:
            turn.leave()
        if isinstance(news, Pending):
            return news
        bring = film_from_url if edit.operation is Operation.ANIMATE else picture_from_url
        picture = await bring(self._fetcher, edit, news.result)
        model = next((model for model in self._models if model.id == edit.model), None)
        cost, report = _charged(news, model, picture)
        return Done([picture], cost=cost, report={**news.report, **report})

    async def cancel(self, handle: str) -> None:
        asked = self.cancellation(handle)
        if asked is not None:
            with contextlib.suppress(ProviderError):
                await self._upstream.call(asked)

    async def aclose(self) -> None:
        await self._upstream.aclose()

    async def prepared(self, form: dict[str, Any], edit: Edit) -> dict[str, Any]:
        """The form as it is sent, where something has to be done for it first. Raises ValueError for a wrong form."""
        return form

    @abstractmethod
    def submission(self, model: Model, form: dict[str, Any], edit: Edit) -> Ask:
        """The request that hands an edit in: with `begins=True` and the `edit`. `form` is the model's, filled in."""

    @abstractmethod
    def receipt(self, model: Model, body: Any) -> str:
        """The handle in the answer to a submission. Raises a ProviderError when there is none: see `handed`."""

    @abstractmethod
    async def look(self, handle: str) -> Pending | Ended:
        """How far an edit is, by one request or more. Raises a ProviderError when it failed: see `failed`."""

    def cancellation(self, handle: str) -> Ask | None:
        """The request that stops an edit, None where there is no such thing."""
        return None


def _model_for(models: Sequence[Model], edit: Edit) -> Model:
    model = next((model for model in models if model.id == edit.model), None)
    if model is None:
        raise Unsupported("The provider has no such model.", detail=edit.model)
    if edit.mask is not None and "$mask" not in model.input.values():
        raise Unsupported("This model fills what it likes and cannot be told where.")
    if len(edit.images) > model.max_inputs:
        raise Unsupported(f"This model takes at most {model.max_inputs} photos at once.")
    if model.takes is Takes.LINKS and len(edit.links) < len(edit.images):
        raise Unsupported("This model fetches photos from this server, which it cannot reach.")
    return model


def _charged(news: Ended, model: Model | None, picture: Picture) -> tuple[int, Mapping[str, object]]:
    if news.cost is not None:
        return news.cost, {}
    if model is None or model.price is None:
        return 0, {"cost_unknown": True}
    size = model.sizes[0] if model.sizes else ""
    return cost_of(model.price, pixels=picture.pixels, seconds=news.seconds, size=size), {}


def dig(body: Any, *path: str | int) -> Any:
    """A value deep inside of what a provider sent, None where there is none."""
    for step in path:
        if isinstance(step, int):
            listed = cast("list[Any]", body) if isinstance(body, list) else []
            body = listed[step] if step < len(listed) else None
        else:
            body = cast("dict[str, Any]", body).get(step) if isinstance(body, dict) else None
    return body


def handed(body: Any, *path: str | int) -> str:
    """The receipt at a place of an answer. Raises Lost: the edit may be under way, but nobody can ask for it."""
    found = dig(body, *path)
    if not isinstance(found, str) or not re.fullmatch(r"[\w.:-]{1,200}", found):
        raise Lost("The provider took the edit and gave no receipt.", detail=str(body))
    return found


def failed(message: str) -> ProviderError:
    """What a provider's own words for a failure mean: a refusal by its safety policy, or anything else."""
    return refusal(message) or Unfinished("The provider could not finish this edit.", detail=message)


def refusal(message: str) -> Refused | None:
    """What a provider's own words say, if they are those of its safety policy."""
    if _REFUSAL.search(message):
        return Refused("The provider's safety policy does not allow this edit.", detail=message)
    return None


def address(body: Any, *path: str | int) -> str:
    """The address of a result at a place of an answer. Raises BadResult."""
    found = dig(body, *path)
    if not isinstance(found, str) or not found.startswith(("http://", "https://", "data:")):
        raise BadResult("The provider says that it is done and shows nothing.", detail=str(body))
    return found


def percent(text: Any) -> float | None:
    """The fraction that is done, 0..1, by the last per cent in what a provider writes; None where there is none."""
    found = _PERCENT.findall(text) if isinstance(text, str) else []
    return min(int(found[-1]), 100) / 100 if found else None


def micro_dollars(amount: Any) -> int | None:
    """A cost in dollars as a provider writes it, in millionths, rounded up; None when it is no amount."""
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < 10_000:
        return None
    return int((Decimal(str(amount)) * MICRO).to_integral_value(ROUND_CEILING))
