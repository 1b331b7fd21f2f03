"""What is known of the models of each provider: a file of data that comes with the product, and one of the operator's
own that changes it.

Each `[[models]]` names its `provider` and `id`. An entry of the operator's file with the same two replaces what it
says and keeps the rest; `offered = false` takes a model away.
"""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from rekindle.errors import RekindleError
from rekindle.providers.protocol import Model, Price, Takes
from rekindle.treatments.operations import Operation

Key = tuple[str, str]


class BadCatalogue(RekindleError):
    code: ClassVar[str] = "bad_catalogue"
    title: ClassVar[str] = "The catalogue of models cannot be read"


class _Price(BaseModel):
    model_config = ConfigDict(extra="forbid")

    image: int = Field(default=0, ge=0)
    megapixel: int = Field(default=0, ge=0)
    second: int = Field(default=0, ge=0)
    by_size: dict[str, NonNegativeInt] = Field(default_factory=dict[str, int])
    tokens: dict[str, NonNegativeInt] = Field(default_factory=dict[str, int])
    dated: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    provider: str = Field(min_length=1)
    id: str = Field(min_length=1)
    upstream: str = ""
    offered: bool = True
    operations: frozenset[Operation] = Field(min_length=1)
    price: _Price | None = None
    max_inputs: int = Field(default=1, ge=1)
    max_pixels: int = Field(ge=1)
    max_side: int = Field(default=2048, ge=64)
    typical: float = Field(gt=0)
    quality: float = Field(ge=0, le=1)
    fitness: dict[Operation, float] = Field(default_factory=dict[Operation, float])
    notes: dict[Operation, str] = Field(default_factory=dict[Operation, str])
    input: dict[str, Any] = Field(default_factory=dict[str, Any])
    takes: Takes = Takes.BYTES
    sizes: tuple[str, ...] = ()
    marks: str | None = None
    experimental: bool = False

    def model(self) -> Model:
        price = None if self.price is None else Price(**self.price.model_dump())
        plain: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        for left_out in ("provider", "offered"):
            del plain[left_out]
        plain |= {"price": price, "upstream": self.upstream or self.id}
        return Model(**plain)


def models_of(own: Path | None = None) -> Mapping[str, Sequence[Model]]:
    """The models of each provider, by its name. `own` is the operator's file. Raises BadCatalogue."""
    shipped = resources.files("rekindle.providers").joinpath("catalogue.toml").read_text(encoding="utf-8")
    entries = _entries(shipped, "the catalogue of the product")
    if own is not None:
        try:
            text = own.read_text(encoding="utf-8")
        except OSError as error:
            raise BadCatalogue(f"{own} cannot be read: {error}. Mend the setting or the file.") from error
        for key, changes in _entries(text, str(own)).items():
            entries[key] = {**entries.get(key, {}), **changes}
    found: dict[str, list[Model]] = {}
    for (provider, name), entry in entries.items():
        try:
            checked = _Entry.model_validate(entry)
        except ValidationError as error:
            raise BadCatalogue(f"The model {name} of {provider} is not described rightly: {error}") from error
        if checked.offered:
            found.setdefault(provider, []).append(checked.model())
    return found


def _entries(text: str, where: str) -> dict[Key, dict[str, Any]]:
    try:
        listed = tomllib.loads(text).get("models", [])
        return {(entry["provider"], entry["id"]): entry for entry in listed}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadCatalogue(f"{where} is no list of models, each with a provider and an id: {error}") from error
