"""Fits the small network that judges how a photo looked before it faded, on good photos with made-up fading.

Usage: python -m training.tone_levels FOLDER [TARGET.npz]. Only photos of the training side of the split are fitted to;
the other side tells how it does. Never point it at photos that a benchmark reports on. About five minutes on one core.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.planes import LUMA, floats
from rekindle.imaging.steps.tone_model import TONE_FILE, Network, describe, ends, unfold
from training.photographs import Samples, load

Array = NDArray[np.float32]

_PIXELS, _KEPT = 2048, 192
"""Pixels of a photo that its tones are counted from, and those that the loss looks at."""
_FADINGS, _CROPS = 12, 2
_HIDDEN = (48, 32)
_ROUNDS, _BATCH, _RATE, _DECAY = 4000, 96, 2e-3, 0.02
_FLOOR = 4e-4
"""Mean squared error (34 dB) below which nothing more is to be won, so that easy photos do not rule."""
_DREAD, _MARGIN = 3.0, 0.3
"""How much worse a loss is than a gain is good, and the gain in dB below which dread begins."""
_MEMBERS = 5
"""Networks in the committee: each errs in its own way, and their mean errs less."""
_STEP = 0.01


@dataclass(frozen=True, slots=True)
class Lot:
    """Faded pictures: what the network reads (n, f), some faded pixels and the same before (n, m, 3), and the darkest
    and lightest tones (n, 3) each.
    """

    features: Array
    faded: Array
    clean: Array
    low: Array
    high: Array

    def only(self, chosen: NDArray[np.integer]) -> "Lot":
        """Some of the pictures."""
        return Lot(self.features[chosen], self.faded[chosen], self.clean[chosen], self.low[chosen], self.high[chosen])


def pixels_of(photos: Sequence[Samples], crops: int, random: np.random.Generator) -> Array:
    """Random pixels (n, m, 3), 0..1, of each photo and of crops of it."""
    rows: list[Samples] = []
    for photo in photos:
        height, width = (int(side) for side in photo.shape[:2])
        for number in range(crops):
            share = 1.0 if number == 0 else random.uniform(0.35, 0.9)
            tall, wide = int(height * share), int(width * share)
            top, left = int(random.integers(height - tall + 1)), int(random.integers(width - wide + 1))
            flat = photo[top : top + tall, left : left + wide].reshape(-1, 3)
            rows.append(flat[np.asarray(random.integers(0, len(flat), _PIXELS))])
    return np.stack(rows).astype(np.float32) / np.float32(255)


def fade(clean: Array, random: np.random.Generator) -> Array:
    """Each picture (n, m, 3) in its own way: colours bleach, blacks turn grey, whites yellow or any other tint, now and
    then with grain; some stay as they are, and some are black and white.
    """
    count = len(clean)

    def each(low: float, high: float) -> Array:
        return random.uniform(low, high, (count, 1, 1)).astype(np.float32)

    def some(share: float) -> NDArray[np.bool_]:
        return random.random((count, 1, 1)) < share

    grey = (clean @ LUMA)[..., None]
    planes = grey + (clean - grey) * each(0.2, 0.85)
    black, white = each(0.06, 0.3), each(0.64, 0.92)
    planes = black + (white - black) * np.power(planes, each(0.7, 1.3))
    warm = np.concatenate([np.ones((count, 1, 1), np.float32), each(0.86, 1.0), each(0.68, 0.95)], axis=2)
    other = 1 - np.clip(np.abs(random.normal(0, 0.12, (count, 1, 3))), 0, 0.35)
    odd = some(0.3)
    planes = planes * np.where(odd, other, warm) + np.where(odd, random.normal(0, 0.02, (count, 1, 3)), 0)
    one_tone = np.ptp(clean, axis=2).max(axis=1)[:, None, None] < 1e-3
    planes = np.where(one_tone, planes[..., :1], planes)
    planes = np.where(some(0.06), clean, planes)
    planes = planes + random.standard_normal(planes.shape) * np.where(some(0.3) & ~one_tone, each(0.0, 0.03), 0)
    return (np.round(np.clip(planes, 0, 1) * 255) / 255).astype(np.float32)


def lot(clean: Array, fadings: int, random: np.random.Generator) -> Lot:
    """Every picture faded several times."""
    parts: list[Lot] = []
    for start in [s for _ in range(fadings) for s in range(0, len(clean), 256)]:
        truth = clean[start : start + 256]
        grey = np.repeat((truth @ LUMA)[..., None], 3, axis=2)
        truth = np.where(random.random((len(truth), 1, 1)) < 0.08, grey, truth).astype(np.float32)
        faded = fade(truth, random)
        low, high = ends(faded)
        parts.append(Lot(describe(faded), faded[:, :_KEPT].copy(), truth[:, :_KEPT].copy(), low, high))
    names = ("features", "faded", "clean", "low", "high")
    return Lot(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def gains(raw: Array, pictures: Lot, floor: float = _FLOOR) -> Array:
    """What the curves gain (n), in dB."""
    mended = unfold(raw, pictures.low, pictures.high).apply(pictures.faded)
    before, after = (np.mean((planes - pictures.clean) ** 2, axis=(1, 2)) for planes in (pictures.faded, mended))
    return np.asarray(10 * np.log10((before + floor) / (after + floor)), np.float32)


def regret(raw: Array, pictures: Lot) -> Array:
    """What is to be made small (n): dB lost, and much more of it where the picture got worse."""
    lost = -gains(raw, pictures)
    dread = np.maximum(lost + _MARGIN, 0)
    return floats(lost + _DREAD * (dread + dread**2 / 2))


def slope(raw: Array, pictures: Lot) -> Array:
    """The slope of the regret by each output (n, 8), by small steps."""
    base = regret(raw, pictures)
    slopes = np.empty_like(raw)
    for output in range(raw.shape[1]):
        moved = raw.copy()
        moved[:, output] += np.float32(_STEP)
        slopes[:, output] = (regret(moved, pictures) - base) / np.float32(_STEP)
    return floats(np.clip(slopes, -5, 5) / len(raw))


def fit(pictures: Lot, random: np.random.Generator, *, rounds: int = _ROUNDS) -> Network:
    """One member of the committee, by Adam with decoupled decay."""
    mean, spread = pictures.features.mean(axis=0), pictures.features.std(axis=0) + 1e-3
    network = Network(mean, spread, _start(pictures.features.shape[1], random))
    first, second = ([np.zeros_like(layer) for layer in network.layers] for _ in range(2))
    for number in range(1, rounds + 1):
        part = pictures.only(random.integers(0, len(pictures.features), _BATCH))
        values = network.values(part.features)
        slopes = _back(network.layers, values, slope(values[-1], part))
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * number / rounds))
        for i, new in enumerate(slopes):
            first[i] += 0.1 * (new - first[i])
            second[i] += 0.001 * (new**2 - second[i])
            step = first[i] / (1 - 0.9**number) / (np.sqrt(second[i] / (1 - 0.999**number)) + 1e-8)
            network.layers[i] -= (rate * (step + _DECAY * network.layers[i])).astype(np.float32)
    return network


def united(members: Sequence[Network]) -> Network:
    """Networks that read the same as one whose layers have an axis for the members in front."""
    layers = [np.stack(layer) for layer in zip(*(member.layers for member in members), strict=True)]
    wide = [layer if layer.ndim == 3 else layer[:, None] for layer in layers]
    return Network(members[0].mean, members[0].spread, wide)


def _start(inputs: int, random: np.random.Generator) -> list[Array]:
    sizes = (inputs, *_HIDDEN, 8)
    layers: list[Array] = []
    for before, after in pairwise(sizes):
        layers.append((random.standard_normal((before, after)) * 1.2 / before**0.5).astype(np.float32))
        layers.append(np.zeros(after, np.float32))
    layers[-2] *= np.float32(0.1)
    return layers


def _back(layers: Sequence[Array], values: Sequence[Array], slopes: Array) -> list[Array]:
    """The slopes of all layers, from that of the outputs. `values` are what each layer was given."""
    found: list[Array] = []
    for number in range(len(layers) - 2, -1, -2):
        given = values[number // 2]
        found += [slopes.sum(axis=0), given.T @ slopes]
        if number:
            slopes = (slopes @ layers[number].T) * np.where(given > 0, 1, Network.LEAK).astype(np.float32)
    return found[::-1]


def told(name: str, gained: Array) -> str:
    """A line about the gains in dB."""
    low = ", ".join(f"{value:.2f}" for value in np.quantile(gained, (0.0, 0.01, 0.05)))
    worse = float(np.mean(gained < -0.1))
    return f"{name}: {len(gained)} pictures, mean {gained.mean():+.2f} dB; least, 1 %, 5 %: {low}; worse: {worse:.1%}"


def main() -> None:
    """Fade, fit, tell how it does on photos that it has not seen, write the weights."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else TONE_FILE
    random = np.random.default_rng(18)
    seen = lot(pixels_of(load(folder, held_out=False), _CROPS, random), _FADINGS, random)
    unseen = lot(pixels_of(load(folder, held_out=True), 1, random), 12, random)
    print(f"{len(seen.features)} faded pictures", flush=True)
    members: list[Network] = []
    for number in range(_MEMBERS):
        members.append(fit(seen, random))
        committee = united(members)
        outputs = committee.values(unseen.features)[-1]
        print(number + 1, told("alone", gains(outputs[-1], unseen, 1e-5)))
        print(number + 1, told("together", gains(floats(outputs.mean(axis=0)), unseen, 1e-5)), flush=True)
    united(members).write(target)


if __name__ == "__main__":
    main()
