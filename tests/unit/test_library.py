"""The Python call: one photo, in this process."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

import rekindle
from rekindle.errors import RekindleError
from rekindle.imaging.marks import BadMask, MaskDoesNotFit
from rekindle.imaging.quadrilateral import BadCorners
from rekindle.imaging.steps.colorize import Hint
from rekindle.library import BadPhoto, BadTarget
from rekindle.treatments.degradations import Degradation
from tests.pictures import grey_profile

DATE = "1974:05:12 14:30:00"


def faded() -> np.ndarray:
    """A part of a photograph, 320 x 240, faded and a little noisy."""
    part = data.astronaut()[:240, 100:420]
    noise = np.random.default_rng(1).normal(0, 4, part.shape)
    return np.clip(part * 0.55 + 70 + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    exif = Image.Exif()
    exif[0x0132] = DATE
    Image.fromarray(faded()).save(tmp_path / "a.jpg", exif=exif, dpi=(600, 600), quality=95)
    return tmp_path / "a.jpg"


def test_a_faded_photo_comes_out_better_and_says_what_was_done(photo: Path) -> None:
    result = rekindle.restore(photo)
    assert result.diagnosis.find(Degradation.FADING)
    assert result.chosen in ("careful", "strong")
    assert not result.unchanged
    assert result.steps
    assert result.reason.endswith(".")
    assert np.ptp(result.image.astype(int)) > np.ptp(faded().astype(int))


def test_path_bytes_and_text_are_the_same_photo(photo: Path) -> None:
    first, second, third = (rekindle.restore(each).image for each in (photo, str(photo), photo.read_bytes()))
    assert np.array_equal(first, second)
    assert np.array_equal(first, third)


@pytest.mark.parametrize("pixels", [faded(), faded().astype(np.uint16) * 257, faded()[..., 0]])
def test_an_array_keeps_its_kind_and_is_not_written_to(pixels: np.ndarray) -> None:
    before = pixels.copy()
    result = rekindle.restore(pixels)
    assert result.image.dtype == pixels.dtype
    assert result.image.shape == (240, 320, 3)
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize(
    "pixels", [np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros(4, np.uint8)]
)
def test_an_array_that_is_no_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(BadPhoto):
        rekindle.restore(pixels)


def test_a_clean_picture_is_unchanged() -> None:
    y, x = np.mgrid[0:240, 0:320]
    clean = np.stack([x * 255 / 319, y * 255 / 239, 255 - x * 255 / 319], axis=2).astype(np.uint8)
    result = rekindle.restore(clean)
    assert result.unchanged
    assert result.chosen == "input"
    assert np.array_equal(result.image, clean)


def test_what_is_not_there_or_broken_is_refused_with_a_reason(tmp_path: Path, photo: Path) -> None:
    with pytest.raises(BadPhoto, match="no file"):
        rekindle.restore(tmp_path / "missing.jpg")
    for content in (b"", b"no photo", photo.read_bytes()[:2000]):
        with pytest.raises(RekindleError):
            rekindle.restore(content)


def test_a_saved_result_keeps_date_and_resolution(photo: Path, tmp_path: Path) -> None:
    saved = Image.open(rekindle.restore(photo).save(tmp_path / "b.tif"))
    assert saved.format == "TIFF"
    assert saved.getexif()[0x0132] == DATE
    assert saved.info["dpi"] == pytest.approx((600, 600))


def test_a_result_is_never_saved_over_its_original(photo: Path, tmp_path: Path) -> None:
    before = photo.read_bytes()
    (tmp_path / "link.jpg").symlink_to(photo)
    for target in (photo, tmp_path / "link.jpg"):
        with pytest.raises(BadTarget, match="original"):
            rekindle.restore(photo).save(target)
    assert photo.read_bytes() == before


def test_the_ending_of_a_name_says_the_format_unless_it_is_given(photo: Path, tmp_path: Path) -> None:
    result = rekindle.restore(photo)
    assert Image.open(result.save(tmp_path / "b.WEBP")).format == "WEBP"
    assert Image.open(result.save(tmp_path / "b", format="png")).format == "PNG"
    with pytest.raises(BadTarget, match="which format"):
        result.save(tmp_path / "b.gif")


def test_enlarging_is_done_on_request(photo: Path) -> None:
    result = rekindle.restore(photo, enlarge=2)
    assert result.image.shape == (480, 640, 3)
    assert not result.unchanged


def test_corners_that_are_given_cut_the_print_out(photo: Path) -> None:
    result = rekindle.restore(photo, corners=[(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)])
    height, width = result.image.shape[:2]
    assert (width, height) == (pytest.approx(160, abs=2), pytest.approx(120, abs=2))
    assert not result.unchanged


def test_corners_that_make_no_sense_are_refused(photo: Path) -> None:
    with pytest.raises(BadCorners):
        rekindle.restore(photo, corners=[(0.0, 0.0), (1.0, 0.0)])


def test_a_deep_picture_in_memory_is_saved_deep(tmp_path: Path) -> None:
    saved = rekindle.restore(faded().astype(np.uint16) * 257).save(tmp_path / "a.png")
    header = saved.read_bytes()[:26]
    assert header[24] == 16


def test_bytes_of_any_format_can_be_given() -> None:
    content = io.BytesIO()
    Image.fromarray(faded()).save(content, "WEBP", lossless=True)
    assert rekindle.restore(content.getvalue()).image.shape == (240, 320, 3)


def torn() -> tuple[np.ndarray, np.ndarray]:
    """A clean photograph with one white line across, and where that is."""
    pixels, line = data.astronaut()[:240, 100:420].copy(), np.zeros((240, 320), bool)
    line[118:122, 40:280] = True
    pixels[line] = 255
    return pixels, line


def test_what_a_mask_marks_is_filled_and_little_else() -> None:
    pixels, line = torn()
    result = rekindle.restore(pixels, mask=line)
    assert result.mask is not None
    assert np.array_equal(result.mask, line)
    assert "repair" in [step.name for step in result.steps]
    before, after = pixels.astype(int), result.image.astype(int)
    clean = data.astronaut()[:240, 100:420].astype(int)
    assert np.abs(after - clean)[line].mean() < 0.5 * np.abs(before - clean)[line].mean()


def test_a_mask_may_come_as_a_file_in_another_size_and_leaves_as_one(tmp_path: Path) -> None:
    pixels, line = torn()
    Image.fromarray(np.where(line, np.uint8(255), np.uint8(0))).resize((640, 480)).save(tmp_path / "mask.png")
    result = rekindle.restore(pixels, mask=tmp_path / "mask.png")
    assert result.save_mask(tmp_path / "saved.png") == tmp_path / "saved.png"
    saved = np.asarray(Image.open(tmp_path / "saved.png")) > 127
    assert (saved & line).sum() > 0.95 * line.sum()
    again = rekindle.restore(pixels, mask=tmp_path / "saved.png")
    assert np.array_equal(again.image, result.image)


def test_a_mask_of_nothing_fills_nothing(tmp_path: Path) -> None:
    pixels, line = torn()
    result = rekindle.restore(pixels, mask=line & False)
    assert result.mask is None
    assert "repair" not in [step.name for step in result.steps]
    assert result.save_mask(tmp_path / "mask.png") is None
    assert not (tmp_path / "mask.png").exists()


@pytest.mark.parametrize("mask", [np.zeros((240, 320, 3), np.uint8), np.zeros((240, 320)), "missing.png"])
def test_what_is_no_mask_is_refused(mask: np.ndarray) -> None:
    with pytest.raises(BadMask):
        rekindle.restore(torn()[0], mask=mask)


def test_a_mask_of_another_photo_is_refused() -> None:
    with pytest.raises(MaskDoesNotFit, match="320 x 240"):
        rekindle.restore(torn()[0], mask=np.zeros((320, 240), bool))


def test_a_grey_photo_gets_colours_on_request_and_keeps_its_lightness() -> None:
    grey = np.asarray(Image.fromarray(data.astronaut()[:240, 100:420]).convert("L"))
    plain, tinted = rekindle.restore(grey), rekindle.restore(grey, colorize=True)
    assert np.ptp(plain.image.astype(int), axis=2).max() == 0
    assert np.ptp(tinted.image.astype(int), axis=2).max() > 8
    assert not tinted.unchanged
    assert "colorize" in [step.name for step in tinted.steps]


def test_a_dab_says_what_a_colour_was() -> None:
    grey = np.full((240, 320), 128, np.uint8)
    result = rekindle.restore(grey, colorize=[Hint(0.5, 0.5, (160, 90, 60), 0.1)], crop=False)
    red, green, blue = result.image[120, 160].astype(int)
    assert red > green > blue


@pytest.mark.parametrize("profile", [None, grey_profile()], ids=["without a profile", "with a profile of grey"])
def test_a_grey_file_that_got_colours_is_saved_with_them(tmp_path: Path, profile: bytes | None) -> None:
    part = Image.fromarray(data.astronaut()[:240, 100:420]).convert("L")
    part.save(tmp_path / "grey.png", icc_profile=profile)
    result = rekindle.restore(tmp_path / "grey.png", colorize=[Hint(0.5, 0.5, (160, 90, 60), 0.2)], crop=False)
    saved = Image.open(result.save(tmp_path / "colour.png"))
    assert saved.mode == "RGB"
    assert np.ptp(np.asarray(saved).astype(int), axis=2).max() > 8


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        rekindle.colourise  # noqa: B018
