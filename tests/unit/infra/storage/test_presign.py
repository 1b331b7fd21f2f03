"""Signed addresses, against the provider's published example and against another implementation of the same."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rekindle.infra.storage.presign import AmazonKey, BadKey, google_key, presign

obstore = pytest.importorskip("obstore", reason="the client of object stores is not installed")

EXAMPLE = AmazonKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


RSA_KEY = rsa.generate_private_key(65537, 2048)
ACCOUNT = {
    "type": "service_account", "client_email": "files@project.example.org", "private_key": pem(RSA_KEY),
    "private_key_id": "1", "client_id": "2", "gcs_base_url": "https://storage.googleapis.com", "disable_oauth": False,
}  # fmt: skip


def test_the_example_that_amazon_publishes_comes_out() -> None:
    # "Authenticating Requests: Using Query Parameters", the example at its end.
    address = presign(
        EXAMPLE, "GET", "https://examplebucket.s3.amazonaws.com/test.txt", headers={},
        now=datetime(2013, 5, 24, tzinfo=UTC), seconds=86_400,
    )  # fmt: skip
    assert address == (
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
        "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires="
        "86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def again(key: object, address: str, method: str) -> str:
    """The same address, signed by us for the moment at which it was signed."""
    parts, query = urlsplit(address), parse_qs(urlsplit(address).query)
    given = {name.rpartition("-")[2]: values[0] for name, values in query.items()}
    now = datetime.strptime(given["Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return presign(key, method, plain, headers={}, now=now, seconds=int(given["Expires"]))  # pyright: ignore[reportArgumentType]


def signature(address: str) -> str:
    return address.rpartition("Signature=")[2].partition("&")[0]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_amazon_addresses_are_those_of_another_implementation(method: str) -> None:
    store = obstore.store.S3Store(
        "bucket", prefix="some/prefix", endpoint="http://127.0.0.1:1", region="eu-central-1",
        access_key_id=EXAMPLE.access_key, secret_access_key=EXAMPLE.secret_key, client_options={"allow_http": True},
    )  # fmt: skip
    theirs = obstore.sign(store, method, "incoming/a_b-c.1", timedelta(seconds=900))
    key = AmazonKey(EXAMPLE.access_key, EXAMPLE.secret_key, "eu-central-1")
    assert signature(again(key, theirs, method)) == signature(theirs)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_google_addresses_are_those_of_another_implementation(method: str) -> None:
    store = obstore.store.GCSStore("bucket", prefix="some/prefix", service_account_key=json.dumps(ACCOUNT))
    theirs = obstore.sign(store, method, "incoming/a_b-c.1", timedelta(seconds=900))
    assert signature(again(google_key(ACCOUNT), theirs, method)) == signature(theirs)


def test_another_header_makes_another_signature() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = {
        presign(EXAMPLE, method, f"https://s3.example.org/b/{key}", headers=headers, now=now, seconds=60)
        for method in ("GET", "PUT")
        for key in ("one", "two")
        for headers in ({}, {"Content-Type": "image/png"}, {"Content-Type": "image/jpeg"}, {"Content-Length": "7"})
    }
    assert len({signature(each) for each in made}) == 16


def test_the_secret_is_no_part_of_an_address() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    address = presign(EXAMPLE, "PUT", "https://s3.example.org/b/k", headers={}, now=now, seconds=60)
    assert EXAMPLE.secret_key not in address


BAD_ACCOUNTS = [
    {}, {**ACCOUNT, "private_key": None}, {**ACCOUNT, "private_key": "nonsense"},
    {**ACCOUNT, "private_key": generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()},
]  # fmt: skip


@pytest.mark.parametrize("account", BAD_ACCOUNTS)
def test_what_is_no_key_of_a_service_account_is_told_without_quoting_it(account: dict[str, object]) -> None:
    with pytest.raises(BadKey) as caught:
        google_key(account)
    assert "PRIVATE" not in str(caught.value)
