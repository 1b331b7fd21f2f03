"""Credits and prices, from the settings."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.config import Settings
from rekindle.credits.allowance import Allowance
from rekindle.credits.monthly import Monthly
from rekindle.credits.prices import CATALOGUES
from rekindle.credits.service import Credits
from rekindle.credits.statement import Statements
from rekindle.credits.sweep import Swept, sweep
from rekindle.jobs.charges import Charges, Tariff
from rekindle.wiring.ground import Ground, secret_for
from rekindle.wiring.schedules import Deed


@dataclass(frozen=True, slots=True)
class Books:
    """What was built; `keep` moves the deadlines of what is set aside for jobs that go on."""

    charges: Charges
    plans: Plans
    ledger: Credits
    services: Sequence[object]
    actions: Mapping[str, Deed]
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
    monthly = Monthly(on.db, allowance, plans, clock=on.clock)
    actions = {"sweep-credits": sweep_books, "monthly-credit-reset": monthly.run}
    return Books(charges, plans, ledger, (ledger, plans, statements), actions, keep)
