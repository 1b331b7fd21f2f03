"""The HEIC files of the benchmarks are such as phones make them: a grid of tiles."""

from pathlib import Path

import numpy as np

from benchmarks.heic_grid import build
from rekindle.imaging.decode import decode
from rekindle.imaging.formats import Format
from rekindle.imaging.header import read_header


def test_a_grid_is_read_as_one_picture(tmp_path: Path) -> None:
    path = tmp_path / "grid.heic"
    path.write_bytes(build(2, 3))
    header = read_header(path)
    assert (header.format, header.width, header.height, header.frames) == (Format.HEIC, 1024, 1536, 1)
    pixels = decode(path)[0].pixels
    assert pixels.shape == (1536, 1024, 3)
    assert np.array_equal(pixels[:512, :512], pixels[1024:, 512:])
    assert pixels.std() > 20
