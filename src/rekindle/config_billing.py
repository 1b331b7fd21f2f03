"""The settings of payments: a part of all settings."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from rekindle.environment import Group


class TopUpSettings(Group):
    """Credits that are bought once."""

    credits: int = Field(gt=0, le=1_000_000, description="Whole credits.")
    amount: int = Field(ge=50, le=99_999_999, description="What they cost, in the smallest unit of the currency.")


class BillingSettings(Group):
    """How plans and credits are paid for, by Stripe."""

    secret_key: SecretStr | None = Field(
        default=None,
        description="The secret key of Stripe's API (`pip install 'rekindle[billing]'`); empty: nothing is sold.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="What Stripe signs its events with, `whsec_…`; empty: none are taken, payments are searched for.",
    )
    api_url: str | None = Field(default=None, description="Another address of Stripe's API, for tests.")
    currency: str = Field(default="usd", pattern="^[a-z]{3}$", description="What prices are in.")
    prices: dict[str, dict[Literal["month", "year"], Annotated[int, Field(ge=50, le=99_999_999)]]] = Field(
        default={},
        examples=[{"remember": {"month": 799, "year": 7990}}],
        description="Prices of plans in the smallest unit of the currency, where they are not the usual ones: "
        '`{"remember": {"month": 799, "year": 7990}}`. An empty list of intervals takes a plan from sale.',
    )
    top_ups: dict[str, TopUpSettings] = Field(
        default={
            "small": TopUpSettings(credits=10, amount=499),
            "medium": TopUpSettings(credits=30, amount=1299),
            "large": TopUpSettings(credits=100, amount=3999),
        },
        examples=[{"small": {"credits": 10, "amount": 499}}],
        description="Credits that can be bought at any time, by name.",
    )
    topups_survive_cancel: bool = Field(
        default=True, description="Whether credits that were bought stay when a subscription ends."
    )
    seconds: float = Field(default=10.0, gt=0, description="Seconds that Stripe may take to answer.")
    sweep_seconds: float = Field(
        default=300.0, gt=0, description="Seconds between two searches for payments of which no notice came."
    )
