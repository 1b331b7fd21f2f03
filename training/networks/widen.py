"""Starts a run of the restorer from a trained one with fewer channels at the top.

The wider top carries colour noise in every pixel, which twelve of 32 channels would be needed for alone.

Usage: python -m training.networks.widen OLD_RUN NEW_RUN
"""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from training.networks.unet import Restorer

_SMALL = 0.1
"""What the fresh weights are scaled by, so that the start is near what the old ones do."""


def widened(old: dict[str, Tensor], net: nn.Module) -> nn.Module:
    """The old weights in the corner of each tensor of `net`, whose stages may also have fewer blocks: each takes the
    old one of the same place.
    """
    with torch.no_grad():
        for name, fresh in net.state_dict().items():
            known = old.get(name)
            if known is None:
                continue
            corner = tuple(slice(0, min(a, b)) for a, b in zip(fresh.shape, known.shape, strict=True))
            if fresh.shape != known.shape:
                fresh.mul_(_SMALL)
            fresh[corner] = known[corner]
    return net


def main() -> None:
    """Write the first checkpoint of NEW_RUN."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    old = torch.load(source / "checkpoint.pt", map_location="cpu", weights_only=True)["average"]
    net = widened({name.removeprefix("module."): value for name, value in old.items()}, Restorer())
    target.mkdir(parents=True, exist_ok=True)
    torch.save(net.state_dict(), target / "start.pt")


if __name__ == "__main__":
    main()
