"""The settings of services elsewhere that do edits, and of the choice among them: a part of all settings."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from rekindle.environment import Folder, Group, WebAddress


class AccessSettings(Group):
    """How one provider is reached, and how much of it may be used. It is asked only where it has a key."""

    key: SecretStr | None = Field(default=None, description="The key of its API; empty: it is never asked.")
    base_url: WebAddress | None = Field(default=None, description="Another address of its API, such as a gateway.")
    enabled: bool = Field(default=True, description="Whether it is asked at all.")
    concurrency: int | None = Field(
        default=None, gt=0, le=10_000, description="Edits there at the same time. Default: what suits the provider."
    )
    rpm: int | None = Field(default=None, gt=0, le=10_000, description="Calls in a minute at most.")
    rpd: int | None = Field(default=None, gt=0, description="Calls in a day at most.")
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="What it signs its calls to this server with, where it does; empty: the address is the proof.",
    )

    @property
    def opens(self) -> str | None:
        """The key, where it is to be used."""
        key = None if self.key is None else self.key.get_secret_value().strip()
        return key or None if self.enabled else None


OperationName = Literal[
    "restore", "colorize", "restore_colorize", "restyle", "enhance", "fuse", "bring_together", "animate"
]


class GatewayModelSettings(Group):
    """A model that a gateway runs, as far as one need know it."""

    id: str = Field(min_length=1, description="What the gateway calls it.")
    operations: list[OperationName] = Field(default=["restore", "colorize", "restyle", "enhance"], min_length=1)
    price: int | None = Field(
        default=None, ge=0, description="Of one picture, in millionths of a dollar; empty: unknown, which is not free."
    )
    quality: float = Field(default=0.6, ge=0, le=1, description="How good it is.")
    max_inputs: int = Field(default=1, ge=1, le=16, description="Photos that it takes at once.")


class GatewaySettings(AccessSettings):
    """A service that speaks the images API of OpenAI, at an address of its own."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Short name, as in the catalogue of models.")
    title: str = Field(default="", max_length=60, description="What people call it.")
    models: list[GatewayModelSettings] = Field(
        default=[], description="What it runs, beside what the catalogue says under its name."
    )


class ProviderSettings(Group):
    """Services elsewhere that do edits. Without any key nothing leaves this machine."""

    gemini: AccessSettings = Field(default_factory=AccessSettings, description="Google Gemini.")
    openai: AccessSettings = Field(default_factory=AccessSettings, description="OpenAI.")
    fal: AccessSettings = Field(
        default_factory=AccessSettings,
        description="fal.ai; it signs its calls, and `webhook_secret` is the key set that it publishes.",
    )
    kie: AccessSettings = Field(default_factory=AccessSettings, description="Kie.ai; it signs its calls.")
    nanobanana: AccessSettings = Field(default_factory=AccessSettings, description="NanoBanana API; experimental.")
    replicate: AccessSettings = Field(default_factory=AccessSettings, description="Replicate; it signs its calls.")
    runpod: AccessSettings = Field(default_factory=AccessSettings, description="RunPod.")
    gateways: list[GatewaySettings] = Field(
        default=[],
        examples=[[{"name": "house", "base_url": "https://ai.example.org/v1", "key": "k", "models": [{"id": "m"}]}]],
        description="Services that speak the images API of OpenAI, as a JSON list.",
    )

    @field_validator("gateways")
    @classmethod
    def _each_has_a_name(cls, gateways: list[GatewaySettings]) -> list[GatewaySettings]:
        names = [each.name for each in gateways]
        if len({*names, "embedded", *cls.model_fields}) < len(names) + 1 + len(cls.model_fields):
            message = "two gateways have the same name, or one has that of another provider"
            raise ValueError(message)
        if any(each.base_url is None for each in gateways):
            message = "a gateway needs a base_url"
            raise ValueError(message)
        return gateways


StrategyName = Literal["free", "paid", "premium"]


class WeightSettings(Group):
    """How much each part of a score counts; only their proportions matter."""

    cost: float | None = Field(default=None, ge=0, description="That it is cheap.")
    quality: float | None = Field(default=None, ge=0, description="That it is good at the operation.")
    speed: float | None = Field(default=None, ge=0, description="That it is fast.")
    reliability: float | None = Field(default=None, ge=0, description="That its calls go well.")
    load: float | None = Field(default=None, ge=0, description="That it has free places.")


class RoutingSettings(Group):
    """By whom an edit is done, where there is a choice."""

    preset: Literal["balanced", "thrifty", "finest", "fastest"] = Field(
        default="balanced",
        description="`balanced`: free plans look for what is cheap, paid ones for a balance, premium ones for quality. "
        "The others hold for everybody.",
    )
    weights: dict[StrategyName, WeightSettings] = Field(
        default={},
        examples=[{"premium": {"quality": 2.0}}],
        description='What counts differently for the plans of a strategy, for example `{"premium": {"quality": 2.0}}`.',
    )
    prefer_embedded: list[StrategyName] = Field(
        default=[],
        examples=[["free"]],
        description="Strategies for which the engine of this machine is asked first, and not last.",
    )
    local_only: bool = Field(default=False, description="Whether no photo may ever leave this machine.")
    allow_unknown_price: Literal["never", "chosen", "always"] = Field(
        default="chosen",
        description="Whether models are asked of which nobody knows what they cost: `chosen` only where somebody chose "
        "that model by its name.",
    )
    experimental: bool = Field(
        default=False, description="Whether experimental models are asked without being chosen by name."
    )
    catalogue: Folder | None = Field(
        default=None, description="A file of your own that changes the catalogue of models and prices."
    )
    private_places: list[str] = Field(
        default=[],
        examples=[["minio.internal:9000"]],
        description="Places (`host:port`) that results may be fetched from although they are not public.",
    )
    call_seconds: float = Field(default=120.0, gt=0, description="Seconds that one request to a provider may take.")
    first_pause: float = Field(
        default=1.0, ge=0, le=30, description="Seconds before a provider is asked a second time; they double."
    )
    circuit_failures: int = Field(
        default=5, gt=0, description="Failures in a row after which a provider is left alone for a while."
    )
    circuit_pause: float = Field(default=30.0, gt=0, description="Seconds that it is left alone at first; they double.")
    circuit_longest_pause: float = Field(default=900.0, gt=0, description="Seconds that it is left alone at most.")
