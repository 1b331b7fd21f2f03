"""What the engine of this machine can do, as a model like any other, and the function that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rekindle.imaging.making.enhancing import Enhance, enhance_file
from rekindle.imaging.making.filming import animate_file
from rekindle.imaging.making.fusing import fuse_file
from rekindle.imaging.making.made import MadeReport
from rekindle.imaging.making.restyling import restyle_file
from rekindle.imaging.making.together import bring_together_file
from rekindle.providers.protocol import SENT_TYPE, VIDEO_TYPE, WORKING_TYPE, Edit, Model, Price, Takes
from rekindle.treatments.operations import MOST_PHOTOS, Operation
from rekindle.treatments.styles import Enhancement, Style
from rekindle.treatments.wishes import Wishes

NOTES = {
    Operation.RESTORE: "Mends noise, softness, scratches and faded tones, and leaves alone what is sound.",
    Operation.COLORIZE: (
        "Gives a plausible tint from what it learned from a small set of photos; dab colours on it to say what they "
        "really were."
    ),
    Operation.RESTORE_COLORIZE: (
        "Mends the damage first, then gives a plausible tint; dab colours on it to say what they really were."
    ),
    Operation.RESTYLE: "Redraws it with filters, as watercolour, comic, pixel art, oil or cartoon; it invents nothing.",
    Operation.ENHANCE: (
        "Betters light, look, background or mood; of a sentence it understands plain words such as brighter or warmer."
    ),
    Operation.FUSE: "Blends photos of one scene taken from one place; others it puts side by side.",
    Operation.BRING_TOGETHER: (
        "Cuts people out around their faces and puts them before one backdrop: a montage, and seen to be one."
    ),
    Operation.ANIMATE: "Moves slowly over the photo, towards faces; nothing in it comes to life.",
}

FITNESS = {
    Operation.RESTYLE: 0.4,
    Operation.ENHANCE: 0.45,
    Operation.FUSE: 0.5,
    Operation.BRING_TOGETHER: 0.3,
    Operation.ANIMATE: 0.3,
}

MODEL = Model(
    id="rekindle-1",
    operations=frozenset(NOTES),
    price=Price(dated="always"),
    max_inputs=MOST_PHOTOS,
    max_pixels=100_000_000,
    typical=0.5,
    quality=0.5,
    notes=NOTES,
    fitness=FITNESS,
    takes=Takes.WORKING,
)


@dataclass(frozen=True, slots=True)
class Making:
    """A call that makes something new in a child process: its function and what that gets before `progress`, and the
    files that it writes, with their media types; the first one is the result. `patience` is how many times as long as
    a photo may take it may take.
    """

    call: Callable[..., MadeReport]
    arguments: tuple[object, ...]
    files: tuple[tuple[Path, str], ...]
    patience: float = 1.0


def making_of(edit: Edit) -> Making | None:
    """How an edit is made that makes something new; None for those that mend."""
    wishes, target = edit.wishes, edit.folder / "result.tif"
    photos, example = _pictures(edit)
    made = ((target, WORKING_TYPE),)
    match edit.operation:
        case Operation.RESTYLE:
            return Making(restyle_file, (photos[0], target, wishes.style or Style.CARTOON, wishes.amount), made)
        case Operation.ENHANCE:
            wanted = Enhance(_enhancement(wishes), wishes.prompt, wishes.amount, example)
            return Making(enhance_file, (photos[0], target, wanted), made)
        case Operation.FUSE:
            return Making(fuse_file, (photos, target), made, max(1.0, len(photos) / 2))
        case Operation.BRING_TOGETHER:
            return Making(bring_together_file, (photos, target), made, max(1.0, len(photos) / 2))
        case Operation.ANIMATE:
            film, poster = edit.folder / "film.mp4", edit.folder / "poster.jpg"
            arguments = photos[0], film, poster, wishes.seconds
            written = (film, VIDEO_TYPE), (poster, SENT_TYPE)
            return Making(animate_file, arguments, written, max(1.0, wishes.seconds / 5))
        case _:
            return None


def _pictures(edit: Edit) -> tuple[list[Path], Path | None]:
    """The photos of an edit, and the one whose mood is to be taken."""
    paths = [picture.path for picture in edit.images]
    if edit.wishes.moodboard and len(paths) > 1:
        return paths[:-1], paths[-1]
    return paths, None


def _enhancement(wishes: Wishes) -> Enhancement:
    return wishes.enhancement or (Enhancement.CUSTOM if wishes.prompt else Enhancement.LIGHTING)
