"""Finds the photos in what was named: files, and folders with all that is in them."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import ClassVar

from rekindle.batch.naming import PHOTO_SUFFIXES
from rekindle.errors import Invalid
from rekindle.imaging.formats import sniff

_NO_PHOTOS_INSIDE = frozenset({"@eadir", "__macosx"})
"""Folders of thumbnails and leftovers that storage boxes and archives make."""


class BadPlaces(Invalid):
    code: ClassVar[str] = "bad_places"
    title: ClassVar[str] = "These folders cannot be used together"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to work on: where it is (absolute), and its place below the folder that was named."""

    path: Path
    label: PurePosixPath


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that was named, or a folder in it, that cannot be looked into."""

    path: Path
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """The photos, in the order of their names, what cannot be read, and the number of other files by their ending."""

    sources: tuple[Source, ...]
    unreadable: tuple[Unreadable, ...] = ()
    left_alone: Mapping[str, int] = field(default_factory=dict[str, int])


def check_places(paths: Iterable[Path], out: Path) -> None:
    """Raises BadPlaces when `out` is a file, or when originals lie in it so that results would be put among them."""
    if out.exists() and not out.is_dir():
        raise BadPlaces(f"{out} is a file. Name a folder for the results.")
    results = out.resolve()
    for path in paths:
        if path.is_dir() and path.resolve().is_relative_to(results):
            raise BadPlaces(
                f"The results would be put among the originals: {path} lies in {out}. "
                f"Choose a folder of its own, for example -o {path.resolve().name or 'photos'}-restored."
            )


def discover(paths: Sequence[Path], *, beside: Path | None = None, leave_out: frozenset[str] = frozenset()) -> Found:
    """Every photo in `paths`. Nothing in the folder `beside` is looked at, nor the absolute paths in `leave_out`.

    In folders, files are taken by the ending of their name, or by their content when the name has none. Hidden files
    and folders are passed over. A file that was named itself is always taken. Links to folders are followed, each
    folder once.
    """
    search = _Search(beside, leave_out)
    for path in paths:
        folder = PurePosixPath(path.resolve().name) if len(paths) > 1 else PurePosixPath()
        search.add(Path(os.path.abspath(path)), folder)  # noqa: PTH100 - Path.absolute() keeps ".."
    return Found(tuple(search.sources), tuple(search.unreadable), dict(search.left_alone))


class _Search:
    def __init__(self, beside: Path | None, leave_out: frozenset[str]) -> None:
        self.sources: list[Source] = []
        self.unreadable: list[Unreadable] = []
        self.left_alone: Counter[str] = Counter()
        self._known = set(leave_out)
        self._seen: set[tuple[int, int]] = set()
        if beside is not None and beside.exists():
            self._seen.add(_identity(beside))

    def add(self, path: Path, folder: PurePosixPath) -> None:
        """One path that was named."""
        if path.is_dir():
            self._walk(path, folder)
        elif path.is_file():
            self._take(path, PurePosixPath(path.name))
        elif os.path.lexists(path):
            self.unreadable.append(Unreadable(path, "not_a_file", "This is neither a file nor a folder."))
        else:
            self.unreadable.append(Unreadable(path, "not_found", "There is no such file or folder."))

    def _walk(self, top: Path, label: PurePosixPath) -> None:
        waiting = [(top, label)]
        while waiting:
            folder, place = waiting.pop()
            try:
                if (identity := _identity(folder)) in self._seen:
                    continue
                self._seen.add(identity)
                with os.scandir(folder) as entries:
                    inside = sorted(entries, key=lambda entry: (entry.is_symlink(), entry.name))
            except OSError as error:
                self.unreadable.append(Unreadable(folder, "unreadable_folder", f"{error.strerror}."))
                continue
            folders = [entry.name for entry in inside if self._look(Path(entry.path), place / entry.name)]
            waiting += [(folder / name, place / name) for name in reversed(folders)]

    def _look(self, path: Path, label: PurePosixPath) -> bool:
        """Take a file of a folder, or say that this is a folder to go into."""
        try:
            if path.name.startswith("."):
                return False
            if path.is_dir():
                return path.name.lower() not in _NO_PHOTOS_INSIDE
            if path.is_file() or (path.is_symlink() and not path.exists()):
                self._take_if_photo(path, label)
        except OSError as error:
            self.unreadable.append(Unreadable(path, "unreadable_file", f"{error.strerror}."))
        return False

    def _take_if_photo(self, path: Path, label: PurePosixPath) -> None:
        if _is_photo(path):
            self._take(path, label)
        else:
            self.left_alone[path.suffix.lower() or path.name] += 1

    def _take(self, path: Path, label: PurePosixPath) -> None:
        if str(path) not in self._known:
            self._known.add(str(path))
            self.sources.append(Source(path, label))


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _is_photo(path: Path) -> bool:
    if path.suffix:
        return path.suffix.lower() in PHOTO_SUFFIXES
    try:
        with path.open("rb") as file:
            return sniff(file.read(64)) is not None
    except OSError:
        return False
