"""What was asked for in a run, what one photo needs to be worked on, and what came of it: plain values.

Nothing here imports the libraries that work on pixels: they are for the child processes, and the process that leads
them starts sooner and stays smaller without.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rekindle.imaging.formats import Format
from rekindle.imaging.strength import Strength

MetadataChoice = Literal["keep", "no-location", "strip"]
"""What a result keeps of what the original says about itself; profile and resolution stay in any case."""

WRITABLE = (Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF)
"""The formats that a result can have."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for. `format` and `depth` are None for "as in the original, where it can be written"."""

    strength: Strength = Strength.AUTO
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = False
    crop: bool = True
    format: Format | None = None
    quality: int = 92
    depth: Literal[8, 16] | None = None
    metadata: MetadataChoice = "keep"

    def digest(self) -> str:
        """A short name for exactly these options."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def result_format(self, original: Format) -> Format:
        """The format of a result: what was asked for, else that of the original, else JPEG."""
        if self.format is not None:
            return self.format
        return original if original in WRITABLE else Format.JPEG

    def copy_allowed(self, original: Format) -> bool:
        """Whether a photo that needs nothing is copied: not where another format or less metadata is wanted."""
        return self.metadata == "keep" and self.format in (None, original)


@dataclass(frozen=True, slots=True)
class Order:
    """One photo to be restored from `source` into the new file `target`."""

    source: Path
    target: Path
    options: Options


@dataclass(frozen=True, slots=True)
class FindingNote:
    """A finding of the diagnosis: one of the letters A–F, its stable word, how sure and how bad (0..1), and why."""

    degradation: str
    name: str
    title: str
    confidence: float
    severity: float
    reason: str


@dataclass(frozen=True, slots=True)
class StepNote:
    """What one step did."""

    name: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order. The hashes are SHA-256 in hexadecimal digits.

    `copied` says that the result is the original byte for byte; `chosen` is input, careful or strong.
    """

    input_sha256: str
    result_sha256: str
    result_bytes: int
    copied: bool
    chosen: str
    reason: str
    findings: tuple[FindingNote, ...]
    steps: tuple[StepNote, ...]
    straightened: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """What is wrong with a photo of `width` × `height` upright pixels; `print_found`: one is pictured in it."""

    width: int
    height: int
    format: str
    print_found: bool
    findings: tuple[FindingNote, ...]
