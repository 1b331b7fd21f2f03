"""People from several photos in one picture: a montage in front of a plain backdrop, in one light."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from rekindle.imaging.faces import Face, find_faces, weight_of
from rekindle.imaging.image import Image, Planes
from rekindle.imaging.making.beside import beside
from rekindle.imaging.making.colours import from_lab, from_linear, to_lab, to_linear
from rekindle.imaging.making.made import Bytes, MadeReport, grown, mixed, plane_in, sized, smooth
from rekindle.imaging.making.people import people, refined
from rekindle.imaging.pipeline import Progress
from rekindle.imaging.planes import Plane, floats, gaussian, to_planes
from rekindle.imaging.restoration import silent
from rekindle.imaging.working import load_working, save_working

_WORKED_ON = 1600
"""Longest side, in pixels, of the photos that people are taken from."""
_FACE = (90, 240)
"""Height of a face in the montage, in pixels: what most photos have, within these bounds."""
_ABOVE, _BELOW, _BESIDE = 0.95, 2.4, 1.5
"""How much is shown of people above, below and beside their faces, in heights of a face."""
_CLOSE = 0.84
"""How near people stand: their parts overlap where this is below 1."""
_ROW, _RAISED = 5, 1.3
"""People in a row, and how many heights of a face a row stands above the one before it."""
_LIGHT, _COLOUR = 0.7, 0.6
"""How far tones and colours of a face follow those of the first."""
_MOST_FACES = 4


@dataclass(frozen=True, slots=True)
class _Cut:
    """People of one photo: a part of it, how much of each pixel is them, and how far below the faces it goes."""

    planes: Planes
    weight: Plane
    below: float


def bring_together(images: Sequence[Image], progress: Progress = silent) -> tuple[Image, MadeReport]:
    """The people of all photos in one picture; photos without a face are left out, and told."""
    photos = [sized(each.pixels, _WORKED_ON) for each in images]
    found = [find_faces(each)[:_MOST_FACES] for each in photos]
    with_faces = [(photo, _of_one_size(faces)) for photo, faces in zip(photos, found, strict=True) if faces]
    left_out = len(photos) - len(with_faces)
    if len(with_faces) < 2:
        result, report = beside(images)
        reason = "Faces were found in fewer than two of the photos, so they were put side by side instead."
        return result, replace(report, reason=reason)
    side = _face_side([max(face.height * photo.shape[0] for face in faces) for photo, faces in with_faces])
    cuts: list[_Cut] = []
    light = _light_of(*with_faces[0])
    for number, (photo, faces) in enumerate(with_faces):
        progress("cutting out", 0.1 + 0.7 * number / len(with_faces))
        cuts.append(_cut(photo, faces, side, light))
    sheet = _montage(cuts, side, _backdrop_colour(with_faces[0][0]))
    pixels = np.round(255 * np.clip(sheet, 0, 1)).astype(np.uint8)
    without = f" In {left_out} photo(s) no face was found; they were left out." if left_out else ""
    reason = f"This is a montage: the people of {len(cuts)} photos never stood together like this.{without}"
    count = sum(len(faces) for _, faces in with_faces)
    facts: dict[str, object] = {"photos": len(cuts), "left_out": left_out, "faces": count}
    result = Image(pixels, images[0].space)
    return result, MadeReport(result.width, result.height, changed=True, reason=reason, label="a montage", facts=facts)


def bring_together_file(sources: Sequence[Path], target: Path, progress: Progress = silent) -> MadeReport:
    """`bring_together` from working files to one; for a child process."""
    result, report = bring_together([load_working(each) for each in sources], progress)
    progress("putting together", 0.95)
    save_working(result, target)
    return report


def _of_one_size(faces: Sequence[Face]) -> list[Face]:
    """The faces that the photo is of: those at least half as high as the largest."""
    return [face for face in faces if face.height >= 0.5 * faces[0].height]


def _face_side(heights: Sequence[float]) -> float:
    return float(np.clip(np.median(heights), *_FACE))


def _light_of(photo: Bytes, faces: Sequence[Face]) -> Plane:
    """Mean lightness and colour of the faces, and how far lightness spreads."""
    lab = to_lab(to_linear(to_planes(photo)))
    weight = weight_of(faces, (photo.shape[0], photo.shape[1])) + np.float32(1e-6)
    mean = (lab * weight[..., None]).sum((0, 1)) / weight.sum()
    spread = np.sqrt((np.square(lab[..., 0] - mean[0]) * weight).sum() / weight.sum())
    return floats(np.array([*mean, spread], np.float32))


def _cut(photo: Bytes, faces: Sequence[Face], side: float, light: Plane) -> _Cut:
    """The people of one photo, their faces `side` pixels high, in the light of the first one."""
    height, width = photo.shape[:2]
    tall = max(face.height for face in faces) * height
    left = min(face.x for face in faces) * width - _BESIDE * tall
    right = max(face.x + face.width for face in faces) * width + _BESIDE * tall
    top = min(face.y for face in faces) * height - _ABOVE * tall
    foot = max(face.y + face.height for face in faces) * height + _BELOW * tall
    columns = slice(max(0, round(left)), min(width, round(right)))
    rows = slice(max(0, round(top)), min(height, round(foot)))
    scale = side / tall
    size = round((columns.stop - columns.start) * scale), round((rows.stop - rows.start) * scale)
    weight = plane_in(people(photo, faces), (width, height))[rows, columns]
    weight = plane_in(floats(np.ascontiguousarray(weight)), size)
    planes = to_planes(grown(np.ascontiguousarray(photo[rows, columns]), size))
    weight = smooth(refined(weight, planes, max(2, round(0.06 * side))), 0.2, 0.9)
    below = (rows.stop - max(face.y + face.height for face in faces) * height) * scale / side
    return _Cut(_in_light(planes, _light_of(photo, faces), light), _open_sides(weight, side), below)


def _trimmed(cut: _Cut, below: float, side: float) -> _Cut:
    """No more of somebody than is to be seen, with a little room on both sides."""
    rows = slice(0, cut.planes.shape[0] - round((cut.below - below) * side))
    weight = _one_piece(floats(np.ascontiguousarray(cut.weight[rows])))
    shown = np.flatnonzero(weight.max(axis=0) > 0.05)
    spare = round(0.25 * side)
    columns = slice(max(0, int(shown[0]) - spare), int(shown[-1]) + spare) if len(shown) else slice(None)
    return _Cut(cut.planes[rows, columns], weight[:, columns], below)


def _one_piece(weight: Plane) -> Plane:
    """Without parts that hang together with nobody."""
    found = cv2.connectedComponentsWithStats((weight > 0.3).astype(np.uint8))
    areas: list[int] = np.asarray(found[2])[1:, cv2.CC_STAT_AREA].tolist()
    large = [number for number, area in enumerate(areas, 1) if area >= 0.3 * max(areas)]
    kept = np.isin(np.asarray(found[1]), large).astype(np.uint8)
    return floats(weight * cast("Bytes", cv2.dilate(kept, np.ones((5, 5), np.uint8))))


def _open_sides(weight: Plane, side: float) -> Plane:
    """Where a photo ends beside somebody, they fade out instead of being cut."""
    width = weight.shape[1]
    away = np.arange(width, dtype=np.float32)
    return floats(weight * smooth(floats(np.minimum(away, away[::-1])), 0, 0.35 * side))


def _in_light(planes: Planes, ours: Plane, wanted: Plane) -> Planes:
    lab = to_lab(to_linear(planes))
    contrast = float(np.clip(wanted[3] / max(float(ours[3]), 0.01), 0.8, 1.25)) ** _LIGHT
    tone = (lab[..., 0] - ours[0]) * contrast + ours[0]
    power = np.log(np.clip(ours[0] + _LIGHT * (wanted[0] - ours[0]), 0.1, 0.95)) / np.log(np.clip(ours[0], 0.1, 0.95))
    lab[..., 0] = np.power(np.clip(tone, 0, 1), np.clip(power, 0.6, 1.6))
    for axis in (1, 2):
        lab[..., axis] += _COLOUR * (wanted[axis] - ours[axis]) * np.clip(4 * lab[..., 0], 0, 1)
    return floats(np.clip(from_linear(from_lab(lab)), 0, 1))


def _backdrop_colour(photo: Bytes) -> Plane:
    """A calm colour that goes with the first photo."""
    lab = to_lab(to_linear(to_planes(sized(photo, 128)))).reshape(-1, 3)
    middle = np.median(lab, axis=0)
    return floats(
        np.array(
            [float(np.clip(middle[0], 0.42, 0.62)), *(np.clip(middle[1:] * 0.6, -0.03, 0.03)).tolist()], np.float32
        )
    )


def _backdrop(size: tuple[int, int], colour: Plane) -> Planes:
    """A studio's paper backdrop: light in the middle, darker to the corners, with a trace of grain."""
    width, height = size
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    far = np.sqrt((0.85 * x) ** 2 + (0.95 * (y + 0.25)) ** 2)
    lab = np.empty((height, width, 3), np.float32)
    lab[..., 0] = colour[0] + 0.16 - 0.26 * np.clip(far, 0, 1.5)
    lab[..., 0] += 0.004 * np.random.default_rng(3).standard_normal((height, width)).astype(np.float32)
    lab[..., 1:] = colour[1:]
    return from_linear(from_lab(lab))


def _montage(cuts: Sequence[_Cut], side: float, colour: Plane) -> Planes:
    """All in rows, the last ones at the back, everyone running out of the picture below."""
    below = min(_BELOW, *(cut.below for cut in cuts))
    cuts = [_trimmed(cut, below, side) for cut in cuts]
    rows = [cuts[start : start + _ROW] for start in range(0, len(cuts), _ROW)]
    places = [_places(row) for row in rows]
    width = max(ends[-1] for _, ends in places)
    high = max(cut.planes.shape[0] for cut in cuts)
    height = round(high + (len(rows) - 1) * _RAISED * side + 0.25 * side)
    sheet = _backdrop((width, height), colour)
    for number in reversed(range(len(rows))):
        begins, ends = places[number]
        shift = (width - ends[-1]) // 2
        lift = round(number * _RAISED * side)
        for cut, begin in zip(rows[number], begins, strict=True):
            _paste(sheet, cut, begin + shift, height - lift, side)
    return sheet


def _places(row: Sequence[_Cut]) -> tuple[list[int], list[int]]:
    """Where everyone begins and ends, from the left."""
    begins, ends, here = list[int](), list[int](), 0
    for cut in row:
        width = cut.planes.shape[1]
        begins.append(here)
        ends.append(here + width)
        here += round(width * _CLOSE)
    return begins, ends


def _paste(sheet: Planes, cut: _Cut, left: int, foot: int, side: float) -> None:
    """Lay somebody on the sheet, with a soft shadow, cut off where the sheet ends."""
    top = foot - cut.planes.shape[0]
    first, last = max(0, -top), min(cut.planes.shape[0], sheet.shape[0] - top)
    columns = slice(left, min(left + cut.planes.shape[1], sheet.shape[1]))
    area = sheet[top + first : top + last, columns]
    width = area.shape[1]
    weight = floats(np.ascontiguousarray(cut.weight[first:last, :width]))
    if top + last < sheet.shape[0]:
        weight = floats(
            weight * smooth(floats(np.arange(last - first, dtype=np.float32)[::-1]), 0, 0.9 * side)[:, None]
        )
    shadow = _open_sides(gaussian(weight, 0.16 * side), side)
    shadow *= smooth(floats(np.arange(last - first, dtype=np.float32)), 0, 0.4 * side)[:, None]
    darker = area * (1 - 0.28 * shadow[..., None])
    area[...] = mixed(floats(darker), cut.planes[first:last, :width], floats(weight)[..., None])
