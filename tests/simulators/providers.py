"""Providers that behave as real ones do on a bad day: late, failing, slow, or answering with rubbish."""

import asyncio
import io
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps

from rekindle.providers.errors import Lost, ProviderError
from rekindle.providers.protocol import WORKING_TYPE, Done, Edit, Model, Pending, Picture, Price, Provider, Takes
from rekindle.treatments.operations import Operation


def model(name: str = "one", **changes: object) -> Model:
    """A model that can do everything."""
    values: dict[str, object] = {
        "id": name, "operations": frozenset(Operation), "price": Price(), "max_inputs": 1, "max_pixels": 10**8,
        "typical": 0.1, "quality": 0.5, "takes": Takes.WORKING,
    }  # fmt: skip
    return Model(**{**values, **changes})  # type: ignore[arg-type]


def inverted(edit: Edit) -> Done:
    """A result that is certainly not the input."""
    (picture,) = edit.images
    target = edit.folder / "result.tif"
    with Image.open(picture.path) as image:
        ImageOps.invert(image.convert("RGB")).save(target)
    return Done([Picture(target, WORKING_TYPE, picture.width, picture.height)], cost=40_000)


def the_input_again(edit: Edit) -> Done:
    (picture,) = edit.images
    target = edit.folder / "result.tif"
    shutil.copyfile(picture.path, target)
    return Done([Picture(target, WORKING_TYPE, picture.width, picture.height)])


def rubbish(edit: Edit) -> Done:
    """A page of HTML where a picture was due."""
    (picture,) = edit.images
    target = edit.folder / "result.tif"
    target.write_text("<html>502 Bad Gateway</html>")
    return Done([Picture(target, WORKING_TYPE, picture.width, picture.height)])


def nothing_at_all(edit: Edit) -> Done:
    return Done([])


def of_another_size(edit: Edit) -> Done:
    """A picture that is not as large as it is said to be."""
    (picture,) = edit.images
    target = edit.folder / "result.tif"
    Image.new("RGB", (7, 5)).save(target)
    return Done([Picture(target, WORKING_TYPE, picture.width, picture.height)])


@dataclass
class Simulator(Provider):
    """Answers with `make`; notes every call. The base of the others."""

    title: str = "simulator"
    make: Callable[[Edit], Done] = inverted
    offered: Sequence[Model] = field(default_factory=lambda: [model()])
    started: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.title

    @property
    def models(self) -> Sequence[Model]:
        return self.offered

    async def start(self, edit: Edit) -> Done | Pending:
        self.started.append(edit.key)
        return self.make(edit)

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        self.checked.append(handle)
        raise Lost("There is no such order.")

    async def cancel(self, handle: str) -> None:
        self.canceled.append(handle)

    async def aclose(self) -> None:
        return


@dataclass
class ComesLater(Simulator):
    """Gives a receipt and is done after it was asked `times` times; `asked` is set at the first."""

    times: int = 3
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, edit: Edit) -> Done | Pending:
        self.started.append(edit.key)
        return Pending(f"receipt of {edit.key}", poll_after=0.01)

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        self.checked.append(handle)
        self.asked.set()
        if len(self.checked) < self.times:
            return Pending(handle, poll_after=0.01, progress=len(self.checked) / self.times)
        return self.make(edit)


@dataclass
class NeverReady(ComesLater):
    """Gives a receipt and is never done."""

    times: int = 10**9


@dataclass
class Fails(Simulator):
    """Raises these errors one after the other, then does the edit."""

    errors: list[ProviderError] = field(default_factory=list)

    async def start(self, edit: Edit) -> Done | Pending:
        self.started.append(edit.key)
        if self.errors:
            raise self.errors.pop(0)
        return self.make(edit)


@dataclass
class FailsLater(ComesLater):
    """Accepts the edit, then raises these errors when it is asked for news."""

    errors: list[ProviderError] = field(default_factory=list)

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        self.checked.append(handle)
        if self.errors:
            raise self.errors.pop(0)
        return self.make(edit)


@dataclass
class Slow(Simulator):
    """Answers after `seconds`; `begun` is set as soon as it was asked."""

    seconds: float = 60.0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: bool = False

    async def start(self, edit: Edit) -> Done | Pending:
        self.started.append(edit.key)
        self.begun.set()
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.stopped = True
            raise
        return self.make(edit)


def mended(data: bytes, folder: Path) -> Picture:
    """A picture of the same scene, with more contrast, made from the bytes that were sent."""
    with Image.open(io.BytesIO(data)) as image:
        made = ImageOps.autocontrast(image.convert("RGB"), cutoff=2)
    made.save(folder / "result.png")
    return Picture(folder / "result.png", "image/png", made.width, made.height)


def upside_down(data: bytes, folder: Path) -> Picture:
    """A picture of another scene."""
    with Image.open(io.BytesIO(data)) as image:
        made = ImageOps.flip(ImageOps.autocontrast(image.convert("RGB")))
    made.save(folder / "result.png")
    return Picture(folder / "result.png", "image/png", made.width, made.height)


@dataclass
class Elsewhere(Simulator):
    """A provider on another machine: it keeps what it was sent, tells that it leaves, and fails with `errors` first.

    With `times` it gives a receipt and is done when it was asked so often, `pause` seconds after each other. `bring`
    makes the result from the first picture; `cost` is what it says that it charges.
    """

    title: str = "elsewhere"
    offered: Sequence[Model] = field(default_factory=lambda: [elsewhere_model()])
    errors: list[ProviderError] = field(default_factory=list)
    late_errors: list[ProviderError] = field(default_factory=list)
    times: int = 0
    pause: float = 0.01
    cost: int = 30_000
    bring: Callable[[bytes, Path], Picture] = mended
    before: Callable[[Edit], Awaitable[None]] | None = None
    got: dict[str, list[bytes]] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, edit: Edit) -> Done | Pending:
        if self.before is not None:
            await self.before(edit)
        data = [picture.path.read_bytes() for picture in edit.images]
        if edit.leaving is not None:
            await edit.leaving(f"{self.title}.example.org", sum(map(len, data)))
        self.started.append(edit.key)
        self.edits.append(edit)
        self.begun.set()
        if self.errors:
            raise self.errors.pop(0)
        self.got[edit.key] = data
        return Pending(f"receipt of {edit.key}", self.pause) if self.times else self._done(edit, edit.key)

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        self.checked.append(handle)
        self.asked.set()
        if self.late_errors:
            raise self.late_errors.pop(0)
        if len(self.checked) < self.times:
            return Pending(handle, self.pause)
        return self._done(edit, handle.removeprefix("receipt of "))

    def _done(self, edit: Edit, key: str) -> Done:
        return Done([self.bring(self.got[key][0], edit.folder)], cost=self.cost)


def elsewhere_model(name: str = "far", **changes: object) -> Model:
    """A model that pictures are sent to."""
    values: dict[str, object] = {"takes": Takes.BYTES, "price": Price(image=30_000, dated="2026-05-17"), "quality": 0.9}
    return model(name, **{**values, **changes})
