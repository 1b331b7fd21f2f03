"""Links that expire: an HMAC over the key and the moment until which the link holds."""

import hashlib
import hmac
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from rekindle.errors import RekindleError


class LinkInvalid(RekindleError):
    """The link expired, or was altered, or was never ours; which of these is not told."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "link_invalid"
    title: ClassVar[str] = "This link does not hold"


class LinkSigner:
    """Signs and checks links with one secret.

    Links made within the same `seconds` share their expiry, so that a page that is loaded again gets the same addresses
    and the browser's cache can answer. Each holds between one and two times `seconds`.
    """

    def __init__(self, secret: bytes, *, seconds: int) -> None:
        if len(secret) < 16:
            raise ValueError("The secret that signs links needs 16 bytes or more")
        self._secret = secret
        self._seconds = seconds

    def address(self, base_url: str, key: str, now: datetime, *, seconds: int | None = None) -> str:
        """The signed address of a file under `base_url`; see `sign`."""
        expires, signature = self.sign(key, now, seconds=seconds)
        return f"{base_url}/{quote(key)}?expires={expires}&signature={signature}"

    def sign(self, key: str, now: datetime, *, seconds: int | None = None) -> tuple[str, str]:
        """The expiry (Unix time in seconds) and the signature for a link to `key`; `seconds` for one that holds so long
        and no longer.
        """
        usual = (int(now.timestamp()) // self._seconds + 2) * self._seconds
        expires = str(usual if seconds is None else int(now.timestamp()) + seconds)
        return expires, self._signature(key, expires)

    def verify(self, key: str, expires: str, signature: str, now: datetime) -> None:
        """Raise LinkInvalid unless `sign` made these values for this key and they have not expired."""
        genuine = hmac.compare_digest(self._signature(key, expires).encode(), signature.encode())
        if not genuine or now.timestamp() >= int(expires):
            raise LinkInvalid("This link has expired or is not complete. Open the photo again to get a fresh one.")

    def _signature(self, key: str, expires: str) -> str:
        # The newline cannot be part of a key, so no two pairs make the same message.
        return hmac.new(self._secret, f"GET\n{key}\n{expires}".encode(), hashlib.sha256).hexdigest()
