"""What can be asked for."""

from enum import StrEnum


class Operation(StrEnum):
    """One kind of work on a photo."""

    RESTORE = "restore"
    COLORIZE = "colorize"
    RESTORE_COLORIZE = "restore_colorize"

    @property
    def colours(self) -> bool:
        """Whether the photo is to get colours."""
        return self is not Operation.RESTORE
