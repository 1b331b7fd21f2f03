"""Asks the two networks about a whole picture, tile by tile: what to change in it, and where marks lie on it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.nets.session import runtime, session
from rekindle.imaging.nets.tiling import EXACT, QUICK, network_tiles
from rekindle.imaging.planes import Tile, floats, to_planes

Held = TypeVar("Held", bound=np.ndarray[Any, Any])

Progress = Callable[[float], None]
"""Told how much is done, 0..1."""

_MULTIPLE = 16
_LARGE = 4_000_000
"""Pixels up to which the network works at full size. Larger pictures are scanned finer than they are sharp, so the
network looks at a half or a quarter of their size and the finest octave is cleaned separately.
"""


class Quality(StrEnum):
    """Which weights: `exact` in 32 bits, or `quick` in 8, which takes less than half the time and gives a little
    less.
    """

    EXACT = "exact"
    QUICK = "quick"


_EIGHT = ".int8"
_MARKS, _SECOND = f"marks{_EIGHT}", f"marks2{_EIGHT}"
"""Eight bits alone: a mask loses nothing by them. The second one was trained for less time and without ruled lines: it
is better at fine scratches and worse at bold ones.
"""
CERTAIN = 250
"""The chance, of 255, from which the first network needs no second: ruled lines, which the other does not know."""
_WORTH = 1_600_000
"""Pixels that all views of a picture may have together: small ones take a second longer so, and large ones do not."""


def weights_for(quality: Quality) -> str:
    """The name of the file. OpenVINO makes fast work of the exact one, so there it is used for both."""
    return "restorer" if quality == Quality.EXACT or runtime() == "openvino" else f"restorer{_EIGHT}"


@dataclass(frozen=True, slots=True)
class View:
    """A way to hold a picture: as it is, mirrored across, upside down, or both. Done twice it is as before.

    A network answers a little differently each time, and the mean errs less than any (geometric self-ensemble: Timofte
    et al., "Seven ways to improve example-based single image super resolution", 2016): +0.12 dB by four views of noisy
    photographs that it was not trained on.
    """

    across: bool = False
    down: bool = False

    def of(self, array: Held) -> Held:
        """An array (height, width, ...) held so; it shares its memory."""
        return cast("Held", array[:: -1 if self.down else 1, :: -1 if self.across else 1])


_VIEWS = (View(), View(across=True), View(across=True, down=True), View(down=True))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network would add to the picture at 1/`shrink` of its size: `change` (h, w, 3) float16."""

    shrink: int
    change: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Marked:
    """How likely a mark covers each pixel at 1/`shrink` of the size: `chance` (h, w) uint8, 255 = certain."""

    shrink: int
    chance: NDArray[np.uint8]


def shrink_of(height: int, width: int) -> int:
    """1, 2, 4 or 8: the smallest by which a picture is small enough."""
    shrink = 1
    while height * width > _LARGE * shrink * shrink and shrink < 8:
        shrink *= 2
    return shrink


def look(pixels: Samples, progress: Progress | None = None, *, quality: Quality | None = None) -> Seen:
    """Ask what to change in a picture (height, width, 3), uint8 or uint16. Unless told otherwise large pictures, whose
    smaller copy has little noise left, get the quick weights.
    """
    shrink = shrink_of(*pixels.shape[:2])
    small = shrunk(pixels, shrink)
    change = np.zeros(small.shape, np.float16)
    name = weights_for(quality or (Quality.EXACT if shrink == 1 else Quality.QUICK))
    views = views_of(*small.shape[:2])
    for number, view in enumerate(views):
        held = view.of(change)
        for tile, planes, answer in _answers(name, view.of(small), _part(progress, number, len(views))):
            held[tile.target] += ((answer[..., :3] - planes) / len(views)).astype(np.float16)
            del planes, answer  # Else they would lie beside the next tile.
    if _is_grey(small):
        change[...] = change.mean(axis=2, dtype=np.float32, keepdims=True)
    return Seen(shrink, change)


def look_for_marks(pixels: Samples, progress: Progress | None = None) -> Marked:
    """Ask where marks lie on a picture (height, width, 3), uint8 or uint16: both networks where there is time for it.
    Then their mean counts, but for what the first one is certain of.
    """
    shrink = shrink_of(*pixels.shape[:2])
    small = shrunk(pixels, shrink)
    if shrink > 1:
        return Marked(shrink, _chances(_MARKS, small, progress))
    first = _chances(_MARKS, small, _part(progress, 0, 2))
    second = _chances(_SECOND, small, _part(progress, 1, 2))
    return Marked(shrink, joined(first, second))


def joined(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What both networks together say of marks (h, w), 255 = certain."""
    mean = (first.astype(np.uint16) + second) // 2
    return np.where(first >= CERTAIN, first, mean).astype(np.uint8)


def _chances(name: str, small: Samples, progress: Progress | None) -> NDArray[np.uint8]:
    """How likely marks are by one network, the mean of all views: 255 = certain."""
    views = views_of(*small.shape[:2])
    chance = np.zeros(small.shape[:2], np.float16)
    for number, view in enumerate(views):
        held = view.of(chance)
        for tile, planes, answer in _answers(name, view.of(small), _part(progress, number, len(views))):
            held[tile.target] += (answer[..., 3] / len(views)).astype(np.float16)
            del planes, answer
    return _bytes(chance)


def glance_for_marks(pixels: Samples) -> Marked:
    """The same by one look of one network, at full size: for a first opinion on a small copy."""
    chance = np.zeros(pixels.shape[:2], np.uint8)
    for tile, _, answer in _answers(_MARKS, pixels, None):
        chance[tile.target] = _bytes(answer[..., 3])
    return Marked(1, chance)


def views_of(height: int, width: int) -> Sequence[View]:
    """One, two or four ways to hold a picture of this size: as many as are worth the time."""
    return next(_VIEWS[:count] for count in (4, 2, 1) if count == 1 or height * width * count <= _WORTH)


def _part(progress: Progress | None, number: int, of: int) -> Progress | None:
    """The progress of one piece of work among several of the same length."""
    return None if progress is None else lambda share: progress((number + share) / of)


def _bytes(chance: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Chances 0..1 as 0..255."""
    return np.round(chance.astype(np.float32) * 255).astype(np.uint8)


def _answers(name: str, small: Samples, progress: Progress | None) -> Iterator[tuple[Tile, Planes, Planes]]:
    """Each tile, what was shown of it, and what the network answered (h, w, 4), without the margin."""
    net = session(name)
    todo = network_tiles(*small.shape[:2], most=QUICK if name.endswith(_EIGHT) else EXACT)
    for done, tile in enumerate(todo, 1):
        answer = run_padded(net.run, to_planes(small[tile.outer]))[tile.inner]
        yield tile, to_planes(small[tile.target]), answer
        del answer
        if progress:
            progress(done / len(todo))


def _is_grey(samples: Samples) -> bool:
    """Whether all channels are the same, as in a grey file: then they must stay so."""
    return np.array_equal(samples[..., 0], samples[..., 1]) and np.array_equal(samples[..., 0], samples[..., 2])


def shrunk(pixels: Samples, shrink: int) -> Samples:
    """Area average over squares of `shrink` pixels; the last row and column may average fewer."""
    if shrink == 1:
        return pixels
    height, width = pixels.shape[:2]
    bottom, right = -height % shrink, -width % shrink
    if bottom or right:
        pixels = cast("Samples", cv2.copyMakeBorder(pixels, 0, bottom, 0, right, cv2.BORDER_REPLICATE))
    size = (pixels.shape[1] // shrink, pixels.shape[0] // shrink)
    return cast("Samples", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def run_padded(net: Callable[[Planes], Planes], planes: Planes) -> Planes:
    """One tile (h, w, 3) through the network: (h, w, 4). It is mirrored at its edges, because a network that sees
    nothing there errs by several steps of 255, and up to a size that it can halve four times.
    """
    height, width = planes.shape[:2]
    padded = _padded(planes)
    del planes  # The network needs the memory more.
    out = net(padded)[0]
    inner = out[:, _MULTIPLE : _MULTIPLE + height, _MULTIPLE : _MULTIPLE + width]
    return np.ascontiguousarray(inner.transpose(1, 2, 0))


def _padded(planes: Planes) -> NDArray[np.float32]:
    """A tile (h, w, c) as a network takes it, with a border: (1, c, height, width)."""
    sides = [(_MULTIPLE, _MULTIPLE + -size % _MULTIPLE) for size in planes.shape[:2]]
    mode = "symmetric" if min(planes.shape[:2]) > 2 * _MULTIPLE else "edge"
    return np.pad(planes.transpose(2, 0, 1), ((0, 0), *sides), mode=mode)[None]


def changed(seen: Seen, area: tuple[slice, slice]) -> Planes:
    """What the network would add to an area of the picture whose edges begin at multiples of `shrink`."""
    if seen.shrink == 1:
        return floats(seen.change[area])
    small = tuple(slice(part.start // seen.shrink, -(-part.stop // seen.shrink)) for part in area)
    change = np.asarray(seen.change[small], np.float32)
    size = (change.shape[1] * seen.shrink, change.shape[0] * seen.shrink)
    wide = np.asarray(cv2.resize(change, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return wide[: area[0].stop - area[0].start, : area[1].stop - area[1].start]
