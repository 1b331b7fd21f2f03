"""What can be done here at all: the operations of every provider, and what each makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rekindle.providers.costs import estimate
from rekindle.providers.protocol import Model, Provider, Takes
from rekindle.treatments.operations import Operation

USUAL_PIXELS = 2_000_000
"""Of the photo that times and costs are told for."""

USUAL_FILM = 5.0
"""Seconds of a film that its cost is told for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that can do an operation, as people choose among them.

    `cost` is what it costs us for a usual photo, in millionths of a dollar, None where nobody knows; `seconds` is how
    long that takes. `marks` tells of a watermark. `sends`: the photo leaves this machine for it.
    """

    provider: str
    title: str
    model: str
    cost: int | None
    seconds: float
    marks: str | None
    note: str | None
    experimental: bool
    sends: bool


class Offers:
    """The operations on offer."""

    def __init__(
        self, providers: Sequence[Provider], *, titles: Mapping[str, str] = MappingProxyType({}), links: bool = True
    ) -> None:
        """`titles` are what people call the providers, by their names. `links`: they can fetch photos from this server;
        where they cannot, models that take nothing else are not on offer.
        """
        self._providers = providers
        self._titles = titles
        self._links = links

    def title(self, provider: str) -> str:
        """What people call a provider."""
        return self._titles.get(provider, provider)

    def senders(self) -> Sequence[str]:
        """The titles of those that photos leave this machine for, none where everything stays on it."""
        sending = dict.fromkeys(provider.name for provider, model in self._offered() if _sends(model))
        return [self.title(name) for name in sending]

    def detailed(self, operation: Operation) -> Sequence[Choice]:
        """Everybody who can do an operation."""
        return [
            Choice(
                provider.name, self.title(provider.name), model.id, _cost(model, operation),
                seconds=model.typical * USUAL_PIXELS / 1e6, marks=model.marks, note=model.notes.get(operation),
                experimental=model.experimental, sends=_sends(model),
            )
            for provider, model in self._offered()
            if operation in model.operations
        ]  # fmt: skip

    def operations(self) -> Sequence[Operation]:
        """What some provider can do, in the order in which operations are declared."""
        known = {operation for _, model in self._offered() for operation in model.operations}
        return [operation for operation in Operation if operation in known]

    def choices(self, operation: Operation) -> Sequence[tuple[str, str]]:
        """The names of every provider and model that can do an operation, as somebody may choose among them."""
        return [(provider.name, model.id) for provider, model in self._offered() if operation in model.operations]

    def out_of_reach(self, operation: Operation) -> Sequence[tuple[str, str]]:
        """Those that could do an operation if only they could fetch photos from this server."""
        return [
            (provider.name, model.id)
            for provider in self._providers
            for model in provider.models
            if operation in model.operations and not self._reached(model)
        ]

    def notes(self) -> Mapping[Operation, str]:
        """One sentence for each operation, by the first provider that has one."""
        notes: dict[Operation, str] = {}
        for _, model in self._offered():
            for operation, note in model.notes.items():
                notes.setdefault(operation, note)
        return notes

    def _offered(self) -> Iterator[tuple[Provider, Model]]:
        for provider in self._providers:
            for model in provider.models:
                if self._reached(model):
                    yield provider, model

    def _reached(self, model: Model) -> bool:
        return self._links or model.takes is not Takes.LINKS


def _sends(model: Model) -> bool:
    return model.takes is not Takes.WORKING


def _cost(model: Model, operation: Operation) -> int | None:
    return estimate(model, pixels=USUAL_PIXELS, seconds=USUAL_FILM if operation is Operation.ANIMATE else 0.0)
