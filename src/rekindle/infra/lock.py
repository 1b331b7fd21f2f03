"""One process at a time in a data folder: the embedded database and queue rely on it."""

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
    """Take the lock of a data folder. It is let go when the file is closed or the process ends, however that happens.

    Raises FolderInUse.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "lock").open("wb")
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise FolderInUse(
                f"Another Rekindle is already running on {folder}. Stop it first, or give this one a folder of its own "
                "with REKINDLE_DATA_FOLDER."
            ) from error
    return file
