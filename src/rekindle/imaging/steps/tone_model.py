"""Judges how a photo looked before it faded: small networks that read numbers about its tones and never a pixel.

Full range is not what every photo had: fog has no black, a cat no blue. The networks were shown photographs before
and after made-up fading (`training/tone_levels.py`) and fitted to gain much on average and hardly ever to lose, so
where the numbers allow several pasts they change little. Several of them vote, as each errs in its own way.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.image import Planes
from rekindle.imaging.planes import LUMA, floats

Floats = NDArray[np.float32]

QUANTILES = np.array([0.005, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 0.995])
_TENTHS = ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 0.9), (0.9, 1.0))
"""Shares of the pixels, ordered by lightness, whose mean colour is looked at."""
_TINY = np.float32(1e-3)
_OUTPUTS = 8

TONE_FILE = Path(__file__).with_name("tone_levels.npz")


@dataclass(frozen=True, slots=True)
class Curves:
    """How to undo a fading: per channel the levels `low` and `high` that become 0 and 1, then the power `gamma`, then
    the factor `saturation` on colour differences. Shapes are those that multiply planes (…, 3): (3,) and (1,), or with
    axes for many pictures before them.
    """

    low: Floats
    high: Floats
    gamma: Floats
    saturation: Floats

    def apply(self, planes: Planes) -> Planes:
        """Planes (…, 3) in 0..1 as they may have looked."""
        gain = 1 / (self.high - self.low)
        straight = floats(planes * gain)
        straight -= self.low * gain
        np.clip(straight, 0, 1, out=straight)
        # A number takes half the time of an array that holds one.
        bent = np.power(straight, self.gamma if self.gamma.size > 1 else self.gamma.item(), out=straight)
        grey = (bent @ LUMA)[..., None]
        return floats(np.clip(grey + (bent - grey) * self.saturation, 0, 1))


@dataclass(frozen=True, slots=True)
class Network:
    """`layers`: weights (in, out) and biases (out) by turns, on features of the given `mean` and `spread`. A committee
    has an axis for its members in front: (members, in, out) and (members, 1, out).
    """

    LEAK: ClassVar[float] = 0.1
    mean: Floats
    spread: Floats
    layers: list[Floats]

    def values(self, features: Floats) -> list[Floats]:
        """What each layer is given, and last what comes out (n, 8), from each member."""
        value = floats(np.clip((features - self.mean) / self.spread, -4, 4))
        values = [value]
        for number in range(0, len(self.layers), 2):
            value = floats(value @ self.layers[number] + self.layers[number + 1])
            if number < len(self.layers) - 2:
                value = floats(np.maximum(value, self.LEAK * value))
            values.append(value)
        return values

    def write(self, path: Path) -> None:
        """As a file of plain numbers."""
        layers = {f"layer{number}": layer for number, layer in enumerate(self.layers)}
        np.savez(path, mean=self.mean, spread=self.spread, **layers)  # pyright: ignore[reportArgumentType]


@cache
def network() -> Network:
    """The one that comes with the package."""
    with np.load(TONE_FILE) as stored:
        layers = [stored[f"layer{number}"] for number in range(len(stored.files) - 2)]
        return Network(stored["mean"], stored["spread"], layers)


def judge(pixels: Planes) -> Curves:
    """The curves for one picture given by its pixels (m, 3), in any order."""
    many = pixels[None]
    raw = network().values(describe(many))[-1].reshape(-1, 1, _OUTPUTS).mean(axis=0)
    found = unfold(floats(raw), *ends(many))
    return Curves(found.low[0, 0], found.high[0, 0], found.gamma[0, 0], found.saturation[0, 0])


def ends(pixels: Planes) -> tuple[Floats, Floats]:
    """The darkest and lightest tones (n, 3) of n pictures (n, m, 3), but for the last half per cent."""
    low, high = np.quantile(pixels, QUANTILES[[0, -1]], axis=1)
    return floats(low), floats(high)


def describe(pixels: Planes) -> Floats:
    """The 79 numbers that the network reads (n, 79), of n pictures given by m pixels each (n, m, 3), 0..1: tones of
    each channel and of lightness, as they are and within their range, mean casts from the darkest to the lightest
    tenth, how much colour there is, and by how much the ends of the channels differ.
    """
    grey = pixels @ LUMA
    levels = floats(np.quantile(pixels, QUANTILES, axis=1))
    low, high = levels[0], levels[-1]
    span = high - low + _TINY
    inside = floats((levels[1:-1] - low) / span)
    difference = pixels - grey[..., None]
    ordered = np.take_along_axis(difference, np.argsort(grey, axis=1)[..., None], axis=1)
    count = pixels.shape[1]
    casts = [ordered[:, int(a * count) : max(int(a * count) + 1, int(b * count))].mean(axis=1) for a, b in _TENTHS]
    spread = difference.std(axis=1)
    chroma = np.sqrt(np.sum((difference - difference.mean(axis=1, keepdims=True)) ** 2, axis=2))
    parts = [
        _by_picture(levels),
        np.quantile(grey, QUANTILES, axis=1).T,
        _by_picture(inside),
        *(cast[:, ::2] for cast in casts),
        spread,
        spread / span,
        np.quantile(chroma, (0.5, 0.95), axis=1).T / span.mean(axis=1, keepdims=True),
        *(np.log((end[:, :1] + 0.02) / (end[:, 1:] + 0.02)) for end in (low[:, ::-1], high[:, ::-1])),
    ]
    return floats(np.concatenate(parts, axis=1))


def _by_picture(levels: Floats) -> Floats:
    """(k, n, 3) as (n, 3 k)."""
    return levels.transpose(1, 0, 2).reshape(levels.shape[1], -1)


def unfold(raw: Floats, low: Floats, high: Floats) -> Curves:
    """What the network says (n, 8) as curves of n pictures (n, 1, …), kept within sense: black between 0 and the
    darkest tone there is, white between the lightest and 1. `low` and `high` (n, 3) are those tones.
    """
    share = _squash(raw[:, :6])
    black = floats(low * share[:, :3])
    white = floats(np.maximum(high + (1 - high) * share[:, 3:], black + 0.05))
    gamma = floats(np.exp(0.6 * np.tanh(raw[:, 6:7])))
    saturation = floats(0.9 + 1.5 * _squash(raw[:, 7:8] - 1))
    return Curves(black[:, None], white[:, None], gamma[:, None], saturation[:, None])


def _squash(values: Floats) -> Floats:
    return floats(1 / (1 + np.exp(-values)))
