"""Trains the two networks that look at a photo: `picture` takes noise, blocks and mild blur away, `marks` finds
scratches, creases and dust. They learn from the same patches, each answers both questions and is used for its own: one
network of this size that weighs both alike is clearly worse at each.

Usage: python -m training.networks.restorer FOLDER OUT [--task picture|marks] [--minutes N] [--batch N] [--side N]
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info

from training.ageing import Mixture, age
from training.networks.training import Batch, Loss, Recipe, loader, train
from training.networks.unet import Restorer, Shape
from training.photographs import Samples, load, patch

_SEED = 20_261_121


class Aged(IterableDataset[Batch]):
    """Endless (aged, clean, mask) patches of `side` pixels, made on the fly."""

    def __init__(self, photos: list[Samples], side: int) -> None:
        self.photos, self.side = photos, side

    def __iter__(self) -> Iterator[Batch]:
        """Each process has its own stream, and a new run does not repeat an old one."""
        cv2.setNumThreads(0)
        torch.set_num_threads(1)
        info = get_worker_info()
        fresh = int(torch.initial_seed()) % 2**31
        random = np.random.default_rng([_SEED, info.id if info else 0, fresh])
        while True:
            pair = age(patch(self.photos, self.side, random), random)
            yield _tensor(pair.aged), _tensor(pair.clean), torch.from_numpy(pair.mask)[None]


TASKS = {"picture": Shape(), "marks": Shape(widths=(32, 64, 96, 128), depths=(4, 2, 2, 4))}
"""The form for each: at the top of the first the noise of all channels must find room; lines need more steps."""


def loss_for(task: str) -> Loss:
    """For `picture` mean square and a little absolute error, less under marks (those are filled from around them); for
    `marks` the entropy of the mask with the overlap (Milletari et al., "V-Net", 2016) that keeps thin lines from
    vanishing. Each has a little of the other's.

    An error that pulls hard towards leaving good pictures as they are (absolute alone, or its logarithm) and a mask
    that weighs more than the picture leave the noise where it is: 0.2 dB against 2.4 dB after 90 seconds on two cores.
    """
    picture_weight, mask_weight = (1.0, 1.0) if task == "picture" else (0.1, 5.0)

    def loss_of(net: nn.Module, batch: Batch) -> Tensor:
        aged, clean, mask = (t.contiguous(memory_format=torch.channels_last) for t in batch)
        assert isinstance(net, Restorer)
        mended, logits = net.raw(aged)
        error, free = mended - clean, 1 - 0.7 * mask
        picture = 50 * (error**2 * free).mean() + 0.1 * (torch.sqrt(error**2 + 1e-6) * free).mean()
        entropy = nn.functional.binary_cross_entropy_with_logits(logits, mask)
        chance = torch.sigmoid(logits)
        overlap = 1 - (2 * (chance * mask).sum() + 50) / (chance.sum() + mask.sum() + 50)
        return picture_weight * picture + mask_weight * (0.15 * entropy + 0.08 * overlap)

    return loss_of


class Validation:
    """Gain over the input in dB on held-out patches, apart by what was done to them, and the overlap of the mask."""

    def __init__(self, photos: list[Samples]) -> None:
        random = np.random.default_rng(7)
        kinds = {"marks": Mixture(1, 0, 0.3), "low_quality": Mixture(0, 1, 0.3), "both": Mixture(1, 1, 0.3)}
        self.pairs = {
            kind: [age(patch(photos, 256, random), random, mixture) for _ in range(16)]
            for kind, mixture in kinds.items()
        }

    @torch.no_grad()
    def __call__(self, net: nn.Module) -> dict[str, float]:
        """`low_quality_db`: outside marks; `*_iou`: of the mask at one half."""
        figures: dict[str, float] = {}
        place = next(net.parameters()).device
        for kind, pairs in self.pairs.items():
            gains: list[float] = []
            both = either = 0.0
            for pair in pairs:
                out = net(_tensor(pair.aged)[None].to(place))[0].float().cpu().numpy()
                free = pair.mask < 0.5
                before = float(np.mean((pair.aged - pair.clean)[free] ** 2)) + 1e-6
                after = float(np.mean((out[:3].transpose(1, 2, 0) - pair.clean)[free] ** 2)) + 1e-6
                gains.append(10 * np.log10(before / after))
                found = out[3] > 0.5
                both += float((found & ~free).sum())
                either += float((found | ~free).sum())
            figures[f"{kind}_db"] = round(float(np.mean(gains)), 3)
            if kind != "low_quality":
                figures[f"{kind}_iou"] = round(both / max(either, 1), 3)
        return figures


def _tensor(planes: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(planes.transpose(2, 0, 1)))


def main() -> None:
    """Train, and leave `weights.pt` in OUT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--task", choices=sorted(TASKS), default="picture")
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--every", type=float, default=5, help="minutes between two validations")
    parser.add_argument("--threads", type=int, default=2, help="of the trainer; another process makes the patches")
    asked = parser.parse_args()
    photos = load(asked.folder, held_out=False)
    validate = Validation(load(asked.folder, held_out=True))
    recipe = Recipe(asked.out, asked.minutes, asked.rate, asked.every, asked.threads)
    net = Restorer(TASKS[asked.task])
    start = asked.out / "start.pt"
    if start.exists():
        net.load_state_dict(torch.load(start, weights_only=True))
    net = train(net, loader(Aged(photos, asked.side), asked.batch), loss_for(asked.task), validate, recipe)
    torch.save(net.state_dict(), asked.out / "weights.pt")


if __name__ == "__main__":
    main()
