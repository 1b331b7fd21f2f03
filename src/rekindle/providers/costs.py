"""What an edit costs at a provider, in millionths of a dollar: whole numbers, and no network."""

from rekindle.providers.protocol import Model, Price

MICRO = 1_000_000
"""Millionths of a dollar in a dollar."""


def cost_of(price: Price, *, pixels: int = 0, seconds: float = 0.0, images: int = 1, size: str = "") -> int:
    """The cost of `images` pictures of `pixels` each, of a named `size` where that has a price of its own, or of a film
    of `seconds`. Parts of a megapixel and of a second count as whole ones, so that it is never too little.
    """
    each = price.by_size.get(size, price.image)
    megapixels, whole_seconds = -(-pixels // 1_000_000), -int(-seconds // 1)
    return each * images + price.megapixel * megapixels * images + price.second * whole_seconds


def estimate(model: Model, *, pixels: int, seconds: float = 0.0) -> int | None:
    """What one result of a model will cost at most, None where nobody knows: its largest picture is `pixels`."""
    if model.price is None:
        return None
    size = model.sizes[0] if model.sizes else ""
    return cost_of(model.price, pixels=min(pixels, model.max_pixels), seconds=seconds, size=size)
