"""Names in the environment that look like settings and are none.

One behind a part that is known, or with `__` in it at all, is refused with everything else that is wrong. The others
may belong to somebody else, and nothing is refused for them: they are told.
"""

import logging
import os
import re
from collections.abc import Iterator
from difflib import get_close_matches

from pydantic import BaseModel

from rekindle.config import Settings

log = logging.getLogger(__name__)

PREFIX, JOINT = "REKINDLE_", "__"

OF_TOOLS = re.compile(r"REKINDLE_(?:API|BAD_IMAGES|CHAOS_\w+|CHROMIUM|PEER|SKIP_WEB|UPSCALER_PEER)")
"""What is read where Rekindle is built, tested and measured."""

_SERVICE = "_SERVICE_HOST"


def unknown_settings() -> dict[str, str | None]:
    """The names that begin as ours do and change nothing, each with the setting that may be meant, if one is near."""
    known = list(_names(Settings, PREFIX))
    return {name: _near(name, known) for name in sorted(_given()) if name not in known}


def warn_of_unknown_settings() -> None:
    """A line in the log for each."""
    for name, near in unknown_settings().items():
        meant = "" if near is None else f"; {near} may be meant"
        log.warning("%s: there is no such setting, so it changes nothing%s", name, meant)


def _near(name: str, known: list[str]) -> str | None:
    """The known name that is most like it, what all begin with apart."""
    ends = {each.removeprefix(PREFIX): each for each in known}
    found = get_close_matches(name.removeprefix(PREFIX), ends, n=1, cutoff=0.75)
    return ends[found[0]] if found else None


def _given() -> Iterator[str]:
    names = {name.upper() for name in os.environ}
    services = tuple(name.removesuffix(_SERVICE) for name in names if name.endswith(_SERVICE))
    for name in names:
        ours = name.startswith(PREFIX) and JOINT not in name and not OF_TOOLS.fullmatch(name)
        if ours and not any(_of_service(name, each) for each in services):
            yield name


def _of_service(name: str, service: str) -> bool:
    """Whether Kubernetes says this of a service: it does so to everything that runs beside it."""
    return name == f"{service}_PORT" or name.startswith((f"{service}_PORT_", f"{service}_SERVICE_"))


def _names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Every setting, and every group, which can be given as JSON."""
    for name, field in model.model_fields.items():
        full, kind = f"{prefix}{name.upper()}", field.annotation
        yield full
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _names(kind, f"{full}{JOINT}")
