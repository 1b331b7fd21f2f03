"""What is asked of the choice of a provider, and what it answers: values, in words that no upstream owns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from rekindle.providers.health import Circuit, Health
from rekindle.providers.protocol import Model, Provider, Takes
from rekindle.treatments.operations import Operation

Key = tuple[str, str]
"""A provider and one of its models, by their names."""

UnknownPrice = Literal["never", "chosen", "always"]


@dataclass(frozen=True, slots=True)
class Size:
    """Of a picture, in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Request:
    """An edit that somebody is to do, as far as it matters by whom.

    `pictures` are all that go into the edit, `seconds` the length of a film. `strategy` names the weights to choose by
    ("free", "paid", "premium"); with `quality` "hd" the quality counts twice. `links`: providers can fetch pictures
    from this server. `provider` and `model` are the person's own choice: nobody else is asked then, and a model that
    they chose by its name may be experimental. `favourite` is whom they chose before: asked first, where it may be
    asked at all. `tried` is not asked again.
    """

    operation: Operation
    pictures: Sequence[Size]
    plan: str
    strategy: str
    user: UUID
    local_only: bool = False
    links: bool = False
    quality: str = "standard"
    tried: frozenset[Key] = frozenset()
    provider: str | None = None
    model: str | None = None
    seconds: float = 0.0
    favourite: Key | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A model of a provider."""

    provider: Provider
    model: Model

    @property
    def key(self) -> Key:
        return self.provider.name, self.model.id

    @property
    def stays(self) -> bool:
        """Whether it works on this machine, so that nothing leaves it."""
        return self.model.takes is Takes.WORKING


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a score counts; only their proportions matter."""

    cost: float = 0.3
    quality: float = 0.3
    speed: float = 0.2
    reliability: float = 0.4
    load: float = 0.1


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider is doing. `load` 0..1 is the share of its places that are taken. `closed` says in a plain sentence
    why it cannot be asked at present: it asked for a pause, or a limit is reached.
    """

    circuit: Circuit = Circuit.CLOSED
    probed: bool = False
    load: float = 0.0
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds at the moment of choosing.

    `standings` are by provider, `records` by provider and model, at the operation that is asked for. `budget` says of
    what may not be paid for why not. `engine_first`: the engine of this machine is good enough to be asked first.
    """

    weights: Weights = field(default_factory=Weights)
    standings: Mapping[str, Standing] = field(default_factory=dict[str, Standing])
    records: Mapping[Key, Health] = field(default_factory=dict[Key, Health])
    budget: Mapping[Key, str] = field(default_factory=dict[Key, str])
    local_only: bool = False
    unknown_price: UnknownPrice = "never"
    experimental: bool = False
    engine_first: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may be asked. `score` is 0..1 and `parts` what it is made of; `estimate` in millionths of a dollar,
    None where nobody knows. `calls` is more than one where the photos are too many at once and go there in chunks.
    `why` says all that in a sentence.
    """

    provider: Provider
    model: Model
    score: float = 0.0
    estimate: int | None = None
    why: str = ""
    parts: Mapping[str, float] = field(default_factory=dict[str, float])
    calls: int = 1

    @property
    def key(self) -> Key:
        return self.provider.name, self.model.id


@dataclass(frozen=True, slots=True)
class Refused:
    """A model that is not asked, and why not, in a plain sentence."""

    provider: str
    model: str
    reason: str
    wanted: bool = False
    """Whether it would have been asked but for what is so at present: a limit, a pause, a budget."""
    passes: bool = False
    """Whether that may pass while a job waits."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Whom to ask, in this order, and who is left out."""

    candidates: Sequence[Candidate]
    refused: Sequence[Refused]

    def as_json(self) -> dict[str, object]:
        """The decision as it is kept for the story of a job."""
        asked = [
            {
                "provider": each.provider.name, "model": each.model.id, "score": round(each.score, 4),
                "estimate": each.estimate, "why": each.why,
                "parts": {name: round(part, 4) for name, part in each.parts.items()},
            }
            for each in self.candidates
        ]  # fmt: skip
        left_out = [{"provider": each.provider, "model": each.model, "reason": each.reason} for each in self.refused]
        return {"candidates": asked, "refused": left_out}
