"""An adapter at its simulator, photos to give it, and a place from which upstreams fetch them."""

import asyncio
import itertools
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops
from skimage import data

from rekindle.infra.fetching import Fetcher
from rekindle.providers.protocol import (
    MASK_TYPE,
    SENT_TYPE,
    VIDEO_TYPE,
    Done,
    Edit,
    Leaving,
    Model,
    Pending,
    Picture,
    Provider,
    Takes,
)
from rekindle.providers.results import accept
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes
from tests.contract.providers.table import SECONDS, Entry
from tests.simulators.upstreams.base import Simulator

WIDTH, HEIGHT = 320, 240
LOOKS = 12
"""Times that news is asked for; longer is never."""

MOST_BYTES = 8_000_000
"""Of one result: what is `oversized` has more."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and writes nothing."""

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def album(folder: Path) -> Iterator[str]:
    """The address at which the files of a folder are, for as long as this lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


@dataclass
class House:
    """Everything that one test of an adapter needs."""

    entry: Entry
    simulator: Simulator
    provider: Provider
    fetcher: Fetcher
    folder: Path
    url: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def photo(self, number: int = 0) -> Picture:
        """A photo as it is sent: of a person, of another one, ..."""
        path = self.folder / "album" / f"{number}.jpg"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            pixels = np.roll(data.astronaut()[:HEIGHT, 100 : 100 + WIDTH] // 2 + 40, 60 * number, axis=1)
            Image.fromarray(pixels).save(path, "JPEG", quality=90)
        return Picture(path, SENT_TYPE, WIDTH, HEIGHT)

    def mask(self) -> Picture:
        """A mask of a few marks."""
        path, marks = self.folder / "mask.png", np.zeros((HEIGHT, WIDTH), np.uint8)
        marks[100:110, 50:200] = 255
        Image.fromarray(marks).save(path)
        return Picture(path, MASK_TYPE, WIDTH, HEIGHT)

    def edit(
        self,
        model: Model,
        operation: Operation | None = None,
        *,
        prompt: str = "Mend this photo.",
        leaving: Leaving | None = None,
    ) -> Edit:
        """An edit of its own, with as many photos as the operation needs and with links where the model takes them."""
        number, wanted = next(self.numbers), operation or sorted(model.operations)[0]
        folder = self.folder / f"edit-{number}"
        folder.mkdir()
        pictures = [self.photo(each) for each in range(wanted.photos[0])]
        links = [f"{self.url}/{picture.path.name}" for picture in pictures] if model.takes is Takes.LINKS else ()
        return Edit(
            key=f"job/{number}", operation=wanted, model=model.id, images=pictures, folder=folder, links=links,
            treatment=Treatment((), prompt), wishes=Wishes(), leaving=leaving,
        )  # fmt: skip

    def other(self, *, seconds: float = SECONDS) -> Provider:
        """The same adapter in another process."""
        return self.entry.adapter(self.simulator, self.fetcher, seconds=seconds)

    def meet(self, trouble: str) -> None:
        """The next edit that is handed in has this trouble."""
        self.simulator.troubles.append(trouble)


@asynccontextmanager
async def house(entry: Entry, simulator: Simulator, folder: Path) -> AsyncGenerator[House]:
    """An adapter at its simulator, which has forgotten what was before."""
    (folder / "album").mkdir()
    simulator.forget()
    with album(folder / "album") as url:
        places = [place.partition("://")[2] for place in (simulator.url, simulator.store_url)]
        fetcher = Fetcher(allowed=places, max_bytes=MOST_BYTES, seconds=30.0)
        provider = entry.adapter(simulator, fetcher)
        try:
            yield House(entry, simulator, provider, fetcher, folder, url)
        finally:
            await provider.aclose()


async def handle_of(provider: Provider, edit: Edit) -> str:
    """The receipt of an edit that is handed in now."""
    answer = await provider.start(edit)
    assert isinstance(answer, Pending), "it answered at once"
    assert answer.poll_after > 0
    return answer.handle


async def until_done(provider: Provider, handle: str, edit: Edit) -> Done | None:
    """Look for news until there is a result, None when it does not come."""
    for _ in range(LOOKS):
        answer = await provider.check(handle, edit)
        if isinstance(answer, Done):
            return answer
        assert answer.handle == handle or answer.handle
        handle = answer.handle
        await asyncio.sleep(0.01)
    return None


async def finished(provider: Provider, edit: Edit) -> Done | None:
    """The result of an edit, from the beginning to the look that follows every one."""
    answer = await provider.start(edit)
    done = answer if isinstance(answer, Done) else await until_done(provider, answer.handle, edit)
    if done is not None:
        await asyncio.to_thread(accept, done, edit)
    return done


def must_be_new(done: Done, edit: Edit) -> None:
    """The result is a real picture (or film) in the edit's folder, another one than was sent."""
    (result,) = done.images
    assert result.path.parent == edit.folder
    if edit.operation is Operation.ANIMATE:
        assert result.media_type == VIDEO_TYPE
        assert result.path.read_bytes()[4:8] == b"ftyp"
        return
    with Image.open(result.path) as after, Image.open(edit.images[0].path) as before:
        after.load()
        assert (after.width, after.height) == (result.width, result.height)
        assert Image.MIME[after.format or ""] == result.media_type
        same_size = after.convert("RGB").resize(before.size)
        difference = ImageChops.difference(same_size, before.convert("RGB"))
        assert np.asarray(difference).mean() > 0.5, "nothing was done"


def another_folder(edit: Edit) -> Edit:
    """The edit as another process that takes it over has it."""
    folder = edit.folder.with_name(f"{edit.folder.name}-taken-over")
    folder.mkdir()
    return replace(edit, folder=folder)


def sent_bytes(pictures: Sequence[Picture]) -> int:
    return sum(picture.path.stat().st_size for picture in pictures)
