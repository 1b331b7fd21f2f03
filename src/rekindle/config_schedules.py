"""Settings of what is done by the clock."""

from pydantic import Field

from rekindle.environment import Group


class ScheduleSettings(Group):
    """What is done by the clock: `rekindle jobs list` shows all of it."""

    enabled: bool = Field(
        default=True,
        description="Whether servers and workers do it by themselves. If not, let a cron elsewhere run `rekindle jobs "
        "run-all` every few minutes.",
    )
    times: dict[str, str] = Field(
        default={},
        examples=[{"daily-usage-summary": "30 2 * * *"}],
        description="Other times than usual, by name: five fields as in crontab(5), in UTC, or a number of seconds.",
    )
    tombstone_days: int = Field(
        default=90,
        ge=1,
        description="Days that it is known which accounts and photos were deleted. Keep no backup for longer: put "
        "back, it would bring them back.",
    )
