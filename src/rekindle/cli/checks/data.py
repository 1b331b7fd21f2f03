"""Checks of what Rekindle keeps: settings, the data folder, and the database in it."""

import os
import pkgutil
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import cast

from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from rekindle.cli.checks.finding import Finding, broken, note, ok
from rekindle.cli.settings import BadSettings, installing, listed, missing_extras, read_settings
from rekindle.cli.unknown import unknown_settings
from rekindle.infra.db.migrate import migrations

_FULL, _NEARLY_FULL = 200_000_000, 2_000_000_000


def settings() -> Finding:
    """Whether the settings in the environment make sense, and what they ask for is installed."""
    name = "Settings"
    try:
        missing = missing_extras(read_settings())
    except BadSettings as error:
        return broken(name, "some are wrong", error.message)
    if missing:
        return broken(name, f"extras that they need are not installed: {listed(missing)}", installing(missing))
    if unknown := unknown_settings():
        told = [each if near is None else f"{each} ({near} may be meant)" for each, near in unknown.items()]
        cure = "Correct the name, or take it away; what another program reads may stay."
        return note(name, f"there is no setting {listed(told)}", cure)
    given = sorted(name for name in os.environ if name.startswith("REKINDLE_"))
    return ok(name, f"given in the environment: {', '.join(given)}" if given else "all as they come")


def folder() -> Finding:
    """Whether the data folder can be written to, or made."""
    path = read_settings().data_folder
    place = _nearest(path)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        cure = f"Make {place} writable for you, or name another folder in REKINDLE_DATA_FOLDER."
        return broken("Data folder", f"{path} cannot be written to: {error.strerror}", cure)
    return ok("Data folder", f"{path}{'' if path.exists() else ' (will be made)'}")


def disk() -> Finding:
    """Whether there is room on the disk."""
    place = _nearest(read_settings().files_folder)
    free = shutil.disk_usage(place).free
    seen, cure = f"{free / 1e9:.1f} GB free at {place}", "Make room, or name another folder in REKINDLE_DATA_FOLDER."
    if free < _FULL:
        return broken("Disk", seen, cure)
    return note("Disk", seen, cure) if free < _NEARLY_FULL else ok("Disk", seen)


def database() -> Finding:
    """Whether the tables are of a version that this program knows."""
    name, url = "Database", read_settings().database_url
    file = make_url(url).database
    if not url.startswith("sqlite"):
        # What it takes to look is only there where it is wanted.
        return cast("Finding", pkgutil.resolve_name("rekindle.cli.checks.postgres:database")())
    if not file:
        return ok(name, "in memory")
    if not Path(file).exists():
        return ok(name, "none yet; the first `rekindle serve` makes it")
    try:
        with closing(sqlite3.connect(f"{Path(file).as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        return broken(name, f"{file} cannot be read: {error}", "Put back a copy of it, or move it away to begin anew.")
    return _version(name, str(row[0]) if row else "", url)


def queue() -> Finding:
    """Whether several processes can share the queue, where they are to."""
    if read_settings().queue.kind == "table":
        return ok("Queue", "a table, for the one process that serves and works")
    return cast("Finding", pkgutil.resolve_name("rekindle.cli.checks.postgres:queue")())


def _version(name: str, found: str, url: str) -> Finding:
    scripts = ScriptDirectory.from_config(migrations(url))
    head = scripts.get_current_head()
    if found == head:
        return ok(name, f"at the newest version ({head})")
    if found in {each.revision for each in scripts.walk_revisions()}:
        return note(name, f"at version {found}", f"Start `rekindle serve`: it brings the database to version {head}.")
    return broken(name, f"at version {found}, which this program does not know", "Install a newer version of Rekindle.")


def _nearest(path: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next(each for each in (path, *path.parents) if each.exists())
