"""What can be asked for."""

from enum import StrEnum


class Operation(StrEnum):
    """One kind of work on a photo."""

    RESTORE = "restore"
