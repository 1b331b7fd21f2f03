"""Better light: opens shadows and holds back lights where they are, and is gentle to faces."""

from collections.abc import Sequence

import numpy as np

from rekindle.imaging.faces import Face, weight_of
from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.making.made import by_stripes, mixed, plane_in, sized
from rekindle.imaging.planes import Plane, box, floats, luma, to_planes

_LONGEST = 768
"""Pixels of the copy on which light is measured."""
_REACH, _EDGE = 0.06, 0.012
"""How far light is taken for one, as a share of the copy's longer side, and the variance of an edge that ends it."""
_MIDDLE = 0.46
"""Where the light of the middle of the picture is drawn to."""
_HIGHEST, _LOWEST = 2.6, 0.72
"""Gains: more would lift grain out of the dark, less would turn lights grey."""
_FACE = 0.56
"""Light of a face in good light; none is made brighter than that."""
_DETAIL = 1.12
_GENTLE = 0.75
"""How far the gain on a face is one for all of it, so that no shading of its own is lost."""


def lit(samples: Samples, faces: Sequence[Face], amount: float) -> Samples:
    """The picture in better light, by `amount` (0..1)."""
    small = to_planes(sized(samples, _LONGEST))
    tone = luma(small)
    slope, offset = _guide(tone, max(4, round(_REACH * max(tone.shape))))
    base = floats(np.clip(slope * tone + offset, 0.004, 1))
    wanted = _wanted(base, amount)
    ours = floats(np.clip(wanted / base, _LOWEST, _HIGHEST))
    size = samples.shape[1], samples.shape[0]
    weight, even = _of_faces(faces, ours, tone)
    maps = [plane_in(each, size) for each in (slope, offset, weight, even)]
    curve = _table(base, wanted)

    def change(planes: Planes, rows: slice) -> Planes:
        here = luma(planes)
        light = floats(np.clip(maps[0][rows] * here + maps[1][rows], 0.004, 1))
        gain = np.clip(np.interp(light, curve[0], curve[1]) / light, _LOWEST, _HIGHEST)
        gain = mixed(floats(gain), maps[3][rows], _GENTLE * maps[2][rows])
        detail = np.clip((here + 0.02) / (light + 0.02), 0.5, 2)
        gain = gain * detail ** ((_DETAIL - 1) * amount * (1 - maps[2][rows]))
        return _brightened(planes, floats(gain)[..., None])

    return by_stripes(samples, change)


def _wanted(base: Plane, amount: float) -> Plane:
    """The light that there should be: the middle drawn to `_MIDDLE`, shadows more, lights less."""
    low, middle, high = (float(each) for each in np.percentile(base, (1, 50, 99)))
    stretched = np.clip((base - 0.7 * low) / max(0.05, min(1.0, high * 1.02) - 0.7 * low), 0, 1)
    middle = float(np.clip((middle - 0.7 * low) / max(0.05, min(1.0, high * 1.02) - 0.7 * low), 0.05, 0.9))
    power = float(np.clip(np.log(_MIDDLE) / np.log(middle), 0.62, 1.2))
    opened = np.power(stretched, power)
    # Shadows are opened further where the picture has any, and lights rolled off.
    opened = opened + 0.10 * np.power(1 - opened, 4) * np.clip(opened * 8, 0, 1) - 0.05 * np.power(opened, 6)
    return mixed(base, floats(np.clip(opened, 0.002, 1)), amount)


def _table(base: Plane, wanted: Plane) -> tuple[Plane, Plane]:
    """The curve from light to wanted light, as points."""
    order = np.argsort(base, axis=None)[:: max(1, base.size // 512)]
    return floats(base.reshape(-1)[order]), floats(wanted.reshape(-1)[order])


def _guide(tone: Plane, reach: int) -> tuple[Plane, Plane]:
    """Light as a line in tone around each pixel: K. He and others, Guided image filtering (ECCV 2010)."""
    side = 2 * reach + 1
    mean = box(tone, side)
    spread = box(floats(tone * tone), side) - mean * mean
    slope = floats(spread / (spread + _EDGE))
    return box(slope, side), box(floats(mean - slope * mean), side)


def _of_faces(faces: Sequence[Face], gain: Plane, tone: Plane) -> tuple[Plane, Plane]:
    """Where faces are, and the one gain that each gets."""
    shape = tone.shape[0], tone.shape[1]
    weight, even = weight_of(faces, shape), gain
    for face in faces:
        one = weight_of((face,), shape)
        total = float(one.sum())
        if total:
            light = float((tone * one).sum()) / total
            usual = float((gain * one).sum()) / total
            wanted = min(usual, max(1.0, _FACE / max(light, 0.02))) if usual > 1 else usual
            even = mixed(even, floats(np.full(shape, wanted, np.float32)), floats(np.clip(one * 2, 0, 1)))
    return weight, even


def _brightened(planes: Planes, gain: Plane) -> Planes:
    """More light without losing what is bright: the gain fades where the strongest channel nears white."""
    top = planes.max(axis=2, keepdims=True)
    room = np.where(gain > 1, np.minimum(gain, 1 + (gain - 1) * np.clip((1 - top) * 2.5, 0, 1)), gain)
    return floats(planes * room)
