"""The words that a model is sent: put together by rules from texts, so that anybody can see them before they are sent.

What is sent names looks, and no studio and no artist. The version names every text that was used.
"""

from dataclasses import dataclass

from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.operations import Operation
from rekindle.treatments.styles import Enhancement, Style
from rekindle.treatments.table import TABLE
from rekindle.treatments.texts import Text, text
from rekindle.treatments.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words for a model, and the texts that they are made from with their versions (`colorize/1+faithful/1`)."""

    text: str
    version: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """One of several calls that a job with many photos is worked on in: `part` of `parts`, from 1.

    `final`: the call after these that puts their results together.
    """

    part: int = 1
    parts: int = 1
    final: bool = False


WHOLE = Chunk()


def prompt_for(
    operation: Operation, diagnosis: Diagnosis, wishes: Wishes, *, photos: int = 0, chunk: Chunk = WHOLE
) -> Prompt:
    """The words for an operation: usual ones, and what the person wrote. Pure.

    `photos` is how many come along, 0 where that is not known yet; `chunk` is for several photos that do not fit into
    one call.
    """
    words = _Words()
    match operation:
        case Operation.RESTORE | Operation.RESTORE_COLORIZE | Operation.COLORIZE:
            _mending(words, operation, diagnosis, wishes)
        case Operation.RESTYLE:
            _styling(words, wishes)
        case Operation.ENHANCE:
            _enhancing(words, wishes)
        case Operation.FUSE:
            _fusing(words, wishes, photos, chunk)
        case Operation.BRING_TOGETHER:
            _bringing_together(words, wishes, photos, chunk)
        case Operation.ANIMATE:
            words.add("animate")
            words.add_wish(wishes)
    return words.prompt()


def in_part(prompt: Prompt, chunk: Chunk) -> Prompt:
    """A prompt that is ready, for one of several calls: between what says which it is and what holds them together."""
    words = _Words()
    _part(words, chunk)
    words.take(prompt)
    _joined(words, chunk)
    return words.prompt()


class _Words:
    """Texts one after the other."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._versions: list[str] = []

    def add(self, name: str, **values: object) -> None:
        self.use(text(name), **values)

    def use(self, chosen: Text, **values: object) -> None:
        self._words.append(chosen.filled(**values))
        self._versions.append(chosen.version)

    def take(self, prompt: Prompt) -> None:
        """Words that are put together already."""
        self._words.append(prompt.text)
        self._versions.append(prompt.version)

    def add_wish(self, wishes: Wishes) -> None:
        """What the person wrote, and showed."""
        if wishes.prompt:
            self.add("additionally", wish=sentence(wishes.prompt))
        if wishes.moodboard:
            self.add("mood")

    def prompt(self) -> Prompt:
        return Prompt(" ".join(self._words), "+".join(self._versions))


def sentence(wish: str) -> str:
    """What somebody wrote, with an end."""
    return wish if wish.endswith((".", "!", "?")) else f"{wish}."


def _mending(words: _Words, operation: Operation, diagnosis: Diagnosis, wishes: Wishes) -> None:
    if operation is Operation.COLORIZE or (operation.colours and not diagnosis.needs_work):
        words.add("colorize")
    else:
        words.use(TABLE[_worst(diagnosis, wishes)].prompt)
        for finding in diagnosis.findings[1:]:
            words.add(f"also_{finding.degradation.label}")
        if operation.colours:
            words.add("also_colours")
    if wishes.keep_tone and diagnosis.find(Degradation.FADING) and operation is Operation.RESTORE:
        words.add("also_toned")
    if wishes.marked:
        words.add("also_marked")
    words.add_wish(wishes)
    words.add("faithful")


def _worst(diagnosis: Diagnosis, wishes: Wishes) -> Degradation:
    """What was marked is damage, whatever was found."""
    found = diagnosis.main.degradation
    return Degradation.PHYSICAL_DAMAGE if found is Degradation.NONE and wishes.marked else found


def _styling(words: _Words, wishes: Wishes) -> None:
    """What the person wrote stands between the style and the quality asked for."""
    words.add(f"style_{(wishes.style or Style.CARTOON).value}")
    words.add_wish(wishes)
    words.add("style_amount", amount=percent(wishes.amount))
    words.add("quality")


def _enhancing(words: _Words, wishes: Wishes) -> None:
    kind = wishes.enhancement or (Enhancement.CUSTOM if wishes.prompt else Enhancement.LIGHTING)
    if kind is Enhancement.CUSTOM and not wishes.prompt:
        kind = Enhancement.LIGHTING
    words.add(f"enhance_{kind.value}")
    words.add_wish(wishes)
    words.add("enhance_amount", amount=percent(wishes.amount))


def _fusing(words: _Words, wishes: Wishes, photos: int, chunk: Chunk) -> None:
    _part(words, chunk)
    words.add("fuse", photos=photos or "several")
    words.add_wish(wishes)
    _joined(words, chunk)
    words.add("fuse_kept")


def _bringing_together(words: _Words, wishes: Wishes, photos: int, chunk: Chunk) -> None:
    _part(words, chunk)
    words.add("bring_together", photos=photos or "several")
    words.add_wish(wishes)
    _joined(words, chunk)


def _part(words: _Words, chunk: Chunk) -> None:
    if chunk.parts > 1 and not chunk.final:
        words.add("fuse_part", part=chunk.part, parts=chunk.parts)


def _joined(words: _Words, chunk: Chunk) -> None:
    if chunk.parts > 1:
        words.add("fuse_parts")
    if chunk.final:
        words.add("fuse_final")


def percent(amount: float) -> str:
    """A share as models read it: 0.8 is `80%`."""
    return f"{round(amount * 100)}%"
