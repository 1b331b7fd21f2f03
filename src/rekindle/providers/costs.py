"""What an edit costs at a provider, in millionths of a dollar: whole numbers, and no network."""

import math
from collections.abc import Mapping

from rekindle.providers.protocol import Model, Price

MICRO = 1_000_000
"""Millionths of a dollar in a dollar."""

MOST_TOKENS = 10_000_000
"""Of one kind, for one edit; a provider that tells of more is not believed."""


def cost_of(price: Price, *, pixels: int = 0, seconds: float = 0.0, images: int = 1, size: str = "") -> int:
    """The cost of `images` pictures of `pixels` each, of a named `size` where that has a price of its own, or of a film
    of `seconds`. Parts of a megapixel and of a second count as whole ones, so that it is never too little.
    """
    each = price.by_size.get(size, price.image)
    # What a provider tells may be no number at all.
    seconds = seconds if 0.0 <= seconds < math.inf else 0.0
    megapixels, whole_seconds = -(-pixels // 1_000_000), -int(-seconds // 1)
    return each * images + price.megapixel * megapixels * images + price.second * whole_seconds


def cost_of_tokens(price: Price, used: Mapping[str, int]) -> int | None:
    """The cost of so many tokens of each kind, None where the price knows none of them: tokens × price of one, and no
    other formula. A dollar for a million of them is a millionth of a dollar for each.
    """
    known = [
        count * price.tokens[kind] for kind, count in used.items() if kind in price.tokens and 0 <= count <= MOST_TOKENS
    ]
    return sum(known) if known else None


def estimate(model: Model, *, pixels: int, seconds: float = 0.0) -> int | None:
    """What one result of a model will cost at most, None where nobody knows: its largest picture is `pixels`.

    Without the `seconds` of a film, a price by the second is for those that it usually works.
    """
    if model.price is None:
        return None
    seconds = seconds or model.typical * max(pixels, 1_000_000) / 1_000_000
    size = model.sizes[0] if model.sizes else ""
    return cost_of(model.price, pixels=min(pixels, model.max_pixels), seconds=seconds, size=size)
