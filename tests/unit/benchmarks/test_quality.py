"""The benchmark: damage from either source, methods that keep to their classes, photographs that stay the same."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.damage import Damaged, Kind
from benchmarks.degradations import source
from benchmarks.methods import METHODS, OURS, Made, Method, filled, methods, top_hat
from benchmarks.photographs import of_folder
from benchmarks.quality import compare
from benchmarks.sheets import FOLDER, HEIGHT, WIDTH, columns, file_name, overlay, sheet
from tests.damages import sample, scratched
from training.photographs import is_held_out

OUTSIDE = """
import numpy as np
def A(x, r): return x + np.float32(r.uniform(0.05, 0.1))
def C(x, r): return x * 0.5
def D(x, r): return x * 0.25
def E(x, r):
    mask = np.zeros(x.shape[:2], bool)
    mask[:, 3] = True
    return np.where(mask[..., None], np.float32(1), x), mask
"""


def test_damage_of_another_module_is_loaded_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "degrade.py").write_text(OUTSIDE)
    make, clean = source(tmp_path / "degrade.py"), np.full((8, 10, 3), 100, np.uint8)
    assert np.all(make(clean, Kind.MOTION_BLUR, 0).pixels == 50)
    both = make(clean, Kind.SCRATCHES_AND_LOW_QUALITY, 0)
    assert both.scratches[:, 3].all()
    assert both.scratches.sum() == 8
    assert np.all(both.pixels[:, 3] == 255)
    assert np.all(both.pixels[:, 4] > 100)


def test_a_seed_repeats_the_damage_of_another_module(tmp_path: Path) -> None:
    (tmp_path / "degrade.py").write_text(OUTSIDE)
    make, clean = source(tmp_path / "degrade.py"), np.full((8, 10, 3), 100, np.uint8)
    one, again, other = (make(clean, Kind.LOW_QUALITY, seed).pixels for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_module_that_lacks_a_class_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "half.py").write_text("def A(x, r): return x")
    with pytest.raises(AttributeError):
        source(tmp_path / "half.py")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_class_begins_with_the_input_and_ends_with_ours(kind: Kind) -> None:
    names = [method.name for method in methods(kind, slow=False)]
    assert names[0] == "input"
    assert names[-1] == OURS
    assert "non-local means, OpenCV" in names


@pytest.mark.parametrize(
    "method", [each for each in METHODS if each.name != OURS and not each.slow], ids=lambda m: m.name
)
def test_a_method_gives_back_a_picture_of_the_same_size(method: Method) -> None:
    pixels, mask = scratched(np.ascontiguousarray(sample("coffee")[100:228, 200:360]))
    made = method.run(pixels.copy(), mask)
    assert made.pixels.shape == pixels.shape
    assert made.pixels.dtype == np.uint8
    assert made.mask is None or made.mask.shape == mask.shape


def test_the_top_hat_finds_strong_lines_and_filling_takes_them_away() -> None:
    clean = np.ascontiguousarray(cv2.GaussianBlur(sample("coffee"), (0, 0), 3))
    pixels, mask = scratched(clean)
    found = top_hat(pixels)
    assert (found & mask).sum() > 0.6 * mask.sum()
    after = np.abs(filled(pixels, mask).astype(int) - clean)[mask].mean()
    assert after < 0.2 * np.abs(pixels.astype(int) - clean)[mask].mean()


def test_a_comparison_measures_each_method_against_the_truth() -> None:
    clean = np.full((40, 50, 3), 100, np.uint8)
    mask = np.zeros((40, 50), bool)
    mask[:, 10] = True
    damaged = clean.copy()
    damaged[mask] = 220
    tried = [Method("input", lambda p, _: Made(p)), Method("perfect", lambda _, m: Made(clean, m))]
    first, second = compare(Kind.SCRATCHES, "a", clean, tried, (lambda *_: Damaged(damaged, mask), 3))
    assert (first.gain, first.mask, first.seed) == (0, None, 3)
    assert second.psnr == 99
    assert second.gain == pytest.approx(99 - first.psnr)
    assert second.mask is not None
    assert second.mask.iou == 1
    assert second.inside == 99


def test_a_folder_gives_the_same_photographs_each_time_and_only_unseen_ones_when_asked(tmp_path: Path) -> None:
    for number in range(120):
        cv2.imwrite(str(tmp_path / f"{number}.jpg"), np.full((8, 8, 3), number, np.uint8))
    unseen = of_folder(tmp_path, 4, held_out=True)
    assert len(unseen) == 4
    assert all(is_held_out(name) for name in unseen)
    assert list(of_folder(tmp_path, 4, held_out=True)) == list(unseen)
    assert len(of_folder(tmp_path, 50, held_out=False)) == 50


def test_a_sheet_has_a_cell_for_each_column_and_row() -> None:
    cell = (np.zeros((HEIGHT, WIDTH, 3), np.uint8), "20.0 dB")
    heads = columns(Kind.SCRATCHES)
    assert len(heads) == 4
    assert len(columns(Kind.FADING)) == 3
    page = sheet([[cell] * 4] * 2, heads)
    assert page.width > 4 * WIDTH
    assert page.height > 2 * HEIGHT
    assert file_name(Kind.SCRATCHES_AND_LOW_QUALITY) == "quality-e-a.webp"


def test_the_sheets_in_the_docs_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.webp")) < 1_500_000


def test_the_overlay_tells_right_from_wrong() -> None:
    truth, found = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    truth[0], found[:, 0] = True, True
    shown = overlay(np.full((4, 4, 3), 200, np.uint8), found, truth)
    assert len({tuple(shown[y, x].tolist()) for y, x in ((0, 0), (1, 0), (0, 1), (2, 2))}) == 4
