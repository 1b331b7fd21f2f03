"""Gives a black-and-white photo a plausible tint, and the colours that somebody dabbed on it.

Both are planned on a small copy and carried to full size along the luma, which stays what it was.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, Self

import numpy as np

from rekindle.imaging.image import Samples, Space
from rekindle.imaging.nets.session import session
from rekindle.imaging.planes import Plane, floats, luma, reduced, resize, to_planes, to_samples
from rekindle.imaging.steps.chroma import Chroma, chroma_of_colour, coloured, differences
from rekindle.imaging.steps.hints import hearts, spread_dabs
from rekindle.imaging.steps.laying import guided, laid_on
from rekindle.imaging.steps.tint import UNIT, USUAL, Dab, grid, stacked

MOST_HINTS = 200
LARGEST_RADIUS = 0.25

PLANNED = 320
"""Longer side of the copy that colours are planned on, in pixels."""

_TRUST = np.float32(0.7)
"""Share of the network in the tint, the rest is the usual one; the best of 0.3, 0.5, 0.7 and 1 on photographs that were
not trained on.
"""


@dataclass(frozen=True, slots=True)
class Hint:
    """A dab of colour: `x`, `y` of its middle as shares (0..1) of width and height, `colour` in sRGB (0..255 each),
    `radius` as a share (0..0.25) of the longer side; 0 means a single point. Raises ValueError out of these ranges.
    """

    x: float
    y: float
    colour: tuple[int, int, int]
    radius: float

    def __post_init__(self) -> None:
        inside = 0 <= self.x <= 1 and 0 <= self.y <= 1 and 0 <= self.radius <= LARGEST_RADIUS
        if not inside or len(self.colour) != 3 or not all(0 <= value <= 255 for value in self.colour):
            message = f"{self} is not a dab on a picture"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Colorize:
    """`hints` are dabs that win over everything else, the later over the earlier; `amount` 0..1 is how much of the
    colour is laid on.
    """

    name: ClassVar[str] = "colorize"
    title: ClassVar[str] = "Tinted"
    hints: tuple[Hint, ...] = ()
    amount: float = 1.0

    def softened(self) -> Self:
        """The careful variant: a paler tint. Dabbed colours were asked for and stay as they are."""
        return self if self.hints else replace(self, amount=self.amount * 0.7)


class TintModel(Protocol):
    """Guesses colours."""

    def chroma(self, grey: Plane, dabs: list[Dab]) -> Chroma:
        """a*b* for luma (height, width) in 0..1, knowing the colours of some places, in pixels of it."""
        ...


class NetworkTint:
    """The trained colourizer."""

    def chroma(self, grey: Plane, dabs: list[Dab]) -> Chroma:
        """The mean of what the network says about the picture and about its mirror image, a little of it replaced by
        the usual tint.
        """
        rows, columns = grid(*grey.shape)
        down, along = rows / grey.shape[0], columns / grey.shape[1]
        scale = (down * along) ** 0.5
        moved = [Dab(dab.x * along, dab.y * down, dab.radius * scale, dab.chroma) for dab in dabs]
        stack = stacked(resize(grey, columns, rows), moved)
        net = session("colourizer")
        guess = net.run(stack) + net.run(np.ascontiguousarray(stack[..., ::-1]))[..., ::-1]
        planes = np.ascontiguousarray(guess[0].transpose(1, 2, 0)) * np.float32(UNIT / 2)
        mixed = floats(_TRUST * planes + (1 - _TRUST) * floats(np.array(USUAL)))
        return resize(mixed, grey.shape[1], grey.shape[0])


NETWORK = NetworkTint()


def colorize(
    pixels: Samples, options: Colorize, *, tint: TintModel | None = NETWORK, space: Space = Space.SRGB
) -> Samples:
    """The picture (height, width, 3) in new colours, its BT.601 luma kept to within rounding; its own colours are
    not looked at. Without `tint` the dabs alone fill it. With an amount of 0 it is the same array.
    """
    if options.amount <= 0:
        return pixels
    amount = np.float32(options.amount)
    grey = luma(reduced(pixels, PLANNED))
    found = plan_chroma(grey, dabs_of(options, grey.shape), tint)
    result = laid_on(pixels, guided(grey, differences(grey, found * amount, space)))
    for rows, columns, inside, chroma in hearts(dabs_of(options, pixels.shape), pixels.shape[:2]):
        part = luma(to_planes(pixels[rows, columns]))
        wished = differences(part, chroma * amount, space)
        result[rows, columns][inside] = to_samples(coloured(part, wished), pixels)[inside]
    return result


def dabs_of(options: Colorize, shape: tuple[int, ...]) -> list[Dab]:
    """The hints in pixels of a grid (height, width)."""
    height, width = shape[:2]
    return [
        Dab(hint.x * width, hint.y * height, hint.radius * max(height, width), chroma_of_colour(hint.colour))
        for hint in options.hints
    ]


def plan_chroma(grey: Plane, dabs: list[Dab], tint: TintModel | None) -> Chroma:
    """a*b* for each pixel of a small luma plane."""
    guess = tint.chroma(grey, dabs) if tint else None
    if dabs:
        return spread_dabs(grey, dabs, guess)
    return np.zeros((*grey.shape, 2), np.float32) if guess is None else guess
