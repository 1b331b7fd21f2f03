"""Opens an object store by its address: S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage.

Retries are obstore's: with a growing pause after answers of 5xx and lost connections, and after a timeout where the
request changes nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from rekindle.errors import RekindleError
from rekindle.infra.storage.presign import AmazonKey, SigningKey, google_key

if TYPE_CHECKING:
    from obstore.store import AzureConfig, ClientConfig, GCSConfig, RetryConfig, S3Config

Store = S3Store | GCSStore | AzureStore


class BadStore(RekindleError):
    """The settings of the store cannot be right."""

    code = "bad_store"
    title = "The store of files is not set up right"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is and how one gets in. `url` is `s3://bucket/prefix`, `gs://…` or `az://container/prefix`.

    A request may take `seconds`. Without keys the role of the machine counts, as the provider's own tools find it.
    """

    url: str
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = None
    seconds: float = 10.0

    @property
    def kind(self) -> str:
        """s3, gs or az."""
        return urlsplit(self.url).scheme

    @property
    def bucket(self) -> str:
        """The bucket, or container."""
        return urlsplit(self.url).netloc

    @property
    def prefix(self) -> str:
        """What all keys in the bucket begin with; it neither begins nor ends with a slash."""
        return urlsplit(self.url).path.strip("/")

    def at(self, endpoint: str | None) -> "Place":
        """The same store at another address of it, if one is given."""
        return self if endpoint is None else replace(self, endpoint=endpoint)

    def address(self, key: str) -> str:
        """Where the file under `key` is, by path and not by host, as every store of these kinds understands it."""
        usual = {"gs": "https://storage.googleapis.com", "s3": f"https://s3.{self.region}.amazonaws.com"}
        path = "/".join(part for part in (self.bucket, self.prefix, key) if part)
        return f"{self.endpoint or usual[self.kind]}/{path}"


def open_store(place: Place) -> Store:
    """A client of the store; nothing is asked of it yet. Raises BadStore."""
    try:
        return {"s3": _amazon, "gs": _google, "az": _azure}[place.kind](place)
    except (BaseError, ValueError) as error:
        # What the library says may quote the settings, and with them a key.
        raise BadStore(
            f"The store {place.url} cannot be opened as the settings say ({type(error).__name__}). Look at the address "
            "and the keys in REKINDLE_STORAGE__…"
        ) from None


def _amazon(place: Place) -> Store:
    # Not every store has the request that deletes many at once, and one goes at a time here.
    config: S3Config = {"region": place.region, "disable_bulk_delete": True}
    if place.endpoint is not None:
        config["endpoint"] = place.endpoint
    if place.access_key is not None and place.secret_key is not None:
        config |= {"access_key_id": place.access_key, "secret_access_key": place.secret_key}
    return S3Store(
        place.bucket, prefix=place.prefix or None, config=config, client_options=_client(place),
        retry_config=_retries(place),
    )  # fmt: skip


def _google(place: Place) -> Store:
    config: GCSConfig = {}
    if place.endpoint is not None:
        config["base_url"] = place.endpoint
    if (account := _account_of(place)) is not None:
        config["service_account_key"] = account
    return GCSStore(
        place.bucket, prefix=place.prefix or None, config=config, client_options=_client(place),
        retry_config=_retries(place),
    )  # fmt: skip


def _azure(place: Place) -> Store:
    config: AzureConfig = {"account_name": place.access_key or ""}
    if place.endpoint is not None:
        config["endpoint"] = place.endpoint
    if place.secret_key is not None:
        config["account_key"] = place.secret_key
    return AzureStore(
        place.bucket, prefix=place.prefix or None, config=config, client_options=_client(place),
        retry_config=_retries(place),
    )  # fmt: skip


def signing_key(place: Place) -> SigningKey | None:
    """The key with which addresses can be signed here; None where only the provider can. Raises BadStore."""
    if place.kind == "s3" and place.access_key is not None and place.secret_key is not None:
        return AmazonKey(place.access_key, place.secret_key, place.region)
    if place.kind == "gs" and (account := _account_of(place)) is not None:
        try:
            return google_key(cast("Mapping[str, object]", json.loads(account)))
        except ValueError:
            raise _bad_account() from None
    return None


def _client(place: Place) -> "ClientConfig":
    seconds = timedelta(seconds=place.seconds)
    return {
        "connect_timeout": min(seconds, timedelta(seconds=3)),
        # A whole file may take longer than a request; a silence as long as this ends it.
        "read_timeout": seconds,
        "timeout": 60 * seconds,
        "allow_http": (place.endpoint or "").startswith("http://"),
    }


def _retries(place: Place) -> "RetryConfig":
    return {
        "max_retries": 5,
        "retry_timeout": timedelta(seconds=place.seconds),
        "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=1)},
    }


def _account_of(place: Place) -> str | None:
    """The JSON of a service account, given as such or as the path of a file."""
    given = place.secret_key
    if given is None or place.kind != "gs":
        return None
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text()
        if not isinstance(json.loads(text), dict):
            raise _bad_account()
    except (OSError, ValueError):
        raise _bad_account() from None
    return text


def _bad_account() -> BadStore:
    return BadStore(
        "REKINDLE_STORAGE__SECRET_KEY is not the JSON key of a service account, nor the path of a file with one."
    )
