"""The command `rekindle doctor`."""

import json
import logging
import pkgutil
import sys
from collections.abc import Callable
from typing import cast

import click

from rekindle import __version__
from rekindle.cli.checks.finding import Finding, broken
from rekindle.cli.checks.lacking import lacking
from rekindle.cli.settings import BadSettings, extra_of
from rekindle.errors import RekindleError

CHECKS = {
    "Python": "rekindle.cli.checks.machine:python",
    "Cores and memory": "rekindle.cli.checks.machine:resources",
    "Child processes": "rekindle.cli.checks.machine:children",
    "Reading and writing pictures": "rekindle.cli.checks.decoders:libvips",
    "HEIC": "rekindle.cli.checks.decoders:heic",
    "Mending": "rekindle.cli.checks.decoders:opencv",
    "Settings": "rekindle.cli.checks.data:settings",
    "Data folder": "rekindle.cli.checks.data:folder",
    "Disk": "rekindle.cli.checks.data:disk",
    "Files": "rekindle.cli.checks.storage:files",
    "Database": "rekindle.cli.checks.data:database",
    "Queue": "rekindle.cli.checks.data:queue",
    "Redis": "rekindle.cli.checks.redis:redis",
    "Figures": "rekindle.cli.checks.observing:figures",
    "Traces": "rekindle.cli.checks.observing:traces",
    "Pages": "rekindle.cli.checks.serving:pages",
    "Port": "rekindle.cli.checks.serving:port",
}
"""Each check by its name; loaded one by one, so that a library that is missing is a line and not the end."""

_MARKS = {"ok": ("ok    ", "green"), "note": ("note  ", "yellow"), "broken": ("broken", "red")}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document.")
def doctor(as_json: bool) -> None:
    """Check that everything works here, and say how to mend what does not.

    Nothing is changed. Exit status: 0 everything works, 1 something is broken.
    """
    # What goes wrong is told as a finding, and not in the words of a library as well.
    logging.getLogger("rekindle").addHandler(logging.NullHandler())
    findings = [examine(name, where) for name, where in CHECKS.items()]
    well = all(finding.state != "broken" for finding in findings)
    if as_json:
        checks = [finding.to_json() for finding in findings]
        click.echo(json.dumps({"version": __version__, "well": well, "checks": checks}, indent=2))
    else:
        click.echo(f"Rekindle {__version__}")
        for finding in findings:
            _say(finding)
    sys.exit(0 if well else 1)


def examine(name: str, where: str) -> Finding:
    """Load a check and make it. Whatever goes wrong with that is what was found."""
    try:
        return cast("Callable[[], Finding]", pkgutil.resolve_name(where))()
    except ImportError as error:
        if (extra := extra_of(error.name or "")) is not None:
            return lacking(name, extra)
        cure = "Install Rekindle again: `make run` in its folder, or `pip install --force-reinstall rekindle`."
        return broken(name, f"a library cannot be loaded: {error}", cure)
    except BadSettings:
        return broken(name, "cannot be looked at before the settings are right", "Correct the settings first.")
    except RekindleError as error:
        return broken(name, "could not be looked at", error.message)
    except Exception as error:  # noqa: BLE001 - a doctor does not die of what he finds
        return broken(name, f"{type(error).__name__}: {error}", "See what comes before it; else please report this.")


def _say(finding: Finding) -> None:
    word, colour = _MARKS[finding.state]
    click.echo(f"  {click.style(word, fg=colour)}  {finding.name}: {finding.seen}")
    if finding.cure is not None:
        click.echo(f"          -> {finding.cure}")
