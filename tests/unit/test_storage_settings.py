"""The settings of where files are kept: what goes together, and where browsers meet a store."""

from typing import Any

import pytest
from pydantic import ValidationError

from rekindle.config_storage import StorageSettings

S3 = {"url": "s3://photos/rekindle", "access_key": "a", "secret_key": "b"}


@pytest.mark.parametrize(
    "url", ["s3:photos", "s3://", "s3:///prefix", "http://bucket", "s3://b/../c", "s3://bucket/.a", "file:///tmp"]
)
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be s3://bucket/prefix"):
        StorageSettings(url=url)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "", "endpoint": "http://127.0.0.1:1"}, "REKINDLE_STORAGE__ENDPOINT without REKINDLE_STORAGE__URL"),
        ({"direct": True}, "REKINDLE_STORAGE__DIRECT without"),
        ({"url": "s3://photos", "access_key": "a"}, "both"),
        ({"url": "s3://photos", "secret_key": "a"}, "both"),
        ({"url": "az://photos", "secret_key": "a"}, "name of its account"),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        StorageSettings(**given)


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (S3, None),
        ({**S3, "direct": True}, "https://s3.us-east-1.amazonaws.com"),
        ({**S3, "direct": True, "endpoint": "http://store:8333"}, "http://store:8333"),
        ({**S3, "direct": True, "endpoint": "http://store:8333", "public_endpoint": "https://files.example.org/x"},
         "https://files.example.org"),
        ({"url": "gs://photos", "direct": True}, "https://storage.googleapis.com"),
        ({"url": "az://photos", "access_key": "me", "direct": True}, "https://me.blob.core.windows.net"),
    ],
)  # fmt: skip
def test_browsers_meet_a_store_only_where_they_are_to(given: dict[str, Any], origin: str | None) -> None:
    assert StorageSettings(**given).origin == origin


def test_a_slash_at_the_end_means_nothing() -> None:
    assert StorageSettings(url="gs://photos/a/").url == "gs://photos/a"
