"""Where each result goes: no two results get one name, and none the name of something that is there."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import PurePosixPath

from rekindle.imaging.formats import Format

_LONGEST = 255
"""Bytes that a file name may have on the usual file systems."""

_SUFFIXES = {
    Format.JPEG: frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}),
    Format.PNG: frozenset({".png"}),
    Format.WEBP: frozenset({".webp"}),
    Format.TIFF: frozenset({".tif", ".tiff"}),
    Format.HEIC: frozenset({".heic", ".heif", ".hif"}),
    Format.AVIF: frozenset({".avif"}),
}

PHOTO_SUFFIXES = frozenset[str]().union(*_SUFFIXES.values())
"""The ends of file names, in lower case, by which photos are found in a folder."""


class Names:
    """Gives out places for results, each once.

    Two names that differ only in case or in how an accent is written are one name: some file systems say so.
    """

    def __init__(self, exists: Callable[[PurePosixPath], bool], taken: Iterable[PurePosixPath] = ()) -> None:
        """`exists` tells whether something is already at a place; places in `taken` belong to earlier results."""
        self._exists = exists
        self._taken = {_key(place) for place in taken}

    def give(self, label: PurePosixPath, kind: Format) -> PurePosixPath:
        """A free place for the result, of format `kind`, of the photo at `label`; it is taken from now on."""
        for place in candidates(label, kind):
            if self.free(place):
                self.take(place)
                return place
        raise AssertionError("there are endless candidates")

    def free(self, place: PurePosixPath) -> bool:
        """Whether nothing is at a place and nothing will be."""
        return _key(place) not in self._taken and not self._exists(place)

    def take(self, place: PurePosixPath) -> None:
        """Nobody gets this place any more."""
        self._taken.add(_key(place))


def candidates(label: PurePosixPath, kind: Format) -> Iterator[PurePosixPath]:
    """Names for a result, best first: its own, then with the original's ending in it, then numbered without end."""
    suffix = fitting_suffix(label, kind)
    yield _named(label, "", suffix)
    if suffix.lower() != label.suffix.lower() and label.suffix:
        yield _named(label, f"-{label.suffix[1:].lower()}", suffix)
    yield _named(label, "-restored", suffix)
    for number in count(2):
        yield _named(label, f"-restored-{number}", suffix)


def fitting_suffix(label: PurePosixPath, kind: Format) -> str:
    """The ending of a photo's name, as it is written there, where it fits a format; else the usual one."""
    return label.suffix if label.suffix.lower() in _SUFFIXES[kind] else f".{kind.extension}"


def suits(place: PurePosixPath, kind: Format) -> bool:
    """Whether a file with this name may hold a picture of a format."""
    return place.suffix.lower() in _SUFFIXES[kind]


def _named(label: PurePosixPath, addition: str, suffix: str) -> PurePosixPath:
    stem = label.stem if label.suffix else label.name
    while len(f"{stem}{addition}{suffix}".encode(errors="surrogateescape")) > _LONGEST:
        stem = stem[:-1]
    return label.with_name(f"{stem}{addition}{suffix}")


def _key(place: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(place)).casefold()
