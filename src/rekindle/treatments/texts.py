"""Texts for models, kept as files with a version each, so that a change of words can be told from a change of code."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

_HEAD = "version:"


@dataclass(frozen=True, slots=True)
class Text:
    """Words, and the version of the file that they are from (`quality/1`)."""

    words: str
    version: str

    def filled(self, **values: object) -> str:
        """The words with each `{name}` replaced; a wish is put in as it is, whatever braces it has."""
        return _replaced(self.words, {name: str(value) for name, value in values.items()})


def text(name: str) -> Text:
    """The text of this name. Raises KeyError."""
    return _texts()[name]


@cache
def _texts() -> Mapping[str, Text]:
    """All texts; the files are read once."""
    folder = resources.files("rekindle.treatments").joinpath("texts")
    files = (file for file in folder.iterdir() if file.name.endswith(".txt"))
    return MappingProxyType({(name := file.name[:-4]): _parsed(name, file.read_text("utf-8")) for file in files})


def _parsed(name: str, content: str) -> Text:
    head, _, words = content.partition("\n")
    if not head.startswith(_HEAD) or not words.strip():
        message = f"{name}.txt has to begin with a line such as `version: 1`, and to have words"
        raise ValueError(message)
    return Text(words.strip(), f"{name}/{head.removeprefix(_HEAD).strip()}")


def _replaced(words: str, values: Mapping[str, str]) -> str:
    """One pass from the left, so that what was put in is not looked at again."""
    done, rest = "", words
    while rest:
        before, brace, after = rest.partition("{")
        name, closing, behind = after.partition("}")
        known = bool(brace and closing and name in values)
        done += before + (values[name] if known else brace)
        rest = behind if known else after
    return done
