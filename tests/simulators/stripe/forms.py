"""Reads what Stripe's clients send: forms in which `items[0][price]` names a place in a tree."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.simulators.stripe.errors import invalid, missing

Tree = dict[str, Any]
"""Strings, lists and trees by name."""


def decoded(text: str) -> Tree:
    """`a[b][0]=1` as {"a": {"b": ["1"]}}; `a[]=1&a[]=2` as {"a": ["1", "2"]}."""
    root: Tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *inner = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        place = root
        for key, following in zip([first, *inner], [*inner, None], strict=True):
            step = key or str(len(place))
            if following is None:
                place[step] = value
            else:
                place = place.setdefault(step, {})
                if not isinstance(place, dict):
                    raise invalid(f"Invalid object: {name}", name)
    return {key: _lists(value, key) for key, value in root.items()}


def _lists(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(each, key) for key, each in value.items()}
    if inner and name != "metadata" and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


@dataclass
class Params:
    """Parameters of one request. An absent one reads as None, an empty one (Stripe's "unset") as an empty string."""

    tree: Tree = field(default_factory=dict)
    prefix: str = ""

    def __contains__(self, name: str) -> bool:
        return name in self.tree

    def place(self, name: str) -> str:
        return f"{self.prefix}[{name}]" if self.prefix else name

    def text(self, name: str) -> str | None:
        value = self.tree.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(f"Invalid string: {name}", self.place(name))
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing(self.place(name))
        return value

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        if value is None or value == "":
            return None
        if not re.fullmatch(r"-?\d{1,15}", value):
            raise invalid(f"Invalid integer: {value}", self.place(name), "parameter_invalid_integer")
        return int(value)

    def positive(self, name: str) -> int | None:
        """An integer of 1 or more."""
        value = self.integer(name)
        if value is not None and value < 1:
            raise invalid("This value must be greater than or equal to 1.", self.place(name))
        return value

    def boolean(self, name: str) -> bool | None:
        value = self.text(name)
        if value in {None, ""}:
            return None
        if value not in {"true", "false"}:
            raise invalid(f"Invalid boolean: {value}", self.place(name))
        return value == "true"

    def choice(self, name: str, *choices: str) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            raise invalid(f"Invalid {name}: must be one of {', '.join(choices)}", self.place(name))
        return value

    def inside(self, name: str) -> "Params":
        """The parameters in `name[...]`; none if there are none."""
        value = self.tree.get(name) or {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", self.place(name))
        return Params(value, self.place(name))

    def each(self, name: str) -> list["Params"]:
        """The parameters in `name[0][...]`, `name[1][...]` and so on."""
        values = self.tree.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise invalid("Invalid array", self.place(name))
        return [Params(value, f"{self.place(name)}[{index}]") for index, value in enumerate(values)]

    def texts(self, name: str) -> list[str]:
        values = self.tree.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise invalid("Invalid array", self.place(name))
        return values

    def metadata(self, before: dict[str, str] | None = None) -> dict[str, str]:
        """What was there with what is sent laid over it; an empty value takes a key away."""
        sent = self.tree.get("metadata")
        changed = {**(before or {}), **(sent if isinstance(sent, dict) else {})}
        return {key: value for key, value in changed.items() if value != ""}

    def only(self, *known: str) -> None:
        """Refuse what Stripe, or this part of it, does not know: nothing is ignored silently."""
        for name in self.tree:
            if name not in known:
                raise invalid(f"Received unknown parameter: {self.place(name)}", self.place(name), "parameter_unknown")
