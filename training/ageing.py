"""How prints and negatives age: a seeded model that damages a clean patch and knows where.

Tone is changed before anything else and belongs to the truth as well: the network that learns from these pairs mends
what lies on a picture, and leaves its tone alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.marks import mark
from training.photographs import Samples

Planes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """`aged` and `clean`: float RGB (height, width, 3) in 0..1; `mask`: float (height, width), 1 where a mark lies."""

    aged: Planes
    clean: Planes
    mask: Planes


@dataclass(frozen=True, slots=True)
class Mixture:
    """How often each kind of ageing is met, 0..1 each."""

    marks: float = 0.5
    low_quality: float = 0.68
    tone: float = 0.3


def age(clean: Samples, random: np.random.Generator, mixture: Mixture | None = None) -> Pair:
    """Age a clean picture (height, width, 3). The same state of `random` gives the same damage."""
    mixture = mixture or Mixture()
    truth = array(clean) / np.float32(255)
    if random.random() < mixture.tone:
        truth = tone(truth, random)
    aged, mask = truth, np.zeros(truth.shape[:2], np.float32)
    marked, poor = random.random() < mixture.marks, random.random() < mixture.low_quality
    late = random.random() < 0.3
    if poor and late:
        aged = soften(aged, random)
    if marked:
        aged, mask = mark(aged, random)
    if poor:
        aged = aged if late else soften(aged, random)
        aged = reproduce(aged, random)
    elif random.random() < 0.5:
        aged = jpeg(aged, int(random.integers(88, 99)))
    rounded = np.round(np.clip(aged, 0, 1) * 255) / 255
    return Pair(array(rounded), np.clip(truth, 0, 1), array(mask > 0.1))


def tone(planes: Planes, random: np.random.Generator) -> Planes:
    """Black and white, sepia, or faded colour with a cast."""
    grey = array(planes @ np.array([0.299, 0.587, 0.114]))[..., None]
    kind = random.random()
    if kind < 0.35:
        planes = np.repeat(grey, 3, axis=2)
    elif kind < 0.6:
        tint = np.array([random.uniform(0.0, 0.09), random.uniform(0.0, 0.03), -random.uniform(0.0, 0.1)])
        planes = array(grey + tint * 4 * grey * (1 - grey))
    if kind > 0.5:
        planes = array(grey + (planes - grey) * random.uniform(0.25, 1.0))
        low, high = random.uniform(0.0, 0.28), random.uniform(0.66, 1.0)
        planes = array(low + (high - low) * np.power(np.clip(planes, 0, 1), random.uniform(0.7, 1.3)))
        planes = planes * np.array([1.0, random.uniform(0.86, 1.0), random.uniform(0.7, 1.0)], np.float32)
    return np.clip(planes, 0, 1)


def soften(planes: Planes, random: np.random.Generator) -> Planes:
    """A soft lens, a small print, a trembling hand, or a screen of dots."""
    planes = array(cv2.GaussianBlur(planes, (0, 0), random.uniform(0.25, 1.7)))
    kind = random.random()
    if kind < 0.3:
        planes = rescan(planes, random.uniform(1.1, 2.0), random)
    elif kind < 0.36:
        planes = shake(planes, random)
    elif kind < 0.4:
        planes = halftone(planes, random)
    return planes


def reproduce(planes: Planes, random: np.random.Generator) -> Planes:
    """Grain and noise, then one or two JPEG files, with a change of size between them now and then."""
    planes = noise(planes, random)
    if random.random() < 0.12:
        planes = noise(jpeg(planes, int(random.integers(50, 96))), random, most=0.03)
    elif random.random() < 0.12:
        planes = rescan(planes, random.uniform(1.05, 1.6), random)
    if random.random() < 0.5:
        planes = jpeg(planes, int(random.integers(28, 97)))
    return planes


def noise(planes: Planes, random: np.random.Generator, *, most: float = 0.1) -> Planes:
    """Film grain (all channels alike) or sensor noise (each its own), fine or coarse, even or stronger in the darks."""
    grain = random.standard_normal(planes.shape, np.float32)
    if random.random() < 0.5:
        grain = np.repeat(grain[..., :1], 3, axis=2)
    if random.random() < 0.4:
        grain = array(cv2.GaussianBlur(grain, (0, 0), random.uniform(0.4, 1.2)))
    level = random.uniform(0.004, most) / float(grain.std() + 1e-6)
    if random.random() < 0.3:
        grain = grain * array(0.4 + 1.2 * np.sqrt(np.clip(planes, 0, 1)) if random.random() < 0.5 else 1.4 - planes)
    return array(planes + grain * np.float32(level))


def jpeg(planes: Planes, quality: int) -> Planes:
    """Through a JPEG file and back."""
    samples = np.round(np.clip(planes, 0, 1) * 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", samples[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return array(cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB)) / np.float32(255)


def rescan(planes: Planes, factor: float, random: np.random.Generator) -> Planes:
    """Made smaller and larger again."""
    height, width = planes.shape[:2]
    small = cv2.resize(planes, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA)
    back = int(random.choice([cv2.INTER_CUBIC, cv2.INTER_LINEAR]))
    return array(cv2.resize(small, (width, height), interpolation=back))


def shake(planes: Planes, random: np.random.Generator) -> Planes:
    """A short straight motion while the shutter was open."""
    side = int(random.choice([3, 5, 7]))
    kernel = np.zeros((side, side), np.float32)
    angle, centre = random.uniform(0, np.pi), side // 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * centre
    ends = np.round((centre + np.array([-1, 1])[:, None] * reach) * 16).astype(int)
    cv2.line(kernel, ends[0].tolist(), ends[1].tolist(), 1.0, 1, cv2.LINE_8, shift=4)
    return array(cv2.filter2D(planes, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101))


def halftone(planes: Planes, random: np.random.Generator) -> Planes:
    """The dots of a newspaper or a book, as a scanner sees them."""
    height, width = planes.shape[:2]
    pitch, angle = random.uniform(2.2, 4.5), random.uniform(0, np.pi / 2)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    screen = np.cos(2 * np.pi * u / pitch) * np.cos(2 * np.pi * v / pitch)
    strength = array(screen * random.uniform(0.05, 0.25))[..., None]
    return array(planes + strength * 4 * planes * (1 - planes))


def array(value: object) -> Planes:
    """Anything as float32."""
    return np.asarray(value, np.float32)
