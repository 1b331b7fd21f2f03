"""The storage of several machines: a bucket of S3 or of what speaks like it, of Google Cloud Storage or of Azure."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

import obstore
from obstore.exceptions import BaseError, NotModifiedError, PreconditionError

from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.direct import Direct
from rekindle.infra.storage.nearby import Nearby
from rekindle.infra.storage.port import (
    NO_ROOM,
    Announced,
    FileMissing,
    Slot,
    Storage,
    StorageAway,
    StorageFull,
    Stored,
    checked,
    too_large,
)
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.storage.stores import Store

if TYPE_CHECKING:
    from obstore import Attributes, GetOptions, GetResult, ObjectMeta

log = logging.getLogger(__name__)

PART = 8 * 1024 * 1024
"""Bytes of a part of a larger file; as many parts as AT_ONCE are in memory."""
AT_ONCE = 4
CHUNK = 1024 * 1024
TRIES = 4
"""Times that a download is taken up again where its connection broke."""
MEGABYTE = 1_000_000
PAGE = 1000
"""Files of one answer to a listing, the most that S3 gives."""

MEDIA_TYPES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".avif": "image/avif", ".mp4": "video/mp4",
}  # fmt: skip
_FULL = ("507 Insufficient Storage", "QuotaExceeded", "StorageFull", "InsufficientStorage")
"""How stores say in an error that there is no room."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a store is dealt with: `seconds` a request, and one more for each megabyte of a transfer; whether browsers
    meet it themselves; which of its files are kept here.
    """

    seconds: float
    direct: Direct | None
    nearby: Nearby


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for: a file with another entity tag than `unless`, and of no more than `most` bytes."""

    unless: str | None
    most: int | None


class ObjectStorage(Storage):
    """Files in a bucket. A file that is read is brought to this machine first, for as long as it is read.

    An object appears when the last of its bytes has arrived, and a store that has answered has it on more than one
    disk: that is what `put` promises, and it is left to the store. A `put` that failed may still arrive later.
    """

    def __init__(self, store: Store, *, scratch: Scratch, signer: LinkSigner, base_url: str, manners: Manners) -> None:
        self._store = store
        self._scratch = scratch
        self._signer = signer
        self._base_url = base_url
        self._seconds = manners.seconds
        self._direct = manners.direct
        self._nearby = manners.nearby

    async def put(self, key: str, source: Path) -> None:
        size = (await asyncio.to_thread(source.stat)).st_size if checked(key) else 0
        async with _asking(self._seconds + size / MEGABYTE):
            stored = await obstore.put_async(
                self._store, key, source, attributes=_attributes(key), chunk_size=PART, max_concurrency=AT_ONCE,
                use_multipart=size > PART,
            )  # fmt: skip
        await self._nearby.keep(key, source, stored["e_tag"])
        await asyncio.to_thread(source.unlink, missing_ok=True)

    @asynccontextmanager
    async def local(self, key: str, *, most: int | None = None) -> AsyncGenerator[Path]:
        name = PurePath(checked(key)).name
        async with self._scratch.folder() as folder:
            path = folder / name
            await self._bring(key, path, most)
            yield path

    async def stat(self, key: str) -> Stored | None:
        checked(key)
        async with _asking(self._seconds):
            try:
                return _stored(await obstore.head_async(self._store, key))
            except FileNotFoundError:
                return None

    async def delete(self, key: str) -> None:
        await self._nearby.drop(checked(key))
        async with _asking(self._seconds):
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, key)

    async def scan(self, prefix: str) -> AsyncIterator[Stored]:
        # A store of this library looks for whole parts of a key.
        folder = prefix.rpartition("/")[0] or None
        pages = aiter(obstore.list(self._store, folder, chunk_size=PAGE))  # pyright: ignore[reportUnknownMemberType]
        while True:
            async with _asking(self._seconds):
                try:
                    page = await anext(pages)
                except StopAsyncIteration:
                    return
            for each in page:
                if each["path"].startswith(prefix):
                    yield _stored(each)

    def url(self, key: str, now: datetime, *, seconds: int | None = None) -> str:
        return self._signer.address(self._base_url, key, now, seconds=seconds)

    def verify(self, key: str, expires: str, signature: str, now: datetime) -> None:
        self._signer.verify(key, expires, signature, now)

    async def elsewhere(self, key: str, *, seconds: int) -> str | None:
        if self._direct is None:
            return None
        async with _asking(self._seconds):
            return await self._direct.read(checked(key), seconds)

    async def slot(self, key: str, announced: Announced, *, now: datetime, seconds: int) -> Slot | None:
        if self._direct is None:
            return None
        async with _asking(self._seconds):
            return await self._direct.slot(checked(key), announced, now=now, seconds=seconds)

    async def _bring(self, key: str, path: Path, most: int | None) -> None:
        """Put the file under `key` at `path`: the copy that is here, if the store says that it is still the same."""
        # What is only fetched if it is short comes from others, and is read once.
        once = most is not None
        known = None if once else await self._nearby.take(key, path)
        async with _asking(self._seconds) as limit:
            try:
                etag = await self._download(key, path, _Wanted(known, most), limit)
            except NotModifiedError:
                return
            except FileNotFoundError as error:
                await self._nearby.drop(key)
                raise FileMissing("This file is no longer there. It was deleted, or the store was changed.") from error
        if not once:
            await self._nearby.keep(key, path, etag)

    async def _download(self, key: str, path: Path, wanted: _Wanted, limit: asyncio.Timeout) -> str | None:
        """Returns the entity tag of what was brought. Raises NotModifiedError, TooLarge."""
        began = asyncio.get_running_loop().time()
        options: GetOptions = {} if wanted.unless is None else {"if_none_match": wanted.unless}
        result = await obstore.get_async(self._store, key, options=options)
        # It may be another name of an older copy, which is not to be written over.
        await asyncio.to_thread(path.unlink, missing_ok=True)
        with await asyncio.to_thread(path.open, "wb") as file:
            for _ in range(TRIES):
                if wanted.most is not None and result.meta["size"] > wanted.most:
                    raise too_large(wanted.most)
                limit.reschedule(began + self._seconds + result.meta["size"] / MEGABYTE)
                if await _pour(result, file):
                    return result.meta["e_tag"]
                result = await self._rest(key, file, result.meta["e_tag"])
        log.warning("the download of a file broke %d times", TRIES)
        raise _away()

    async def _rest(self, key: str, file: BinaryIO, etag: str | None) -> "GetResult":
        """What follows the bytes that have come, or all of it where another file has been put there since."""
        try:
            return await obstore.get_async(
                self._store, key, options={"range": {"offset": file.tell()}, "if_match": etag}
            )  # fmt: skip
        except PreconditionError:
            file.seek(0)
            file.truncate()
            return await obstore.get_async(self._store, key)


@asynccontextmanager
async def _asking(seconds: float) -> AsyncGenerator[asyncio.Timeout]:
    """Whatever the block asks of the store, told as what a person can do about it. Raises StorageAway, StorageFull."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield limit
    except (NotModifiedError, PreconditionError):
        raise
    except (BaseError, TimeoutError, FileNotFoundError) as error:
        # What is not found and was not looked for is the bucket.
        said = str(error)
        if any(words in said for words in _FULL):
            raise StorageFull("The store of files is full. Nothing was lost; make room in it and try again.") from error
        log.warning("the store of files failed: %s %s", type(error).__name__, said[:300])
        raise _away() from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull("The disk is full. Nothing was lost; free some room and try again.") from error
        raise


def _away() -> StorageAway:
    return StorageAway("The files cannot be reached right now. Nothing was lost; try again in a moment.")


async def _pour(result: "GetResult", file: BinaryIO) -> bool:
    """Write what comes to the file. Returns whether it is all there now."""
    try:
        async for chunk in result.stream(min_chunk_size=CHUNK):
            # In a thread: a disk that cannot keep up makes whoever writes wait.
            await asyncio.to_thread(file.write, chunk)
    except BaseError as error:
        log.info("the download of a file broke after %d bytes: %s", file.tell(), type(error).__name__)
    return file.tell() == result.meta["size"]


def _stored(found: "ObjectMeta") -> Stored:
    return Stored(found["path"], found["size"], found["last_modified"].astimezone(UTC))


def _attributes(key: str) -> "Attributes":
    """What the store says of a file to a browser that reads it there."""
    kind = MEDIA_TYPES.get(PurePath(key).suffix.lower(), "application/octet-stream")
    return {"Content-Type": kind, "Cache-Control": "private, max-age=3600"}
