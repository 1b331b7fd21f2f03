"""Every setting, its type, its default and its explanation; read from the environment here and nowhere else."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self

import platformdirs
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from rekindle.config_billing import BillingSettings
from rekindle.config_database import DatabaseSettings, QueueSettings
from rekindle.config_events import EventSettings
from rekindle.config_observing import ObservingSettings
from rekindle.config_providers import ProviderSettings, RoutingSettings
from rekindle.config_safety import SafetySettings, UnderstandingSettings
from rekindle.config_schedules import ScheduleSettings
from rekindle.config_spending import SpendingSettings
from rekindle.config_storage import StorageSettings
from rekindle.environment import Environment, Folder, Group, WebAddress

MEBIBYTE = 1024 * 1024


class ServerSettings(Group):
    """Where the HTTP server listens and how it is reached."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Anything but a loopback address opens the product to the network.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: WebAddress | None = Field(
        default=None,
        description="How people reach the server, for example https://photos.example.org. With https, HSTS is sent.",
    )
    allowed_hosts: list[str] = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        examples=[["photos.example.org", "localhost"]],
        description="Host names that are answered, against DNS rebinding; that of `public_url` is added. `*`: all.",
    )
    stream_timeout: float = Field(
        default=30.0, gt=0, description="Seconds without a byte after which an upload is given up."
    )
    stream_rate: int = Field(
        default=4_000,
        ge=0,
        description="Bytes a second that an upload must bring over `stream_timeout` seconds; a slower one is given up.",
    )


class UploadSettings(Group):
    """What may come in."""

    max_bytes: int = Field(default=50_000_000, gt=0, description="Largest upload in bytes.")
    max_pixels_jpeg: int = Field(default=100_000_000, gt=0, description="Most pixels of a JPEG.")
    max_pixels: int = Field(default=64_000_000, gt=0, description="Most pixels of every other format.")
    max_side: int = Field(default=20_000, gt=0, description="Longest side in pixels.")
    max_aspect: int = Field(default=50, ge=1, description="Longest side divided by the shortest, at most.")
    max_scans: int = Field(default=100, gt=0, description="Most scans of a progressive JPEG.")
    formats: list[Literal["jpeg", "png", "webp", "heic", "avif", "tiff"]] = Field(
        default=["jpeg", "png", "webp", "heic", "avif", "tiff"],
        examples=[["jpeg", "png"]],
        description="Formats that are accepted, told by content.",
    )
    most_at_once: int = Field(
        default=256, gt=0, description="Uploads under way at the same time; more are asked to come back."
    )
    decode_seconds: float = Field(
        default=2.5,
        gt=0,
        description="Seconds of processor time, beyond what its size explains, that a look at one upload may take.",
    )


class RetentionSettings(Group):
    """How long what was uploaded and made is kept."""

    policy: Literal["keep", "ephemeral", "sessions", "delete_original"] = Field(
        default="keep",
        description="`keep`: until someone deletes it. `ephemeral`: photos and results go after `hours`. "
        "`sessions`: they go every two hours, those that are finished for `finished_hours` or left alone for `hours`. "
        "`delete_original`: the original goes once a result exists.",
    )
    hours: float = Field(default=4.0, gt=0, description="Age in hours at which `ephemeral` deletes.")
    finished_hours: float = Field(
        default=2.0, gt=0, description="Hours after its last result at which `sessions` deletes a photo."
    )
    cache_bytes: int = Field(
        default=2_000_000_000, ge=0, description="Most bytes kept of prepared inputs and made downloads."
    )


class WorkSettings(Group):
    """How pixel work is run."""

    restore_processes: int = Field(
        default=0, ge=0, description="Photos restored at the same time; 0 takes one per two cores."
    )
    intake_processes: int = Field(
        default=0, ge=0, description="Uploads looked at, at the same time; 0 takes one per core, four at most."
    )
    restore_memory: int = Field(
        default=1536 * MEBIBYTE, gt=0, description="Bytes of memory that restoring one photo may take."
    )
    intake_memory: int = Field(
        default=480 * MEBIBYTE, gt=0, description="Bytes of memory that looking at one upload may take."
    )
    restore_seconds: float = Field(default=300.0, gt=0, description="Seconds that restoring one photo may take.")


class JobSettings(Group):
    """How jobs are run."""

    lease_seconds: float = Field(
        default=60.0, gt=0, description="Seconds after which a silent worker's job is given to another."
    )
    max_deliveries: int = Field(
        default=25, gt=0, description="Times that a job is taken up before it is given up as failed."
    )
    sweep_seconds: float = Field(default=300.0, gt=0, description="Seconds between two runs of the sweeper.")
    at_once: int = Field(
        default=1000,
        gt=0,
        description="Jobs under way at the same time, most of them waiting for a provider elsewhere. Those that work "
        "on pixels are fewer: see `REKINDLE_WORK__RESTORE_PROCESSES`.",
    )
    deadline_seconds: float = Field(
        default=1800.0,
        gt=0,
        description="Seconds after its first attempt after which a job waits no longer for a provider elsewhere.",
    )
    busy_seconds: float = Field(
        default=300.0,
        ge=0,
        description="Seconds that a job waits for a busy provider before this machine does what it can itself.",
    )
    after_refusal: bool = Field(
        default=False, description="Whether another provider is asked when one refused a photo for its safety policy."
    )


class IssuerSettings(Group):
    """A login elsewhere that is good here, too: an issuer of OpenID Connect, known by its discovery document."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Short name, part of addresses.")
    title: str = Field(min_length=1, max_length=60, description="What the button to log in says.")
    issuer: str = Field(
        pattern=r"^https?://[^\s?#]+$",
        description="Its identifier, exactly as it writes it, with or without a last slash.",
    )
    client_id: str = Field(min_length=1, description="What it knows Rekindle as.")
    client_secret: SecretStr | None = Field(default=None, description="Empty for a public client.")
    scopes: str = Field(default="openid email profile", description="What is asked for at a login.")
    login: bool = Field(default=True, description="Whether people can log in there with a browser.")
    audiences: list[str] = Field(
        default=[],
        description="Audiences of its tokens that apps may send as `Authorization: Bearer`. Empty: none are taken.",
    )
    hosts: list[str] = Field(
        default=[], description="Further hosts that its discovery document may name, beside the one of `issuer`."
    )


class AccountSettings(Group):
    """Who may come in. Without accounts everybody who reaches the server is its owner."""

    enabled: bool = Field(default=False, description="Whether people log in, and each sees only what is theirs.")
    guests: bool = Field(default=True, description="Whether one may begin without an account.")
    plans: Literal["rekindle", "monthly", "daily", "open"] = Field(
        default="rekindle",
        description="The set of plans. A new account gets the first of them. `open`: everything for everybody, and "
        "nothing is sold.",
    )
    operators: list[str] = Field(
        default=[],
        examples=[["you@example.org"]],
        description="E-mail addresses of operators. One counts once its owner has proven it.",
    )
    session_days: float = Field(
        default=14.0, gt=0, description="Days without use after which a browser is logged out, and a guest's photos go."
    )
    session_days_at_most: float = Field(default=60.0, gt=0, description="Days after which a browser is logged out.")
    link_hours: float = Field(default=24.0, gt=0, description="Hours that a link in a mail works.")
    issuers: list[IssuerSettings] = Field(
        default=[],
        examples=[[{"name": "family", "title": "Family", "issuer": "https://id.example.org", "client_id": "rekindle"}]],
        description="Logins elsewhere, as a JSON list; the guide for services has examples.",
    )

    @field_validator("issuers")
    @classmethod
    def _each_has_a_name(cls, issuers: list[IssuerSettings]) -> list[IssuerSettings]:
        if len({each.name for each in issuers}) < len(issuers):
            message = "two issuers have the same name"
            raise ValueError(message)
        return issuers


class MailSettings(Group):
    """How mails are sent."""

    kind: Literal["console", "smtp"] = Field(
        default="console", description="`console`: mails are written to the log. `smtp`: they are sent."
    )
    sender: str = Field(default="Rekindle <rekindle@localhost>", description="Who mails are from.")
    host: str = Field(default="127.0.0.1", description="The SMTP server.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="`starttls`: encrypted before anything is said. `tls`: from the first byte. `none`: never, "
        "which is for a server on this machine.",
    )
    username: str | None = Field(default=None, description="Name to log in with; empty does not log in.")
    password: SecretStr | None = Field(default=None, description="Password to log in with.")
    seconds: float = Field(default=20.0, gt=0, description="Seconds that sending one mail may take.")


class CreditSettings(Group):
    """What things cost, where people have credits at all."""

    prices: Literal["rekindle", "classic", "nanobanana"] = Field(
        default="rekindle", description="The catalogue of prices."
    )
    allowance: Literal["everybody", "proven"] = Field(
        default="everybody",
        description="Who gets the credits of the first plan. `proven`: only who has proven an e-mail address.",
    )
    hold_hours: float = Field(
        default=24.0, gt=0, description="Hours after which credits that were set aside go back unless the work goes on."
    )


class LimitSettings(Group):
    """How often somebody may do something. Reading what is one's own is never limited."""

    enabled: bool | None = Field(
        default=None, description="Whether anything is limited. Default: where there are accounts, and not at home."
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis or Valkey that counts for several processes (`pip install 'rekindle[redis]'`); empty: each "
        "process counts for itself.",
    )
    trusted_proxies: list[Literal["unix"] | IPv4Network | IPv6Network] = Field(
        default=[],
        examples=[["127.0.0.1"]],
        description="Addresses and networks of the proxies in front of the server, for example 10.0.0.0/8, and `unix` "
        "for one that comes over a socket file. Only what these say of a client's address is believed.",
    )
    proxy_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for", description="The one header in which these proxies write the client's address."
    )
    account_burst: int = Field(default=10, gt=0, description="Changes and downloads of one account, at once.")
    account_rate: float = Field(default=1.0, gt=0, le=1000, description="How many more an account may make a second.")
    account_uploads: int = Field(
        default=500, gt=0, le=10_000, description="Photos that an account may send in an hour."
    )
    address_requests: int = Field(
        default=100,
        gt=0,
        le=10_000,
        description="Changes and downloads of guests, and requests without an account, from one address in 15 minutes.",
    )
    address_uploads: int = Field(
        default=20, gt=0, le=10_000, description="Photos that guests may send from one address in an hour."
    )
    address_jobs: int = Field(
        default=10, gt=0, le=10_000, description="Photos that guests may have restored from one address in a day."
    )
    address_attempts: int = Field(
        default=30,
        gt=0,
        le=10_000,
        description="Attempts to log in, to sign up or to get a new password, from one address in 15 minutes.",
    )
    email_attempts: int = Field(
        default=10, gt=0, le=10_000, description="The same for one e-mail address, wherever they come from."
    )


class Settings(BaseSettings):
    """All settings. Environment names: `REKINDLE_` and `__` between the parts, for example `REKINDLE_SERVER__PORT`."""

    model_config = SettingsConfigDict(env_prefix="REKINDLE_", env_nested_delimiter="__", extra="forbid")

    data_folder: Folder = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("rekindle", appauthor=False)),
        description="Folder of everything that is kept. Default: the user's data folder, which is "
        "`~/.local/share/rekindle`, or `~/Library/Application Support/rekindle` on macOS.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line that is written."
    )
    server: ServerSettings = Field(default_factory=ServerSettings)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    queue: QueueSettings = Field(default_factory=QueueSettings)
    work: WorkSettings = Field(default_factory=WorkSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    accounts: AccountSettings = Field(default_factory=AccountSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    events: EventSettings = Field(default_factory=EventSettings)
    observing: ObservingSettings = Field(default_factory=ObservingSettings)
    credits: CreditSettings = Field(default_factory=CreditSettings)
    billing: BillingSettings = Field(default_factory=BillingSettings)
    providers: ProviderSettings = Field(default_factory=ProviderSettings)
    routing: RoutingSettings = Field(default_factory=RoutingSettings)
    spending: SpendingSettings = Field(default_factory=SpendingSettings)
    schedules: ScheduleSettings = Field(default_factory=ScheduleSettings)
    safety: SafetySettings = Field(default_factory=SafetySettings)
    understanding: UnderstandingSettings = Field(default_factory=UnderstandingSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What a caller gives, and then the environment; there are no files of settings."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, Environment(settings_cls)

    @model_validator(mode="after")
    def _mails_lead_here(self) -> Self:
        """Where any name is answered, whoever asks for a mail would choose where its link leads."""
        server = self.server
        if self.accounts.enabled and "*" in server.allowed_hosts and server.public_url is None:
            message = "accounts need REKINDLE_SERVER__PUBLIC_URL where REKINDLE_SERVER__ALLOWED_HOSTS is *"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _queues_have_their_database(self) -> Self:
        if self.queue.kind == "procrastinate" and not self.database_url.startswith("postgresql"):
            message = "REKINDLE_QUEUE__KIND=procrastinate needs a Postgres in REKINDLE_DATABASE__URL"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _only_accounts_buy(self) -> Self:
        if not self.sells:
            return self
        if not self.accounts.enabled:
            message = "REKINDLE_BILLING__SECRET_KEY sells nothing without REKINDLE_ACCOUNTS__ENABLED=true"
            raise ValueError(message)
        if self.accounts.plans == "open":
            message = "REKINDLE_BILLING__SECRET_KEY has nothing to sell where REKINDLE_ACCOUNTS__PLANS is open"
            raise ValueError(message)
        return self

    @property
    def sells(self) -> bool:
        """Whether there is a key to sell with."""
        key = self.billing.secret_key
        return key is not None and bool(key.get_secret_value().strip())

    @property
    def alone(self) -> bool:
        """Whether one process does everything, and holds the data folder."""
        return self.database_url.startswith("sqlite") or self.queue.kind == "table"

    @cached_property
    def files_folder(self) -> Path:
        """The folder that stored files live in."""
        return self.storage.folder or self.data_folder / "files"

    @cached_property
    def scratch_folder(self) -> Path:
        """The folder of unfinished files, emptied at every start; beside the stored files, so that a rename will do."""
        return self.files_folder.parent / f"{self.files_folder.name}-unfinished"

    @cached_property
    def database_url(self) -> str:
        """The SQLAlchemy address of the tables."""
        return self.database.url or f"sqlite+aiosqlite:///{self.data_folder / 'rekindle.db'}"
