"""Runs the steps that work on tiles over a picture, fused: each tile goes through all of them, in float, once."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from rekindle.imaging.faces import Face
from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.nets.restorer import Seen
from rekindle.imaging.planes import Tile, tiles, to_planes, to_samples
from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.deblur import Deblur, prepare_deblur
from rekindle.imaging.steps.denoise import Denoise, prepare_denoise
from rekindle.imaging.steps.filter import AnyFilter
from rekindle.imaging.steps.levels import Levels, prepare_levels

Progress = Callable[[str, float], None]
"""Called with the name of what is going on and how much of it is done, 0..1."""

TILE = 512
THREADS = 2


def prepare(pixels: Samples, steps: Sequence[Step], seen: Seen | None, faces: Sequence[Face] = ()) -> list[AnyFilter]:
    """The filters of the steps that work on tiles, in their order, made to fit the whole picture. `seen` may be None
    when no step removes noise.
    """
    filters: list[AnyFilter] = []
    for step in steps:
        match step:
            case Denoise() if seen is not None:
                filters.append(prepare_denoise(pixels, step, seen, faces))
            case Deblur():
                filters.append(prepare_deblur(pixels, step))
            case Levels():
                filters.append(prepare_levels(pixels, step))
            case _:
                pass
    return filters


def margin_of(filters: Sequence[AnyFilter]) -> int:
    """What a tile needs around it for all filters together, a multiple of 8."""
    return -(-sum(each.margin for each in filters) // 8) * 8


def run_tile(pixels: Samples, tile: Tile, filters: Sequence[AnyFilter]) -> Samples:
    """One tile through all filters, in float, rounded once."""
    planes: Planes = to_planes(pixels[tile.outer])
    for each in filters:
        planes = each.at(planes, tile.outer)
    return to_samples(planes[tile.inner], pixels)


def run(pixels: Samples, filters: Sequence[AnyFilter], progress: Progress) -> Samples:
    """All tiles through all filters on two threads; without filters it is the same array."""
    if not filters:
        return pixels
    height, width = pixels.shape[:2]
    todo = list(tiles(height, width, side=TILE, margin=margin_of(filters)))
    result = np.empty_like(pixels)

    def one(tile: Tile) -> None:
        result[tile.target] = run_tile(pixels, tile, filters)

    with ThreadPoolExecutor(THREADS) as pool:
        waiting: set[Future[None]] = {pool.submit(one, tile) for tile in todo}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for each in done:
                each.result()
            progress("mending", 1 - len(waiting) / len(todo))
    return result
