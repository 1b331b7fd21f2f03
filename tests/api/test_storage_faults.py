"""A server whose store of files has a bad connection: it answers in time, says when to come back, and loses nothing."""

import time
from collections.abc import Generator
from typing import Any

import httpx2
import pytest

from tests.api.conftest import API, Visitor, refused
from tests.factories import jpeg, live, settings
from tests.faultproxy import FaultProxy, fault_proxy
from tests.seaweedfs import KEY, Seaweed, shared_seaweed

SECONDS = 1.0
"""The deadline of a request to the store, as this server is set."""
AT_ONCE = 1.0 + 3.0
"""What may come on top: the second that the goals allow, and one for looking at a photo on a busy machine."""


@pytest.fixture(scope="module")
def store() -> Seaweed:
    return shared_seaweed()


@pytest.fixture(scope="module")
def way(store: Seaweed) -> Generator[FaultProxy]:
    """The way from the server to its store."""
    with fault_proxy(("127.0.0.1", store.port), seed=11) as made:
        yield made


@pytest.fixture(scope="module")
def visitor(store: Seaweed, way: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Generator[Visitor]:
    groups: dict[str, Any] = {
        "storage": {
            "url": f"s3://{store.new_bucket()}/photos", "endpoint": f"http://127.0.0.1:{way.port}",
            "access_key": KEY.access_key, "secret_key": KEY.secret_key, "seconds": SECONDS, "nearby_bytes": 0,
        },
    }  # fmt: skip
    with live(settings(tmp_path_factory.mktemp("faults"), **groups), worker=False) as running:
        yield Visitor(running)


def away(answer: httpx2.Response) -> None:
    refused(answer, 503, "storage_away")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("fault", ["down", "blackhole"])
def test_while_the_store_is_away_requests_are_refused_in_time_and_nothing_is_half_done(
    visitor: Visitor, way: FaultProxy, fault: str
) -> None:
    photo = visitor.upload(jpeg())
    asks = {
        "upload": lambda: visitor.try_upload(jpeg(quality=71)),
        "picture": lambda: visitor.http.get(photo["preview_url"]),
        "original": lambda: visitor.http.get(photo["original_url"]),
    }
    with way.broken(getattr(way, fault)):
        for name, ask in asks.items():
            began = time.monotonic()
            away(ask())
            assert time.monotonic() - began < SECONDS + AT_ONCE, name
        # What needs no file goes on.
        assert visitor.photo(photo["id"])["id"] == photo["id"]
    assert [each["id"] for each in visitor.get("/photos")["items"]] == [photo["id"]]
    assert visitor.http.get(photo["original_url"]).content == jpeg()
    assert visitor.http.delete(f"{API}/photos/{photo['id']}").status_code == 204


def test_a_photo_is_deleted_although_the_store_is_away(visitor: Visitor, way: FaultProxy) -> None:
    photo = visitor.upload(jpeg())
    with way.broken(way.down):
        assert visitor.http.delete(f"{API}/photos/{photo['id']}").status_code == 204
        refused(visitor.http.get(f"{API}/photos/{photo['id']}"), 404, "photo_not_found")


@pytest.mark.exhaustive
def test_on_a_flaky_line_every_answer_is_right(visitor: Visitor, way: FaultProxy) -> None:
    kept: dict[str, bytes] = {}
    with way.broken(lambda: way.flaky(0.2)):
        for number in range(8):
            data = jpeg(quality=72 + number)
            answer = visitor.try_upload(data)
            if answer.status_code == 201:
                kept[answer.json()["id"]] = data
            else:
                away(answer)
    assert {each["id"] for each in visitor.get("/photos")["items"]} == set(kept)
    for photo_id, data in kept.items():
        assert visitor.http.get(visitor.photo(photo_id)["original_url"]).content == data
