"""What can be asked for."""

from enum import StrEnum


class Operation(StrEnum):
    """One kind of work on a photo, or on several."""

    RESTORE = "restore"
    COLORIZE = "colorize"
    RESTORE_COLORIZE = "restore_colorize"
    RESTYLE = "restyle"
    ENHANCE = "enhance"
    FUSE = "fuse"
    BRING_TOGETHER = "bring_together"
    ANIMATE = "animate"

    @property
    def colours(self) -> bool:
        """Whether the photo is to get colours that it has not."""
        return self in (Operation.COLORIZE, Operation.RESTORE_COLORIZE)

    @property
    def mends(self) -> bool:
        """Whether the result shows the same picture as before, so that it can be held against it pixel by pixel."""
        return self in (Operation.RESTORE, Operation.COLORIZE, Operation.RESTORE_COLORIZE)

    @property
    def photos(self) -> tuple[int, int]:
        """How many photos it takes: the fewest and the most."""
        return (2, MOST_PHOTOS) if self in (Operation.FUSE, Operation.BRING_TOGETHER) else (1, 1)


MOST_PHOTOS = 12
"""Photos that one job can take; those beyond what a model takes at once are worked on in chunks."""
