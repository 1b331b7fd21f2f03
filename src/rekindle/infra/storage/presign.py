"""Addresses that carry their own permission: signature version 4, as AWS and Google Cloud Storage define it.

Sources: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)"; Google Cloud, "V4 signing
process with your own program".
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qsl, quote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class BadKey(ValueError):
    """This is no key that can sign; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class AmazonKey:
    """A pair of keys of S3, or of a store that speaks like it."""

    access_key: str
    secret_key: str
    region: str

    algorithm: ClassVar[str] = "AWS4-HMAC-SHA256"
    prefix: ClassVar[str] = "X-Amz-"

    @property
    def who(self) -> str:
        """Whose signature it is."""
        return self.access_key

    @property
    def scope(self) -> str:
        """What follows the date in the scope of a credential."""
        return f"{self.region}/s3/aws4_request"

    def sign(self, date: str, text: bytes) -> bytes:
        """The signature of a text; `date` is YYYYMMDD."""
        key = f"AWS4{self.secret_key}".encode()
        for part in (date, self.region, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text, "sha256")


@dataclass(frozen=True, slots=True)
class GoogleKey:
    """The key of a service account of Google Cloud."""

    email: str
    private_key: RSAPrivateKey

    algorithm: ClassVar[str] = "GOOG4-RSA-SHA256"
    prefix: ClassVar[str] = "X-Goog-"
    scope: ClassVar[str] = "auto/storage/goog4_request"

    @property
    def who(self) -> str:
        """Whose signature it is."""
        return self.email

    def sign(self, date: str, text: bytes) -> bytes:
        """The signature of a text; `date` is YYYYMMDD."""
        return self.private_key.sign(text, PKCS1v15(), SHA256())


SigningKey = AmazonKey | GoogleKey


def google_key(account: Mapping[str, object]) -> GoogleKey:
    """The key in the JSON of a service account. Raises BadKey."""
    email, pem = account.get("client_email"), account.get("private_key")
    if not isinstance(email, str) or not isinstance(pem, str):
        raise BadKey("there is no client_email or no private_key in it")
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # What the library says may quote the key.
        raise BadKey("its private_key cannot be read") from None
    if not isinstance(key, RSAPrivateKey):
        raise BadKey("its private_key is not of the kind RSA")
    return GoogleKey(email, key)


def presign(
    key: SigningKey, method: str, address: str, *, headers: Mapping[str, str], now: datetime, seconds: int
) -> str:
    """`address` with a signature that allows one method with exactly these `headers`, for so many seconds from `now`.

    `address` is `https://host/path`, its path not yet quoted; a query of its own is signed with it. The body is not.
    """
    parts, moment, name = urlsplit(address), f"{now:%Y%m%dT%H%M%SZ}", key.prefix
    scope = f"{now:%Y%m%d}/{key.scope}"
    signed = {each.lower(): value.strip() for each, value in headers.items()} | {"host": parts.netloc}
    names = ";".join(sorted(signed))
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True)) | {
        f"{name}Algorithm": key.algorithm,
        f"{name}Credential": f"{key.who}/{scope}",
        f"{name}Date": moment,
        f"{name}Expires": str(seconds),
        f"{name}SignedHeaders": names,
    }
    query = "&".join(f"{quote(each, safe='')}={quote(parameters[each], safe='')}" for each in sorted(parameters))
    path = quote(parts.path, safe="/-_.~")
    lines = [f"{each}:{signed[each]}" for each in sorted(signed)]
    request = "\n".join([method, path, query, *lines, "", names, "UNSIGNED-PAYLOAD"])
    text = "\n".join([key.algorithm, moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    signature = key.sign(f"{now:%Y%m%d}", text.encode()).hex()
    return f"{parts.scheme}://{parts.netloc}{path}?{query}&{name}Signature={signature}"
