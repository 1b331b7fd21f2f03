"""The pictures of a job: opened when they are needed, and let go while nobody looks at them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from rekindle.imaging.quadrilateral import Corners
from rekindle.photos.masks import Masks
from rekindle.photos.preparing import Prepared, Preparing
from rekindle.photos.tables import PhotoRow
from rekindle.providers.protocol import MASK_TYPE, WORKING_TYPE, Picture

Straightened = tuple[PhotoRow, Corners]
"""A photo, and the corners by which it is cut out."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Every photo of a job as a working file, the first one first, and the mask that was given."""

    prepared: Sequence[Prepared]
    mask: Picture | None

    @property
    def pictures(self) -> Sequence[Picture]:
        """The working files."""
        return [Picture(each.path, WORKING_TYPE, each.width, each.height) for each in self.prepared]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a job works on. Prepared photos are kept in a cache, and made again when they were thrown out meanwhile."""

    preparing: Preparing
    masks: Masks
    photos: Sequence[Straightened]
    mask_id: UUID | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Opened]:
        """The files, for as long as the block lasts. Raises OriginalGone, MaskNotFound, and the errors of decoding."""
        async with AsyncExitStack() as stack:
            prepared = [
                await stack.enter_async_context(self.preparing.open(photo, corners)) for photo, corners in self.photos
            ]
            yield Opened(prepared, await self._mask(stack))

    async def _mask(self, stack: AsyncExitStack) -> Picture | None:
        if self.mask_id is None:
            return None
        row, path = await stack.enter_async_context(self.masks.open(self.mask_id))
        return Picture(path, MASK_TYPE, row.width, row.height)
