"""Pictures of paper prints whose corners are known: photographs put onto surfaces with light, perspective and dirt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.corner_surfaces import MADE, Floats, Surface, cloud

Photo = NDArray[np.uint8]
Places = NDArray[np.float64]

KINDS = ("table", "sheet", "tilted", "shadow", "glare", "fingers", "album", "scan")


@dataclass(frozen=True, slots=True)
class Scene:
    """An RGB picture (height, width, 3) with a print in it.

    `corners` are those of the paper and `printed` those of what is within its white border, if it has one: both (4, 2),
    0..1, clockwise from the top left.
    """

    kind: str
    picture: Photo
    corners: Places
    printed: Places


@dataclass(frozen=True, slots=True)
class Paper:
    """A print lying flat, (height, width, 3) in 0..1, and the width of its white border in pixels."""

    face: Floats
    border: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene is made in: its dice, its size in pixels, the surfaces that it may use."""

    rng: np.random.Generator
    width: int
    height: int
    surfaces: Sequence[Surface]

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


def compose(kind: str, photos: Sequence[Photo], rng: np.random.Generator, extra: Sequence[Surface] = ()) -> Scene:
    """A scene of a kind of KINDS with the first of the photos; the others, if any, are its neighbours in the album."""
    long_side, ratio = int(rng.uniform(800, 1300)), rng.choice([3 / 4, 2 / 3, 9 / 16])
    sides = (long_side, int(long_side * ratio))
    width, height = sides if rng.random() < 0.5 else sides[::-1]
    stage = Stage(rng, width, height, (*MADE, *extra) if kind != "sheet" else (MADE[3],))
    if kind == "scan":
        return _scan(stage, photos[0])
    paper = _paper(rng, photos[0], bordered=rng.random() < 0.4)
    places = _placed(stage, paper, kind)
    canvas = _surface(stage)
    if kind == "album":
        canvas = _neighbours(stage, canvas, photos[1:], places)
    canvas = _lay(stage, canvas, paper, places)
    canvas = _light(stage, canvas, places, kind)
    if kind == "fingers":
        canvas = _fingers(stage, canvas, places)
    printed = _printed(paper, places)
    return Scene(kind, _photographed(rng, canvas), places / (width, height), printed / (width, height))


def bare(rng: np.random.Generator, extra: Sequence[Surface] = ()) -> Photo:
    """A picture of a surface with nothing on it; now and then of noise alone."""
    stage = Stage(rng, 800, 600, (*MADE, *extra))
    if rng.random() < 0.1:
        return rng.integers(0, 256, (stage.height, stage.width, 3), np.uint8)
    middle = np.array([(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)]) * stage.size
    return _photographed(rng, _light(stage, _surface(stage), middle, str(rng.choice(["table", "shadow", "glare"]))))


def cut_off(scene: Scene, rng: np.random.Generator) -> Photo:
    """A part of a scene in which one side of the print or more is missing: it has no four corners to be found."""
    height, width = scene.picture.shape[:2]
    middle, corner = scene.corners.mean(axis=0), scene.corners[rng.integers(4)]
    x, y = ((middle + (corner - middle) * rng.uniform(0.3, 0.85)) * (width, height)).astype(int)
    columns = slice(int(x), None) if corner[0] < middle[0] else slice(0, int(x))
    rows = slice(int(y), None) if corner[1] < middle[1] else slice(0, int(y))
    both = rng.random() < 0.5
    return np.ascontiguousarray(scene.picture[rows if both else slice(None), columns])


def _paper(rng: np.random.Generator, photo: Photo, *, bordered: bool) -> Paper:
    """The print lying flat: cut to a usual format, faded or not, with or without a white border."""
    ratio = rng.choice([3 / 2, 4 / 3, 7 / 5, 1.0, 2 / 3, 3 / 4])
    height, width = photo.shape[:2]
    cut_width, cut_height = min(width, int(height * ratio)), min(height, int(width / ratio))
    left, top = (width - cut_width) // 2, (height - cut_height) // 2
    print_ = photo[top : top + cut_height, left : left + cut_width].astype(np.float32) / 255
    if rng.random() < 0.4:
        grey = print_.mean(axis=2, keepdims=True)
        print_ = grey * rng.choice(np.array([[1, 1, 1], [1, 0.9, 0.72]])) * (1 - 0.1) + 0.05
    if rng.random() < 0.4:
        print_ = print_ * rng.uniform(0.5, 0.9) + rng.uniform(0.05, 0.15)
    edge = 0
    if bordered:
        edge = int(rng.uniform(0.02, 0.07) * min(cut_width, cut_height))
        white = tuple(float(value) for value in rng.uniform(0.85, 0.98) * np.array([1, rng.uniform(0.95, 1), 0.94]))
        print_ = cv2.copyMakeBorder(print_, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=white)
    return Paper(np.asarray(print_, np.float32), edge)


def _printed(paper: Paper, places: Places) -> Places:
    """Where the corners of what is printed are seen, when those of the paper are seen at `places`."""
    (height, width), edge = paper.face.shape[:2], paper.border
    outer = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inner = np.abs(outer - edge).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(outer, places.astype(np.float32))
    return np.asarray(cv2.perspectiveTransform(inner.reshape(-1, 1, 2), matrix), np.float64).reshape(4, 2)


def _placed(stage: Stage, paper: Paper, kind: str) -> Places:
    """Where the corners of the paper are seen: a pinhole camera above a tilted, turned sheet."""
    rng, ratio = stage.rng, paper.face.shape[1] / paper.face.shape[0]
    tilt = math.radians(30 if kind == "tilted" else 12)
    for _ in range(200):
        flat = np.array([(-ratio, -1, 0), (ratio, -1, 0), (ratio, 1, 0), (-ratio, 1, 0)]) / math.hypot(ratio, 1)
        turn = math.radians(rng.normal(0, 12) if rng.random() < 0.85 else rng.uniform(-30, 30))
        space = flat @ _rotation(rng.uniform(-tilt, tilt), rng.uniform(-tilt, tilt), turn).T
        focal = math.hypot(*stage.size) * rng.uniform(0.6, 1.0)
        far = focal * 2 / (rng.uniform(0.6, 1.15) * math.hypot(*stage.size))
        seen = space[:, :2] / (space[:, 2:] + far) * focal
        seen = seen + np.array(stage.size) * (0.5 + rng.normal(0, 0.05, 2))
        margin = 0.012 * min(stage.size)
        if seen.min() > margin and (np.array(stage.size) - seen).min() > margin:
            return seen
    inset = np.array([(0.15, 0.15), (0.85, 0.15), (0.85, 0.85), (0.15, 0.85)])
    return inset * stage.size


def _rotation(x: float, y: float, z: float) -> Places:
    about_x = np.array([[1, 0, 0], [0, math.cos(x), -math.sin(x)], [0, math.sin(x), math.cos(x)]])
    about_y = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    about_z = np.array([[math.cos(z), -math.sin(z), 0], [math.sin(z), math.cos(z), 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


def _surface(stage: Stage) -> Floats:
    """A surface, larger than the picture, turned and seen at a slant."""
    rng = stage.rng
    side = int(1.5 * max(stage.size))
    flat = stage.surfaces[int(rng.integers(len(stage.surfaces)))](rng, side, side)
    turn = rng.uniform(-180, 180) if rng.random() < 0.6 else rng.choice([0, 90])
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), float(turn), float(rng.uniform(0.9, 1.4)))
    matrix[:, 2] += np.array(stage.size) / 2 - side / 2
    full = np.vstack([matrix, [rng.uniform(-1, 1) * 1e-4, rng.uniform(-1, 1) * 1e-4, 1]])
    return np.asarray(cv2.warpPerspective(flat, full, stage.size, borderMode=cv2.BORDER_REFLECT), np.float32)


def _lay(stage: Stage, canvas: Floats, paper: Paper, places: Places) -> Floats:
    """The canvas with the paper on it: slightly bent, with the shadow of its edge."""
    rng, (height, width) = stage.rng, paper.face.shape[:2]
    inner = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(places.astype(np.float32), inner)
    y, x = np.mgrid[: stage.height, : stage.width].astype(np.float32) + 0.5
    u, v, w = np.tensordot(matrix, np.stack([x, y, np.ones_like(x)]), 1)
    u, v = u / w, v / w
    bow = rng.normal(0, 0.006, 2) if rng.random() < 0.6 else np.zeros(2)
    across, down = np.clip(u / width, 0, 1), np.clip(v / height, 0, 1)
    u, v = u + bow[0] * width * 4 * down * (1 - down), v + bow[1] * height * 4 * across * (1 - across)
    shrink = max(1.0, math.sqrt(width * height / cv2.contourArea(places.astype(np.float32))))
    source = cv2.GaussianBlur(paper.face, (0, 0), 0.5 * shrink)
    u32, v32 = (u - 0.5).astype(np.float32), (v - 0.5).astype(np.float32)
    print_ = cv2.remap(source, u32, v32, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    scale = 1 / shrink
    inside = np.minimum(np.minimum(u, width - u), np.minimum(v, height - v)) * scale
    mask = np.clip(inside + 0.5, 0, 1)[..., None].astype(np.float32)
    return np.asarray(_shadowed(stage, canvas, mask) * (1 - mask) + print_ * mask, np.float32)


def _shadowed(stage: Stage, canvas: Floats, mask: Floats) -> Floats:
    """The canvas with the narrow shadow that a sheet of paper casts beside itself."""
    rng = stage.rng
    shift = np.array([[1, 0, rng.normal(0, 3)], [0, 1, rng.normal(0, 3)]])
    shadow = cv2.warpAffine(mask, shift, stage.size)
    shadow = np.asarray(cv2.GaussianBlur(shadow, (0, 0), rng.uniform(1, 6)), np.float32)[..., None]
    return np.asarray(canvas * (1 - rng.uniform(0.05, 0.5) * shadow), np.float32)


def _light(stage: Stage, canvas: Floats, places: Places, kind: str) -> Floats:
    rng = stage.rng
    y, x = np.mgrid[: stage.height, : stage.width].astype(np.float32)
    slope = rng.normal(0, 0.15, 2)
    lit = canvas * (1 + slope[0] * (x / stage.width - 0.5) + slope[1] * (y / stage.height - 0.5))[..., None]
    if kind == "shadow":
        angle, at = rng.uniform(0, 2 * math.pi), places[rng.integers(4)] * 0.5 + places.mean(axis=0) * 0.5
        side = (
            (x - at[0]) * math.cos(angle)
            + (y - at[1]) * math.sin(angle)
            + 15 * cloud(rng, stage.height, stage.width, 200)
        )
        soft = rng.uniform(3, 40)
        lit = lit * (1 - rng.uniform(0.3, 0.6) / (1 + np.exp(-np.clip(side / soft, -30, 30))))[..., None]
    if kind == "glare":
        at = places.mean(axis=0) + rng.normal(0, 0.12, 2) * stage.size
        wide = rng.uniform(0.04, 0.15, 2) * max(stage.size)
        glow = np.exp(-(((x - at[0]) / wide[0]) ** 2 + ((y - at[1]) / wide[1]) ** 2))
        lit = lit + rng.uniform(0.5, 1.3) * glow[..., None]
    return np.asarray(lit, np.float32)


def _fingers(stage: Stage, canvas: Floats, places: Places) -> Floats:
    """The canvas with one to three fingertips that come in from the side and hold the print near a corner."""
    rng = stage.rng
    corner = rng.integers(4)
    beside = places[(corner + rng.choice([1, 3])) % 4]
    at = places[corner] + (beside - places[corner]) * rng.uniform(0.0, 0.35)
    outwards = (at - places.mean(axis=0)) / np.linalg.norm(at - places.mean(axis=0))
    skin = rng.choice(np.array([[0.85, 0.62, 0.5], [0.6, 0.4, 0.3], [0.4, 0.26, 0.2], [0.93, 0.76, 0.66]]))
    thick = rng.uniform(0.035, 0.06) * max(stage.size)
    mask = np.zeros((stage.height, stage.width), np.float32)
    for finger in range(int(rng.integers(1, 4))):
        sideways = np.array([-outwards[1], outwards[0]]) * thick * 1.1 * finger
        tip = at + sideways - outwards * thick * rng.uniform(0.1, 0.8)
        tail = at + sideways + outwards * 2 * max(stage.size)
        cv2.line(mask, tuple(map(int, tip)), tuple(map(int, tail)), 1.0, int(thick))
    shade = np.asarray(cv2.GaussianBlur(mask, (0, 0), thick / 5), np.float32)[..., None]
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.0), np.float32)[..., None]
    return canvas * (1 - 0.3 * shade) * (1 - soft) + skin * (0.6 + 0.4 * shade) * soft


def _neighbours(stage: Stage, canvas: Floats, photos: Sequence[Photo], places: Places) -> Floats:
    """The canvas with other prints beside the one in the middle, as on the page of an album."""
    centre = places.mean(axis=0)
    across = (places[1] + places[2] - places[0] - places[3]) / 2 * stage.rng.uniform(1.06, 1.2)
    down = (places[2] + places[3] - places[0] - places[1]) / 2 * stage.rng.uniform(1.06, 1.2)
    shifts = [across, -across, down, -down]
    for index, photo in zip(stage.rng.permutation(4), photos, strict=False):
        paper = _paper(stage.rng, photo, bordered=bool(stage.rng.random() < 0.4))
        shifted = centre + shifts[index] + (places - centre) * stage.rng.uniform(0.9, 1.0)
        canvas = _lay(stage, canvas, paper, shifted)
    return canvas


def _scan(stage: Stage, photo: Photo) -> Scene:
    """A flatbed scan: nearly all print, a thin margin of the lid, hardly turned, no perspective."""
    rng = stage.rng
    paper = _paper(rng, photo, bordered=rng.random() < 0.5)
    long_side = max(stage.size)
    height, width = (np.array(paper.face.shape[:2]) * long_side / max(paper.face.shape[:2])).astype(int)
    inner = Stage(rng, int(width), int(height), ())
    margins = rng.uniform(0.006, 0.05, 4) * long_side
    flat = np.array([(margins[0], margins[1]), (width - margins[2], margins[1])])
    flat = np.vstack([flat, [(width - margins[2], height - margins[3]), (margins[0], height - margins[3])]])
    turn = math.radians(rng.normal(0, 0.4))
    middle = flat.mean(axis=0)
    turned = (flat - middle) @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    places = np.clip(turned + middle, 2, np.array([width, height]) - 2)
    lid = rng.choice([0.97, 0.93, 0.88, 0.7, 0.05]) * np.ones((int(height), int(width), 3), np.float32)
    canvas = _lay(inner, lid, paper, places)
    printed = _printed(paper, places)
    return Scene("scan", _photographed(rng, canvas, dirt=0.4), places / (width, height), printed / (width, height))


def _photographed(rng: np.random.Generator, canvas: Floats, *, dirt: float = 1.0) -> Photo:
    """What the camera makes of it: blur, a colour cast, noise, eight bits, JPEG."""
    soft = cv2.GaussianBlur(canvas, (0, 0), dirt * rng.uniform(0.4, 1.6) + 0.1)
    cast = soft * (1 + dirt * rng.normal(0, 0.04, 3)) * rng.uniform(0.8, 1.05)
    noisy = cast + rng.normal(size=canvas.shape) * dirt * rng.uniform(0.002, 0.03)
    eight = (np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(70, 96))]
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(eight[..., ::-1]), quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
