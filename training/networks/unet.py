"""A plain convolutional U-Net: no normalization, no gates, no global pooling, so that tiles agree and int8 works."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Shape:
    """`widths`: channels at 1/2, 1/4, 1/8 ... of the size; `depths`: convolutions at each; `outputs`: planes."""

    widths: tuple[int, ...] = (48, 64, 96, 128)
    depths: tuple[int, ...] = (2, 2, 2, 4)
    inputs: int = 3
    outputs: int = 4


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1), nn.ReLU(inplace=True), nn.Conv2d(width, width, 3, 1, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Same shape as `x`."""
        return x + self.body(x)


class UNet(nn.Module):
    """Maps (n, inputs, h, w) to (n, outputs, h, w); h and w must be multiples of 2 ** number of widths."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        widths, depths = shape.widths, shape.depths
        levels = range(len(widths) - 1)
        self.head = nn.Conv2d(4 * shape.inputs, widths[0], 3, 1, 1)
        self.encoders = nn.ModuleList(_stage(w, d) for w, d in zip(widths, depths, strict=True))
        self.downs = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, 2) for i in levels)
        self.ups = nn.ModuleList(nn.ConvTranspose2d(widths[i + 1], widths[i], 2, 2) for i in levels)
        self.decoders = nn.ModuleList(_stage(widths[i], depths[i]) for i in levels)
        self.tail = nn.Conv2d(widths[0], 4 * shape.outputs, 3, 1, 1)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Raw outputs."""
        y = self.head(nn.functional.pixel_unshuffle(x, 2))
        skips: list[Tensor] = []
        for encoder, down in zip(self.encoders, self.downs, strict=False):
            y = encoder(y)
            skips.append(y)
            y = down(y)
        y = self.encoders[-1](y)
        for i in reversed(range(len(self.ups))):
            y = self.decoders[i](self.ups[i](y) + skips[i])
        return nn.functional.pixel_shuffle(self.tail(y), 2)


class Restorer(nn.Module):
    """RGB in 0..1 -> (n, 4, h, w): the mended RGB, and how likely each pixel is covered by a mark, 0..1."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape or Shape()
        self.unet = UNet(self.shape)

    def raw(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mended RGB, not clipped, and the mask's logits (n, 1, h, w)."""
        y = self.unet(x).float()
        return x + y[:, :3], y[:, 3:]

    def forward(self, x: Tensor) -> Tensor:
        """What is exported."""
        mended, logits = self.raw(x)
        return torch.cat((mended.clamp(0, 1), torch.sigmoid(logits)), 1)


def _stage(width: int, depth: int) -> nn.Module:
    return nn.Sequential(*(Residual(width) for _ in range(depth // 2)))
