"""Asks a network what lies under marks, tile by tile: it sees the picture, a first filling, and where the marks are."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.nets.restorer import Seen, run_padded, views_of
from rekindle.imaging.nets.session import session
from rekindle.imaging.nets.tiling import EXACT, network_tiles
from rekindle.imaging.planes import Mask, Plane, floats, to_planes

_WEIGHTS = "filler"

BOLD, HIDES = 3, 242
"""Pixels from which on a mark is bold, and the chance, of 255, from which on a bold one hides what is below. In half of
its training the network is not shown that either.
"""


def look_under(
    pixels: Samples,
    filled: Samples,
    marks: Mask,
    progress: Callable[[float], None] | None = None,
    *,
    chance: NDArray[np.uint8] | None = None,
    hidden: Mask | None = None,
) -> Seen:
    """What to change in a picture (height, width, 3) so that it shows what was there before the marks (height, width),
    without noise; nothing elsewhere. `filled` is the same picture with the marks filled from around them.

    Marks are often half transparent, or none at all: so the network sees the picture itself as well, but not where it
    is `hidden` (height, width), and how likely each pixel is a mark, by `chance` (height, width), 255 = certain, as all
    are without it.
    """
    likely = marks.astype(np.float32) if chance is None else floats(np.where(marks, chance, 0) / np.float32(255))
    seen = pixels if hidden is None else np.where(hidden[..., None], filled, pixels)
    change = np.zeros(pixels.shape, np.float16)
    views, net = views_of(*marks.shape), session(_WEIGHTS)
    todo = [(view, tile) for view in views for tile in network_tiles(*marks.shape, most=EXACT)]
    for done, (view, tile) in enumerate(todo, 1):
        here = view.of(marks)[tile.target]
        if here.any():
            planes = to_planes(view.of(pixels)[tile.outer])
            before = planes if hidden is None else to_planes(view.of(seen)[tile.outer])
            shown = stacked(before, to_planes(view.of(filled)[tile.outer]), view.of(likely)[tile.outer])
            answer = run_padded(net.run, shown) - planes
            view.of(change)[tile.target][here] += (answer[tile.inner][here] / len(views)).astype(np.float16)
        if progress:
            progress(done / len(todo))
    if np.array_equal(pixels[..., 0], pixels[..., 1]) and np.array_equal(pixels[..., 0], pixels[..., 2]):
        change[...] = change.mean(axis=2, dtype=np.float32, keepdims=True)
    return Seen(1, change)


def stacked(planes: Planes, filled: Planes, chance: Plane) -> Planes:
    """What the network is shown of a tile (height, width, 7): the filled picture, the picture, and how likely each
    pixel is a mark, 0..1.
    """
    return np.concatenate([filled, planes, chance[..., None]], axis=2)
