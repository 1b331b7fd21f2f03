"""What to say when something went wrong that nobody foresaw."""

import shutil
from pathlib import Path

from rekindle.infra.workbench import WorkError

_FULL = 20_000_000
"""Free bytes below which a failed write is put down to a full disk."""


def unforeseen(error: WorkError, folder: Path) -> str:
    """A sentence about a mistake of ours; most often it is none, but the disk of `folder` is full."""
    if shutil.disk_usage(folder).free < _FULL:
        return f"The disk of {folder} is full. Make room, and run the same command again."
    notes: list[str] = getattr(error, "__notes__", [])
    trace = "".join(notes).strip().splitlines()
    return f"Something went wrong on our side ({trace[-1] if trace else error.message}). Please report it."
