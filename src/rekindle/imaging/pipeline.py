"""Runs a list of steps over a picture: the repair of damage first, the rest fused tile by tile, enlargement last."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from rekindle.imaging.image import Planes, Samples
from rekindle.imaging.measure.scratches import find_scratches
from rekindle.imaging.planes import Tile, tiles, to_planes, to_samples
from rekindle.imaging.steps.catalogue import Step
from rekindle.imaging.steps.deblur import Deblur, prepare_deblur
from rekindle.imaging.steps.denoise import Denoise, Denoiser, prepare_denoise
from rekindle.imaging.steps.filter import Filter
from rekindle.imaging.steps.levels import Levels, prepare_levels
from rekindle.imaging.steps.repair import MaskFinder
from rekindle.imaging.steps.sharpen import Sharpen, prepare_sharpen

Progress = Callable[[str, float], None]
"""Called with the name of what is going on and how much of it is done, 0..1."""

TILE = 512
THREADS = 2


@dataclass(frozen=True, slots=True)
class Tools:
    """The two places where a trained network takes over: what removes noise, and what finds damage."""

    denoiser: Denoiser = prepare_denoise
    find_damage: MaskFinder = find_scratches


def prepare(pixels: Samples, steps: Sequence[Step], tools: Tools) -> list[Filter]:
    """The filters of the steps that work on tiles, in their order, made to fit the whole picture."""
    filters: list[Filter] = []
    for step in steps:
        match step:
            case Denoise():
                filters.append(tools.denoiser(pixels, step))
            case Deblur():
                filters.append(prepare_deblur(pixels, step))
            case Levels():
                filters.append(prepare_levels(pixels, step))
            case Sharpen():
                filters.append(prepare_sharpen(pixels, step))
            case _:
                pass
    return filters


def margin_of(filters: Sequence[Filter]) -> int:
    """What a tile needs around it for all filters together, a multiple of 8."""
    return -(-sum(each.margin for each in filters) // 8) * 8


def run_tile(pixels: Samples, tile: Tile, filters: Sequence[Filter]) -> Samples:
    """One tile through all filters, in float, rounded once."""
    planes: Planes = to_planes(pixels[tile.outer])
    for each in filters:
        planes = each.apply(planes)
    return to_samples(planes[tile.inner], pixels)


def run(pixels: Samples, filters: Sequence[Filter], progress: Progress) -> Samples:
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
