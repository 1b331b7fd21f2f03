"""Grades a picture: exposure, contrast, colour and tints, as a photographer does it after the shot."""

from dataclasses import dataclass

import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.making.colours import from_lab, from_linear, to_lab, to_linear
from rekindle.imaging.making.made import by_stripes, mixed
from rekindle.imaging.planes import Plane, floats

Tint = tuple[float, float]
"""What is added to the colour axes of OKLab: towards red, towards yellow. 0.02 is seen, 0.06 is much."""

_PIVOT = 0.55
"""Lightness that contrast turns around: a little above the middle of OKLab, where skin is."""
_STRONGEST = 0.32
"""Colours of this strength get no stronger."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How to grade. All zeros leave everything as it is.

    `exposure` in stops; `contrast` and `colour` -1..1; `warmth` -1 (blue) to 1 (amber); `shade` darkens the corners
    by this share; `lift` raises the blacks, as faded film does.
    """

    exposure: float = 0.0
    contrast: float = 0.0
    colour: float = 0.0
    warmth: float = 0.0
    shadows: Tint = (0.0, 0.0)
    lights: Tint = (0.0, 0.0)
    shade: float = 0.0
    lift: float = 0.0

    def plus(self, other: "Grade", share: float = 1.0) -> "Grade":
        """This, and a share of another."""
        return Grade(
            exposure=self.exposure + share * other.exposure,
            contrast=self.contrast + share * other.contrast,
            colour=self.colour + share * other.colour,
            warmth=self.warmth + share * other.warmth,
            shadows=(self.shadows[0] + share * other.shadows[0], self.shadows[1] + share * other.shadows[1]),
            lights=(self.lights[0] + share * other.lights[0], self.lights[1] + share * other.lights[1]),
            shade=self.shade + share * other.shade,
            lift=self.lift + share * other.lift,
        )

    def times(self, amount: float) -> "Grade":
        """Less of it, or more."""
        return Grade().plus(self, amount)


def graded(samples: Samples, grade: Grade) -> Samples:
    """The picture graded. Same shape and dtype; tones and colours stay within range without hard edges."""
    height, width = samples.shape[:2]
    across = _from_middle(width)[None, :] ** 2 * width**2 / (width**2 + height**2)
    down = _from_middle(height) ** 2 * height**2 / (width**2 + height**2)

    def change(planes: Planes, rows: slice) -> Planes:
        far = floats(across + down[rows, None])
        return _graded(planes, grade, far)

    return by_stripes(samples, change)


def _from_middle(side: int) -> Plane:
    """-1..1 over one side."""
    return floats(np.linspace(-1, 1, side))


def _graded(planes: Planes, grade: Grade, far: Plane) -> Planes:
    light = to_linear(planes)
    lab = to_lab(floats(light * np.float32(2.0**grade.exposure) * _balance(grade.warmth)))
    lab[..., 0] = _toned(floats(lab[..., 0]), grade, far)
    lab[..., 1:] *= _stronger(floats(np.hypot(lab[..., 1], lab[..., 2])), grade.colour)
    dark, bright = (1 - lab[..., 0]) ** 2, lab[..., 0] ** 2
    bell = _belled(floats(lab[..., 0]))
    for axis in (0, 1):
        lab[..., 1 + axis] += bell * (grade.shadows[axis] * dark + grade.lights[axis] * bright)
    return from_linear(_within(from_lab(lab), floats(lab[..., 0])))


def _toned(lightness: Plane, grade: Grade, far: Plane) -> Plane:
    """Lightness after contrast, shade and lift. Very bright tones roll off to white."""
    tone = np.where(lightness > 0.9, 0.9 + 0.1 * np.tanh((lightness - 0.9) * 10), lightness)
    if grade.contrast:
        tone = mixed(floats(tone), _curve(floats(tone)), grade.contrast)
    tone = tone * (1 - grade.shade * far**1.5)
    return floats(grade.lift + tone * (1 - grade.lift))


def _curve(tone: Plane) -> Plane:
    """An S around the pivot that keeps black and white."""
    below = _PIVOT * np.power(np.clip(tone / _PIVOT, 0, 1), 1.8)
    above = 1 - (1 - _PIVOT) * np.power(np.clip((1 - tone) / (1 - _PIVOT), 0, 1), 1.6)
    return floats(np.where(tone < _PIVOT, below, above))


def _stronger(strength: Plane, colour: float) -> Plane:
    """The factor for colours of this strength: weak ones gain most, and none becomes garish."""
    room = np.clip(1 - strength / _STRONGEST, 0, 1) if colour > 0 else np.ones_like(strength)
    return floats(np.maximum(1 + colour * room, 0))[..., None]


def _belled(lightness: Plane) -> Plane:
    """Tints fade out at black and white, so that both stay neutral."""
    return floats(np.clip(lightness * 8, 0, 1) * np.clip((1.02 - lightness) * 8, 0, 1))


def _balance(warmth: float) -> Plane:
    """Gains of red, green and blue that leave grey as bright as it was."""
    gains = np.exp2(np.array([0.22, 0.02, -0.38]) * warmth)
    return floats(gains / float(gains @ (0.2126, 0.7152, 0.0722)))


def _within(light: Planes, lightness: Plane) -> Planes:
    """Colours that do not exist, drawn towards the grey of their lightness until they do."""
    grey = floats(np.clip(lightness, 0, 1) ** 3)[..., None]
    over = np.maximum(light.max(axis=2, keepdims=True) - 1, 0)
    room = np.maximum(light.max(axis=2, keepdims=True) - grey, 1e-4)
    return floats(light + (grey - light) * np.clip(over / room, 0, 1))
