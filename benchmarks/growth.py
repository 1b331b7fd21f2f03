"""What restorations cost, from one an hour to ten thousand: reckoned from what was measured and from prices of hosting.

    python -m benchmarks.growth

Prints the tables of docs/concepts/scaling.md.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from rekindle.providers.catalogue import models_of
from rekindle.providers.costs import MICRO, estimate
from rekindle.treatments.operations import Operation

PIXELS = 12_000_000
RATES = (1, 10, 100, 1_000, 10_000)
"""Restorations in an hour."""
HOURS = 730
"""In a month."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one restoration of a photo of 12 megapixels: seconds of processors, and bytes. Those of `server` and
    `database` are estimates.
    """

    worker: float = 1.5
    engine: float = 9.2
    server: float = 0.3
    database: float = 0.1
    kept: float = 42e6
    sent: float = 4e6


@dataclass(frozen=True, slots=True)
class Hosting:
    """Prices in dollars, as usual clouds had them at the end of 2026: of a core for an hour, of the smallest database
    with a second copy for a month and of each further core of it, and of a gigabyte kept for a month or sent.
    """

    core: float = 0.04
    database: float = 30.0
    database_core: float = 60.0
    kept: float = 0.023
    sent: float = 0.09


@dataclass(frozen=True, slots=True)
class Size:
    """What a rate of restorations needs: cores of workers, servers and the database, none busier than `BUSY`."""

    workers: int
    servers: int
    database: int


BUSY = 0.6
"""How busy cores are at most, so that a burst finds room."""
DAYS_KEPT = 30


def size_of(rate: int, measured: Measured, *, here: bool) -> Size:
    """For so many restorations an hour; `here`: by the engine of the product, and not by a provider."""
    each = measured.engine if here else measured.worker

    def cores(seconds: float) -> int:
        return max(1, math.ceil(rate * seconds / 3600 / BUSY))

    return Size(cores(each), cores(measured.server), cores(measured.database))


def month(rate: int, size: Size, measured: Measured, hosting: Hosting) -> tuple[float, float]:
    """Dollars of a month for machines, and for what is kept and sent."""
    machines = (size.workers + size.servers) * hosting.core * HOURS
    machines += hosting.database + (size.database - 1) * hosting.database_core
    gigabytes = rate * 24 / 1e9
    kept = gigabytes * DAYS_KEPT * measured.kept * hosting.kept
    return machines, kept + gigabytes * HOURS / 24 * measured.sent * hosting.sent


def growth() -> Iterator[str]:
    """The table of rates."""
    measured, hosting = Measured(), Hosting()
    yield "| restorations an hour | done by | cores: workers, servers, database "
    yield "| machines, $ a month | files, $ a month | $ for 1,000 |\n| --: | --- | --- | --: | --: | --: |\n"
    for rate in RATES:
        for here in (False, True):
            size = size_of(rate, measured, here=here)
            machines, files = month(rate, size, measured, hosting)
            each = 1000 * (machines + files) / (rate * HOURS)
            by = "this product" if here else "a provider"
            yield f"| {rate:,} | {by} | {size.workers}, {size.servers}, {size.database} | {machines:,.0f} "
            yield f"| {files:,.2f} | {each:,.2f} |\n"


def providers() -> Iterator[str]:
    """The table of what providers ask for 1,000 restorations, the cheapest model of each."""
    yield "| provider | its cheapest model for this | $ for 1,000 |\n| --- | --- | --: |\n"
    rows: list[tuple[int, str, str]] = []
    for name, models in models_of().items():
        able = [(estimate(model, pixels=PIXELS), model.id) for model in models if Operation.RESTORE in model.operations]
        priced = [(cost, model) for cost, model in able if cost is not None]
        if priced:
            cost, model = min(priced)
            rows.append((cost, name, model))
    for cost, name, model in sorted(rows):
        yield f"| {name} | `{model}` | {1000 * cost / MICRO:,.2f} |\n"


def main() -> None:
    """Print both tables."""
    print("".join(growth()))
    print("".join(providers()))


if __name__ == "__main__":
    main()
