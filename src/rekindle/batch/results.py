"""The folder that results go to: locked while a run works in it, tidied after one that was killed."""

import hashlib
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from rekindle.batch.discovery import BadPlaces
from rekindle.batch.manifest import Manifest, Record
from rekindle.batch.placing import place, sync
from rekindle.errors import Conflict, Invalid
from rekindle.infra.lock import FolderInUse, hold

UNFINISHED = ".rekindle-unfinished"


class ResultsInUse(Conflict):
    code: ClassVar[str] = "results_in_use"
    title: ClassVar[str] = "Another run is at work in this folder"


class OutsideResults(Invalid):
    code: ClassVar[str] = "outside_results"
    title: ClassVar[str] = "A link leads out of the results folder"


@dataclass(frozen=True, slots=True)
class Results:
    """A results folder that is ours for now. `unfinished` is a folder in it for files that are not whole yet."""

    folder: Path
    unfinished: Path
    manifest: Manifest

    def path(self, at: PurePosixPath | str) -> Path:
        """The absolute path of a place in the folder."""
        return self.folder / at

    def exists(self, at: PurePosixPath) -> bool:
        """Whether anything is at a place, be it a broken link."""
        return os.path.lexists(self.folder / at)

    def untouched(self, record: Record) -> bool:
        """Whether the result of a record is there and is still what we wrote."""
        path = self.folder / record.output
        return path.is_file() and sha256_of(path) == record.result_sha256

    def untouched_mask(self, record: Record) -> bool:
        """Whether the mask of a record is there and is still what we wrote."""
        path = self.folder / record.mask
        return path.is_file() and sha256_of(path) == record.mask_sha256

    def finish(
        self, unfinished: Path, record: Record, *, replace: bool, mask: Path | None = None, replace_mask: bool = False
    ) -> None:
        """Write a record down and give its result its name, with the time of the original; its `mask` goes before it.

        Raises OutsideResults, FileExistsError when something came to be at that place meanwhile, and OSError.
        """
        target = self.folder / record.output
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self.folder.resolve()):
            raise OutsideResults(
                f"{target.parent} is a link to another place, and results are only put inside of {self.folder}. "
                "Remove the link, or choose another folder for the results."
            )
        os.utime(unfinished, ns=(record.modified_ns, record.modified_ns))
        sync(unfinished)
        self.manifest.add(record)
        if mask is not None and record.mask:
            sync(mask)
            place(mask, self.folder / record.mask, replace=replace_mask)
        place(unfinished, target, replace=replace)


@contextmanager
def open_results(folder: Path) -> Generator[Results]:
    """Make a results folder, or take up one that was begun; one made for nothing goes again.

    Raises BadPlaces, ResultsInUse.
    """
    unfinished, new = folder / UNFINISHED, not os.path.lexists(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = hold(unfinished)
    except FolderInUse as error:
        raise ResultsInUse(
            f"Another run is putting results into {folder}. Wait for its end, or choose another folder."
        ) from error
    except OSError as error:
        raise BadPlaces(f"Results cannot be put into {folder}: {error.strerror}. Choose another folder.") from error
    with lock:
        _clear(unfinished, but=Path(lock.name).name)
        manifest = Manifest(folder)
        try:
            yield Results(folder, unfinished, manifest)
        finally:
            manifest.close()
            shutil.rmtree(unfinished, ignore_errors=True)
            if new:
                with suppress(OSError):  # it is not empty
                    folder.rmdir()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _clear(folder: Path, but: str) -> None:
    """Remove what a run that was killed had not finished."""
    for leftover in folder.iterdir():
        if leftover.name == but:
            continue
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)
