"""Trains the restorer: noise, blocks, mild blur and the mask of marks in one pass.

Usage: python -m training.networks.restorer FOLDER OUT [--minutes N] [--batch N] [--side N]
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
from training.networks.training import Batch, Recipe, loader, train
from training.networks.unet import Restorer
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


def loss_of(net: nn.Module, batch: Batch) -> Tensor:
    """Robust distance to the clean patch, less under marks (those are filled from around them), and mask entropy with
    the overlap (Milletari et al., "V-Net", 2016) that keeps thin lines from vanishing.
    """
    aged, clean, mask = (t.contiguous(memory_format=torch.channels_last) for t in batch)
    assert isinstance(net, Restorer)
    mended, logits = net.raw(aged)
    error = torch.sqrt((mended - clean) ** 2 + 1e-6) * (1 - 0.7 * mask)
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, mask)
    chance = torch.sigmoid(logits)
    overlap = 1 - (2 * (chance * mask).sum() + 50) / (chance.sum() + mask.sum() + 50)
    return error.mean() + 0.12 * entropy + 0.04 * overlap


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
    net = train(Restorer(), loader(Aged(photos, asked.side), asked.batch), loss_of, validate, recipe)
    torch.save(net.state_dict(), asked.out / "weights.pt")


if __name__ == "__main__":
    main()
