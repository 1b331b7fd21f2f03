"""Addresses at which browsers read and write the store's files themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from obstore import sign_async

from rekindle.infra.storage.port import Announced, Slot
from rekindle.infra.storage.presign import AmazonKey, GoogleKey, SigningKey, presign
from rekindle.infra.storage.stores import Place, Store


@dataclass(frozen=True, slots=True)
class Direct:
    """The store as browsers reach it: `place` and `store` at its public address.

    With a `key` of our own the size and the type of an upload are part of the signature (S3, Google). Without one the
    provider signs, with the role of the machine, which fixes the key and the moment alone; and so does Azure.
    """

    place: Place
    store: Store
    key: SigningKey | None

    async def read(self, key: str, seconds: int) -> str:
        """An address that gives the file under `key` for so long."""
        return await sign_async(self.store, "GET", key, timedelta(seconds=seconds))

    async def slot(self, key: str, announced: Announced, *, now: datetime, seconds: int) -> Slot:
        """Leave to put one file under `key`."""
        signed, sent = self._headers(announced)
        expires = now + timedelta(seconds=seconds)
        if self.key is None:
            url = await sign_async(self.store, "PUT", key, timedelta(seconds=seconds))
        else:
            url = presign(self.key, "PUT", self.place.address(key), headers=signed, now=now, seconds=seconds)
        return Slot("PUT", url, sent, expires)

    def _headers(self, announced: Announced) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The headers that are signed, and those that the sender must set: browsers set the length themselves."""
        kind = {"Content-Type": announced.media_type}
        if isinstance(self.key, AmazonKey):
            return kind | {"Content-Length": str(announced.bytes)}, kind
        if isinstance(self.key, GoogleKey):
            limited = kind | {"x-goog-content-length-range": f"{announced.bytes},{announced.bytes}"}
            return limited, limited
        return kind, kind | ({"x-ms-blob-type": "BlockBlob"} if self.place.kind == "az" else {})
