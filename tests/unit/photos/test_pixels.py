"""What happens to a photo on its way in, whatever its channels: looked at, straightened, shown."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rekindle.imaging.quadrilateral import FULL_FRAME
from rekindle.imaging.working import load_working
from rekindle.photos.pixels import examine, make_previews, prepare
from rekindle.safety.uploads import UploadLimits
from tests.factories import scene

LIMITS = UploadLimits()


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "CMYK"])
@pytest.mark.parametrize("size", [(1, 1), (320, 240), (2100, 1401), (4032, 120)])
def test_an_upload_of_any_channels_and_size_is_examined(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    source = tmp_path / ("photo.png" if mode == "RGBA" else "photo.jpg")
    scene(320, 240).resize(size).convert(mode).save(source)
    found = examine(source, tmp_path, LIMITS)
    assert (found.inspected.width, found.inspected.height) == size
    assert found.found.corners == FULL_FRAME
    with Pillow.open(found.inspected.preview) as preview, Pillow.open(found.inspected.thumbnail) as thumbnail:
        assert max(preview.size) == min(2000, max(size))
        assert max(thumbnail.size) == min(400, max(size))
        assert preview.mode == thumbnail.mode == ("L" if mode == "L" else "RGB")


def test_a_photo_that_needs_no_straightening_is_prepared_sample_by_sample(tmp_path: Path) -> None:
    scene(320, 240).save(tmp_path / "photo.png")
    made = prepare(tmp_path / "photo.png", tmp_path / "work.tif", FULL_FRAME)
    assert (made.width, made.height, made.measures.width) == (320, 240, 320)
    assert np.array_equal(load_working(tmp_path / "work.tif").pixels, np.asarray(Pillow.open(tmp_path / "photo.png")))
    make_previews(tmp_path / "work.tif", tmp_path / "preview.jpg", tmp_path / "thumbnail.jpg")
    with Pillow.open(tmp_path / "preview.jpg") as preview:
        apart = np.abs(np.asarray(preview, float) - np.asarray(Pillow.open(tmp_path / "photo.png"), float))
        assert (preview.size, apart.mean() < 4) == ((320, 240), True)
