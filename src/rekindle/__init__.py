"""Rekindle restores damaged, faded and blurred photographs on your own machine."""

import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rekindle.library import Result as Result
    from rekindle.library import restore as restore

__version__ = "0.1.0"

_LAZY = {"restore": "rekindle.library:restore", "Result": "rekindle.library:Result"}


def __getattr__(name: str) -> object:
    """Loads the Python call and its libraries when it is first asked for: importing the package stays light."""
    if name in _LAZY:
        return pkgutil.resolve_name(_LAZY[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
