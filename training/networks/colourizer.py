"""Trains the colourizer: a*b* of a whole small picture from its luma and a few dabs of known colour.

Usage: python -m training.networks.colourizer FOLDER OUT [--minutes N] [--batch N] [--side N]
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from rekindle.imaging.steps.tint import UNIT
from training.colour_samples import load_small, sample, split
from training.networks.training import Batch, Recipe, train
from training.networks.unet import Shape, UNet
from training.photographs import Samples

_SEED = 20_261_121
_SOFT = 12 / UNIT
"""Errors well below this (a*b*) count by their square, errors well above it by their size."""

SHAPE = Shape(widths=(40, 64, 96, 128), depths=(2, 2, 2, 6), inputs=16, outputs=2)


class Colourizer(nn.Module):
    """(n, 4, h, w), see `rekindle.imaging.steps.tint.stacked`, to a*b* / 50 at half the size, (n, 2, h / 2, w / 2)."""

    def __init__(self, shape: Shape = SHAPE) -> None:
        super().__init__()
        self.unet = UNet(shape)

    def forward(self, x: Tensor) -> Tensor:
        """What is trained and exported."""
        return self.unet(nn.functional.pixel_unshuffle(x, 2)).float()


class Greyed(IterableDataset[Batch]):
    """Endless (input, a*b*) pairs of `side` pixels, made in this process: they cost far less than a step."""

    def __init__(self, photos: list[Samples], side: int) -> None:
        self.photos, self.side = photos, side

    def __iter__(self) -> Iterator[Batch]:
        """A new run does not repeat an old one."""
        random = np.random.default_rng([_SEED, int(torch.initial_seed()) % 2**31])
        while True:
            shown, truth = sample(self.photos, self.side, random)
            yield torch.from_numpy(shown), torch.from_numpy(truth)


def loss_of(net: nn.Module, batch: Batch) -> Tensor:
    """Distance in the a*b* plane, robust against colours that nobody could guess (Charbonnier et al. 1994)."""
    shown, truth = batch
    error = net(shown.contiguous(memory_format=torch.channels_last)) - truth
    return (torch.sqrt((error**2).sum(1) + _SOFT**2) - _SOFT).mean()


class Validation:
    """Root mean square error of a*b* on photographs that are not trained on: grey, without dabs, with some."""

    def __init__(self, photos: list[Samples], side: int) -> None:
        random = np.random.default_rng(7)
        pairs = [sample(photos, side, random) for _ in range(256)]
        dabbed = [bool(shown[3].any()) for shown, _ in pairs]
        self.groups = {
            "plain": [pair for pair, has in zip(pairs, dabbed, strict=True) if not has],
            "dabbed": [pair for pair, has in zip(pairs, dabbed, strict=True) if has],
        }

    @torch.no_grad()
    def __call__(self, net: nn.Module) -> dict[str, float]:
        """In units of a*b*."""
        figures: dict[str, float] = {}
        place = next(net.parameters()).device
        for name, pairs in self.groups.items():
            shown = torch.from_numpy(np.stack([pair[0] for pair in pairs])).to(place)
            truth = np.stack([pair[1] for pair in pairs])
            guessed = torch.cat([net(part) for part in shown.split(32)]).cpu().numpy()
            figures[f"{name}_grey"] = rmse(truth)
            figures[f"{name}_rmse"] = rmse(guessed - truth)
            figures[f"{name}_size"] = rmse(guessed)
        return figures


def rmse(error: np.ndarray) -> float:
    """Root of the mean square, from the network's units to those of a*b*."""
    return round(float(np.sqrt(np.mean(error**2))) * UNIT, 3)


def main() -> None:
    """Train, and leave `weights.pt` in OUT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--every", type=float, default=3, help="minutes between two validations")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    cv2.setNumThreads(0)
    learned, checked = split(asked.folder)
    validate = Validation(load_small(asked.folder, checked), asked.side)
    batches = iter(DataLoader(Greyed(load_small(asked.folder, learned), asked.side), asked.batch))
    recipe = Recipe(asked.out, asked.minutes, asked.rate, asked.every, asked.threads)
    net = train(Colourizer(), batches, loss_of, validate, recipe)
    torch.save(net.state_dict(), asked.out / "weights.pt")


if __name__ == "__main__":
    main()
