"""Filters run in their order over tiles that fit together, and steps survive being written down."""

import json
import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.image import Planes
from rekindle.imaging.nets.restorer import look
from rekindle.imaging.pipeline import TILE, margin_of, prepare, run, run_tile
from rekindle.imaging.planes import gaussian, tiles, to_planes, to_samples
from rekindle.imaging.steps.catalogue import Step, steps_from_json, steps_to_json
from rekindle.imaging.steps.deblur import Deblur
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.filter import Filter, PlacedFilter
from rekindle.imaging.steps.levels import Levels
from rekindle.imaging.steps.repair import Repair
from tests.damages import deep, sample

NUMBER = st.floats(0, 10, allow_nan=False)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Repair, grow=st.integers(0, 9)),
    st.builds(Denoise, amount=NUMBER),
    st.builds(Deblur, length=NUMBER, direction=st.floats(0, 180), caution=NUMBER),
    st.builds(Levels, amount=NUMBER, max_gain=NUMBER, saturation=NUMBER, keep_tone=st.booleans()),
    st.builds(Enlarge, factor=st.sampled_from([2, 4]), sharpen=NUMBER),
)
DOUBLE = Filter(lambda planes: planes * np.float32(2))
LIFT = Filter(lambda planes: planes + np.float32(0.1))
SOFTEN = Filter(lambda planes: gaussian(planes, 2.0), margin=10)


def quiet(_: str, __: float) -> None: ...


def large() -> np.ndarray:
    """Two tiles high and wide, with tiles cut off at the ends."""
    return np.ascontiguousarray(np.tile(sample("coffee"), (2, 2, 1))[:700, :1100])


@given(steps=st.lists(STEPS, max_size=6))
def test_any_steps_can_be_written_down_and_read_back(steps: list[Step]) -> None:
    assert list(steps_from_json(json.loads(json.dumps(steps_to_json(steps))))) == steps


@given(step=STEPS)
def test_softening_keeps_what_is_no_matter_of_strength(step: Step) -> None:
    softer = step.softened()
    assert type(softer) is type(step)
    match step, softer:
        case Deblur(), Deblur():
            assert (softer.length, softer.direction) == (step.length, step.direction)
            assert softer.caution >= step.caution
        case Levels(), Levels():
            assert (softer.keep_tone, softer.max_gain) == (step.keep_tone, step.max_gain)
            assert abs(softer.saturation - 1) <= abs(step.saturation - 1)
        case Denoise(), Denoise():
            assert softer.amount <= step.amount
        case _:
            pass


@pytest.mark.parametrize("entry", [{"name": "denoise", "paint": 1}, {"name": "deblur", "length": 3.0}])
def test_options_that_a_step_has_not_or_lacks_are_refused(entry: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        steps_from_json([entry])


@pytest.mark.parametrize("entry", [{}, {"name": None}, {"name": "Denoise"}])
def test_a_step_without_a_known_name_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no step named"):
        steps_from_json([entry])


def test_filters_are_applied_in_their_order_and_rounded_once() -> None:
    picture = np.full((10, 10, 3), 51, np.uint8)
    assert run(picture, [DOUBLE, LIFT], quiet)[0, 0, 0] == round(255 * 0.5)
    assert run(picture, [LIFT, DOUBLE], quiet)[0, 0, 0] == round(255 * 0.6)
    third, thrice = (Filter(lambda planes, by=by: planes * np.float32(by)) for by in (1 / 100, 100))
    assert np.array_equal(run(picture, [third, thrice], quiet), picture)


@pytest.mark.parametrize("wide", [False, True])
def test_tiles_on_threads_give_what_the_whole_picture_gives(wide: bool) -> None:
    picture = deep(large()) if wide else large()
    whole = to_samples(SOFTEN.apply(to_planes(picture)), picture)
    result = run(picture, [SOFTEN], quiet)
    assert result.dtype == picture.dtype
    assert np.abs(result.astype(int) - whole).max() <= 1


@pytest.mark.parametrize("side", [64, 200, 2000])
def test_the_size_of_the_tiles_does_not_show(side: int) -> None:
    picture = large()
    filters = [SOFTEN, *prepare(picture, [Deblur(5.0, 20.0), Levels()], None)]
    pieces = np.empty_like(picture)
    for tile in tiles(*picture.shape[:2], side=side, margin=margin_of(filters)):
        pieces[tile.target] = run_tile(picture, tile, filters)
    assert np.abs(pieces.astype(int) - run(picture, filters, quiet)).max() <= 1


def test_the_given_picture_stays_as_it_is() -> None:
    picture = large()
    before = picture.copy()
    run(picture, [DOUBLE], quiet)
    assert np.array_equal(picture, before)


def test_progress_rises_to_one_and_is_told_on_the_calling_thread() -> None:
    told: list[tuple[float, int]] = []
    run(large(), [LIFT], lambda _, share: told.append((share, threading.get_ident())))
    shares = [share for share, _ in told]
    assert all(one < other for one, other in pairwise(shares))
    assert shares[-1] == 1.0
    assert {thread for _, thread in told} == {threading.get_ident()}


def test_a_filter_that_fails_ends_the_run_with_its_own_error() -> None:
    def fails(planes: Planes) -> Planes:
        raise MemoryError("no room for a tile")

    with pytest.raises(MemoryError, match="no room for a tile"):
        run(large(), [LIFT, Filter(fails)], quiet)


def test_tiles_begin_on_the_grid_of_compression() -> None:
    picture = sample("coffee")
    filters = prepare(picture, [Denoise(), Levels(), Deblur(9.0, 10.0)], look(picture))
    margin = margin_of(filters)
    assert margin >= sum(each.margin for each in filters)
    starts = {edge.start % 8 for tile in tiles(2000, 1300, side=TILE, margin=margin) for edge in tile.outer}
    assert starts == {0}
    assert margin_of([]) == 0


def test_repair_and_enlargement_are_no_filters_and_the_others_keep_their_order() -> None:
    picture = np.ascontiguousarray(sample("coffee")[:64, :64])
    seen = look(picture)
    filters = prepare(picture, [Repair(), Levels(), Denoise(), Enlarge()], seen)
    assert [type(each) for each in filters] == [Filter, PlacedFilter]


def test_a_placed_filter_is_told_where_its_tile_lies() -> None:
    rows, columns = np.mgrid[:700, :1100]
    place = np.stack([rows % 256, columns % 256, rows * 0], axis=-1)
    lookup = PlacedFilter(lambda _, area: (place[area] / 255).astype(np.float32), margin=8)
    assert np.array_equal(run(large(), [lookup], quiet), place.astype(np.uint8))
