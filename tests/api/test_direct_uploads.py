"""Photos that go straight to the store: announced, put there, checked after arrival like any other."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from rekindle.accounts.asking import HOME_ID
from rekindle.infra.mark.book import KEY as MARK
from rekindle.photos.arrivals import Leave, Leaves
from tests.api.conftest import API, Visitor, refused
from tests.factories import Live, jpeg, live, settings
from tests.seaweedfs import KEY, Seaweed, shared_seaweed

JPEG = "image/jpeg"


class Sender(Visitor):
    """A visitor of a server that lets photos go to its store."""

    def __init__(self, at: Live, store: Seaweed, bucket: str, folder: Path) -> None:
        super().__init__(at)
        self._store = store
        self.bucket = bucket
        self.folder = folder

    def stored(self) -> list[str]:
        """The keys that are in the bucket, but for the mark that says whose it is."""
        text = self._store.request("GET", self.bucket).raise_for_status().text
        keys = [part.partition("</Key>")[0] for part in text.split("<Key>")[1:]]
        return [key for key in keys if key != f"photos/{MARK}"]

    def forget(self) -> None:
        for photo in self.get("/photos")["items"]:
            assert self.http.delete(f"{API}/photos/{photo['id']}").status_code == 204


@pytest.fixture(scope="module")
def store() -> Seaweed:
    return shared_seaweed()


def chosen(store: Seaweed, bucket: str, **changes: Any) -> dict[str, Any]:
    """The settings of a bucket."""
    return {
        "url": f"s3://{bucket}/photos", "endpoint": store.endpoint, "access_key": KEY.access_key,
        "secret_key": KEY.secret_key, "direct": True, **changes,
    }  # fmt: skip


@pytest.fixture(scope="module")
def one_server(store: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Generator[Sender]:
    bucket = store.new_bucket()
    groups = {"storage": chosen(store, bucket), "uploads": {"max_bytes": 300_000}}
    folder = tmp_path_factory.mktemp("direct")
    with live(settings(folder, **groups), worker=False) as running:
        yield Sender(running, store, bucket, folder)


@pytest.fixture
def secret(one_server: Sender) -> bytes:
    """What the server signs leave with."""
    return (one_server.folder / "uploads.key").read_bytes()


@pytest.fixture
def sender(one_server: Sender) -> Sender:
    """The same server for all, empty."""
    one_server.forget()
    return one_server


def announce(sender: Sender, data: bytes, name: str = "père.jpg", media_type: str = JPEG) -> dict[str, Any]:
    body = {"filename": name, "bytes": len(data), "media_type": media_type}
    answer = sender.http.post(f"{API}/uploads", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(leave: dict[str, Any], data: bytes, **headers: str) -> httpx2.Response:
    """What a browser sends: the file with the headers that it was told, and no cookie of ours."""
    return httpx2.put(leave["url"], content=data, headers={**leave["headers"], **headers}, timeout=20.0)


def done(sender: Sender, leave: dict[str, Any]) -> httpx2.Response:
    return sender.http.post(f"{API}/uploads/done", json={"upload": leave["upload"]})


def test_a_photo_goes_straight_to_the_store_and_is_one_photo_however_often_that_is_told(sender: Sender) -> None:
    assert sender.get("/capabilities")["direct_uploads"] is True
    data = jpeg()
    leave = announce(sender, data)
    assert leave["method"] == "PUT"
    assert leave["headers"] == {"Content-Type": JPEG}
    refused(done(sender, leave), 409, "upload_not_there")
    assert put(leave, data).status_code == 200
    answer = done(sender, leave)
    assert answer.status_code == 201, answer.text
    photo = answer.json()
    assert answer.headers["location"] == f"{API}/photos/{photo['id']}"
    assert photo["filename"] == "père.jpg"
    assert photo["bytes"] == len(data)
    assert done(sender, leave).json()["id"] == photo["id"]
    assert [each["id"] for each in sender.get("/photos")["items"]] == [photo["id"]]
    assert sender.http.get(photo["original_url"]).content == data
    kinds = sorted(key.split("/")[1] for key in sender.stored())
    assert kinds == ["originals", "previews", "previews"]


@pytest.mark.parametrize("with_another", ["key", "type", "larger file", "smaller file", "method"])
def test_leave_for_one_file_is_leave_for_no_other(sender: Sender, with_another: str) -> None:
    data = jpeg()
    leave = announce(sender, data)
    url = leave["url"]
    answer = {
        "key": lambda: put({**leave, "url": url.replace("/incoming/", "/originals/")}, data),
        "type": lambda: put(leave, data, **{"Content-Type": "text/html"}),
        "larger file": lambda: put(leave, data + b"x"),
        "smaller file": lambda: put(leave, data[:-1]),
        "method": lambda: httpx2.get(url, headers=leave["headers"]),
    }[with_another]()
    assert answer.status_code == 403
    refused(done(sender, leave), 409, "upload_not_there")


def test_told_of_twice_at_once_it_is_one_photo_for_both(sender: Sender) -> None:
    data = jpeg()
    leave = announce(sender, data)
    assert put(leave, data).status_code == 200
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: done(sender, each), [leave] * 6))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(sender.get("/photos")["items"]) == 1


def test_a_start_leaves_what_is_on_its_way_in_the_bucket(store: Seaweed, tmp_path: Path) -> None:
    bucket = store.new_bucket()
    path = f"{bucket}/photos/incoming/{uuid4()}"
    assert store.request("PUT", path, content=b"a photo").is_success
    with live(settings(tmp_path, storage=chosen(store, bucket)), worker=False):
        pass
    assert store.request("GET", path).content == b"a photo"


def test_leave_that_is_used_again_counts_as_another_photo(store: Seaweed, tmp_path: Path) -> None:
    groups = {
        "storage": chosen(store, store.new_bucket()),
        "limits": {"enabled": True, "account_uploads": 3, "account_burst": 100},
    }
    with live(settings(tmp_path, **groups), worker=False) as running:
        sender = Sender(running, store, "", tmp_path)
        data = jpeg()
        leave = announce(sender, data)
        statuses: list[int] = []
        for _ in range(4):
            assert put(leave, data).status_code == 200
            answer = done(sender, leave)
            statuses.append(answer.status_code)
            if answer.status_code == 201:
                sender.http.delete(f"{API}/photos/{answer.json()['id']}")
        assert statuses == [201, 201, 201, 429]


def test_leave_ends(sender: Sender) -> None:
    leave = announce(sender, jpeg())
    assert "X-Amz-Expires=900" in leave["url"]
    for key, value in (("X-Amz-Date", "20200101T000000Z"), ("X-Amz-Expires", "604800")):
        query = "&".join(
            f"{key}={value}" if part.startswith(f"{key}=") else part for part in leave["url"].split("&")
        )  # fmt: skip
        assert put({**leave, "url": query}, jpeg()).status_code == 403


def test_a_file_that_cannot_be_used_is_refused_after_it_arrived_and_nothing_is_kept(sender: Sender) -> None:
    data = b"<script>alert(1)</script>" * 50
    leave = announce(sender, data, name="../../evil.jpg")
    assert put(leave, data).status_code == 200
    refused(done(sender, leave), 415, "unsupported_format")
    assert sender.stored() == []
    refused(done(sender, leave), 409, "upload_not_there")


def test_too_large_a_photo_gets_no_leave(sender: Sender) -> None:
    body = {"filename": "a.jpg", "bytes": 300_001, "media_type": JPEG}
    refused(sender.http.post(f"{API}/uploads", json=body), 413, "too_large")
    refused(sender.http.post(f"{API}/uploads", json={**body, "bytes": 0}), 422, "empty_file")


def test_a_leave_that_was_altered_or_is_somebody_elses_is_not_known(sender: Sender) -> None:
    leave = announce(sender, jpeg())
    said, _, proof = leave["upload"].partition(".")
    for word in ("", "nonsense", f"{said}x.{proof}", f"{said}.{proof[:-1]}0", said, f"{said}.", "é.ü"):
        refused(done(sender, {"upload": word}), 404, "upload_not_known")


def test_leave_of_somebody_else_and_leave_that_is_over_are_not_known(sender: Sender, secret: bytes) -> None:
    leaves, now = Leaves(secret), datetime.now(UTC)
    for owner, until in ((uuid4(), now), (HOME_ID, now - timedelta(minutes=11))):
        leave = Leave(uuid4(), owner, "a.jpg", 7, until)
        refused(done(sender, {"upload": leaves.write(leave)}), 404, "upload_not_known")
    mine = Leave(uuid4(), HOME_ID, "a.jpg", 7, now - timedelta(minutes=5))
    refused(done(sender, {"upload": leaves.write(mine)}), 409, "upload_not_there")


def test_another_file_than_was_announced_is_refused_where_the_store_did_not_do_so(
    sender: Sender, store: Seaweed, secret: bytes
) -> None:
    for size, status, code in ((100, 422, "upload_changed"), (300_001, 413, "too_large")):
        leave = Leave(uuid4(), HOME_ID, "a.jpg", 99, datetime.now(UTC))
        path = f"{sender.bucket}/photos/{leave.key}"
        assert store.request("PUT", path, content=bytes(size)).is_success
        refused(done(sender, {"upload": Leaves(secret).write(leave)}), status, code)
    assert sender.stored() == []


def test_a_type_that_no_photo_has_is_sent_as_bytes(sender: Sender) -> None:
    data = jpeg()
    leave = announce(sender, data, media_type="text/html")
    assert leave["headers"] == {"Content-Type": "application/octet-stream"}
    assert put(leave, data).status_code == 200
    assert done(sender, leave).json()["format"] == "jpeg"


def test_a_server_with_a_folder_takes_photos_in_itself(visitor: Visitor) -> None:
    assert visitor.get("/capabilities")["direct_uploads"] is False
    body = {"filename": "a.jpg", "bytes": 1000, "media_type": JPEG}
    refused(visitor.http.post(f"{API}/uploads", json=body), 409, "no_direct_uploads")


def test_pictures_on_a_page_come_from_the_store_and_everything_else_from_here(sender: Sender) -> None:
    photo = sender.upload()
    link = photo["preview_url"]
    here = sender.http.get(link)
    assert here.status_code == 200
    assert here.headers["content-type"] == JPEG
    sent_on = sender.http.get(link, headers={"Sec-Fetch-Mode": "no-cors"}, follow_redirects=False)
    assert sent_on.status_code == 307
    assert sent_on.headers["vary"] == "Sec-Fetch-Mode"
    there = httpx2.get(sent_on.headers["location"])
    assert there.content == here.content
    assert there.headers["content-type"] == JPEG
    assert there.headers["cache-control"] == "private, max-age=3600"
    altered = link.replace("signature=", "signature=0")
    refused(sender.http.get(altered, headers={"Sec-Fetch-Mode": "no-cors"}), 403, "link_invalid")


def test_the_page_may_reach_the_store_and_no_other_place(sender: Sender, store: Seaweed, visitor: Visitor) -> None:
    policy = sender.http.get("/").headers["content-security-policy"]
    for part in ("img-src 'self' blob: data:", "connect-src 'self'", "media-src 'self'"):
        assert f"{part} {store.endpoint}" in policy
    assert store.endpoint not in visitor.http.get("/").headers["content-security-policy"]


def test_an_upload_through_the_server_works_with_a_store_as_well(sender: Sender) -> None:
    first, second = sender.upload(), sender.upload()
    originals = [key for key in sender.stored() if "/originals/" in key]
    assert len(originals) == 1
    for photo in (first, second):
        assert sender.http.delete(f"{API}/photos/{photo['id']}").status_code == 204
    assert sender.stored() == []


@pytest.mark.exhaustive
def test_a_job_reads_from_the_store_and_writes_to_it_and_a_deleted_photo_leaves_nothing(
    store: Seaweed, tmp_path: Path
) -> None:
    bucket = store.new_bucket()
    with live(settings(tmp_path, storage=chosen(store, bucket))) as running:
        sender = Sender(running, store, bucket, tmp_path)
        photo = sender.upload()
        result = sender.restored(photo["id"])["result"]
        address = f"{API}/renditions/{result['rendition_id']}/download"
        first, again = sender.http.get(address), sender.http.get(address)
        assert first.status_code == 200
        assert first.content == again.content
        kinds = {key.split("/")[1] for key in sender.stored()}
        assert {"originals", "previews", "results", "cache"} <= kinds
        sender.forget()
        assert sender.stored() == []
