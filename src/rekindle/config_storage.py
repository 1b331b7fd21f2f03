"""Settings of where files are kept: a folder, or an object store of one of three kinds."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from rekindle.environment import Folder, Group, WebAddress

_STORE = re.compile(r"(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")


def _store_address(text: str) -> str:
    if text and _STORE.fullmatch(text) is None:
        message = "must be s3://bucket/prefix, gs://bucket/prefix or az://container/prefix, or empty for the folder"
        raise ValueError(message)
    return text.rstrip("/")


StoreAddress = Annotated[str, AfterValidator(_store_address)]


class StorageSettings(Group):
    """Where files are kept and how long links to them hold."""

    folder: Folder | None = Field(default=None, description="Folder of the files. Default: `files` in the data folder.")
    url: StoreAddress = Field(
        default="",
        examples=["s3://photos/rekindle"],
        description="Object store in place of the folder (`pip install 'rekindle[cloud]'`): `s3://bucket/prefix` for "
        "S3 and what speaks like it, `gs://bucket/prefix` for Google Cloud Storage, `az://container/prefix` for Azure.",
    )
    endpoint: WebAddress | None = Field(
        default=None, description="Address of the store's API. Default: that of AWS, Google or Azure."
    )
    public_endpoint: WebAddress | None = Field(
        default=None, description="The same as browsers reach it, where that is another address."
    )
    region: str = Field(default="us-east-1", min_length=1, description="Region of an S3 bucket; `auto` for R2.")
    access_key: str | None = Field(
        default=None,
        description="Access key of S3, or name of the account at Azure. Empty: the role of the machine, and what the "
        "usual variables of the provider say.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Secret key of S3, key of the account at Azure, or the JSON key of a service account at Google.",
    )
    direct: bool = Field(
        default=False,
        description="Whether browsers send photos to the store, and read files from it, without this server between "
        "them. The bucket needs the CORS rules that the guide shows.",
    )
    upload_seconds: int = Field(
        default=900, ge=60, le=3000, description="Seconds that an address to send one photo to holds."
    )
    seconds: float = Field(
        default=10.0,
        gt=0,
        le=300,
        description="Seconds that the store may take for a request; a transfer gets one more for each megabyte.",
    )
    nearby_bytes: int = Field(
        default=500_000_000,
        ge=0,
        description="Most bytes of the store's files that each process keeps on its disk as well.",
    )
    url_secret: SecretStr | None = Field(
        default=None, description="Key that signs links to files. Default: made once and kept in the data folder."
    )
    url_seconds: int = Field(default=86_400, ge=60, description="Seconds that a signed link holds at least.")

    @model_validator(mode="after")
    def _keys_belong_to_a_store(self) -> Self:
        if not self.url:
            lonely = [name for name in ("endpoint", "access_key", "secret_key", "direct") if getattr(self, name)]
            if lonely:
                names = ", ".join(f"REKINDLE_STORAGE__{name.upper()}" for name in lonely)
                message = f"{names} without REKINDLE_STORAGE__URL, which names the store that it is for"
                raise ValueError(message)
        elif self.url.startswith("s3:") and (self.access_key is None) != (self.secret_key is None):
            message = "an S3 store needs both REKINDLE_STORAGE__ACCESS_KEY and REKINDLE_STORAGE__SECRET_KEY, or neither"
            raise ValueError(message)
        elif self.url.startswith("az:") and self.access_key is None:
            message = "an Azure store needs the name of its account in REKINDLE_STORAGE__ACCESS_KEY"
            raise ValueError(message)
        return self

    @property
    def origin(self) -> str | None:
        """Scheme and host at which browsers meet the store; None where they do not."""
        if not self.direct:
            return None
        parts = urlsplit(self.public_endpoint or self.endpoint or self._usual_endpoint())
        return f"{parts.scheme}://{parts.netloc}"

    def _usual_endpoint(self) -> str:
        if self.url.startswith("gs:"):
            return "https://storage.googleapis.com"
        if self.url.startswith("az:"):
            return f"https://{self.access_key}.blob.core.windows.net"
        return f"https://s3.{self.region}.amazonaws.com"
