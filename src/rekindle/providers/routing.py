"""Which models can do an edit, in the order in which to ask them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rekindle.providers.protocol import Model, Picture, Provider
from rekindle.treatments.operations import Operation


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model of a provider that can do the edit."""

    provider: Provider
    model: Model


def candidates(providers: Iterable[Provider], operation: Operation, pictures: Sequence[Picture]) -> list[Candidate]:
    """Those that can do `operation` on `pictures`, in the order of the providers, better models first."""
    return [
        Candidate(provider, model)
        for provider in providers
        for model in sorted(provider.models, key=lambda model: -model.quality)
        if operation in model.operations
        and len(pictures) <= model.max_inputs
        and all(picture.pixels <= model.max_pixels for picture in pictures)
    ]
