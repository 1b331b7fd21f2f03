"""The protocol that every provider speaks: those that answer at once and those that make you come back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol

from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes

WORKING_TYPE = "image/tiff"
"""The media type of lossless working files, as the embedded engine takes and makes them."""

SENT_TYPE = "image/jpeg"
"""The media type of pictures that leave the machine: made smaller where the model says so, without metadata."""

VIDEO_TYPE = "video/mp4"

MASK_TYPE = "image/png"
"""The media type of masks: 8 bits of grey, 255 where the picture is damaged."""

Progress = Callable[[str, float], None]
"""Told a word for what is going on and the fraction, 0..1, that is done. Called in the event loop."""


Leaving = Callable[[str, int], Awaitable[None]]
"""Told the host and the bytes of a request before they leave the machine for an edit; what it raises stops them."""


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
class Price:
    """What a provider charges, in millionths of a dollar; the parts are added up. `dated` is when that was looked up.

    `by_size` has prices of one picture by the name of its size ("1K", "2K") where they differ, instead of `image`.
    `tokens` are what one token costs, by its kind ("image_out"), where the provider counts them: then they decide.
    """

    image: int = 0
    megapixel: int = 0
    second: int = 0
    by_size: Mapping[str, int] = field(default_factory=dict[str, int])
    tokens: Mapping[str, int] = field(default_factory=dict[str, int])
    dated: str = ""


class Takes(StrEnum):
    """In which form a model is given pictures: the working files of this machine, bytes in the request (also as a
    `data:` address), or addresses from which it fetches them itself.
    """

    WORKING = "working"
    BYTES = "bytes"
    LINKS = "links"


@dataclass(frozen=True, slots=True)
class Model:
    """What a provider can run: data, no calls. Without a `price` nobody knows what it costs, so it is never asked by
    itself; free is a price of nothing.

    `typical` is the usual time in seconds for each megapixel; `quality` 0..1 ranks models that do the same, `fitness`
    where an operation differs from that. `notes` say in one plain sentence each what it makes of an operation.
    `upstream` is what the provider calls it, and `input` the form of a request: plain values, with words such as
    `$prompt` in the places of what an edit brings (see `providers/forms.py`). `max_side` bounds the pictures sent.
    `marks` tells people of a watermark in what it makes.
    """

    id: str
    operations: frozenset[Operation]
    price: Price | None
    max_inputs: int
    max_pixels: int
    typical: float
    quality: float
    notes: Mapping[Operation, str] = field(default_factory=dict[Operation, str])
    fitness: Mapping[Operation, float] = field(default_factory=dict[Operation, float])
    upstream: str = ""
    input: Mapping[str, Any] = field(default_factory=dict[str, Any])
    takes: Takes = Takes.BYTES
    max_side: int = 2048
    sizes: tuple[str, ...] = ()
    marks: str | None = None
    experimental: bool = False

    def fits(self, operation: Operation) -> float:
        """How good it is at an operation, 0..1."""
        return self.fitness.get(operation, self.quality)


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing to do, in words that no upstream owns.

    `key` is `<job>/<attempt>` and goes upstream as the idempotency key where there is one. `images` are in the form
    that the model `takes`: working files, or JPEGs of at most its pixels; with `links` each JPEG also has an address
    from which the provider can fetch it for an hour. Results are written into `folder`, which is empty and goes away
    after the call that answered with them was dealt with. With a `mask` (in the proportions of the one picture) that
    and nothing else is to be filled. The words for a model are `treatment.prompt`. `nudge` is an address that the
    provider may call when it is done, where this server can be reached.
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
    links: Sequence[str] = ()
    nudge: str | None = None
    leaving: Leaving | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The pictures that came of an edit, or the film: one MP4 file. `report` says what was chosen and why, where the
    provider can tell.

    `cost` is in millionths of a dollar, as the provider tells it or as its price says. `unchanged` means that the
    provider found nothing that it could better. `mask` is what was filled, where the
    provider can tell and anything was.
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

    receipts: ClassVar[bool] = False
    """Whether it works on after it was handed an edit, and is asked for news: then nobody hands it in a second time
    only because its receipt was not heard.
    """

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> Sequence[Model]: ...

    async def start(self, edit: Edit) -> Done | Pending:
        """Begin an edit. Raises a ProviderError, whose flags say what to do next."""
        ...

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        """Look whether an edit is done: safe any number of times, from any process that has a like `edit`."""
        ...

    async def cancel(self, handle: str) -> None:
        """Stop an edit where that is possible. Never fails."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and processes that the provider owns."""
        ...
