"""Object stores by their addresses: what is opened, where files are, who may sign, what is told of wrong settings."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

obstore = pytest.importorskip("obstore", reason="the client of object stores is not installed")

from rekindle.infra.storage.direct import Direct  # noqa: E402
from rekindle.infra.storage.port import Announced  # noqa: E402
from rekindle.infra.storage.presign import AmazonKey, GoogleKey  # noqa: E402
from rekindle.infra.storage.stores import BadStore, Place, open_store, signing_key  # noqa: E402
from tests.unit.infra.storage.test_presign import ACCOUNT  # noqa: E402

AMAZON = Place("s3://photos/rekindle", region="eu-central-1", access_key="AKIA", secret_key="secret")
GOOGLE = Place("gs://photos/rekindle", secret_key=json.dumps(ACCOUNT))
AZURE = Place("az://photos/rekindle", access_key="account", secret_key="c2VjcmV0")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def direct(place: Place) -> Direct:
    return Direct(place, open_store(place), signing_key(place))


@pytest.mark.parametrize(
    ("place", "kind", "address"),
    [
        (AMAZON, "S3Store", "https://s3.eu-central-1.amazonaws.com/photos/rekindle/a/b.jpg"),
        (GOOGLE, "GCSStore", "https://storage.googleapis.com/photos/rekindle/a/b.jpg"),
        (AZURE, "AzureStore", "https://account.blob.core.windows.net/photos/rekindle/a/b.jpg"),
        (Place("s3://photos", endpoint="https://x.r2.cloudflarestorage.com", region="auto", access_key="A",
               secret_key="B"), "S3Store", "https://x.r2.cloudflarestorage.com/photos/a/b.jpg"),
    ],
)  # fmt: skip
async def test_a_store_is_told_by_its_address_and_reads_are_signed_for_it(
    place: Place, kind: str, address: str
) -> None:
    assert type(open_store(place)).__name__ == kind
    signed = await direct(place).read("a/b.jpg", 60)
    assert signed.partition("?")[0] == address


async def test_size_and_type_are_part_of_what_amazon_and_google_are_asked_for() -> None:
    announced = Announced(1234, "image/jpeg")
    amazon = await direct(AMAZON).slot("incoming/1", announced, now=NOW, seconds=900)
    query = parse_qs(urlsplit(amazon.url).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert query["X-Amz-Expires"] == ["900"]
    assert amazon.headers == {"Content-Type": "image/jpeg"}
    google = await direct(GOOGLE).slot("incoming/1", announced, now=NOW, seconds=900)
    query = parse_qs(urlsplit(google.url).query)
    assert query["X-Goog-SignedHeaders"] == ["content-type;host;x-goog-content-length-range"]
    assert google.headers == {"Content-Type": "image/jpeg", "x-goog-content-length-range": "1234,1234"}
    assert google.url.startswith("https://storage.googleapis.com/photos/rekindle/incoming/1?")


async def test_azure_is_told_what_is_put_and_signs_the_key_and_the_moment() -> None:
    slot = await direct(AZURE).slot("incoming/1", Announced(1234, "image/jpeg"), now=NOW, seconds=900)
    assert slot.headers == {"Content-Type": "image/jpeg", "x-ms-blob-type": "BlockBlob"}
    query = parse_qs(urlsplit(slot.url).query)
    assert query["sr"] == ["b"]
    assert set(query["sp"][0]) <= set("cw")
    assert query["sig"]


def test_only_keys_that_are_here_sign_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(signing_key(AMAZON), AmazonKey)
    assert isinstance(signing_key(GOOGLE), GoogleKey)
    assert signing_key(AZURE) is None
    assert signing_key(Place("s3://photos")) is None
    assert signing_key(Place("gs://photos")) is None


def test_the_key_of_a_service_account_may_be_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(ACCOUNT))
    assert isinstance(signing_key(Place("gs://photos", secret_key=str(path))), GoogleKey)


@pytest.mark.parametrize(
    "place",
    [
        Place("gs://photos", secret_key="/no/such/secret-file"), Place("gs://photos", secret_key="{secret"),
        Place("gs://photos", secret_key='["secret"]'), Place("gs://photos", secret_key='{"a": "secret"}'),
        Place("az://photos", access_key="account", secret_key="secret, and no base64"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_right_are_told_without_quoting_a_secret(place: Place) -> None:
    with pytest.raises(BadStore) as caught:
        direct(place)
    assert "secret" not in caught.value.message.lower().replace("secret_key", "")
    assert "REKINDLE_STORAGE__" in caught.value.message
