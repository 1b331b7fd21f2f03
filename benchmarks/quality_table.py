"""What was measured of each damaged photo, its means and its worst cases, as a table and as plain values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.damage import Kind
from benchmarks.scores import Overlap

TITLES = {
    Kind.LOW_QUALITY: "A: soft, noisy, compressed",
    Kind.MOTION_BLUR: "C: camera shake",
    Kind.FADING: "D: faded",
    Kind.SCRATCHES: "E: scratched",
    Kind.SCRATCHES_AND_LOW_QUALITY: "E+A: scratched, then soft, noisy, compressed",
}
_HEAD = (
    "| method | PSNR, dB | gain, dB | worst photo, dB | SSIM | mask IoU | precision | recall | in mask, dB | s/MP |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One damaged photo after one method: PSNR in dB, `gain` of it over the input, PSNR `inside` the true mask where
    there is one, SSIM, how the method's mask fits, and its seconds for a megapixel.
    """

    kind: Kind
    method: str
    photo: str
    seed: int
    psnr: float
    gain: float
    ssim: float
    inside: float | None
    mask: Overlap | None
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over all photos and seeds; `worst` is the least gain, of `worst_photo`, and `least` the least PSNR."""

    kind: Kind
    method: str
    psnr: float
    gain: float
    worst: float
    worst_photo: str
    least: float
    ssim: float
    inside: float | None
    mask: Overlap | None
    seconds: float


def summarize(rows: Sequence[Row]) -> list[Summary]:
    """One summary for each class and method, in the order in which they came."""
    groups: dict[tuple[Kind, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.kind, row.method), []).append(row)
    return [_summary(group) for group in groups.values()]


def _summary(rows: Sequence[Row]) -> Summary:
    worst = min(rows, key=lambda row: row.gain)
    masks = [row.mask for row in rows if row.mask is not None]
    return Summary(
        kind=worst.kind,
        method=worst.method,
        psnr=_mean(row.psnr for row in rows),
        gain=_mean(row.gain for row in rows),
        worst=worst.gain,
        worst_photo=worst.photo,
        least=min(row.psnr for row in rows),
        ssim=_mean(row.ssim for row in rows),
        inside=_mean_of_some(rows, lambda row: row.inside),
        mask=Overlap(*(_mean(getattr(mask, name) for mask in masks) for name in ("iou", "precision", "recall")))
        if masks
        else None,
        seconds=_mean(row.seconds for row in rows),
    )


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _mean_of_some(rows: Sequence[Row], value: Callable[[Row], float | None]) -> float | None:
    found = [v for v in map(value, rows) if v is not None]
    return _mean(found) if found else None


def table(summaries: Sequence[Summary], kind: Kind) -> str:
    """The table of one class in Markdown."""
    return "\n".join([f"### {TITLES[kind]}", "", _HEAD, *(_line(each) for each in summaries if each.kind == kind)])


def _line(each: Summary) -> str:
    mask = [f"{value:.2f}" for value in asdict(each.mask).values()] if each.mask else ["", "", ""]
    nothing = each.method == "input"
    cells = [
        f"**{each.method}**" if each.method == "ours" else each.method,
        f"{each.psnr:.2f}",
        "" if nothing else f"{each.gain:+.2f}",
        "" if nothing else f"{each.worst:+.2f} {each.worst_photo}",
        f"{each.ssim:.3f}",
        *mask,
        "" if each.inside is None else f"{each.inside:.2f}",
        "" if nothing else f"{each.seconds:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def plain(summaries: Sequence[Summary], rows: Sequence[Row]) -> dict[str, Any]:
    """Both as values that JSON can hold."""
    return {"summaries": [asdict(each) for each in summaries], "rows": [asdict(row) for row in rows]}
