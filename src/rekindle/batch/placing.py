"""Puts a finished file at its place: whole or not at all, on the disk, and never over something else."""

import os
from contextlib import suppress
from pathlib import Path


def place(unfinished: Path, target: Path, *, replace: bool) -> None:
    """Move a file that is complete to its name, in one step that survives a crash.

    Both must be on one file system. With `replace` an older file there is replaced; without, FileExistsError is
    raised and the older one stays.
    """
    if replace:
        unfinished.replace(target)
    else:
        _rename_to_nothing(unfinished, target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        if not path.is_dir():  # some file systems cannot sync a folder, and need not
            raise
    finally:
        os.close(descriptor)


def _rename_to_nothing(unfinished: Path, target: Path) -> None:
    """A rename that never replaces: add the second name, which fails when it is taken, then drop the first."""
    try:
        target.hardlink_to(unfinished)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, such as exFAT
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        unfinished.rename(target)
        return
    with suppress(OSError):
        unfinished.unlink()
