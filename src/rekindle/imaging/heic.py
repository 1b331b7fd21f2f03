"""Decodes HEIC by pi-heif, which carries a decoder only (libde265)."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import pi_heif
from numpy.typing import NDArray

from rekindle.imaging.header_base import damaged
from rekindle.imaging.image import Metadata, Samples
from rekindle.imaging.vips import Picture, from_array, with_profile

pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.options.AUX_IMAGES = False
pi_heif.options.DECODE_THREADS = 2


class _HeifFile(Protocol):
    """The part of a pi-heif file that is used here."""

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def info(self) -> dict[str, object]: ...
    @property
    def __array_interface__(self) -> dict[str, object]: ...


_open_heif = cast("Callable[..., _HeifFile]", pi_heif.open_heif)  # pyright: ignore[reportUnknownMemberType]


class _Kept:
    """Samples that hold on to the file whose memory they are; pi-heif's own view does not."""

    def __init__(self, file: _HeifFile, samples: NDArray[np.uint8]) -> None:
        self.file = file
        self.__array_interface__ = samples.__array_interface__


def read_heic_metadata(path: Path) -> Metadata:
    """The metadata of a HEIC file; nothing is decoded. Raises DamagedFile."""
    return _metadata(_open(path))


def read_heic(path: Path) -> tuple[Picture, Metadata]:
    """The upright picture with its profile attached, and the metadata.

    Samples of more than 8 bits come scaled to 16. Raises DamagedFile.
    """
    file = _open(path)
    try:
        samples = _samples(file)
    except (RuntimeError, ValueError, OSError, EOFError, SyntaxError) as error:
        raise damaged("is cut short or its picture data is broken") from error
    metadata = _metadata(file)
    picture = from_array(samples)
    return (with_profile(picture, metadata.icc) if metadata.icc else picture), metadata


def _open(path: Path) -> _HeifFile:
    try:
        file = _open_heif(path, convert_hdr_to_8bit=False)
        if min(file.size) < 1:  # a file may open and hold no picture: then even asking for its size fails
            raise ValueError(file.size)
    except (RuntimeError, ValueError, OSError, EOFError, SyntaxError, LookupError) as error:
        raise damaged("is cut short or its picture data is broken") from error
    return file


def _samples(file: _HeifFile) -> Samples:
    """The decoded samples, without the padding at the end of rows, as long as anyone needs them."""
    view = np.asarray(cast("NDArray[np.uint8]", file))
    return cast("Samples", np.asarray(cast("NDArray[np.uint8]", _Kept(file, view)))[:, : file.size[0]])


def _metadata(file: _HeifFile) -> Metadata:
    exif, xmp, icc = (file.info.get(name) for name in ("exif", "xmp", "icc_profile"))
    return Metadata(
        exif=exif.removeprefix(b"Exif\0\0") if isinstance(exif, bytes) and exif else None,
        xmp=xmp if isinstance(xmp, bytes) and xmp else None,
        icc=icc if isinstance(icc, bytes) and icc else None,
    )
