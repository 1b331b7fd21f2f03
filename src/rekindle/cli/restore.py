"""The command `rekindle restore`."""

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import click

from rekindle.batch.discovery import Found, check_places, discover
from rekindle.batch.options import WRITABLE, MetadataChoice, Options
from rekindle.batch.report import RunReport
from rekindle.batch.results import Results, open_results, sha256_of
from rekindle.cli.progress import Quiet, display
from rekindle.imaging.formats import Format
from rekindle.imaging.strength import Strength
from rekindle.wiring.local import default_jobs, local_batch

_ENLARGE: dict[str, Literal[1, 2, 4]] = {"1": 1, "2": 2, "4": 4}
_DEPTH: dict[str, Literal[8, 16]] = {"8": 8, "16": 16}
Value = str | int | bool | Path | None
_METADATA: dict[str, MetadataChoice] = {"keep": "keep", "no-location": "no-location", "strip": "strip"}


@click.command("restore")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), metavar="OUT",
    help="Folder for the results; made when it is missing. It has the same folders inside as the originals.",
)  # fmt: skip
@click.option("--format", "kind", type=click.Choice([kind.value for kind in WRITABLE]),
    help="Format of the results. Default: that of each original; JPEG for HEIC and AVIF.",
)  # fmt: skip
@click.option("--quality", type=click.IntRange(1, 100), default=92, show_default=True, help="Quality of JPEG and WebP.")
@click.option("--depth", type=click.Choice(list(_DEPTH)),
    help="Bits a sample, for PNG and TIFF. Default: those of each original.",
)  # fmt: skip
@click.option(
    "--metadata", type=click.Choice(list(_METADATA)), default="keep", show_default=True,
    help="What results keep of what originals say: all, all but the place, or nothing. Colour and resolution stay.",
)  # fmt: skip
@click.option(
    "--strength", type=click.Choice([each.value for each in Strength]), default="auto", show_default=True,
    help="How far to go. auto tries careful and strong, and takes what does most good and no harm.",
)  # fmt: skip
@click.option("--enlarge", type=click.Choice(list(_ENLARGE)), default="1", show_default=True,
    help="Make each side so many times longer.",
)  # fmt: skip
@click.option("--keep-tone", is_flag=True, help="Leave the tint of sepia and toned prints as it is.")
@click.option("--colorize", is_flag=True,
    help="Also give a plausible tint, from what the engine learned from a small set of photos.",
)  # fmt: skip
@click.option("--mask", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Fill what this PNG marks in white, instead of searching for damage. For one photo.",
)  # fmt: skip
@click.option("--save-mask", is_flag=True, help="Write what was filled beside each result, as NAME-mask.png.")
@click.option(
    "--crop/--no-crop", default=True, show_default=True,
    help="Cut out and straighten a print in the picture of a table or an album, where its corners are clear.",
)  # fmt: skip
@click.option("-j", "--jobs", type=click.IntRange(1, 64),
    help="Photos to work on at the same time. Default: one per core, as far as there is memory.",
)  # fmt: skip
@click.option(
    "--json", "as_json", is_flag=True, help="Write one JSON document with everything about the run, at its end."
)
def restore(paths: tuple[Path, ...], out: Path, jobs: int | None, as_json: bool, **wanted: Value) -> None:
    """Restore photos, and folders of photos, into a folder of results.

    Originals are never touched. A photo that needs nothing is copied as it is, so that OUT is complete. Dates, colour
    profile and resolution of the originals are kept.

    A run that was stopped, by whatever means, goes on where it was: run the same command again. What is finished is
    skipped; other options make a photo anew. A file that cannot be read does not stop the run; it is named at the end
    with the reason.

    Exit status: 0 all is well, 1 some photos failed, 2 it could not begin, 130 stopped by Ctrl+C.

    \b
    rekindle restore grandmother.jpg -o restored
    rekindle restore ~/Pictures/1974 -o ~/Pictures/1974-restored --strength careful
    rekindle restore scans -o restored --format tiff --depth 16 --json > report.json
    rekindle restore torn.jpg -o restored --save-mask
    rekindle restore torn.jpg -o restored --mask restored/torn-mask.png
    """
    started = time.monotonic()
    check_places(paths, out)
    if wanted["mask"] and (len(paths) != 1 or paths[0].is_dir()):
        raise click.UsageError("--mask is for one photo. Name that photo alone, or leave --mask out.")
    with open_results(out) as results:
        found = discover(
            paths, beside=out, leave_out=frozenset(str(results.path(at)) for at in results.manifest.outputs)
        )
        report = _run(found, results, _options(wanted), jobs or default_jobs(), display(json=as_json))
    if as_json:
        click.echo(json.dumps(report.to_json(str(out.absolute()), time.monotonic() - started), indent=2))
    else:
        _say(report.summary(str(out)))
    sys.exit(report.exit_code)


def _options(wanted: dict[str, Value]) -> Options:
    """The options as they are used inside; click has checked every one."""
    mask = wanted["mask"] if isinstance(wanted["mask"], Path) else None
    return Options(
        strength=Strength(str(wanted["strength"])),
        enlarge=_ENLARGE[str(wanted["enlarge"])],
        keep_tone=bool(wanted["keep_tone"]),
        crop=bool(wanted["crop"]),
        format=Format(wanted["kind"]) if wanted["kind"] else None,
        quality=int(str(wanted["quality"])),
        depth=_DEPTH[str(wanted["depth"])] if wanted["depth"] else None,
        metadata=_METADATA[str(wanted["metadata"])],
        colorize=bool(wanted["colorize"]),
        mask=None if mask is None else mask.absolute(),
        mask_sha256="" if mask is None else sha256_of(mask),
        save_mask=bool(wanted["save_mask"]),
    )


def _run(found: Found, results: Results, options: Options, jobs: int, shown: Quiet) -> RunReport:
    interrupted = False
    with shown:
        try:
            asyncio.run(_restore_all(found, results, options, jobs, shown))
        except KeyboardInterrupt:
            interrupted = True
    worked_on = len(found.sources) + len(found.unreadable)
    return RunReport(shown.reports, found.left_alone, worked_on - len(shown.reports), interrupted)


async def _restore_all(found: Found, results: Results, options: Options, jobs: int, shown: Quiet) -> None:
    async with local_batch(results.unfinished, jobs) as batch:
        await batch.run(found, results, options, shown)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
