"""Settings of what is spent at providers."""

from typing import Literal

from pydantic import Field

from rekindle.environment import Group


class SpendingSettings(Group):
    """How much may be spent at providers elsewhere. Operators can set further budgets at any time."""

    budgets: list[Literal["monthly", "daily"]] = Field(
        default=[],
        examples=[["monthly"]],
        description="Budgets to begin with. `monthly`: 100 dollars a month in all, then this machine does the work. "
        "`daily`: 50 dollars a day for all free plans together, and 500 for the paid ones.",
    )
    monthly_dollars: float | None = Field(
        default=None, ge=0, description="Most dollars a month in all; then this machine does the work."
    )
    sum_seconds: float = Field(default=30.0, gt=0, description="Seconds between two times that spending is summed up.")
