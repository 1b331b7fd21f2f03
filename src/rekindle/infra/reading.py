"""Files that are read piece by piece in the event loop, which never waits for a disk."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self


class Opened:
    """A file, open as long as the block lasts."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self._file.close()

    def at_hand(self, start: int, size: int) -> bytearray | None:
        """A piece that the system has in its memory, at once; None where it would have to be waited for, or where the
        system has no way to say so (Linux has one: RWF_NOWAIT of preadv2). A thread costs more than that.
        """
        piece = bytearray(size)
        try:
            return piece if os.preadv(self._file.fileno(), [piece], start, os.RWF_NOWAIT) == size else None
        except (OSError, AttributeError):
            return None

    def read(self, start: int, size: int) -> bytes:
        """A piece, at most of this size. Raises OSError."""
        return os.pread(self._file.fileno(), size, start)
