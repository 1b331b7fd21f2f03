"""The command `rekindle migrate`: brings the tables of the database up to date."""

import asyncio

import click

from rekindle.cli.settings import check_extras, read_settings
from rekindle.infra.db.migrate import upgrade, version_of
from rekindle.wiring.belonging import look_at_files
from rekindle.wiring.databases import told_when_away


@click.command("migrate")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit status 1 where something is missing.")
@click.option("--adopt-files", is_flag=True,
    help="Say that the files of these settings are those of this database, after a start was refused for it.",
)  # fmt: skip
def migrate_command(only_check: bool, adopt_files: bool) -> None:
    """Bring the tables of the database up to date.

    Servers and workers of the version before can go on meanwhile: what they need is only removed a version later.
    """
    settings = read_settings()
    check_extras(settings)
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    url = settings.database_url
    with told_when_away(url):
        before = version_of(url)
        if only_check:
            click.echo(f"The tables are at version {before.found or 'none'}; this program needs {before.newest}.")
            raise SystemExit(1 if before.behind else 0)
        upgrade(url)
        after = version_of(url)
    change = "" if before.found == after.found else f" (before: {before.found or 'none'})"
    click.echo(f"The tables are at version {after.found}{change}.")
    if adopt_files:
        asyncio.run(look_at_files(settings, adopt=True))
        click.echo("The files of these settings are those of this database from now on.")
