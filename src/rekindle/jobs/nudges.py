"""Addresses that a provider may call when it is done with an attempt: rules, without input or output.

Only we can make such an address, and it says which attempt is meant. Whoever calls it makes us look, and nothing more.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from uuid import UUID

from rekindle.infra.http import API

NUDGE = "nudge"
"""The word on the topic of a job that says: look now at what became of the attempt that is under way."""

_IDENTITY, _PROOF = 16, 16
"""Bytes of an attempt's identifier, and of what proves that we wrote it: 128 bits cannot be guessed."""

_LENGTH = 44
"""Characters of a token: base64 of both."""


@dataclass(frozen=True, slots=True)
class Nudges:
    """Makes the addresses and reads them. Without `public_url` nobody elsewhere can call, so there are none."""

    secret: bytes
    public_url: str | None = None

    def nudge_url(self, provider: str, attempt: UUID) -> str | None:
        """Where the provider may call for this attempt."""
        if self.public_url is None:
            return None
        return f"{self.public_url.rstrip('/')}{API}/providers/{provider}/nudges/{self.token(provider, attempt)}"

    def token(self, provider: str, attempt: UUID) -> str:
        """The last part of the address: good for this attempt at this provider and for ever."""
        return base64.urlsafe_b64encode(attempt.bytes + self._proof(provider, attempt)).decode()

    def attempt_of(self, provider: str, token: str) -> UUID | None:
        """The attempt that a token is for, None for a token that is not ours or is for another provider."""
        if len(token) != _LENGTH or not token.isascii():
            return None
        try:
            written = base64.b64decode(token, altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        if len(written) != _IDENTITY + _PROOF:
            return None
        attempt = UUID(bytes=written[:_IDENTITY])
        return attempt if hmac.compare_digest(written[_IDENTITY:], self._proof(provider, attempt)) else None

    def _proof(self, provider: str, attempt: UUID) -> bytes:
        # An identifier has a fixed length, so that no other pair of the two reads the same.
        return hmac.digest(self.secret, attempt.bytes + provider.encode(), "sha256")[:_PROOF]
