"""Locks in files, let go when their process ends, however that happens."""

import os
from pathlib import Path
from typing import BinaryIO, ClassVar

from rekindle.errors import Conflict

try:
    import fcntl
except ImportError:  # Windows: the file cannot be opened twice for writing there, which serves the same end.
    fcntl = None


class FolderInUse(Conflict):
    code: ClassVar[str] = "folder_in_use"
    title: ClassVar[str] = "The folder is in use"


def hold(folder: Path) -> BinaryIO:
    """Take the lock of a data folder, for who has to be alone in it: the embedded database and queue rely on it.

    It is let go when the file is closed or the process ends. Raises FolderInUse.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (file := try_to_hold(folder / "lock")) is None:
        raise FolderInUse(
            f"Another Rekindle is already running on {folder}. Stop it first, or give this one a folder of its own "
            "with REKINDLE_DATA_FOLDER."
        )
    return file


def try_to_hold(path: Path) -> BinaryIO | None:
    """The file at `path`, made where there is none, with its lock; None where somebody else has it, or removes it."""
    try:
        file = path.open("wb")
    except PermissionError:
        if fcntl is None:
            return None
        raise
    if fcntl is None:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A file that was removed while we waited has a lock that nobody else will ever ask for.
        if os.fstat(file.fileno()).st_ino == path.stat().st_ino:
            return file
    except OSError:
        pass
    file.close()
    return None
