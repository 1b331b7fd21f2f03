"""The engine that comes with the product, as a provider like any other: in child processes of this machine."""

import asyncio
import filecmp
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rekindle.imaging.header import read_header
from rekindle.imaging.marks import Marks
from rekindle.imaging.restoration import RestoreReport, restore_file
from rekindle.infra.workbench import Workbench, WorkCrashed, WorkTimedOut
from rekindle.providers.engine import MODEL, Making, making_of
from rekindle.providers.errors import Lost
from rekindle.providers.protocol import (
    MASK_TYPE,
    WORKING_TYPE,
    Done,
    Edit,
    Model,
    Pending,
    Picture,
    Provider,
)

FOUND = "mask.png"


class EmbeddedProvider(Provider):
    """Works on the CPU of this machine. Nothing leaves it and nothing is charged."""

    def __init__(self, bench: Workbench, *, seconds: float) -> None:
        """`seconds` is how long one photo may take."""
        self._bench = bench
        self._seconds = seconds

    @property
    def name(self) -> str:
        return "embedded"

    @property
    def models(self) -> Sequence[Model]:
        return (MODEL,)

    async def start(self, edit: Edit) -> Done | Pending:
        making = making_of(edit)
        try:
            return await (self._mended(edit) if making is None else self._made(edit, making))
        except (WorkTimedOut, WorkCrashed) as error:
            if edit.operation.mends:
                message = "Restoring this photo took too much time or memory. Try it without enlarging."
            else:
                message = "This took too much time or memory on this machine. Try it with fewer or smaller photos."
            raise Lost(message) from error

    async def _mended(self, edit: Edit) -> Done:
        (picture,) = edit.images
        target, found = edit.folder / "result.tif", edit.folder / FOUND
        marks = Marks(given=None if edit.mask is None else edit.mask.path, found=found)
        report = await self._bench.run(
            restore_file, picture.path, target, edit.treatment.steps, edit.wishes.strength, marks,
            seconds=self._seconds, progress=edit.progress,
        )  # fmt: skip
        return await asyncio.to_thread(_done, edit, report, Picture(target, WORKING_TYPE, report.width, report.height))

    async def _made(self, edit: Edit, making: Making) -> Done:
        seconds = self._seconds * making.patience
        report = await self._bench.run(making.call, *making.arguments, seconds=seconds, progress=edit.progress)
        pictures = [Picture(path, kind, report.width, report.height) for path, kind in making.files]
        return Done(pictures, unchanged=not report.changed, report=asdict(report))

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        raise Lost("The embedded engine answers at once and gives no receipts.")

    async def cancel(self, handle: str) -> None:
        """Nothing to do: ending the call that waits ends the child process."""

    async def aclose(self) -> None:
        """The workbench belongs to whoever made it."""


def _done(edit: Edit, report: RestoreReport, result: Picture) -> Done:
    """The answer, after a look at the files."""
    (picture,) = edit.images
    return Done(
        [result],
        unchanged=_is_unchanged(edit, report, result, picture),
        report=asdict(report),
        mask=_mask(edit.folder / FOUND) if report.mask_share > 0 else None,
    )


def _is_unchanged(edit: Edit, report: RestoreReport, result: Picture, picture: Picture) -> bool:
    """Whether the result is the input: colours count as a change whatever was chosen, unless no pixel has any."""
    if (result.width, result.height) != (picture.width, picture.height):
        return False
    if report.chosen == "input" and not edit.treatment.colours:
        return True
    return filecmp.cmp(result.path, picture.path, shallow=False)


def _mask(path: Path) -> Picture:
    header = read_header(path)
    return Picture(path, MASK_TYPE, header.width, header.height)
