"""What a person asked for, beyond the operation."""

from dataclasses import dataclass
from typing import Literal

from rekindle.imaging.steps.colorize import Hint
from rekindle.imaging.strength import Strength
from rekindle.treatments.styles import Enhancement, Style


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for. `keep_tone` leaves the tint of a sepia or toned print as it is.

    `marked` says that a mask comes along of what is to be filled; `hints` are dabs of colour, for operations that give
    colours.

    `prompt` is what they wrote, cleaned and at most 500 characters; `style` is for restyling, `enhancement` for
    enhancing, and `amount` (0..1) how far either goes. `seconds` is how long a film shall last.
    `moodboard` says that the last picture is one whose mood is to be taken.
    """

    strength: Strength = Strength.AUTO
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = False
    marked: bool = False
    hints: tuple[Hint, ...] = ()
    prompt: str = ""
    style: Style | None = None
    enhancement: Enhancement | None = None
    amount: float = 0.8
    seconds: int = 5
    moodboard: bool = False

    @property
    def always(self) -> bool:
        """Whether something is wished for that is done whatever the photo needs."""
        return self.marked or self.enlarge != 1
