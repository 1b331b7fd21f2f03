"""A look at where files are kept: what is stored there comes back, and browsers may send photos where they are to."""

import asyncio
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from rekindle.cli.checks.finding import Finding, broken, note, ok
from rekindle.cli.settings import read_settings
from rekindle.config import Settings
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.port import Announced, Slot, Storage, StorageAway
from rekindle.infra.storage.signing import LinkSigner
from rekindle.wiring.storage import open_storage

NAME = "Files"
_SAMPLE = b"Rekindle looks whether files can be stored here."
_SECONDS = 10.0
_CAUSES = (
    (("SignatureDoesNotMatch", "InvalidAccessKeyId", "AuthenticationFailed", "Unauthenticated"),
     "it does not know these keys", "Correct REKINDLE_STORAGE__ACCESS_KEY and REKINDLE_STORAGE__SECRET_KEY."),
    (("AccessDenied", "PermissionDenied", "403 Forbidden"),
     "it does not allow this", "Give these keys, or this machine's role, the rights that the guide on storage lists."),
    (("NoSuchBucket", "NotFound", "ContainerNotFound"),
     "it has no such bucket", "Make the bucket, or correct REKINDLE_STORAGE__URL."),
)  # fmt: skip
"""What the store says, what that means, and what to do about it. No bare number: names of files have them."""


def files() -> Finding:
    """Whether files can be stored, read and deleted, by browsers too where they are to."""
    settings = read_settings()
    if not settings.storage.url:
        return ok(NAME, f"in the folder {settings.files_folder}")
    return asyncio.run(_store(settings))


async def _store(settings: Settings) -> Finding:
    url = settings.storage.url
    with tempfile.TemporaryDirectory() as folder:
        signer = LinkSigner(secrets.token_bytes(16), seconds=60)
        storage = open_storage(settings, scratch=Scratch(Path(folder)), signer=signer)
        try:
            await _there_and_back(storage, Path(folder))
        except StorageAway as error:
            return _away(url, error)
        if settings.storage.direct and (trouble := await _direct(storage, settings)) is not None:
            return trouble
    seen = f"what is put into {url} comes back"
    if settings.storage.url_secret is None:
        cure = "Give all machines the same REKINDLE_STORAGE__URL_SECRET, if there are several."
        return note(NAME, f"{seen}; links to files hold on this machine alone", cure)
    return ok(NAME, f"{seen}; browsers may send photos there" if settings.storage.direct else seen)


async def _there_and_back(storage: Storage, folder: Path) -> None:
    key, source = f"doctor/{secrets.token_hex(8)}.txt", folder / "sample"
    await asyncio.to_thread(source.write_bytes, _SAMPLE)
    await storage.put(key, source)
    async with storage.local(key) as path:
        content = await asyncio.to_thread(path.read_bytes)
    await storage.delete(key)
    if content != _SAMPLE:
        message = "Something else came back than was stored."
        raise StorageAway(message)


def _away(url: str, error: StorageAway) -> Finding:
    said = f"{type(error.__cause__).__name__} {error.__cause__}"
    for words, seen, cure in _CAUSES:
        if any(word in said for word in words):
            return broken(NAME, f"{url} answers, and {seen}", cure)
    cure = "Look whether REKINDLE_STORAGE__ENDPOINT and REKINDLE_STORAGE__REGION are right, and the store is running."
    return broken(NAME, f"{url} does not answer as it should", cure)


async def _direct(storage: Storage, settings: Settings) -> Finding | None:
    """What is wrong with the way that browsers send photos; None where nothing is."""
    key = f"doctor/{secrets.token_hex(8)}"
    slot = await storage.slot(key, Announced(len(_SAMPLE), "image/jpeg"), now=datetime.now(UTC), seconds=60)
    if slot is None:
        return None
    place = slot.url.partition("?")[0].rpartition("/doctor/")[0]
    try:
        async with httpx2.AsyncClient(timeout=_SECONDS) as client:
            taken = await client.put(slot.url, content=_SAMPLE, headers=dict(slot.headers))
            allowed = await _preflight(client, slot, settings.server.public_url)
    except httpx2.HTTPError as error:
        cure = "Correct REKINDLE_STORAGE__PUBLIC_ENDPOINT, or set REKINDLE_STORAGE__DIRECT=false."
        return broken(NAME, f"browsers are sent to {place}, which does not answer: {type(error).__name__}", cure)
    await storage.delete(key)
    if not taken.is_success:
        cure = "Allow these keys to put objects, or set REKINDLE_STORAGE__DIRECT=false."
        return broken(NAME, f"{place} refuses a photo with a signed address ({taken.status_code})", cure)
    if not allowed:
        cure = "Give the bucket the CORS rules that the guide on storage shows; until then photos go through here."
        return note(NAME, f"{place} does not tell browsers that pages of {settings.server.public_url} may send", cure)
    return None


async def _preflight(client: httpx2.AsyncClient, slot: Slot, origin: str | None) -> bool:
    """Whether the store lets a page of this origin send a photo (the CORS protocol of the Fetch standard)."""
    if origin is None:
        return True
    asked = {
        "Origin": origin, "Access-Control-Request-Method": slot.method,
        "Access-Control-Request-Headers": ",".join(sorted(name.lower() for name in slot.headers)),
    }  # fmt: skip
    answer = await client.options(slot.url, headers=asked)
    return answer.is_success and answer.headers.get("access-control-allow-origin") in {"*", origin}
