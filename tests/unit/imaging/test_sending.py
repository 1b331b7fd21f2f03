"""Pictures in the form in which they leave, and what is made of those that come back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from rekindle.imaging.image import Image, Space
from rekindle.imaging.marks import write_mask
from rekindle.imaging.sending import bring_in, sent_size, write_sent, write_sent_mask
from rekindle.imaging.working import load_working, save_working
from tests.factories import faded, scene


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(10_000, 10**8), st.integers(64, 8192))
def test_what_is_sent_fits_the_model_and_is_never_made_larger(
    width: int, height: int, max_pixels: int, max_side: int
) -> None:
    across, down = sent_size(width, height, max_pixels=max_pixels, max_side=max_side)
    assert 1 <= across <= min(width, max_side)
    assert 1 <= down <= min(height, max_side)
    assert across * down <= max_pixels or 1 in (across, down)
    if width * height <= max_pixels and max(width, height) <= max_side:
        assert (across, down) == (width, height)


def working(folder: Path, image: Image) -> Path:
    path = folder / "working.tif"
    save_working(image, path)
    return path


@pytest.mark.parametrize("space", list(Space))
@pytest.mark.parametrize("kind", ["colour", "grey", "deep", "clear"])
def test_whatever_the_working_file_is_like_a_plain_jpeg_in_srgb_leaves(tmp_path: Path, space: Space, kind: str) -> None:
    pixels = np.asarray(faded(200, 100))
    alpha = None
    if kind == "grey":
        pixels = np.repeat(pixels[:, :, :1], 3, axis=2)
    if kind == "deep":
        pixels = pixels.astype(np.uint16) * np.uint16(257)
    if kind == "clear":
        alpha = np.full((100, 200), 255, np.uint8)
    source = working(tmp_path, Image(np.ascontiguousarray(pixels), space, alpha, kind == "grey"))
    write_sent(source, tmp_path / "sent.jpg", (100, 50))
    with Pillow.open(tmp_path / "sent.jpg") as sent:
        assert (sent.format, sent.mode, sent.size) == ("JPEG", "RGB", (100, 50))
        assert set(sent.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        if space is Space.SRGB and kind == "colour":
            small = faded(200, 100).resize((100, 50), Pillow.Resampling.LANCZOS)
            assert np.abs(np.asarray(sent, float) - np.asarray(small, float)).mean() < 4


def test_a_mask_is_made_as_large_as_what_is_sent(tmp_path: Path) -> None:
    mask = np.zeros((100, 200), bool)
    mask[20:60, 50:150] = True
    write_mask(mask, tmp_path / "mask.png")
    write_sent_mask(tmp_path / "mask.png", tmp_path / "sent.png", (50, 25))
    with Pillow.open(tmp_path / "sent.png") as sent:
        assert (sent.mode, sent.size) == ("L", (50, 25))
        values = np.asarray(sent)
    assert set(np.unique(values)) == {0, 255}
    assert values[10, 25] == 255
    assert values[2, 2] == 0


def test_what_was_mended_comes_in_on_the_frame_of_the_photo_and_what_is_new_on_its_own(tmp_path: Path) -> None:
    source = working(tmp_path, Image(np.asarray(faded(320, 240))))
    scene(320, 240).resize((640, 480)).save(tmp_path / "result.png")
    mended = bring_in(tmp_path / "result.png", source, tmp_path / "mended.tif", "mended")
    assert (mended.reason, mended.width / mended.height) == ("", 4 / 3)
    scene(320, 240, seed=5).resize((300, 300)).save(tmp_path / "other.png")
    new = bring_in(tmp_path / "other.png", source, tmp_path / "new.tif", "new")
    assert (new.reason, new.width, new.height) == ("", 300, 300)
    assert load_working(tmp_path / "new.tif").pixels.shape == (300, 300, 3)
    assert bring_in(tmp_path / "other.png", source, tmp_path / "no.tif", "mended").reason
    assert not (tmp_path / "no.tif").exists()
