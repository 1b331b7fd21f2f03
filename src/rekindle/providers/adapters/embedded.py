"""The engine that comes with the product, as a provider like any other: in child processes of this machine."""

from collections.abc import Sequence
from dataclasses import asdict

from rekindle.imaging.restoration import restore_file
from rekindle.infra.workbench import Workbench, WorkCrashed, WorkTimedOut
from rekindle.providers.errors import Lost
from rekindle.providers.protocol import Done, Edit, Model, Pending, Picture, Provider
from rekindle.treatments.operations import Operation

MODEL = Model(
    id="classical-1",
    operations=frozenset({Operation.RESTORE}),
    price=0,
    max_inputs=1,
    max_pixels=100_000_000,
    typical=0.5,
    quality=0.5,
)
WORKING_TYPE = "image/tiff"


class EmbeddedProvider(Provider):
    """Restores on the CPU of this machine. Nothing leaves it and nothing is charged."""

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
        (picture,) = edit.images
        target = edit.folder / "result.tif"
        try:
            report = await self._bench.run(
                restore_file, picture.path, target, edit.treatment.steps, edit.wishes.strength,
                seconds=self._seconds, progress=edit.progress,
            )  # fmt: skip
        except (WorkTimedOut, WorkCrashed) as error:
            raise Lost("Restoring this photo took too much time or memory. Try it without enlarging.") from error
        unchanged = report.chosen == "input" and (report.width, report.height) == (picture.width, picture.height)
        result = Picture(target, WORKING_TYPE, report.width, report.height)
        return Done([result], unchanged=unchanged, report=asdict(report))

    async def check(self, handle: str, edit: Edit) -> Done | Pending:
        raise Lost("The embedded engine answers at once and gives no receipts.")

    async def cancel(self, handle: str) -> None:
        """Nothing to do: ending the call that waits ends the child process."""

    async def aclose(self) -> None:
        """The workbench belongs to whoever made it."""
