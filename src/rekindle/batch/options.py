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


_LATER = frozenset({"colorize", "mask_sha256", "save_mask"})


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for. `format` and `depth` are None for "as in the original, where it can be written".

    `mask` is a file that says what to fill, for a run of one photo, and `mask_sha256` names its bytes; `save_mask` asks
    for the mask of what was filled beside each result.
    """

    strength: Strength = Strength.AUTO
    enlarge: Literal[1, 2, 4] = 1
    keep_tone: bool = False
    crop: bool = True
    format: Format | None = None
    quality: int = 92
    depth: Literal[8, 16] | None = None
    metadata: MetadataChoice = "keep"
    colorize: bool = False
    mask: Path | None = None
    mask_sha256: str = ""
    save_mask: bool = False

    def digest(self) -> str:
        """A short name for exactly these options; those that came later count when they are used."""
        values = {name: value for name, value in asdict(self).items() if name not in _LATER or value}
        del values["mask"]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]

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
    """One photo to be restored from `source` into the new file `target`, and what was filled into `mask`."""

    source: Path
    target: Path
    options: Options
    mask: Path | None = None


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

    `copied` says that the result is the original byte for byte; `chosen` is input, careful or strong. `mask_share` is
    how much was filled, 0..1, and `mask_sha256` names the mask that was written, empty when none was.
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
    mask_share: float = 0.0
    mask_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """What is wrong with a photo of `width` × `height` upright pixels; `print_found`: one is pictured in it."""

    width: int
    height: int
    format: str
    print_found: bool
    findings: tuple[FindingNote, ...]
