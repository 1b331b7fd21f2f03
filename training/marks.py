"""Marks on a print: scratches, hairlines, creases, tears, cracks, dust, fibres and stains, with the mask of each."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
Path = NDArray[np.floating]


@dataclass(slots=True)
class Canvas:
    """A picture that is drawn on in place, and how much of each pixel marks cover, 0..1."""

    planes: Planes
    cover: Planes

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.planes.shape[0], self.planes.shape[1]

    def stamp(self, alpha: Planes, colour: Path) -> None:
        """Lay a colour over the picture with opacity `alpha` (height, width)."""
        self.planes *= 1 - alpha[..., None]
        self.planes += alpha[..., None] * np.asarray(colour, np.float32)
        np.maximum(self.cover, alpha, out=self.cover)

    def ink(self, path: Path, width: int) -> Planes:
        """A smooth line along `path` (n, 2: x, y), 0..1."""
        drawn = np.zeros(self.size, np.uint8)
        cv2.polylines(drawn, [np.round(path * 8).astype(np.int32)], False, 255, width, cv2.LINE_AA, shift=3)
        return np.asarray(drawn, np.float32) / np.float32(255)


def mark(planes: Planes, random: np.random.Generator) -> tuple[Planes, Planes]:
    """A copy of the picture with marks, and their cover 0..1."""
    canvas = Canvas(planes.copy(), np.zeros(planes.shape[:2], np.float32))
    scale = max(1.0, max(canvas.size) / 128)
    for _ in range(int(random.poisson(1.6 * scale))):
        scratch(canvas, random)
    for _ in range(int(random.poisson(1.5 * math.pow(scale, 1.5)))):
        speck(canvas, random)
    for draw, often in RARE:
        for _ in range(int(random.poisson(often * scale))):
            draw(canvas, random)
    return canvas.planes, canvas.cover


def scratch(canvas: Canvas, random: np.random.Generator) -> None:
    """A line, straight or wandering, whole or broken, one to five pixels wide, bright more often than dark."""
    alpha = canvas.ink(_line(canvas.size, random), int(random.choice([1, 1, 1, 2, 2, 3, 3, 4, 5])))
    if random.random() < 0.25:
        alpha = alpha * _broken(canvas.size, random)
    _lay(canvas, alpha * np.float32(random.uniform(0.4, 1.0)), _colour(random), random)


def ruled(canvas: Canvas, random: np.random.Generator) -> None:
    """A straight line with hard edges, evenly white or black, as a guide roller or a knife leaves it: often several in
    one direction, and whiter or blacker than anything in the picture.
    """
    height, width = canvas.size
    angle = np.pi / 2 + random.normal(0, 0.1) if random.random() < 0.6 else random.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    white = random.random() < 0.7
    tone = random.uniform(0.85, 1.0) if white else random.uniform(0.0, 0.15)
    thick = int(random.choice([1, 2, 2, 3]))
    for _ in range(int(random.choice([1, 1, 1, 2, 3]))):
        half = random.uniform(0.2, 1.6) * max(canvas.size)
        middle, drawn = random.random(2) * (width, height), np.zeros(canvas.size, np.uint8)
        ends = np.round(middle + np.array([-half, half])[:, None] * along).astype(int)
        cv2.line(drawn, ends[0].tolist(), ends[1].tolist(), 1.0, thick, cv2.LINE_8)
        canvas.stamp(drawn.astype(np.float32), np.full(3, tone))


def speck(canvas: Canvas, random: np.random.Generator) -> None:
    """A grain of dust or a hole in the emulsion: an ellipse or a short crooked stroke."""
    height, width = canvas.size
    spot = random.random(2) * (width, height)
    if random.random() < 0.5:
        path = spot + np.cumsum(random.normal(size=(4, 2)), axis=0) * random.uniform(0.3, 1.8)
        alpha = canvas.ink(path, int(random.integers(1, 5)))
    else:
        drawn = np.zeros(canvas.size, np.uint8)
        reach = random.uniform(0.6, 3.8)
        axes = (max(1, round(reach)), max(1, round(reach * random.uniform(0.5, 1))))
        centre = (int(spot[0]), int(spot[1]))
        cv2.ellipse(drawn, centre, axes, random.uniform(0, 180), 0, 360, 255.0, -1, cv2.LINE_AA)
        alpha = drawn.astype(np.float32) / 255
    _lay(canvas, alpha * np.float32(random.uniform(0.6, 1.0)), _colour(random), random)


def fibre(canvas: Canvas, random: np.random.Generator) -> None:
    """A hair or a thread that lay on the glass: thin and curled."""
    height, width = canvas.size
    turn = np.cumsum(random.normal(0, 0.35, 20)) + random.uniform(0, 2 * np.pi)
    step = random.uniform(1.0, 4.0)
    path = random.random(2) * (width, height) + np.cumsum(np.stack([np.cos(turn), np.sin(turn)], 1) * step, axis=0)
    _lay(canvas, canvas.ink(path, 1) * np.float32(random.uniform(0.5, 1.0)), _colour(random), random)


def crease(canvas: Canvas, random: np.random.Generator) -> None:
    """A fold: a dim or bright band, and where the emulsion broke, a torn core of bare paper."""
    path = _across(canvas.size, random)
    band = np.full(3, random.uniform(0.15, 0.6))
    alpha = canvas.ink(path, int(random.integers(5, 14))) * np.float32(random.uniform(0.1, 0.3))
    soft = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 3.0), np.float32)
    veil = soft[..., None]
    canvas.planes = np.asarray(canvas.planes * (1 - veil) + veil * band, np.float32)
    np.maximum(canvas.cover, soft * (soft > 0.12), out=canvas.cover)
    core = canvas.ink(path + random.normal(0, 0.5, path.shape), int(random.integers(1, 5)))
    if random.random() < 0.4:
        core = core * _broken(canvas.size, random)
    _lay(canvas, core * np.float32(random.uniform(0.7, 1.0)), _paper(random), random)


def tear(canvas: Canvas, random: np.random.Generator) -> None:
    """A rip or a missing strip, wide and ragged, with bare paper in it."""
    path = _across(canvas.size, random)
    path = path[: int(random.integers(8, len(path) + 1))] + random.normal(0, 1.2, 2)
    alpha = canvas.ink(path + random.normal(0, 0.8, path.shape), int(random.integers(5, 16)))
    _lay(canvas, alpha * np.float32(random.uniform(0.85, 1.0)), _paper(random), random)


def cracks(canvas: Canvas, random: np.random.Generator) -> None:
    """Craquelure: a net of fine lines where the emulsion dried out."""
    height, width = canvas.size
    spots = (random.random((int(random.integers(4, 12)), 2)) * (width, height)).astype(np.float32)
    alpha = np.zeros(canvas.size, np.float32)
    for spot in spots:
        near = spots[np.argsort(((spots - spot) ** 2).sum(1))[1:3]]
        for other in near:
            steps = (
                spot
                + np.linspace(0, 1, 10)[:, None] * (other - spot)
                + np.cumsum(random.normal(0, 0.7, (10, 2)), axis=0)
            )
            np.maximum(alpha, canvas.ink(steps, 1), out=alpha)
    _lay(canvas, alpha * np.float32(random.uniform(0.4, 0.9)), _colour(random), random)


def stain(canvas: Canvas, random: np.random.Generator) -> None:
    """Water, glue or silver mirroring: a wide tint with a soft rim. It hides nothing, so it is not part of the mask."""
    height, width = canvas.size
    field = random.standard_normal((4, 4)).astype(np.float32)
    wide = np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    alpha = np.clip((wide - random.uniform(0.2, 1.0)) * random.uniform(1, 6), 0, 1)[..., None]
    tint = np.array([random.uniform(0.5, 1.0), random.uniform(0.45, 0.9), random.uniform(0.35, 0.9)], np.float32)
    share = np.float32(random.uniform(0.03, 0.2))
    canvas.planes = np.asarray(canvas.planes * (1 - alpha * share) + alpha * share * tint, np.float32)


RARE: tuple[tuple[Callable[[Canvas, np.random.Generator], None], float], ...] = (
    (ruled, 0.35),
    (fibre, 0.25),
    (crease, 0.22),
    (tear, 0.06),
    (cracks, 0.07),
    (stain, 0.08),
)
"""Each with how many are met on a patch of 128 pixels."""


def _lay(canvas: Canvas, alpha: Planes, colour: Path, random: np.random.Generator) -> None:
    soft = float(random.choice([0.0, 0.0, 0.5, 0.7, 1.0]))
    if soft:
        alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), soft), np.float32)
    canvas.stamp(alpha, colour)


def _line(size: tuple[int, int], random: np.random.Generator) -> Path:
    """A path through the picture; half of them nearly upright, as film transports make them."""
    height, width = size
    angle = np.pi / 2 + random.normal(0, 0.14) if random.random() < 0.5 else random.uniform(0, np.pi)
    length = random.uniform(0.1, 2.2) * max(size)
    steps = np.linspace(-length / 2, length / 2, 24)[:, None]
    wander = np.cumsum(random.normal(0, 1, (24, 2)), axis=0) * random.uniform(0.02, 1.0)
    return random.random(2) * (width, height) + steps * (np.cos(angle), np.sin(angle)) + wander


def _across(size: tuple[int, int], random: np.random.Generator) -> Path:
    """A jagged path from outside the picture to outside of it."""
    height, width = size
    angle, reach = random.uniform(0, np.pi), 1.5 * max(size)
    steps = np.linspace(-reach, reach, 40)[:, None]
    wander = np.cumsum(random.normal(0, random.uniform(0.3, 1.6), (40, 2)), axis=0)
    return random.random(2) * (width, height) + steps * (np.cos(angle), np.sin(angle)) + wander


def _broken(size: tuple[int, int], random: np.random.Generator) -> Planes:
    """Gaps: a coarse noise cut at a level."""
    height, width = size
    cells = random.standard_normal((max(2, height // 8), max(2, width // 8))).astype(np.float32)
    wide = np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.clip(wide * 3 + random.uniform(0.0, 1.5), 0, 1)


def _colour(random: np.random.Generator) -> Path:
    """Bare paper or light through the film, dark dirt, or the colour of one layer that was scraped off."""
    kind = random.random()
    if kind < 0.66:
        return np.clip(random.uniform(0.7, 1.0) + random.normal(0, 0.03, 3), 0, 1)
    if kind < 0.92:
        return np.clip(random.uniform(0.0, 0.25) + random.normal(0, 0.03, 3), 0, 1)
    return random.uniform(0.1, 1.0, 3)


def _paper(random: np.random.Generator) -> Path:
    return random.uniform(0.75, 1.0) * np.array([1.0, random.uniform(0.93, 1.0), random.uniform(0.82, 1.0)])
