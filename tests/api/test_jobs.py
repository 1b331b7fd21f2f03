"""Jobs over HTTP: submit, watch, cancel, retry, and what comes of them."""

import hashlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import faded, jpeg, png, scene, tagged_jpeg

INSIDE = [{"x": 0.1, "y": 0.1}, {"x": 0.9, "y": 0.1}, {"x": 0.9, "y": 0.9}, {"x": 0.1, "y": 0.9}]


def events(answer: httpx2.Response) -> list[dict[str, Any]]:
    """The server-sent events of a whole stream: event, id, data."""
    found: list[dict[str, Any]] = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "data" in fields:
            found.append({**fields, "id": int(fields["id"]), "data": json.loads(fields["data"])})
    return found


# ── submit ──


def test_a_job_is_accepted_and_has_an_address(visitor: Visitor) -> None:
    photo = visitor.upload()
    answer = visitor.try_submit(photo["id"], strength="careful", keep_tone=True)
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"{API}/jobs/{job['id']}"
    assert job["options"] == {
        "strength": "careful", "enlarge": 1, "keep_tone": True, "mask_id": None, "hints": [], "prompt": "",
        "style": None, "enhancement": None, "amount": 0.8, "seconds": 5, "moodboard_id": None, "provider": None,
        "model": None, "local_only": False, "quality": "standard", "rewrite": False,
    }  # fmt: skip
    assert (job["photo_id"], job["operation"], job["retry_of"]) == (photo["id"], "restore", None)
    assert visitor.ended(job["id"])["id"] == job["id"]


def test_64_submits_at_once_with_one_key_make_one_job_and_get_equal_answers(idle: Visitor) -> None:
    photo, key = idle.upload(), uuid.uuid4().hex
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: idle.try_submit(photo["id"], key=key, enlarge=2), range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(idle.get("/jobs", photo_id=photo["id"])["items"]) == 1


def test_a_key_gives_the_same_job_after_it_has_ended(visitor: Visitor) -> None:
    photo, key = visitor.upload(), uuid.uuid4().hex
    job = visitor.ended(visitor.submit(photo["id"], key=key)["id"])
    assert visitor.submit(photo["id"], key=key) == job


def test_a_key_cannot_be_used_for_another_request(visitor: Visitor) -> None:
    photo, other, key = visitor.upload(), visitor.upload(), uuid.uuid4().hex
    visitor.submit(photo["id"], key=key, enlarge=2)
    refused(visitor.try_submit(photo["id"], key=key, enlarge=4), 422, "idempotency_key_reused")
    refused(visitor.try_submit(other["id"], key=key, enlarge=2), 422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "x" * 201, None])
def test_a_job_needs_a_key(visitor: Visitor, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"photo_id": visitor.upload()["id"]}
    problem = refused(visitor.http.post(f"{API}/jobs", json=body, headers=headers), 422, "invalid_request")
    assert problem["errors"][0]["pointer"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"operation": "colour"}, "/operation"),
        ({"options": {"enlarge": 3}}, "/options/enlarge"),
        ({"options": {"strenght": "auto"}}, "/options/strenght"),
        ({"photo_id": 7}, "/photo_id"),
        ({"more": 1}, "/more"),
    ],
)
def test_what_is_wrong_in_a_request_is_pointed_at(visitor: Visitor, change: dict[str, Any], pointer: str) -> None:
    body = {"photo_id": visitor.upload()["id"], **change}
    answer = visitor.http.post(f"{API}/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    problem = refused(answer, 422, "invalid_request")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_a_job_for_a_photo_that_is_not_there_is_refused_and_the_key_stays_free(visitor: Visitor) -> None:
    key = uuid.uuid4().hex
    refused(visitor.try_submit("01a1fd5e-ecab-7943-a490-4dd6262620ba", key=key), 404, "photo_not_found")
    visitor.submit(visitor.upload()["id"], key=key)


# ── results ──


def test_a_restored_photo_has_a_result_with_reasons(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=31)))
    job = visitor.restored(photo["id"], enlarge=2)
    result = job["result"]
    assert (job["stage"], job["progress"], job["seconds_left"], job["error"]) == ("done", 1.0, 0.0, None)
    assert job["created_at"] <= job["started_at"] <= job["ended_at"]
    assert result["unchanged"] is False
    assert (result["provider"], result["width"], result["height"]) == ("embedded", 640, 480)
    assert result["reason"]
    assert {finding["degradation"] for finding in result["diagnosis"]["findings"]} >= {"D"}
    assert "enlarge" in {step["name"] for step in result["steps"]}
    for link in ("preview_url", "before_preview_url"):
        assert visitor.http.get(result[link]).headers["content-type"] == "image/jpeg"
    # Nothing was cut out of it, so what was given looks as the photo does.
    before = visitor.http.get(result["before_preview_url"]).content
    assert before == visitor.http.get(photo["preview_url"]).content
    after = visitor.photo(photo["id"])
    assert after["latest_job"] == {"id": job["id"], "status": "succeeded"}
    assert after["diagnosis"] == result["diagnosis"]
    assert [version["id"] for version in after["results"]] == [result["rendition_id"]]


def test_two_runs_are_two_versions_and_the_first_stays_as_it_is(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=32)))
    first = visitor.restored(photo["id"], enlarge=2)["result"]
    address = f"{API}/renditions/{first['rendition_id']}/download"
    bytes_before = visitor.http.get(address, params={"format": "png"}).content
    second = visitor.restored(photo["id"], enlarge=4)["result"]
    assert (first["version"], second["version"]) == (1, 2)
    assert (second["width"], second["height"]) == (1280, 960)
    assert visitor.http.get(address, params={"format": "png"}).content == bytes_before
    other = visitor.http.get(f"{API}/renditions/{second['rendition_id']}/download")
    assert other.status_code == 200
    listed = visitor.get(f"/photos/{photo['id']}/renditions")["items"]
    assert [version["version"] for version in listed] == [2, 1]
    assert listed == visitor.photo(photo["id"])["results"]
    assert visitor.get(f"/renditions/{second['rendition_id']}") == listed[0]


def test_an_untouched_photo_is_left_as_it_is(visitor: Visitor) -> None:
    photo = visitor.upload(png(scene(seed=3)))
    result = visitor.restored(photo["id"], enlarge=1)["result"]
    assert result["unchanged"] is True
    assert (result["rendition_id"], result["version"], result["preview_url"]) == (None, None, None)
    assert (result["chosen"], result["steps"]) == ("input", [])
    assert visitor.photo(photo["id"])["results"] == []


def test_the_original_keeps_every_byte_whatever_is_done(visitor: Visitor) -> None:
    data = tagged_jpeg(faded(seed=33))
    photo = visitor.upload(data)
    visitor.get(f"/photos/{photo['id']}/diagnosis")
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": INSIDE})
    result = visitor.restored(photo["id"])["result"]
    visitor.http.get(f"{API}/renditions/{result['rendition_id']}/download", params={"metadata": "strip"})
    original = visitor.http.get(photo["original_url"]).content
    assert hashlib.sha256(original).hexdigest() == hashlib.sha256(data).hexdigest() == photo["sha256"]


def test_a_clean_print_that_was_cut_out_is_a_version_without_restoring(visitor: Visitor) -> None:
    photo = visitor.upload(png(scene(seed=4)))
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": INSIDE})
    result = visitor.restored(photo["id"], enlarge=1)["result"]
    assert result["unchanged"] is False
    assert result["steps"][0]["name"] == "straighten"
    assert abs(result["width"] - 256) <= 3
    assert abs(result["height"] - 192) <= 3


def test_a_job_uses_the_corners_of_the_moment_when_it_was_asked_for(visit: Opening) -> None:
    visitor = visit()
    photo = visitor.upload(png(faded(640, 480)))
    job = visitor.submit(photo["id"])
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": INSIDE})
    result = visitor.ended(job["id"])["result"]
    assert (result["width"], result["height"]) == (640, 480)


# ── lists ──


def test_jobs_are_listed_by_photo_and_by_status_in_pages(idle: Visitor) -> None:
    photo, other = idle.upload(), idle.upload()
    made = [idle.submit(photo["id"])["id"] for _ in range(5)]
    idle.submit(other["id"])
    idle.http.post(f"{API}/jobs/{made[2]}/cancel")
    mine = idle.get("/jobs", photo_id=photo["id"])
    assert [job["id"] for job in mine["items"]] == made[::-1]
    assert [job["id"] for job in idle.get("/jobs", status="canceled", photo_id=photo["id"])["items"]] == [made[2]]
    assert len(idle.get("/jobs", status="queued", photo_id=photo["id"])["items"]) == 4
    page = idle.get("/jobs", photo_id=photo["id"], limit=3)
    rest = idle.get("/jobs", photo_id=photo["id"], limit=3, cursor=page["next_cursor"])
    assert [job["id"] for job in page["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    refused(idle.http.get(f"{API}/jobs", params={"status": "lost"}), 422, "invalid_request")


# ── cancel and retry ──


def test_a_queued_job_can_be_canceled_and_then_never_runs(idle: Visitor) -> None:
    photo = idle.upload()
    job = idle.submit(photo["id"])
    assert job["status"] == "queued"
    assert job["seconds_left"] > 0
    canceled = idle.http.post(f"{API}/jobs/{job['id']}/cancel").json()
    assert canceled["status"] == "canceled"
    assert canceled["ended_at"]
    assert idle.photo(photo["id"])["latest_job"] == {"id": job["id"], "status": "canceled"}
    refused(idle.http.post(f"{API}/jobs/{job['id']}/cancel"), 409, "job_already_ended")


def test_a_running_job_stops_soon_after_it_is_canceled(visitor: Visitor) -> None:
    photo = visitor.upload(jpeg(faded(2400, 1800), quality=80))
    job = visitor.submit(photo["id"], enlarge=2)
    with visitor.http.stream("GET", f"{API}/jobs/{job['id']}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: ") and json.loads(line[6:])["status"] == "running":
                break
    canceled = visitor.http.post(f"{API}/jobs/{job['id']}/cancel")
    assert canceled.status_code == 200, canceled.text
    assert canceled.json()["status"] == "canceled"
    quick = visitor.ended(visitor.submit(visitor.upload(png(scene(64, 48)))["id"])["id"])
    assert quick["status"] == "succeeded"
    after = visitor.get(f"/jobs/{job['id']}")
    assert (after["status"], after["result"], after["error"]) == ("canceled", None, None)
    assert visitor.photo(photo["id"])["results"] == []


def test_a_job_that_succeeded_can_neither_be_canceled_nor_retried(visitor: Visitor) -> None:
    job = visitor.ended(visitor.submit(visitor.upload(png(scene(64, 48)))["id"])["id"])
    refused(visitor.http.post(f"{API}/jobs/{job['id']}/cancel"), 409, "job_already_ended")
    retried = visitor.http.post(f"{API}/jobs/{job['id']}/retry", headers={"Idempotency-Key": uuid.uuid4().hex})
    refused(retried, 409, "job_not_retryable")


def test_a_canceled_job_can_be_retried_as_a_new_one_with_the_same_wishes(idle: Visitor) -> None:
    job = idle.submit(idle.upload()["id"], strength="strong", enlarge=2)
    idle.http.post(f"{API}/jobs/{job['id']}/cancel")
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answer = idle.http.post(f"{API}/jobs/{job['id']}/retry", headers=headers)
    assert answer.status_code == 202
    again = answer.json()
    assert answer.headers["location"] == f"{API}/jobs/{again['id']}"
    assert again["id"] != job["id"]
    assert (again["retry_of"], again["options"], again["status"]) == (job["id"], job["options"], "queued")
    assert idle.http.post(f"{API}/jobs/{job['id']}/retry", headers=headers).json() == again
    assert idle.get(f"/jobs/{job['id']}")["status"] == "canceled"


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/cancel"), ("POST", "/retry"), ("GET", "/events")])
def test_a_job_that_is_not_there_is_not_found(visitor: Visitor, method: str, path: str) -> None:
    address = f"{API}/jobs/01a1fd5e-ecab-7943-a490-4dd6262620ba{path}"
    refused(visitor.http.request(method, address, headers={"Idempotency-Key": "k"}), 404, "job_not_found")


# ── events ──


def test_the_events_of_a_job_end_with_its_end(visitor: Visitor) -> None:
    job = visitor.submit(visitor.upload(png(faded(seed=41)))["id"], enlarge=2)
    answer = visitor.http.get(f"{API}/jobs/{job['id']}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer)
    assert told[-1]["event"] == "status"
    assert told[-1]["data"] == visitor.get(f"/jobs/{job['id']}")
    assert told[-1]["data"]["status"] == "succeeded"
    assert {event["event"] for event in told[:-1]} <= {"progress"}
    assert [event["id"] for event in told] == sorted({event["id"] for event in told})
    progress = [event["data"]["progress"] for event in told]
    assert progress == sorted(progress)


def test_who_comes_back_gets_only_what_is_new(visitor: Visitor) -> None:
    job = visitor.ended(visitor.submit(visitor.upload(png(scene(64, 48)))["id"])["id"])
    address = f"{API}/jobs/{job['id']}/events"
    (last,) = events(visitor.http.get(address))
    assert events(visitor.http.get(address, headers={"Last-Event-ID": str(last["id"] - 1)})) == [last]
    assert events(visitor.http.get(address, headers={"Last-Event-ID": str(last["id"])})) == []


@pytest.mark.parametrize("last", ["-1", "x", "9" * 30])
def test_a_number_of_an_event_that_cannot_be_is_refused(visitor: Visitor, last: str) -> None:
    job = visitor.submit(visitor.upload(png(scene(64, 48)))["id"])
    answer = visitor.http.get(f"{API}/jobs/{job['id']}/events", headers={"Last-Event-ID": last})
    refused(answer, 422, "invalid_request")


def test_the_stream_of_a_job_ends_when_its_photo_is_deleted(idle: Visitor) -> None:
    photo = idle.upload()
    job = idle.submit(photo["id"])
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(idle.http.get, f"{API}/jobs/{job['id']}/events")
        idle.http.delete(f"{API}/photos/{photo['id']}")
        answer = listening.result(20)
    assert answer.status_code in (200, 404)


def test_a_canceled_job_tells_whoever_watches(idle: Visitor) -> None:
    job = idle.submit(idle.upload()["id"])
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(idle.http.get, f"{API}/jobs/{job['id']}/events")
        idle.http.post(f"{API}/jobs/{job['id']}/cancel")
        told = events(listening.result(20))
    assert told[-1]["data"]["status"] == "canceled"
    assert told[-1]["event"] == "status"


# ── deleting while a job runs ──


def test_deleting_a_photo_stops_its_job_and_leaves_no_file(visit: Opening, tmp_path: Path) -> None:
    visitor = visit()
    photo = visitor.upload(jpeg(faded(1600, 1200), quality=80))
    job = visitor.submit(photo["id"], enlarge=2)
    with visitor.http.stream("GET", f"{API}/jobs/{job['id']}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: ") and json.loads(line[6:])["stage"] not in ("waiting", "preparing"):
                break
    assert visitor.http.delete(f"{API}/photos/{photo['id']}").status_code == 204
    refused(visitor.http.get(f"{API}/jobs/{job['id']}"), 404, "job_not_found")
    other = visitor.upload(png(scene(64, 48)))
    assert visitor.ended(visitor.submit(other["id"])["id"])["status"] == "succeeded"
    left = (tmp_path / "own" / "files").rglob("*")
    assert [path for path in left if path.is_file() and (job["id"] in str(path) or photo["id"] in str(path))] == []
