"""Masks in files: what counts as marked, what becomes of thin lines, and which pictures a mask fits."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rekindle.imaging.header_base import DamagedFile
from rekindle.imaging.marks import LONGEST, MaskDoesNotFit, check_proportions, fitted, load_mask, read_mask, write_mask

SIDES = st.integers(1, 4000)


def some(height: int = 60, width: int = 80, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width)) < 0.3


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 9))
def test_a_written_mask_comes_back_as_it_was(tmp_path_factory, height: int, width: int, seed: int) -> None:
    path = tmp_path_factory.mktemp("mask") / "mask.png"
    mask = some(height, width, seed)
    write_mask(mask, path)
    assert np.array_equal(read_mask(path, height, width), mask)


def test_a_mask_is_written_in_eight_bits_of_grey_and_never_larger_than_a_brush_needs(tmp_path: Path) -> None:
    write_mask(some(1500, 3000), tmp_path / "mask.png")
    with Image.open(tmp_path / "mask.png") as picture:
        assert (picture.mode, picture.size) == ("L", (LONGEST, LONGEST // 2))
        assert set(np.unique(np.asarray(picture))) == {0, 255}
    assert [path.name for path in tmp_path.iterdir()] == ["mask.png"]


@pytest.mark.parametrize("shape", [(3000, 4000), (6000, 9000)])
def test_a_scratch_one_pixel_wide_survives_being_written_and_read(tmp_path: Path, shape: tuple[int, int]) -> None:
    mask = np.zeros(shape, bool)
    mask[:, shape[1] // 3] = True
    write_mask(mask, tmp_path / "mask.png")
    again = read_mask(tmp_path / "mask.png", *shape)
    assert again[:, shape[1] // 3].mean() > 0.99
    assert again.mean() < 20 * mask.mean()


@given(SIDES, SIDES)
def test_all_stays_all_and_nothing_stays_nothing_in_any_size(height: int, width: int) -> None:
    for value in (True, False):
        assert (fitted(np.full((30, 40), value), height % 200 + 1, width % 200 + 1) == value).all()


def test_a_field_keeps_its_share_when_it_grows_and_nearly_so_when_it_shrinks() -> None:
    mask = np.zeros((300, 400), bool)
    mask[75:150, 100:200] = True
    assert fitted(mask, 900, 1200).mean() == pytest.approx(mask.mean(), rel=0.02)
    assert fitted(mask, 100, 133).mean() == pytest.approx(mask.mean(), rel=0.1)


@pytest.mark.parametrize(
    ("mode", "below", "above"),
    [("L", 127, 128), ("RGB", (127, 127, 127), (0, 128, 0)), ("RGBA", (255, 255, 255, 127), (255, 0, 0, 255)),
     ("LA", (127, 255), (255, 128)), ("1", 0, 1), ("I;16", 32_767, 32_768)],
)  # fmt: skip
def test_half_of_the_light_times_alpha_counts_as_marked(
    tmp_path: Path, mode: str, below: object, above: object
) -> None:
    for value, marked in ((below, False), (above, True)):
        Image.new(mode, (5, 4), value).save(tmp_path / "mask.png")
        assert (load_mask(tmp_path / "mask.png") == marked).all()


def test_what_can_hardly_be_seen_is_not_marked_however_bright(tmp_path: Path) -> None:
    pixels = np.zeros((1, 4, 4), np.uint8)
    pixels[0, :, 0] = (255, 200, 200, 128)
    pixels[0, :, 3] = (127, 180, 150, 255)
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    assert load_mask(tmp_path / "mask.png").tolist() == [[False, True, False, True]]


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    write_mask(some(), tmp_path / "mask.png")
    (tmp_path / "mask.png").write_bytes((tmp_path / "mask.png").read_bytes()[:-60])
    with pytest.raises(DamagedFile):
        load_mask(tmp_path / "mask.png")


@given(st.integers(200, 9000), st.integers(200, 9000), st.floats(0.05, 3.0))
def test_a_mask_made_for_a_picture_fits_it_in_any_size_that_a_screen_has(width: int, height: int, scale: float) -> None:
    mask = max(1, round(width * scale)), max(1, round(height * scale))
    check_proportions(mask, (width, height))


@pytest.mark.parametrize("mask", [(300, 400), (400, 310), (400, 290), (40, 40)])
def test_a_mask_of_other_proportions_does_not_fit(mask: tuple[int, int]) -> None:
    with pytest.raises(MaskDoesNotFit, match="400 x 300"):
        check_proportions(mask, (400, 300))


def test_a_mask_is_read_only_for_a_picture_that_it_fits(tmp_path: Path) -> None:
    write_mask(some(60, 80), tmp_path / "mask.png")
    assert read_mask(tmp_path / "mask.png", 600, 800).shape == (600, 800)
    with pytest.raises(MaskDoesNotFit):
        read_mask(tmp_path / "mask.png", 800, 600)
