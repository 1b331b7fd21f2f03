"""The form of a request to a model, filled in with what an edit brings.

A form is data of the catalogue: plain values, in which a word that begins with `$` stands for a part of the edit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rekindle.providers.protocol import Edit, Picture

LEFT_OUT = object()
"""What a word stands for when the edit has nothing for it: the field is left out."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A string of a request: `before`, and then a file in base64, which is read when it is sent (see `bodies.py`)."""

    path: Path
    before: str = ""


def data_uri(picture: Picture) -> Enclosed:
    """A picture as a `data:` address (RFC 2397)."""
    return Enclosed(picture.path, f"data:{picture.media_type};base64,")


def filled(form: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """A form with its words replaced; fields for which the edit has nothing are left out.

    Words: `$prompt`, `$image` (the first picture: its address where there are links, else a `data:` address), `$images`
    (all of them), `$mask`, `$seed`, `$amount` (0..1), `$size` ("1024*768"), `$width`, `$height`. Raises ValueError for
    another word.
    """
    return {name: value for name, given in form.items() if (value := _value(given, edit)) is not LEFT_OUT}


def _value(given: Any, edit: Edit) -> Any:
    if isinstance(given, Mapping):
        return filled(cast("Mapping[str, Any]", given), edit)
    if not isinstance(given, str) or not given.startswith("$"):
        return given
    if given not in WORDS:
        message = f"the catalogue has an unknown word {given!r}"
        raise ValueError(message)
    return WORDS[given](edit)


WORDS: Mapping[str, Callable[[Edit], Any]] = {
    "$prompt": lambda edit: edit.treatment.prompt,
    "$image": lambda edit: edit.links[0] if edit.links else data_uri(edit.images[0]),
    "$images": lambda edit: list(edit.links) or [data_uri(picture) for picture in edit.images],
    "$mask": lambda edit: LEFT_OUT if edit.mask is None else data_uri(edit.mask),
    "$seed": lambda edit: edit.seed,
    "$amount": lambda edit: edit.wishes.amount,
    "$size": lambda edit: f"{edit.images[0].width}*{edit.images[0].height}",
    "$width": lambda edit: edit.images[0].width,
    "$height": lambda edit: edit.images[0].height,
}
