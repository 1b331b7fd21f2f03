"""Every setting, its type, its default and its explanation; read from the environment here and nowhere else."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]

MEBIBYTE = 1024 * 1024


class ServerSettings(BaseModel):
    """Where the HTTP server listens and how it is reached."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Anything but a loopback address opens the product to the network.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str | None = Field(
        default=None,
        description="How people reach the server, for example https://photos.example.org. With https, HSTS is sent.",
    )
    allowed_hosts: list[str] = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
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


class UploadSettings(BaseModel):
    """What may come in."""

    max_bytes: int = Field(default=50_000_000, gt=0, description="Largest upload in bytes.")
    max_pixels_jpeg: int = Field(default=100_000_000, gt=0, description="Most pixels of a JPEG.")
    max_pixels: int = Field(default=64_000_000, gt=0, description="Most pixels of every other format.")
    max_side: int = Field(default=20_000, gt=0, description="Longest side in pixels.")
    max_aspect: int = Field(default=50, ge=1, description="Longest side divided by the shortest, at most.")
    max_scans: int = Field(default=100, gt=0, description="Most scans of a progressive JPEG.")
    formats: list[Literal["jpeg", "png", "webp", "heic", "avif", "tiff"]] = Field(
        default=["jpeg", "png", "webp", "heic", "avif", "tiff"],
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


class RetentionSettings(BaseModel):
    """How long what was uploaded and made is kept."""

    policy: Literal["keep", "ephemeral", "delete_original"] = Field(
        default="keep",
        description="`keep`: until someone deletes it. `ephemeral`: photos and results go after `hours`. "
        "`delete_original`: the original goes once a result exists.",
    )
    hours: float = Field(default=4.0, gt=0, description="Age in hours at which `ephemeral` deletes.")
    cache_bytes: int = Field(
        default=2_000_000_000, ge=0, description="Most bytes kept of prepared inputs and made downloads."
    )


class StorageSettings(BaseModel):
    """Where files are kept and how long links to them hold."""

    folder: Folder | None = Field(default=None, description="Folder of the files. Default: `files` in the data folder.")
    url_secret: SecretStr | None = Field(
        default=None, description="Key that signs links to files. Default: made once and kept in the data folder."
    )
    url_seconds: int = Field(default=86_400, ge=60, description="Seconds that a signed link holds at least.")


class DatabaseSettings(BaseModel):
    """Where the tables are."""

    url: str | None = Field(
        default=None, description="SQLAlchemy address. Default: `rekindle.db` (SQLite) in the data folder."
    )


class WorkSettings(BaseModel):
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


class JobSettings(BaseModel):
    """How jobs are run."""

    lease_seconds: float = Field(
        default=60.0, gt=0, description="Seconds after which a silent worker's job is given to another."
    )
    max_deliveries: int = Field(
        default=25, gt=0, description="Times that a job is taken up before it is given up as failed."
    )
    sweep_seconds: float = Field(default=300.0, gt=0, description="Seconds between two runs of the sweeper.")


class Settings(BaseSettings):
    """All settings. Environment names: `REKINDLE_` and `__` between the parts, for example `REKINDLE_SERVER__PORT`."""

    model_config = SettingsConfigDict(env_prefix="REKINDLE_", env_nested_delimiter="__", extra="forbid")

    data_folder: Folder = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("rekindle", appauthor=False)),
        description="Folder of everything that is kept. Default: the user's data folder.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line that is written."
    )
    server: ServerSettings = Field(default_factory=ServerSettings)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    work: WorkSettings = Field(default_factory=WorkSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)

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
