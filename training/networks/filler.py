"""Trains the network that looks under marks: from a picture, a first filling of it and the mask to what was there.

It begins with the weights of a trained restorer and learns to use the other inputs: the filled picture is what it
changes; the picture itself shows through thin marks, and through what was taken for a mark and is none. Or it goes on
from another filler.

Usage: python -m training.networks.filler FOLDER OUT --start RUN [--minutes N] [--batch N] [--side N]
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info

from rekindle.imaging.nets.filler import BOLD, HIDES, stacked
from rekindle.imaging.nets.restorer import joined
from rekindle.imaging.nets.session import session
from rekindle.imaging.planes import Mask, Plane, Planes
from rekindle.imaging.steps.repair import fill, grown
from rekindle.imaging.steps.trust import bold
from training.ageing import Mixture, Pair, age
from training.networks.training import Batch, Recipe, loader, train
from training.networks.unet import Shape, UNet
from training.photographs import Samples, load, patch

_SEED = 77
_FINDERS = ("marks.int8", "marks2.int8")
_LEAST = 0.004
"""Share of a patch that must be marked to be worth a look."""
_FOUND, _HIDING = 0.7, 0.5
"""Shares of the masks that are found and not painted, and of those whose boldest parts hide what is below."""


class Filler(nn.Module):
    """(n, 7, h, w), see `rekindle.imaging.nets.filler.stacked`, to the mended RGB (n, 3, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        self.unet = UNet(Shape(inputs=7, outputs=3))

    def raw(self, x: Tensor) -> Tensor:
        """Not clipped."""
        return x[:, :3] + self.unet(x).float()

    def forward(self, x: Tensor) -> Tensor:
        """What is exported."""
        return self.raw(x).clamp(0, 1)


def begun(restorer: dict[str, Tensor], net: Filler) -> Filler:
    """`net` with the weights of a restorer: it does to the filled picture what that one does to any, and takes no
    notice of the rest yet.
    """
    with torch.no_grad():
        for name, fresh in net.state_dict().items():
            known = restorer[name]
            if name == "unet.head.weight" and known.shape != fresh.shape:
                fresh.zero_()
                fresh[:, : known.shape[1]] = known
            else:
                fresh.copy_(known[: fresh.shape[0]])
    return net


@dataclass(frozen=True, slots=True)
class Marks:
    """Where marks are taken to be on a patch, how surely (0..1), and where what is below is not shown."""

    mask: Mask
    chance: Plane
    hidden: Mask


def marks_for(pair: Pair, random: np.random.Generator) -> Marks:
    """What the finders see on a patch, by thresholds of all kinds; or the truth, as widely as a person would paint."""
    if random.random() < _FOUND:
        likely = random.uniform(0.2, 0.4)
        views = 2 if random.random() < 0.5 else 1
        marks = found(pair, likely, random.uniform(max(likely, 0.5), 0.85), views)
        return marks if random.random() < _HIDING else Marks(marks.mask, marks.chance, np.zeros_like(marks.mask))
    mask = grown(pair.mask > 0.5, int(random.choice([0, 0, 1, 1, 2, 3])))
    hidden = bold(mask, BOLD) if random.random() < _HIDING else np.zeros_like(mask)
    return Marks(mask, mask.astype(np.float32), hidden)


def found(pair: Pair, likely: float, certain: float, views: int = 2) -> Marks:
    """Where the finders see marks, by the hysteresis of `rekindle.imaging.measure.damage`."""
    chance = np.mean([_flipped(_chances(_flipped(pair.aged, view)), view) for view in range(views)], axis=0)
    count, labels = cv2.connectedComponents((chance >= likely).astype(np.uint8), connectivity=8)
    sure = np.zeros(count, np.bool_)
    sure[np.unique(labels[chance >= certain])] = True
    sure[0] = False
    mask = sure[labels]
    return Marks(mask, (chance * mask).astype(np.float32), bold(mask & (chance * 255 >= HIDES), BOLD))


def _chances(picture: Planes) -> Plane:
    """What both finders say together, 0..1."""
    shown = np.ascontiguousarray(picture.transpose(2, 0, 1)[None])
    said = [np.round(session(name).run(shown)[0, 3] * 255).astype(np.uint8) for name in _FINDERS]
    return joined(*said).astype(np.float32) / 255


def _flipped(array: Planes, view: int) -> Planes:
    return array[:, ::-1] if view else array


def shown_of(pair: Pair, marks: Marks) -> Planes:
    """The input of the network."""
    pixels = np.round(pair.aged * 255).astype(np.uint8)
    filled = np.where(marks.mask[..., None], fill(pixels, marks.mask).astype(np.float32) / 255, pair.aged)
    filled = filled.astype(np.float32)
    return stacked(np.where(marks.hidden[..., None], filled, pair.aged), filled, marks.chance)


class Marked(IterableDataset[Batch]):
    """Endless (input, clean, weight) patches of `side` pixels: what lies under the mask counts, the rest hardly."""

    def __init__(self, photos: list[Samples], side: int) -> None:
        self.photos, self.side = photos, side

    def __iter__(self) -> Iterator[Batch]:
        """Each process has its own stream, and a new run does not repeat an old one."""
        cv2.setNumThreads(0)
        torch.set_num_threads(1)
        info = get_worker_info()
        random = np.random.default_rng([_SEED, info.id if info else 0, int(torch.initial_seed()) % 2**31])
        while True:
            pair = age(patch(self.photos, self.side, random), random, Mixture(marks=1, low_quality=0.78))
            marks = marks_for(pair, random)
            if (mask := marks.mask).mean() < _LEAST:
                continue
            weight = np.where(mask, 1.0, np.where(grown(mask, 1), 0.5, 0.04)).astype(np.float32)
            yield _tensor(shown_of(pair, marks)), _tensor(pair.clean), torch.from_numpy(weight)[None]


def loss_of(net: nn.Module, batch: Batch) -> Tensor:
    """Mean square and a little absolute error, over what weighs."""
    shown, clean, weight = (t.contiguous(memory_format=torch.channels_last) for t in batch)
    assert isinstance(net, Filler)
    error = net.raw(shown) - clean
    lost = 50 * error**2 + 0.1 * torch.sqrt(error**2 + 1e-6)
    return (lost * weight).sum() / (3 * weight.sum() + 500)


@dataclass(frozen=True, slots=True)
class Case:
    """A held-out patch and a mask on it."""

    pair: Pair
    marks: Marks


class Validation:
    """PSNR in dB under the masks that were found and under the true ones, of all held-out patches together."""

    def __init__(self, photos: list[Samples]) -> None:
        random = np.random.default_rng(7)
        self.cases: dict[str, list[Case]] = {}
        for kind, poor in (("marks", 0), ("both", 1)):
            pairs: list[tuple[Pair, Marks]] = []
            while len(pairs) < 16:
                pair = age(patch(photos, 256, random), random, Mixture(1, poor, 0.3))
                marks = found(pair, 0.3, 0.8)
                if marks.mask.any():
                    pairs.append((pair, marks))
            self.cases[f"{kind}_found"] = [Case(pair, marks) for pair, marks in pairs]
            self.cases[f"{kind}_true"] = [Case(pair, _painted(pair)) for pair, _ in pairs]

    @torch.no_grad()
    def __call__(self, net: nn.Module) -> dict[str, float]:
        """One figure for each group."""
        place = next(net.parameters()).device
        figures: dict[str, float] = {}
        for name, cases in self.cases.items():
            errors: list[np.ndarray] = []
            for case in cases:
                out = net(_tensor(shown_of(case.pair, case.marks))[None].to(place))[0].float().cpu().numpy()
                errors.append((out.transpose(1, 2, 0) - case.pair.clean)[case.marks.mask] ** 2)
            figures[f"{name}_db"] = round(float(-10 * np.log10(np.mean(np.concatenate(errors)))), 3)
        return figures


def _painted(pair: Pair) -> Marks:
    mask = pair.mask > 0.5
    return Marks(mask, mask.astype(np.float32), np.zeros_like(mask))


def _tensor(planes: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(planes.transpose(2, 0, 1)))


def main() -> None:
    """Train, and leave `weights.pt` in OUT."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, required=True, help="the run of a restorer, or of a filler to go on from")
    parser.add_argument("--minutes", type=float, default=44)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--every", type=float, default=5, help="minutes between two validations")
    parser.add_argument("--threads", type=int, default=2, help="of the trainer; another process makes the patches")
    asked = parser.parse_args()
    photos = load(asked.folder, held_out=False)
    validate = Validation(load(asked.folder, held_out=True))
    net = begun(torch.load(asked.start / "weights.pt", map_location="cpu", weights_only=True), Filler())
    recipe = Recipe(asked.out, asked.minutes, asked.rate, asked.every, asked.threads)
    net = train(net, loader(Marked(photos, asked.side), asked.batch), loss_of, validate, recipe)
    torch.save(net.state_dict(), asked.out / "weights.pt")


if __name__ == "__main__":
    main()
