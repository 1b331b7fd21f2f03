"""What to say of a check that takes an extra which is not installed: the same as everywhere."""

from rekindle.cli.checks.finding import Finding, broken
from rekindle.cli.settings import installing


def lacking(name: str, extra: str) -> Finding:
    """It cannot be looked at without this extra."""
    return broken(name, f"cannot be looked at: the extra {extra} is not installed", installing([extra]))
