"""What the guide on storage has people give to their bucket, given to a real one."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest

from tests.seaweedfs import Seaweed, shared_seaweed

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/storage.md"
ORIGIN = "https://photos.example.org"


def shown(part: str) -> Any:
    """The one block of JSON of the guide in which this stands."""
    blocks = re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    [block] = [each for each in blocks if part in each]
    return json.loads(block)


def as_xml(name: str, value: Any, parent: ET.Element | None = None) -> ET.Element:
    """What the command line makes of the JSON: lists become elements that repeat, in the singular where S3 says so."""
    node = ET.Element(name) if parent is None else ET.SubElement(parent, name)
    if isinstance(value, dict):
        for key, inner in value.items():
            many = isinstance(inner, list)
            for each in inner if many else [inner]:
                as_xml(key.removesuffix("s") if many else key, each, node)
    else:
        node.text = str(value)
    return node


@pytest.fixture
def store() -> Seaweed:
    return shared_seaweed()


def give(store: Seaweed, bucket: str, what: str, document: ET.Element) -> None:
    answer = store.request("PUT", f"{bucket}?{what}=", content=ET.tostring(document))
    assert answer.is_success, answer.text


def preflight(store: Seaweed, bucket: str, *, origin: str = ORIGIN, method: str = "PUT") -> httpx2.Response:
    headers = {
        "Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type",
    }  # fmt: skip
    return httpx2.options(f"{store.endpoint}/{bucket}/rekindle/incoming/1", headers=headers, timeout=10)


def test_the_cors_rule_lets_pages_of_the_site_send_photos_and_nothing_else(store: Seaweed) -> None:
    bucket = store.new_bucket()
    give(store, bucket, "cors", as_xml("CORSConfiguration", shown("CORSRules")))
    allowed = preflight(store, bucket)
    assert allowed.is_success
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "PUT" in allowed.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in preflight(store, bucket, origin="https://evil.example.org").headers
    refused = preflight(store, bucket, method="DELETE")
    assert "DELETE" not in refused.headers.get("access-control-allow-methods", "")


def test_the_lifecycle_rules_are_taken_and_none_touches_what_photos_need(store: Seaweed) -> None:
    rules = shown("AbortIncompleteMultipartUpload")
    give(store, store.new_bucket(), "lifecycle", as_xml("LifecycleConfiguration", rules))
    ending = [rule["Filter"]["Prefix"] for rule in rules["Rules"] if "Expiration" in rule]
    assert ending == ["rekindle/incoming/"]


def test_the_policy_names_what_is_asked_of_the_store() -> None:
    actions = [statement["Action"] for statement in shown("2012-10-17")["Statement"]]
    assert actions == [
        ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        "s3:ListBucket",
    ]
