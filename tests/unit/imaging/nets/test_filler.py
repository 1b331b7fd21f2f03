"""What the network sees under marks: something better than their surroundings say, and nothing anywhere else."""

import numpy as np
import pytest

from rekindle.imaging.image import Samples
from rekindle.imaging.nets.filler import look_under, stacked
from rekindle.imaging.nets.restorer import run_padded, views_of
from rekindle.imaging.nets.session import session
from rekindle.imaging.nets.tiling import EXACT, network_tiles
from rekindle.imaging.planes import Mask, to_planes
from rekindle.imaging.steps.repair import fill, grown
from tests.damages import changed_by, deep, noisy, psnr, sample, scratched


def seen_under(pixels: Samples, marks: Mask) -> np.ndarray:
    return look_under(pixels, fill(pixels, marks), marks).change


def test_outside_marks_nothing_is_changed() -> None:
    damaged, marks = scratched(sample("chelsea"))
    change = seen_under(damaged, marks)
    assert not change[~marks].any()
    assert change[marks].any()


@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_under_marks_on_a_noisy_picture_it_sees_more_than_the_surroundings_say(name: str) -> None:
    damaged, marks = scratched(sample(name))
    damaged = noisy(damaged, 12)
    holes = grown(marks, 1)
    network, around = changed_by(damaged, seen_under(damaged, holes)), fill(damaged, holes)
    clean = sample(name)
    assert psnr(network[holes], clean[holes]) > psnr(around[holes], clean[holes]) + 0.4


def test_what_is_hidden_does_not_shine_through() -> None:
    photo = np.ascontiguousarray(sample("coffee")[:160, :200])
    marks = np.zeros(photo.shape[:2], np.bool_)
    marks[70:80, 20:180] = True
    white = photo.copy()
    white[74:76, 20:180] = 255
    filled = fill(photo, marks)
    results = [
        changed_by(each, look_under(each, filled, marks, hidden=marks).change)[marks].astype(int)
        for each in (photo, white)
    ]
    assert np.abs(results[0] - results[1]).max() <= 1


def test_tiles_give_what_the_whole_picture_gives() -> None:
    photo = np.ascontiguousarray(np.tile(sample("coffee"), (3, 3, 1))[:800, :1000])
    assert len(network_tiles(*photo.shape[:2], most=EXACT)) > 1
    damaged, marks = scratched(noisy(photo, 10))
    filled = fill(damaged, marks)
    planes = to_planes(damaged)
    shown = stacked(planes, to_planes(filled), marks.astype(np.float32))
    net = session("filler").run
    said = [view.of(run_padded(net, np.ascontiguousarray(view.of(shown)))) for view in views_of(*marks.shape)]
    apart = np.abs(look_under(damaged, filled, marks).change - (np.mean(said, axis=0) - planes))[marks]
    assert apart.mean() < 0.1 / 255
    assert apart.max() < 2 / 255


def test_eight_and_sixteen_bits_are_seen_alike() -> None:
    damaged, marks = scratched(np.ascontiguousarray(sample("flower")[:120, :160]))
    filled = fill(damaged, marks)
    narrow, wide = look_under(damaged, filled, marks), look_under(deep(damaged), deep(filled), marks)
    assert np.abs(narrow.change.astype(float) - wide.change).max() < 2 / 255


def test_a_grey_picture_stays_grey() -> None:
    damaged, marks = scratched(np.ascontiguousarray(sample("camera")[:160, :160]))
    change = seen_under(damaged, marks)
    assert np.array_equal(change[..., 0], change[..., 1])
    assert np.array_equal(change[..., 0], change[..., 2])


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (17, 16), (200, 3)])
def test_any_size_is_seen_in_its_own_size(shape: tuple[int, int]) -> None:
    pixels, marks = np.full((*shape, 3), 90, np.uint8), np.ones(shape, np.bool_)
    change = look_under(pixels, pixels, marks).change
    assert change.shape == (*shape, 3)
    assert np.isfinite(change).all()


def test_progress_ends_at_one() -> None:
    told: list[float] = []
    damaged, marks = scratched(sample("coffee"))
    look_under(damaged, damaged, marks, told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)
