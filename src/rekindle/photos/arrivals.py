"""Photos that browsers send straight to the store: leave is given, the file is put there, and then checked like any.

Nothing is written down in between. The leave itself says, signed, who may send what as which photo; a file that nobody
claims belongs to no row, and the sweeper takes it. As long as a leave holds, whoever has it can put another file there,
also after the check: what is kept is therefore the copy that was checked, stored once more from here.
"""

import asyncio
import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, cast
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from rekindle.clock import Clock
from rekindle.errors import Conflict, Invalid, NotFound, RekindleError
from rekindle.infra.storage.port import Announced, FileMissing, Slot, Storage
from rekindle.photos.receive import Received, Receiver, clean_name
from rekindle.photos.service import PhotoNotFound, Photos
from rekindle.photos.tables import PhotoRow
from rekindle.safety.uploads import UploadLimits

GRACE = timedelta(minutes=10)
"""How long after the last moment to send a photo its arrival can still be told: it may take long to arrive."""
MEDIA_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif", "image/tiff"}
)  # fmt: skip
ANY_TYPE = "application/octet-stream"


class NoDirectUploads(Conflict):
    code: ClassVar[str] = "no_direct_uploads"
    title: ClassVar[str] = "Photos are not sent to the store here"


class UploadNotKnown(NotFound):
    code: ClassVar[str] = "upload_not_known"
    title: ClassVar[str] = "There is no such upload"


class UploadNotThere(Conflict):
    code: ClassVar[str] = "upload_not_there"
    title: ClassVar[str] = "The photo has not arrived"


class UploadChanged(Invalid):
    code: ClassVar[str] = "upload_changed"
    title: ClassVar[str] = "Another file arrived than was announced"


@dataclass(frozen=True, slots=True)
class Leave:
    """What somebody may send: a file of so many bytes, as this photo of this owner, until then."""

    photo_id: UUID
    owner_id: UUID
    filename: str
    bytes: int
    until: datetime

    @property
    def key(self) -> str:
        """Where the file arrives."""
        return f"incoming/{self.photo_id}"


class Leaves:
    """Writes leaves down as words that only this server can have written."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, leave: Leave) -> str:
        """The leave as one word."""
        parts = [
            str(leave.photo_id), str(leave.owner_id), leave.filename, leave.bytes, int(leave.until.timestamp())
        ]  # fmt: skip
        said = base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")
        return f"{said}.{self._proof(said)}"

    def read(self, word: str) -> Leave:
        """The opposite of `write`. Raises UploadNotKnown."""
        said, _, proof = word.partition(".")
        if not hmac.compare_digest(self._proof(said).encode(), proof.encode()):
            raise _not_known()
        try:
            parts = cast("tuple[str, str, str, int, int]", json.loads(base64.urlsafe_b64decode(said + "==")))
        except (ValueError, binascii.Error) as error:
            raise _not_known() from error
        photo_id, owner_id, filename, size, until = parts
        return Leave(UUID(photo_id), UUID(owner_id), filename, size, datetime.fromtimestamp(until, UTC))

    def _proof(self, said: str) -> str:
        return hmac.new(self._secret, f"upload\n{said}".encode(), "sha256").hexdigest()


class Arrivals:
    """Lets browsers put photos into the store, and takes them in from there."""

    def __init__(
        self, photos: Photos, storage: Storage, *, clock: Clock, limits: UploadLimits, leaves: Leaves, seconds: int
    ) -> None:
        """A leave holds for `seconds`."""
        self._photos = photos
        self._storage = storage
        self._clock = clock
        self._limits = limits
        self._leaves = leaves
        self._seconds = seconds

    async def announce(self, owner: UUID, filename: str, announced: Announced) -> tuple[str, Slot]:
        """Leave to send one photo: a word that says so, and where to. Raises NoDirectUploads, EmptyFile, TooLarge."""
        self._limits.check_size(announced.bytes)
        now = self._clock.now()
        until = now + timedelta(seconds=self._seconds)
        leave = Leave(self._clock.new_id(), owner, clean_name(filename), announced.bytes, until)
        kind = announced.media_type.lower()
        known = Announced(announced.bytes, kind if kind in MEDIA_TYPES else ANY_TYPE)
        slot = await self._storage.slot(leave.key, known, now=now, seconds=self._seconds)
        if slot is None:
            raise NoDirectUploads("This server takes photos in itself. Send this one to /api/v1/photos.")
        return self._leaves.write(leave), slot

    async def take_in(self, owner: UUID, word: str) -> PhotoRow:
        """The photo that has arrived, checked like any other; the same one however often this is asked.

        Raises UploadNotKnown, UploadNotThere, UploadChanged, and the errors of Photos.receive.
        """
        leave = self._leaves.read(word)
        if leave.owner_id != owner or self._clock.now() > leave.until + GRACE:
            raise _not_known()
        try:
            return await self._photos.get(owner, leave.photo_id)
        except PhotoNotFound:
            pass
        try:
            photo = await self._receive(owner, leave)
        except UploadNotThere:
            # Somebody told of it twice at once: the other one took it in, and away, since we looked.
            try:
                return await self._photos.get(owner, leave.photo_id)
            except PhotoNotFound:
                raise _not_there() from None
        except RekindleError as error:
            # What cannot be used will not become usable by waiting; what failed for another reason may be told again.
            if error.status < 500:
                await self._storage.delete(leave.key)
            raise
        await self._storage.delete(leave.key)
        return photo

    async def _receive(self, owner: UUID, leave: Leave) -> PhotoRow:
        stored = await self._storage.stat(leave.key)
        if stored is None:
            raise _not_there()
        # Not every store can be told how long the file may be.
        self._limits.check_size(stored.bytes)
        if stored.bytes != leave.bytes:
            raise UploadChanged("Another file arrived than the one that was announced. Please send the photo again.")

        async def incoming(receiver: Receiver) -> Received:
            try:
                async with self._storage.local(leave.key, most=leave.bytes) as path:
                    return await asyncio.to_thread(receiver.file, path, leave.filename)
            except FileMissing as error:
                raise _not_there() from error

        try:
            return await self._photos.receive(owner, incoming, photo_id=leave.photo_id)
        except IntegrityError:
            # Somebody told of it twice at once, and the other one was faster.
            return await self._photos.get(owner, leave.photo_id)


def _not_known() -> UploadNotKnown:
    return UploadNotKnown("There is no such upload, or its time is over. Please send the photo again.")


def _not_there() -> UploadNotThere:
    return UploadNotThere("The photo has not arrived yet. Send it to the address that was given, and then ask again.")
