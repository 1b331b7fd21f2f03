"""Whether what came back for a photo can be believed: a picture, not empty, not the photo again, and the same scene."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from rekindle.errors import RekindleError
from rekindle.imaging.decode import decode
from rekindle.imaging.faces import Face, find_faces
from rekindle.imaging.header import read_header
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.planes import Plane, floats, gaussian, halved, halved_whole, thinned
from rekindle.imaging.structure import Fit, fit, grey_copy

ALIKE, SURE = 0.36, 0.55
"""From the first on two pictures may be of one scene; below the second the faces must agree too.

Measured with `benchmarks/likeness.py` on 65 photographs that nothing was learned from, in 14 pairs of before and after
each: grain, motion blur, fading, scratches, no colours, other tones, crops of up to 7 % on each side, squares cut out
or pressed. The least alike of these 910 pairs reached 0.47; of 1,040 pairs of different photos none passed 0.29.
"""

LARGEST_PIXELS = 120_000_000
_SMALLEST_SIDE, _LARGEST_ASPECT = 32, 12.0

_BLANK, _LESS = 0.02, 0.5
"""Luma (0..1) of a small copy spreads less than the first, and less than the second times as far as the input's."""
_SMALL = (64, 64)

_COMPARED = 1536
"""Longest side, in pixels, of the copies in which a result is looked for as the input again."""
_QUALITY = 75
_BLOCK = 16
_COARSE = 8
_NOISE, _QUIET = 1.3, 1.0
"""A result is the input again where its blocks differ by no more than the first times what JPEG of `_QUALITY` does to
the input, or than the second (levels of 255). Of 22 photographs, clean or with grain, saved again in five ways
(also smaller or larger), 188 of 220 were seen to be that; of 220 pairs of a damaged photo and the photo itself, and 44
brighter or sharper ones, none.
"""
_TONE, _TONE_SIGMA = 2.5, 12.0
"""And no tone, over so many pixels, by more than so many levels: JPEG keeps tones."""
_DETAIL_SIGMA, _SHARPER, _SOFTER = 1.5, 0.6, -0.8
"""And the change is not just more or less of the detail that there was (correlation)."""

_CERTAIN, _LARGE = 0.97, 0.08
"""Faces that are looked for again: so sure, and so high as a share of the picture."""
_NEAR = 0.75
"""How far from its place a face may be found, as a share of its size."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a look at a result told. `sane`: a picture of bearable size and shape. `blank`: next to nothing is to be
    seen in it. `same`: the input again, but for the noise of JPEG. `alike`: how far edges run as in the input, 0..1.

    `reason` says in one sentence why it is not to be used, and is empty where it is. `fit` is how it lies on the input.
    """

    sane: bool
    blank: bool = False
    same: bool = False
    alike: float = 0.0
    reason: str = ""
    fit: Fit | None = None

    @property
    def good(self) -> bool:
        """Whether the result can be given to somebody."""
        return not self.reason


def judge(result: Path, source: Path, *, same_scene: bool) -> Likeness:
    """Compare a file that came from somewhere with the working file of the input; for a child process.

    With `same_scene` it must show what the input shows. Never raises for what is in `result`.
    """
    made = believed(result)
    if isinstance(made, Likeness):
        return made
    return compare(made.pixels, decode(source)[0].pixels, same_scene=same_scene)


def believed(result: Path) -> Image | Likeness:
    """The picture in a file that came from somewhere, or that it is none. Never raises for what is in it."""
    problem = _unfit(result)
    if problem:
        return Likeness(sane=False, reason=problem)
    try:
        return decode(result)[0]
    except RekindleError:
        return Likeness(sane=False, reason="What came back cannot be read as a picture.")


def compare(result: Samples, source: Samples, *, same_scene: bool) -> Likeness:
    """The same for RGB samples (height, width, 3), which are taken for sane."""
    result, source = thinned(result, _COMPARED), thinned(source, _COMPARED)
    if is_blank(result, source):
        return Likeness(sane=True, blank=True, reason="The picture that came back is empty.")
    if is_again(result, source):
        return Likeness(sane=True, same=True, alike=1.0, reason="The photo came back as it was.")
    found = fit(source, result)
    alike = max(0.0, found.alike)
    if not same_scene or alike >= SURE:
        return Likeness(sane=True, alike=alike, fit=found)
    if alike < ALIKE:
        return Likeness(sane=True, alike=alike, reason="The picture that came back shows something else.")
    if not faces_agree(find_faces(source), find_faces(result), found):
        return Likeness(sane=True, alike=alike, reason="The people in the picture that came back are elsewhere.")
    return Likeness(sane=True, alike=alike, fit=found)


def is_blank(result: Samples, source: Samples) -> bool:
    """Whether next to nothing is to be seen in the result, unless that was so in the input."""
    spread, before = (float(grey_copy(halved(each, 2 * max(_SMALL)), _SMALL).std()) for each in (result, source))
    return spread < _BLANK and spread < _LESS * before


def is_again(result: Samples, source: Samples) -> bool:
    """Whether the result is the input, perhaps through JPEG or at another size, with nothing done to it."""
    height, width = (min(one, other) for one, other in zip(result.shape[:2], source.shape[:2], strict=True))
    if abs(result.shape[1] * source.shape[0] / (result.shape[0] * source.shape[1]) - 1) > 0.01:
        return False
    scale = min(1.0, _COMPARED / max(height, width))
    size = max(_BLOCK, round(width * scale)), max(_BLOCK, round(height * scale))
    # Tones are as well seen on a few of the pixels, and nearly everything that was mended has others.
    if _other_tones(_coarse_change(result, source, size), _TONE_SIGMA / _COARSE, 2 * _TONE):
        return False
    one, other = _levels(result, size), _levels(source, size)
    change = floats(one - other)
    if _other_tones(_halved(change), _TONE_SIGMA / 2, 2 * _TONE) or _other_tones(change, _TONE_SIGMA, _TONE):
        return False
    noise = floats(_through_jpeg(other) - other)
    if not _SOFTER <= _with_detail(change, other) <= _SHARPER:
        return False
    return bool(np.all(_strength(change) <= np.maximum(_NOISE * _strength(noise), _QUIET)))


def faces_agree(before: tuple[Face, ...], after: tuple[Face, ...], found: Fit) -> bool:
    """Whether at least half of the certain faces are where the fit puts them; true where there are none."""
    certain = [face for face in before if face.score >= _CERTAIN and face.height >= _LARGE]
    if not certain:
        return True
    placed = [_centre(face, found) for face in after]
    seen = sum(any(_is_near(face, place) for place in placed) for face in certain)
    return 2 * seen >= len(certain)


def _centre(face: Face, found: Fit) -> tuple[float, float]:
    """The middle of a face of the second picture, in units of the first."""
    x, y = face.x + face.width / 2, face.y + face.height / 2
    return found.x + x * found.width, found.y + y * found.height


def _is_near(face: Face, place: tuple[float, float]) -> bool:
    across = abs(face.x + face.width / 2 - place[0]) / face.width
    down = abs(face.y + face.height / 2 - place[1]) / face.height
    return max(across, down) <= _NEAR


def _unfit(path: Path) -> str:
    """Why a file is no picture that anything can be done with; empty where it is one."""
    try:
        header = read_header(path)
    except (OSError, RekindleError):
        return "What came back is not a picture."
    sides = header.width, header.height
    if min(sides) < _SMALLEST_SIDE:
        return "The picture that came back is tiny."
    if max(sides) > _LARGEST_ASPECT * min(sides) or header.width * header.height > LARGEST_PIXELS:
        return "The picture that came back has an impossible size."
    return ""


def _levels(samples: Samples, size: tuple[int, int]) -> Plane:
    """A copy of this (width, height) in levels of 255, three channels."""
    small = cast("Samples", cv2.resize(samples, size, interpolation=cv2.INTER_AREA))
    return floats(small.astype(np.float32) / (257 if small.dtype == np.uint16 else 1))


def _coarse_change(one: Samples, other: Samples, size: tuple[int, int]) -> Plane:
    """How far two pictures differ in levels of 255, on copies of a fraction of this (width, height)."""
    small = max(1, size[0] // _COARSE), max(1, size[1] // _COARSE)
    first, second = (_levels(halved_whole(each, 2 * max(small)), small) for each in (one, other))
    return floats(first - second)


def _halved(plane: Plane) -> Plane:
    return cast("Plane", cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def _other_tones(change: Plane, sigma: float, most: float) -> bool:
    """Whether a change is more than so many levels anywhere, over `sigma` pixels."""
    return float(np.abs(gaussian(change, sigma)).max()) > most


def _through_jpeg(levels: Plane) -> Plane:
    """What JPEG makes of a picture in levels of 255."""
    samples = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", samples, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return floats(cast("Samples", cv2.imdecode(coded, cv2.IMREAD_COLOR)).astype(np.float32))


def _with_detail(change: Plane, levels: Plane) -> float:
    """How far a change is more (1) or less (-1) of the fine detail of a picture."""
    detail = levels - gaussian(levels, _DETAIL_SIGMA)
    power = float(np.square(change).sum()) * float(np.square(detail).sum())
    return float((change * detail).sum()) / (power**0.5 + 1e-6)


def _strength(change: Plane) -> Plane:
    """How strong the change in blocks is (root of the mean square): of a usual one, of a strong one, and at most."""
    power = np.square(change).mean(axis=2)
    height, width = (side // _BLOCK for side in power.shape)
    blocks = cast("Plane", cv2.resize(power, (width, height), interpolation=cv2.INTER_AREA))
    return floats(np.sqrt(np.percentile(blocks, (50, 95, 100))).astype(np.float32))
