"""What the providers have in common that answer with the picture itself, so that there is nothing to come back for.

An adapter of this family says what is asked, and what an answer means; the rest is here.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rekindle.infra.fetching import Fetcher
from rekindle.providers.costs import cost_of, cost_of_tokens
from rekindle.providers.errors import Lost, Unavailable, Unsupported
from rekindle.providers.http import Ask, Upstream
from rekindle.providers.pictures import picture_from_base64, picture_from_url
from rekindle.providers.protocol import Done, Edit, Model, Pending, Picture, Provider


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of an edit: the picture as base64, or an address of it, and the tokens that were counted, by kind."""

    picture: str
    tokens: Mapping[str, int] = field(default_factory=dict[str, int])


class AtOnce(Provider):
    """There is no receipt, no way to cancel, and a connection that is cut may have been charged."""

    known_as: ClassVar[str]
    """The name of the provider in the catalogue."""
    masks: ClassVar[bool] = False
    """Whether it fills what a mask marks."""

    def __init__(self, upstream: Upstream, *, models: Sequence[Model], fetcher: Fetcher) -> None:
        self._upstream, self._models, self._fetcher = upstream, tuple(models), fetcher

    @property
    def name(self) -> str:
        return self.known_as

    @property
    def models(self) -> Sequence[Model]:
        return self._models

    async def start(self, edit: Edit) -> Done | Pending:
        model = next((model for model in self._models if model.id == edit.model), None)
        if model is None:
            raise Unsupported("The provider has no such model.", detail=edit.model)
        if len(edit.images) > model.max_inputs:
            raise Unsupported(f"This model takes at most {model.max_inputs} photos at once.")
        if edit.mask is not None and not self.masks:
            raise Unsupported("This model changes more than a mask marks.")
        async with self._upstream.answered(await self.request(model, edit)) as answer:
            drawn = self.drawn(answer.body)
            picture = await self._picture(drawn.picture, edit)
        cost, report = _charged(drawn, model, picture)
        return Done([picture], cost=cost, report=report)

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        raise Lost("This provider answers at once and gives no receipts.")

    async def cancel(self, handle: str) -> None:
        """Nothing to do: what was asked for is made, and charged."""

    async def aclose(self) -> None:
        await self._upstream.aclose()

    @abstractmethod
    async def request(self, model: Model, edit: Edit) -> Ask:
        """The request that hands an edit in: with `begins=True` and the `edit`."""

    @abstractmethod
    def drawn(self, body: Any) -> Drawn:
        """What a good answer brings. Raises a ProviderError when it brings none."""

    async def _picture(self, came: str, edit: Edit) -> Picture:
        if not came.startswith(("http://", "https://")):
            return await picture_from_base64(edit, came)
        try:
            return await picture_from_url(self._fetcher, edit, came)
        except Unavailable as error:
            # To ask once more would be to pay once more.
            raise Lost("The provider made a picture that cannot be fetched.", detail=error.detail) from error


def _charged(drawn: Drawn, model: Model, picture: Picture) -> tuple[int, Mapping[str, object]]:
    if model.price is None:
        return 0, {"cost_unknown": True}
    size = model.sizes[0] if model.sizes else ""
    counted = cost_of_tokens(model.price, drawn.tokens)
    return cost_of(model.price, pixels=picture.pixels, size=size) if counted is None else counted, {}
