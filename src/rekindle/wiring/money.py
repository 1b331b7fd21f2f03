"""Credits and prices, from the settings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.config import Settings
from rekindle.credits.allowance import Allowance
from rekindle.credits.prices import CATALOGUES
from rekindle.credits.service import Credits
from rekindle.credits.statement import Statements
from rekindle.credits.sweep import Swept, sweep
from rekindle.infra.queue.port import Schedule
from rekindle.jobs.charges import Charges, Tariff
from rekindle.wiring.ground import Ground, secret_for


@dataclass(frozen=True, slots=True)
class Books:
    """What was built; `keep` moves the deadlines of what is set aside for jobs that go on."""

    charges: Charges
    plans: Plans
    ledger: Credits
    services: Sequence[object]
    schedules: Sequence[Schedule]
    keep: Callable[[], Awaitable[object]]


def open_books(settings: Settings, on: Ground) -> Books:
    """The ledger, and what asks it."""
    ledger, plans = Credits(clock=on.clock), Plans(PRESETS[Preset(settings.accounts.plans)])
    tariff = Tariff(CATALOGUES[settings.credits.prices], plans, timedelta(hours=settings.credits.hold_hours))
    allowance = Allowance(
        ledger, plans, clock=on.clock, secret=secret_for(settings, "allowances"),
        proven=settings.credits.allowance == "proven",
    )  # fmt: skip
    charges = Charges(ledger, tariff, clock=on.clock, allowance=allowance)

    async def keep() -> None:
        async with on.db.transaction() as tx:
            await charges.keep(tx)

    async def sweep_books() -> Swept:
        await keep()
        return await sweep(on.db, ledger, clock=on.clock)

    statements = Statements(on.db, ledger, allowance, plans, tariff.prices)
    schedule = Schedule("the sweeper of the ledger", settings.jobs.sweep_seconds, sweep_books)
    return Books(charges, plans, ledger, (ledger, plans, statements), (schedule,), keep)
