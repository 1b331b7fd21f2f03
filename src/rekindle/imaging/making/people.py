"""Which pixels belong to people, guessed from where their faces are."""

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from rekindle.imaging.faces import Face
from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.making.made import Bytes, sized
from rekindle.imaging.planes import Plane, box, floats, gaussian, luma

LONGEST = 400
"""Pixels of the copy in which people are looked for."""
_ROUNDS = 3
_SHOULDERS = 1.7
"""Half the width of shoulders, in widths of a face."""


def people(samples: Samples, faces: Sequence[Face]) -> Plane:
    """How much each pixel of a copy of at most `LONGEST` pixels belongs to the people with these faces, 0..1.

    Heads and shoulders by C. Rother and others, GrabCut (SIGGRAPH 2004), begun from ovals around the faces; where that
    finds too little or too much, the ovals themselves.
    """
    small = sized(samples, LONGEST)
    height, width = small.shape[:2]
    surely, maybe = (np.zeros((height, width), np.uint8) for _ in range(2))
    for face in faces:
        _draw(surely, face, 0.78)
        _draw(maybe, face, 1.3)
    guess = _cut(small, surely, maybe)
    share, expected = float((guess > 0).sum()), float((surely > 0).sum())
    if not 0.8 * expected < share < 4.5 * expected:
        guess = surely
    guess = cast("Bytes", cv2.morphologyEx(guess, cv2.MORPH_CLOSE, _round(height, 0.02)))
    guess = cast("Bytes", cv2.morphologyEx(guess, cv2.MORPH_OPEN, _round(height, 0.012)))
    guess = np.maximum(guess, _heads(faces, (height, width)))
    return floats(np.clip(gaussian(floats((guess > 0).astype(np.float32)), max(1.0, 0.004 * max(height, width))), 0, 1))


def _cut(small: Bytes, surely: Bytes, maybe: Bytes) -> Bytes:
    marks = np.where(maybe > 0, np.uint8(cv2.GC_PR_BGD), np.uint8(cv2.GC_BGD)).astype(np.uint8)
    marks[surely > 0] = cv2.GC_PR_FGD
    core = cast("Bytes", cv2.erode(surely, _round(surely.shape[0], 0.035)))
    marks[core > 0] = cv2.GC_FGD
    if not (marks == cv2.GC_BGD).any():
        return surely
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    try:
        cv2.grabCut(small, marks, (0, 0, 0, 0), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        return surely
    found = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    return _touching(found, core)


def _touching(found: Bytes, core: Bytes) -> Bytes:
    """The parts that hang together with a face."""
    _, labels = cv2.connectedComponents(found)
    kept = np.unique(labels[core > 0])
    return (np.isin(labels, kept[kept > 0])).astype(np.uint8)


def _draw(mask: Bytes, face: Face, size: float) -> None:
    """An oval head, and a body from the neck down to the lower edge, with round shoulders."""
    height, width = mask.shape
    middle = round((face.x + face.width / 2) * width), round((face.y + face.height * 0.45) * height)
    across, down = face.width * width, face.height * height
    head = max(1, round(0.72 * size * across)), max(1, round(0.82 * size * down))
    cv2.ellipse(mask, middle, head, 0, 0, 360, 1, -1)
    shoulder = max(1, round(_SHOULDERS * size * across))
    top = round((face.y + face.height * 1.55) * height)
    rise = max(1, round(0.6 * size * down))
    cv2.ellipse(mask, (middle[0], top + rise // 2), (shoulder, rise), 0, 180, 360, 1, -1)
    foot = min(height, round(top + 5.5 * down))
    cv2.rectangle(mask, (middle[0] - shoulder, top + rise // 2), (middle[0] + shoulder, foot), 1, -1)
    neck = max(1, round(0.38 * across))
    cv2.rectangle(mask, (middle[0] - neck, middle[1]), (middle[0] + neck, top + rise // 2), 1, -1)


def _heads(faces: Sequence[Face], shape: tuple[int, int]) -> Bytes:
    """Faces are people whatever the cut says."""
    mask = np.zeros(shape, np.uint8)
    for face in faces:
        middle = round((face.x + face.width / 2) * shape[1]), round((face.y + face.height / 2) * shape[0])
        axes = max(1, round(0.5 * face.width * shape[1])), max(1, round(0.55 * face.height * shape[0]))
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 1, -1)
    return mask


def _round(height: int, share: float) -> Bytes:
    side = 2 * max(1, round(share * height)) + 1
    return cast("Bytes", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


def refined(mask: Plane, planes: Planes, reach: int) -> Plane:
    """A mask whose rim follows what is seen within `reach` pixels: K. He and others, Guided image filtering (2010)."""
    tone, side = luma(planes), 2 * reach + 1
    mean, weight = box(tone, side), box(mask, side)
    spread = box(floats(tone * tone), side) - mean * mean
    slope = floats((box(floats(tone * mask), side) - mean * weight) / (spread + np.float32(1e-3)))
    line = box(slope, side) * tone + box(floats(weight - slope * mean), side)
    return floats(np.clip((line - 0.08) / 0.84, 0, 1))
