"""Pictures in the form that a model takes: made right before they leave, gone as soon as nobody needs them."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from rekindle.clock import Clock
from rekindle.imaging.sending import sent_size, write_sent, write_sent_mask
from rekindle.infra.storage.port import Storage
from rekindle.infra.workbench import Workbench
from rekindle.providers.protocol import MASK_TYPE, SENT_TYPE, Edit, Leaving, Model, Picture, Takes

LINK_SECONDS = 3600
"""How long a provider can fetch a picture from this server; the file goes earlier, when the edit is over."""


class Outgoing:
    """Makes JPEGs of working files, and addresses for those models that fetch them."""

    def __init__(
        self, bench: Workbench, storage: Storage, *, clock: Clock, public_url: str | None, seconds: float
    ) -> None:
        """`public_url`: how providers reach this server, None when they cannot; `seconds`: for making one picture."""
        self._bench = bench
        self._storage = storage
        self._clock = clock
        self._public_url = None if public_url is None else public_url.rstrip("/")
        self._seconds = seconds

    @property
    def links(self) -> bool:
        """Whether providers can fetch pictures from this server."""
        return self._public_url is not None

    @asynccontextmanager
    async def form(self, edit: Edit, model: Model, folder: Path) -> AsyncGenerator[Edit]:
        """The edit, whose images are working files, in the form that the model takes.

        The files are in `folder` and go at the end of the block, as do those behind the links. What is no longer there
        keeps its place and size in the edit.
        """
        if model.takes is Takes.WORKING:
            yield edit
            return
        async with AsyncExitStack() as stack:
            await asyncio.to_thread(folder.mkdir)
            stack.push_async_callback(asyncio.to_thread, shutil.rmtree, folder, ignore_errors=True)
            sent = await self._made(edit, model, folder)
            if model.takes is Takes.LINKS and self.links:
                sent = await self._linked(sent, stack)
            yield sent

    def outline(self, edit: Edit, model: Model, folder: Path) -> Edit:
        """The edit as it was sent, with the sizes of its images and without their files: for asking for news."""
        images = [
            Picture(folder / f"{number}.jpg", SENT_TYPE, *_size(image, model))
            for number, image in enumerate(edit.images)
        ]
        return replace(edit, images=images, mask=None)

    async def _made(self, edit: Edit, model: Model, folder: Path) -> Edit:
        images = [
            await self._picture(image, folder / f"{number}.jpg", model) for number, image in enumerate(edit.images)
        ]
        mask = edit.mask
        if mask is not None:
            size = images[0].width, images[0].height
            target = folder / "mask.png"
            await self._bench.run(write_sent_mask, mask.path, target, size, seconds=self._seconds)
            mask = Picture(target, MASK_TYPE, *size)
        return replace(edit, images=images, mask=mask)

    async def _picture(self, image: Picture, target: Path, model: Model) -> Picture:
        size = _size(image, model)
        await self._bench.run(write_sent, image.path, target, size, seconds=self._seconds)
        return Picture(target, SENT_TYPE, *size)

    async def _linked(self, edit: Edit, stack: AsyncExitStack) -> Edit:
        links: list[str] = []
        for number, image in enumerate(edit.images):
            key = f"outgoing/{edit.key}/{number}.jpg"
            # A copy, as storing a file takes it away.
            copy = image.path.with_suffix(".copy")
            await asyncio.to_thread(shutil.copyfile, image.path, copy)
            stack.push_async_callback(self._storage.delete, key)
            await self._storage.put(key, copy)
            links.append(f"{self._public_url}{self._storage.url(key, self._clock.now(), seconds=LINK_SECONDS)}")
        leaving = None if edit.leaving is None else _with_files(edit.leaving, edit.images)
        return replace(edit, links=links, leaving=leaving)


def _size(image: Picture, model: Model) -> tuple[int, int]:
    return sent_size(image.width, image.height, max_pixels=model.max_pixels, max_side=model.max_side)


def _with_files(leaving: Leaving, images: Sequence[Picture]) -> Leaving:
    """With a request that has links the files behind them are as good as gone, too."""

    async def leaves(host: str, size: int) -> None:
        await leaving(host, size + sum(image.path.stat().st_size for image in images))

    return leaves
