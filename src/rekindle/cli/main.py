"""The commands, each a thin door to what does the work, and loaded only when it is called."""

import os
import pkgutil
import sys
from typing import cast

import click

from rekindle import __version__
from rekindle.errors import RekindleError

COMMANDS = {
    "restore": ("rekindle.cli.restore:restore", "Restore photos, and folders of photos, into a folder of results."),
    "diagnose": ("rekindle.cli.diagnose:diagnose", "Say what is wrong with photos, and how sure that is."),
    "serve": (
        "rekindle.cli.serving:serve_command",
        "Serve the page and the API, with the worker inside unless the queue is one for several processes.",
    ),
    "worker": ("rekindle.cli.worker:worker_command", "Run jobs, beside servers and other workers."),
    "migrate": ("rekindle.cli.migrate:migrate_command", "Bring the tables of the database up to date."),
    "jobs": ("rekindle.cli.jobs:jobs", "See, do and watch over what is done by the clock."),
    "doctor": ("rekindle.cli.doctor:doctor", "Check that everything works here, and say how to mend what does not."),
}
"""Where each command is, and the first sentence of its help: so that one command does not load all the others."""


class Commands(click.Group):
    """Loads a command when it is called, and shows an error that was raised on purpose as one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they are best read."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", pkgutil.resolve_name(COMMANDS[cmd_name][0]))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; exit status 2 when it could not begin, 130 when it was stopped."""
        try:
            return super().invoke(ctx)
        except RekindleError as error:
            click.echo(f"{error.title}: {error.message}", err=True)
            sys.exit(2)
        except ImportError as error:
            click.echo(
                f"A part of Rekindle cannot be loaded: {error}. `rekindle doctor` says what is missing.", err=True
            )
            sys.exit(2)
        except BrokenPipeError:  # whoever read our output has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="rekindle")
def main() -> None:
    """Restore damaged, faded and blurred photographs on your own machine."""
