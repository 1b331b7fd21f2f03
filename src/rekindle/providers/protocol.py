"""The protocol that every provider speaks: those that answer at once and those that make you come back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes

WORKING_TYPE = "image/tiff"
"""The media type of the pictures in edits: lossless working files."""

MASK_TYPE = "image/png"
"""The media type of masks: 8 bits of grey, 255 where the picture is damaged."""

Progress = Callable[[str, float], None]
"""Told a word for what is going on and the fraction, 0..1, that is done. Called in the event loop."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a file: upright, straightened, `width` × `height` pixels."""

    path: Path
    media_type: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Model:
    """What a provider can run: data, no calls. `price` is in millionths of a dollar for each picture made.

    `typical` is the usual time in seconds for each megapixel; `quality` 0..1 ranks models that do the same. `notes` say
    in one plain sentence each what it makes of an operation.
    """

    id: str
    operations: frozenset[Operation]
    price: int
    max_inputs: int
    max_pixels: int
    typical: float
    quality: float
    notes: Mapping[Operation, str] = field(default_factory=dict[Operation, str])


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing to do, in words that no upstream owns.

    `key` is `<job>/<attempt>` and goes upstream as the idempotency key where there is one. Results are written into
    `folder`, which is empty and goes away after the call that answered with them was dealt with. With a `mask` (in the
    proportions of the one picture) that and nothing else is to be filled.
    """

    key: str
    operation: Operation
    model: str
    images: Sequence[Picture]
    treatment: Treatment
    wishes: Wishes
    folder: Path
    seed: int = 0
    progress: Progress | None = None
    mask: Picture | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The pictures that came of an edit. `report` says what was chosen and why, where the provider can tell.

    `cost` is in millionths of a dollar. `unchanged` means that the provider found nothing that it could better. `mask`
    is what was filled, where the provider can tell and anything was.
    """

    images: Sequence[Picture]
    cost: int = 0
    unchanged: bool = False
    report: Mapping[str, object] = field(default_factory=dict[str, object])
    mask: Picture | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Not done yet. `handle` survives a restart; look again after `poll_after` seconds."""

    handle: str
    poll_after: float
    progress: float | None = None


class Provider(Protocol):
    """An upstream service, or the engine that comes with the product."""

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> Sequence[Model]: ...

    async def start(self, edit: Edit) -> Done | Pending:
        """Begin an edit. Raises a ProviderError, whose flags say what to do next."""
        ...

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        """Look whether an edit is done: safe any number of times, from any process."""
        ...

    async def cancel(self, handle: str) -> None:
        """Stop an edit where that is possible. Never fails."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and processes that the provider owns."""
        ...
