"""Measures repair against the truth: known damage on photographs that no training saw, through the real path.

    python -m benchmarks.quality [--kinds A C D E E+A] [--seeds 2] [--details] [--all-peers | --no-peers]
        [--json FILE] [--degradations MODULE.py] [--folder FOLDER [--held-out] [--most 20]]

The photographs are those that scikit-image and scikit-learn ship, or JPEG files of a folder. The damage is that of
benchmarks/damage.py, or that of another module, loaded by its path. Exits with 1 when a limit of quality_limits.py is
broken.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.damage import Damaged, Kind, Samples
from benchmarks.degradations import Source, source
from benchmarks.methods import INPUT, OURS, Made, Method, engine, methods
from benchmarks.photographs import of_folder, shipped
from benchmarks.quality_limits import limits, told
from benchmarks.quality_table import Row, plain, summarize, table
from benchmarks.scores import Overlap, overlap, psnr, ssim


def compare(kind: Kind, photo: str, clean: Samples, tried: Sequence[Method], source: tuple[Source, int]) -> list[Row]:
    """Damage one photo by a source and a seed, and give it to every method. The input must be the first of them."""
    make, seed = source
    damaged = make(clean, kind, seed)
    rows: list[Row] = []
    for method in tried:
        began = time.perf_counter()
        made = method.run(damaged.pixels.copy(), damaged.scratches)
        seconds = (time.perf_counter() - began) / (clean.shape[0] * clean.shape[1] / 1e6)
        value = psnr(clean, made.pixels)
        gain = value - rows[0].psnr if rows else 0.0
        marked = damaged.scratches.any()
        rows.append(
            Row(
                kind=kind,
                method=method.name,
                photo=photo,
                seed=seed,
                psnr=value,
                gain=gain,
                ssim=ssim(clean, made.pixels),
                inside=psnr(clean, made.pixels, damaged.scratches) if marked else None,
                mask=_fit(made, damaged),
                seconds=seconds,
                note=made.note,
            )
        )
    assert rows[0].method == INPUT
    return rows


def _fit(made: Made, damaged: Damaged) -> Overlap | None:
    return overlap(made.mask, damaged.scratches) if made.mask is not None and damaged.scratches.any() else None


def undamaged(photos: dict[str, Samples]) -> Iterator[tuple[str, str, float]]:
    """Name, note and PSNR of each undamaged photo after it went through the engine."""
    for name, clean in photos.items():
        made = engine(clean)
        yield name, made.note, psnr(clean, made.pixels)


def run(photos: dict[str, Samples], asked: argparse.Namespace) -> bool:
    """Print the tables, write the values; True when every limit is kept."""
    make = source(asked.degradations)
    untouched = list(undamaged(photos))
    rows: list[Row] = []
    for kind in map(Kind, asked.kinds):
        tried = methods(kind, slow=asked.all_peers)
        if asked.no_peers:
            tried = [method for method in tried if method.name in {INPUT, OURS}]
        for name, clean in photos.items():
            for seed in range(asked.seeds):
                rows += compare(kind, name, clean, tried, (make, seed))
        print(f"{table(summarize([row for row in rows if row.kind == kind]), kind)}\n", flush=True)
        for row in rows if asked.details else ():
            if row.method == OURS and row.kind == kind:
                print(f"    {row.photo:40} {row.seed} {row.note:12} {row.gain:+.2f} dB")
    print(f"### Limits\n\n{_about_undamaged(untouched)}\n")
    summaries = summarize(rows)
    found = limits(summaries, [value for _, _, value in untouched])
    print(told(found))
    if asked.json:
        clean = [{"photo": name, "note": note, "psnr": value} for name, note, value in untouched]
        kept = [{**asdict(limit), "kept": limit.kept} for limit in found]
        asked.json.write_text(json.dumps({"undamaged": clean, "limits": kept, **plain(summaries, rows)}, indent=1))
    return all(limit.kept for limit in found)


def _about_undamaged(untouched: Sequence[tuple[str, str, float]]) -> str:
    same = sum(value >= 99 for _, _, value in untouched)
    changed = ", ".join(f"{name} ({note}) {value:.1f} dB" for name, note, value in untouched if value < 99)
    return f"Undamaged photos: {same} of {len(untouched)} come back as they are{f'; {changed}' if changed else ''}."


def main() -> int:
    """0 when every limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=list(Kind), default=list(Kind), help="classes of damage")
    parser.add_argument("--seeds", type=int, default=2, help="how many times each photo is damaged in each class")
    parser.add_argument("--folder", type=Path, help="use the JPEG files below this folder instead")
    parser.add_argument("--held-out", action="store_true", help="of the folder, only photos that no training saw")
    parser.add_argument("--most", type=int, default=20, help="photos to take of a folder, always the same")
    parser.add_argument("--degradations", type=Path, help="a module with the functions A, C, D and E to damage photos")
    parser.add_argument("--details", action="store_true", help="also one line for each damaged photo")
    parser.add_argument("--all-peers", action="store_true", help="also the methods that take long or seldom help")
    parser.add_argument("--no-peers", action="store_true", help="only the engine, in a third of the time")
    parser.add_argument("--json", type=Path, help="write every value to this file")
    asked = parser.parse_args()
    began = time.perf_counter()
    photos = of_folder(asked.folder, asked.most, held_out=asked.held_out) if asked.folder else shipped()
    good = run(photos, asked)
    print(f"\n{len(photos)} photos, {asked.seeds} seeds, {time.perf_counter() - began:.0f} s")
    print("All limits kept." if good else "A limit is broken.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
