"""A film of a photo: a slow pan and zoom that ends on its faces, as an MP4 file with a poster."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from rekindle.imaging.faces import find_faces, focus_of
from rekindle.imaging.image import Samples
from rekindle.imaging.making.h264.film import Move, write_film
from rekindle.imaging.making.made import Bytes, MadeReport, sized
from rekindle.imaging.pipeline import Progress
from rekindle.imaging.restoration import silent
from rekindle.imaging.working import load_working

SHORT, LONG = 720, 1280
"""Shorter side of a film, and the most that its longer one may have; both multiples of 16."""
RATE = 24
"""Pictures a second."""
SHORTEST, LONGEST = 2, 15
_ZOOM = 1.22
"""How much larger the photo gets from beginning to end."""
_FROM_START = 0.6
"""How far towards its focus the camera looks from the start, where it does not see the whole photo."""
_KEPT = 2560
"""Longest side, in pixels, of the copy that the camera moves over."""
_POSTER_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a camera looks at a picture: the middle, and how many pixels of the picture one of the film covers."""

    x: float
    y: float
    scale: float


def film_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the film of a photo: 720p in the photo's own proportions, at most 16:9 lying or standing."""
    longer = min(LONG, round(SHORT * max(width, height) / min(width, height) / 16) * 16)
    return (longer, SHORT) if width >= height else (SHORT, longer)


def cameras(photo: tuple[int, int], focus: tuple[float, float] | None, count: int) -> list[Camera]:
    """The way of the camera over a photo of this (width, height): from all that fits, to its focus and a little closer.

    It starts and ends slowly, and never leaves the photo.
    """
    width, height = photo
    wide, high = film_size(width, height)
    widest = min(width / wide, height / high)
    x, y = focus or (0.5, 0.46)
    start_x, start_y = (0.5 + _FROM_START * (place - 0.5) for place in (x, y))
    path: list[Camera] = []
    for number in range(count):
        share = number / max(1, count - 1)
        eased = share * share * (3 - 2 * share)
        scale = widest / (1 + (_ZOOM - 1) * eased)
        half_x, half_y = scale * wide / 2, scale * high / 2
        middle_x = width * (start_x + (x - start_x) * eased)
        middle_y = height * (start_y + (y - start_y) * eased)
        if focus is None and height * wide > 1.15 * width * high:
            # A photo much higher than the film is looked over from top to bottom.
            middle_y = half_y + (height - 2 * half_y) * (0.15 + 0.7 * eased)
        middle_x = min(max(middle_x, half_x), width - half_x)
        middle_y = min(max(middle_y, half_y), height - half_y)
        path.append(Camera(middle_x, middle_y, scale))
    return path


def animate(pixels: Samples, target: Path, seconds: int, progress: Progress = silent) -> tuple[Bytes, MadeReport]:
    """Write the film of RGB samples and return its poster, the last picture of it."""
    photo = sized(pixels, _KEPT)
    faces = find_faces(photo)
    height, width = photo.shape[:2]
    lasts = min(max(seconds, SHORTEST), LONGEST)
    path = cameras((width, height), focus_of(faces), lasts * RATE)
    size = film_size(width, height)

    def frames() -> Iterator[Bytes]:
        for number, camera in enumerate(path):
            progress("filming", number / len(path))
            yield _seen(photo, camera, size)

    write_film(target, frames(), [_move(one, two, size) for one, two in pairwise(path)], size, RATE)
    poster = _seen(photo, path[-1], size)
    towards = f"towards {len(faces)} face(s)" if faces else "towards its middle"
    reason = f"The camera moves over the photo {towards}; nothing in the photo itself moves."
    facts: dict[str, object] = {"seconds": lasts, "rate": RATE, "faces": len(faces)}
    return poster, MadeReport(*size, changed=True, reason=reason, label="a film", facts=facts)


def animate_file(source: Path, target: Path, poster: Path, seconds: int, progress: Progress = silent) -> MadeReport:
    """`animate` from a working file to an MP4 file and a JPEG file; for a child process."""
    shown, report = animate(load_working(source).pixels, target, seconds, progress)
    _, coded = cv2.imencode(".jpg", shown[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _POSTER_QUALITY])
    poster.write_bytes(coded.tobytes())
    return report


def _seen(photo: Bytes, camera: Camera, size: tuple[int, int]) -> Bytes:
    """What the camera sees, as a picture of this (width, height)."""
    matrix = np.array(
        [
            [camera.scale, 0, camera.x - camera.scale * size[0] / 2 + (camera.scale - 1) / 2],
            [0, camera.scale, camera.y - camera.scale * size[1] / 2 + (camera.scale - 1) / 2],
        ]
    )
    if camera.scale > 1.3:
        # Never reached by much: the copy is at most twice as large as the film.
        photo = cast("Bytes", cv2.GaussianBlur(photo, (0, 0), 0.35 * camera.scale))
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cast("Bytes", cv2.warpAffine(photo, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _move(one: Camera, two: Camera, size: tuple[int, int]) -> Move:
    """Where the picture of the second camera is found in that of the first: x -> zoom * x + shift."""
    zoom = two.scale / one.scale
    across = (two.x - one.x) / one.scale + (1 - zoom) * (size[0] - 1) / 2
    down = (two.y - one.y) / one.scale + (1 - zoom) * (size[1] - 1) / 2
    return Move(zoom, across, down)
