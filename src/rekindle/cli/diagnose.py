"""The command `rekindle diagnose`."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from rekindle.batch.diagnosing import Verdict
from rekindle.batch.discovery import Found, discover
from rekindle.wiring.local import default_jobs, local_diagnosing


@click.command("diagnose")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--crop/--no-crop", default=True, show_default=True,
    help="Look at the print alone where one is pictured on a table or in an album.",
)  # fmt: skip
@click.option("-j", "--jobs", type=click.IntRange(1, 64), help="Photos to look at, at the same time.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document with a list of all photos.")
def diagnose(paths: tuple[Path, ...], crop: bool, jobs: int | None, as_json: bool) -> None:
    """Say what is wrong with photos, and how sure that is.

    Nothing is changed. A percentage says how sure a finding is.

    Exit status: 0 all is well, 1 some files could not be looked at, 130 stopped by Ctrl+C.

    \b
    rekindle diagnose grandmother.jpg
    rekindle diagnose ~/Pictures/1974 --json
    """
    found = discover(paths)
    verdicts = [Verdict(str(broken.path), code=broken.code, reason=broken.reason) for broken in found.unreadable]

    def heard(verdict: Verdict) -> None:
        verdicts.append(verdict)
        if not as_json:
            _say(verdict)

    for verdict in verdicts if not as_json else []:
        _say(verdict)
    try:
        asyncio.run(_diagnose_all(found, heard, crop=crop, jobs=jobs or default_jobs()))
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    if as_json:
        photos = [verdict.to_json() for verdict in sorted(verdicts, key=lambda verdict: verdict.source)]
        click.echo(json.dumps({"photos": photos}, indent=2))
    sys.exit(1 if any(verdict.code for verdict in verdicts) else 0)


def _say(verdict: Verdict) -> None:
    for line in verdict.lines():
        click.echo(line)


async def _diagnose_all(found: Found, heard: Callable[[Verdict], None], *, crop: bool, jobs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="rekindle-") as scratch:
        async with local_diagnosing(Path(scratch), jobs) as diagnosing:
            await diagnosing.run(found.sources, heard, crop=crop)
