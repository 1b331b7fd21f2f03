"""What came of a run: of each photo and in sum, for people and for programs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from rekindle.batch.options import Outcome

Ending = Literal["restored", "unchanged", "skipped", "failed"]
"""restored: a better picture was made. unchanged: it needs nothing and was copied. skipped: it was finished before."""


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """What came of one photo. `output` is the path of its result, `mask` that of the mask that was saved beside it.

    `code` and `reason` say why it failed.
    """

    source: str
    ending: Ending
    output: str | None = None
    code: str | None = None
    reason: str | None = None
    outcome: Outcome | None = None
    seconds: float = 0.0
    mask: str | None = None

    def sentence(self) -> str:
        """One line for a person."""
        if self.ending == "failed":
            return f"failed     {self.source}: {self.reason}"
        if self.outcome is None or self.ending != "restored":
            return f"{self.ending:<9}  {self.source} -> {self.output}"
        found = ", ".join(finding.title.lower() for finding in self.outcome.findings)
        return f"restored   {self.source} -> {self.output} ({found})"

    def to_json(self) -> dict[str, object]:
        """Plain values; what is not known is left out."""
        plain = asdict(replace(self, outcome=None, seconds=round(self.seconds, 3)))
        written: dict[str, object] = {**plain, **(asdict(self.outcome) if self.outcome else {})}
        return {name: value for name, value in written.items() if value is not None}


@dataclass(frozen=True, slots=True)
class RunReport:
    """What came of a run. `left_alone` counts files of other kinds by their ending, `undone` what a stop left over."""

    photos: Sequence[PhotoReport]
    left_alone: Mapping[str, int] = field(default_factory=dict[str, int])
    undone: int = 0
    interrupted: bool = False

    def count(self, ending: Ending) -> int:
        """How many photos ended so."""
        return Counter(photo.ending for photo in self.photos)[ending]

    @property
    def failures(self) -> Sequence[PhotoReport]:
        return sorted((photo for photo in self.photos if photo.ending == "failed"), key=lambda photo: photo.source)

    @property
    def exit_code(self) -> int:
        """0 when all is well, 1 when some photos failed, 130 when it was stopped by Ctrl+C."""
        if self.interrupted:
            return 130
        return 1 if self.failures else 0

    def to_json(self, out: str, seconds: float) -> dict[str, object]:
        """The whole report as plain values."""
        endings: tuple[Ending, ...] = ("restored", "unchanged", "skipped", "failed")
        return {
            "out": out,
            "interrupted": self.interrupted,
            "seconds": round(seconds, 3),
            "counts": {**{ending: self.count(ending) for ending in endings}, "undone": self.undone},
            "left_alone": dict(sorted(self.left_alone.items())),
            "photos": [photo.to_json() for photo in sorted(self.photos, key=lambda photo: photo.source)],
        }

    def summary(self, out: str) -> Iterator[str]:
        """The last lines of a run, for a person."""
        if not self.photos and not self.undone:
            yield "There are no photos here."
        parts = [
            (self.count("restored"), "restored"),
            (self.count("unchanged"), "needed nothing"),
            (self.count("skipped"), "finished before"),
            (self.count("failed"), "failed"),
        ]
        said = ", ".join(f"{number} {words}" for number, words in parts if number)
        if said:
            yield f"{said}. The results are in {out}" if self.count("failed") < len(self.photos) else f"{said}."
        if self.left_alone:
            kinds = ", ".join(f"{number} {ending}" for ending, number in sorted(self.left_alone.items()))
            yield f"Left alone, because they are no photos: {kinds}"
        # A single photo was named with its reason already.
        if self.failures and len(self.photos) > 1:
            yield ""
            yield "These could not be restored:"
            yield from (f"  {photo.source}\n      {photo.reason}" for photo in self.failures)
        if self.interrupted:
            yield f"Stopped with {self.undone} left. Run the same command again to go on."
