"""What is spent at providers, from the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rekindle.config import Settings
from rekindle.jobs.committed import AttemptsUnderWay
from rekindle.spending.alerts import Alerts
from rekindle.spending.belongings import OwnSpending
from rekindle.spending.budget import DOLLAR, PRESETS, Action, Budget, Period, Scope
from rekindle.spending.desk import Desk
from rekindle.spending.service import Spending
from rekindle.spending.sweep import Sweep
from rekindle.wiring.ground import Ground
from rekindle.wiring.schedules import Deed


@dataclass(frozen=True, slots=True)
class Treasury:
    """What was built: the purse of whoever chooses providers, and what operators ask."""

    purse: Spending
    services: Sequence[object]
    actions: Mapping[str, Deed]
    belongings: OwnSpending


def open_treasury(settings: Settings, on: Ground) -> Treasury:
    """Budgets and pools."""
    presets = [budget for name in settings.spending.budgets for budget in PRESETS[name]]
    if settings.spending.monthly_dollars is not None:
        limit = round(settings.spending.monthly_dollars * DOLLAR)
        presets.append(Budget("settings-month", Scope.GLOBAL, "", Period.MONTH, limit, Action.DEGRADE))
    purse = Spending(on.db, AttemptsUnderWay(), presets=presets, clock=on.clock)
    alerts = Alerts(on.db, clock=on.clock)
    sweep = Sweep(on.db, purse, alerts, clock=on.clock)
    actions = {"sum-spending": sweep.sum, "check-credit-thresholds": sweep.run}
    return Treasury(purse, (Desk(on.db, purse, clock=on.clock), alerts), actions, OwnSpending(on.db))
