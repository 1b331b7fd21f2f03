"""Which options go with which operation, and how many photos each takes: refused before a job is made."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from rekindle.errors import Invalid
from rekindle.jobs.options import Options
from rekindle.treatments.operations import Operation
from rekindle.treatments.styles import Enhancement, Style


class HintsWithoutColour(Invalid):
    code: ClassVar[str] = "hints_without_colour"
    title: ClassVar[str] = "Dabs of colour need an operation that gives colours"


class OptionNotUsed(Invalid):
    code: ClassVar[str] = "option_not_used"
    title: ClassVar[str] = "An option does nothing in this operation"


class StyleMissing(Invalid):
    code: ClassVar[str] = "style_missing"
    title: ClassVar[str] = "A style has to be chosen"


class EnhancementMissing(Invalid):
    code: ClassVar[str] = "enhancement_missing"
    title: ClassVar[str] = "What is to be enhanced has to be chosen"


class PromptMissing(Invalid):
    code: ClassVar[str] = "prompt_missing"
    title: ClassVar[str] = "A few words are needed"


class WrongNumberOfPhotos(Invalid):
    code: ClassVar[str] = "wrong_number_of_photos"
    title: ClassVar[str] = "This operation takes another number of photos"


class PhotoRepeated(Invalid):
    code: ClassVar[str] = "photo_repeated"
    title: ClassVar[str] = "The same photo is there twice"


COMBINATIONS = (
    HintsWithoutColour, OptionNotUsed, StyleMissing, EnhancementMissing, PromptMissing, WrongNumberOfPhotos,
    PhotoRepeated,
)  # fmt: skip
"""What `check` raises."""

MENDING = frozenset(operation for operation in Operation if operation.mends)
USED: Mapping[str, frozenset[Operation]] = {
    "strength": MENDING,
    "enlarge": MENDING,
    "keep_tone": MENDING,
    "mask_id": MENDING,
    "style": frozenset({Operation.RESTYLE}),
    "enhancement": frozenset({Operation.ENHANCE}),
    "amount": frozenset({Operation.RESTYLE, Operation.ENHANCE}),
    "seconds": frozenset({Operation.ANIMATE}),
    "moodboard_id": frozenset({Operation.RESTYLE, Operation.ENHANCE, Operation.FUSE, Operation.BRING_TOGETHER}),
    # A mended photo keeps its own size, and is made larger by `enlarge`.
    "quality": frozenset(Operation) - MENDING,
}
"""The operations in which an option does something; one that is not here does so in all of them."""


def check(operation: Operation, first: UUID, options: Options) -> None:
    """Raise one of COMBINATIONS for options and photos that make no whole with an operation."""
    if options.wishes.hints and not operation.colours:
        raise HintsWithoutColour(
            f"Dabs of colour do nothing in the operation {operation.value}. Leave them out, or ask for "
            f"{Operation.RESTORE_COLORIZE.value}."
        )
    for name in options.changed():
        if operation not in USED.get(name, frozenset(Operation)):
            raise OptionNotUsed(f"The option {name} does nothing in the operation {operation.value}. Leave it out.")
    _check_complete(operation, options)
    _check_photos(operation, first, options)


def _check_complete(operation: Operation, options: Options) -> None:
    wishes = options.wishes
    if operation is Operation.RESTYLE and wishes.style is None:
        raise StyleMissing(f"Say in which style the photo shall be redone: {_names(Style)}.")
    if operation is Operation.ENHANCE and wishes.enhancement is None:
        raise EnhancementMissing(f"Say what shall be enhanced: {_names(Enhancement)}.")
    if wishes.enhancement is Enhancement.CUSTOM and not wishes.prompt:
        raise PromptMissing("Write in a few words what shall be enhanced, or choose lighting, background or mood.")


def _check_photos(operation: Operation, first: UUID, options: Options) -> None:
    fewest, most = operation.photos
    given = 1 + len(options.photo_ids)
    if not fewest <= given <= most:
        wanted = f"{fewest} to {most} photos" if most > 1 else "one photo"
        raise WrongNumberOfPhotos(f"The operation {operation.value} takes {wanted}, and there are {given}.")
    every = (first, *options.photos)
    if len(set(every)) < len(every):
        raise PhotoRepeated("Each photo can be there once. Leave the second out, or choose another one.")


def _names(kinds: type[Style] | type[Enhancement]) -> str:
    return ", ".join(kind.value for kind in kinds)
