"""Lets dabbed colours spread from where they were dabbed to where the same surface seems to end."""

from collections.abc import Iterator, Sequence

import numpy as np

from rekindle.imaging.planes import Mask, Plane, floats, gaussian
from rekindle.imaging.steps.chroma import Chroma
from rekindle.imaging.steps.hints_solve import spread
from rekindle.imaging.steps.tint import Dab, disc, normalized

SMALLEST = 1.5
"""Radius in pixels of the planning copy that the smallest dab has: three pixels wide, so that it survives enlarging."""

_HELD = 1000.0
"""Mass of a dabbed pixel; links are at most 1, so its colour is kept within a thousandth."""

_EDGE = 0.02
"""Difference between neighbours, in stretched luma, at which a link has lost 40 % of its strength."""
_LEAK = 2e-5
"""Links across the hardest edges."""
_SOFTENED = 0.7
_SAME = 0.12
"""The rim of a dab holds only pixels whose luma is this close to that of its middle."""

FAR = 1e-6
"""Mass of all other pixels when nothing else is known: the dabs fill the picture."""
NEAR = 1e-5
"""Mass of all other pixels when their colours were guessed: a dab reaches some 300 pixels on an even surface, less
across texture. Chosen on photographs that were not trained on, among 3e-6, 3e-5 and 3e-4.
"""

_ROUNDS = 30
_HEART = 0.005
"""Largest radius, as a share of the longer side, within which a dab is laid on pixel by pixel."""


def spread_dabs(grey: Plane, dabs: Sequence[Dab], guess: Chroma | None = None) -> Chroma:
    """a*b* for each pixel of a small luma plane (height, width): what was dabbed, what it spreads to, and `guess` out
    of its reach. Without a guess the dabs fill the picture. The later of two dabs lies on top.
    """
    guide = gaussian(normalized(grey), _SOFTENED)
    held, wished = _seeds(guide, dabs)
    base = np.zeros_like(wished) if guess is None else guess
    mass = floats(np.where(held, _HELD, FAR if guess is None else NEAR))
    known = np.where(held[..., None], wished - base, 0)
    found = spread(mass, _links(guide), np.ascontiguousarray(floats(known).transpose(2, 0, 1)), rounds=_ROUNDS)
    return floats(base + found.transpose(1, 2, 0))


def hearts(dabs: Sequence[Dab], shape: tuple[int, ...]) -> Iterator[tuple[slice, slice, Mask, Chroma]]:
    """The middle of each dab in a picture (height, width): rows, columns, which of their pixels, and a*b* for them. On
    coarse texture what a copy says can be off there. A dab whose middle a later one covers is left out.
    """
    height, width = shape
    for place, dab in enumerate(dabs):
        if any((dab.x - top.x) ** 2 + (dab.y - top.y) ** 2 <= top.radius**2 for top in dabs[place + 1 :]):
            continue
        radius = max(1.0, min(dab.radius / 2, _HEART * max(height, width)))
        rows, columns, inside = disc(dab.y, dab.x, radius, (height, width))
        yield rows, columns, inside, floats(np.broadcast_to(floats(np.array(dab.chroma)), (*inside.shape, 2)))


def _seeds(guide: Plane, dabs: Sequence[Dab]) -> tuple[Mask, Chroma]:
    held, wished = np.zeros(guide.shape, np.bool_), np.zeros((*guide.shape, 2), np.float32)
    for dab in dabs:
        radius = max(dab.radius, SMALLEST)
        rows, columns, inside = disc(dab.y, dab.x, radius, guide.shape)
        _, _, core = disc(dab.y, dab.x, max(radius / 2, SMALLEST), guide.shape)
        rows_in, columns_in, _ = disc(dab.y, dab.x, max(radius / 2, SMALLEST), guide.shape)
        middle = float(np.median(guide[rows_in, columns_in][core]))
        inside &= np.abs(guide[rows, columns] - middle) < _SAME
        held[rows, columns][inside] = True
        wished[rows, columns][inside] = dab.chroma
        held[rows_in, columns_in][core] = True
        wished[rows_in, columns_in][core] = dab.chroma
    return held, wished


def _links(guide: Plane) -> tuple[Plane, Plane]:
    right, below = np.zeros_like(guide), np.zeros_like(guide)
    right[:, :-1] = _link(np.diff(guide, axis=1))
    below[:-1] = _link(np.diff(guide, axis=0))
    return right, below


def _link(step: Plane) -> Plane:
    return floats(np.exp(-(step**2) / (2 * _EDGE**2)) + _LEAK)
