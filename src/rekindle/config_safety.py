"""The settings of what may be written and shown, and of models that advise: a part of all settings."""

from typing import Literal

from pydantic import Field, SecretStr

from rekindle.environment import Group, WebAddress


class SafetySettings(Group):
    """What people may ask for, and what is looked at before it goes on."""

    prompt_length: int = Field(default=500, ge=50, le=4000, description="Most characters of what people write.")
    prompts: Literal["refuse", "allow"] = Field(
        default="refuse",
        description="`refuse`: prompts that ask for what is on the list of what is refused make no job. `allow`: they "
        "do, but for sexual content with minors.",
    )
    watermark_removal: bool = Field(
        default=False,
        description="Whether people may ask to have watermarks removed. Set it only where you attest that whoever uses "
        "this server owns the rights in the pictures that they bring.",
    )
    moderation: Literal["off", "open", "closed", "review"] = Field(
        default="off",
        description="Whether photos are looked at before they go to a provider elsewhere, and results that come back "
        "(`pip install 'rekindle[moderation]'`). `open`: what is found is flagged and goes on. `closed`: it is "
        "refused, also when the checker fails. `review`: it waits for an operator, also when the checker fails.",
    )
    moderation_threshold: float = Field(
        default=0.8, gt=0, le=1, description="Likelihood from which something counts as found."
    )
    moderation_seconds: float = Field(default=20.0, gt=0, description="Seconds that a look at one picture may take.")


class UnderstandingSettings(Group):
    """A model elsewhere that looks at photos and puts wishes into better words, where people ask for it."""

    provider: Literal["none", "gemini", "openai"] = Field(
        default="none",
        description="Who is asked. `none`: nobody; what is measured and the usual words are used. `openai`: also a "
        "gateway or a server of your own that speaks its chat API, with `base_url`.",
    )
    key: SecretStr | None = Field(
        default=None, description="The key of its API. Default: the one that the provider of the same name has."
    )
    base_url: WebAddress | None = Field(default=None, description="Another address of its API, such as a gateway.")
    model: str = Field(default="gemini-3.8-flash", min_length=1, description="The model that is asked.")
    look: bool = Field(
        default=False, description="Whether it is also sent a picture of 1024 pixels, to see what is wrong with it."
    )
    price_in: int = Field(
        default=750_000, ge=0, description="Price of a million tokens that are sent, in millionths of a dollar."
    )
    price_out: int = Field(
        default=3_750_000, ge=0, description="Price of a million tokens that come back, in millionths of a dollar."
    )
    seconds: float = Field(default=20.0, gt=0, description="Seconds after which one goes on without it.")
