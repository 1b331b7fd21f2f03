"""Photos over HTTP: upload, list, corners, diagnosis, delete."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import faded, jpeg, live, png, scene, settings, small_disk, tagged_jpeg

INSIDE = [{"x": 0.1, "y": 0.1}, {"x": 0.9, "y": 0.12}, {"x": 0.92, "y": 0.9}, {"x": 0.08, "y": 0.88}]


def by_form(visitor: Visitor, data: bytes, name: str = "photo.jpg", *, part: str = "file") -> httpx2.Response:
    return visitor.http.post(f"{API}/photos", files={part: (name, data, "image/jpeg")})


def files_of(folder: Path) -> set[Path]:
    """The files in a folder, apart from the lock that the server holds on its place for unfinished ones."""
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


# ── upload ──


def test_an_uploaded_photo_is_described_and_has_an_address(visitor: Visitor) -> None:
    data = tagged_jpeg()
    answer = visitor.try_upload(data, "Oma.jpg")
    assert answer.status_code == 201
    photo = answer.json()
    assert answer.headers["location"] == f"{API}/photos/{photo['id']}"
    assert (photo["width"], photo["height"], photo["bytes"]) == (320, 240, len(data))
    assert (photo["filename"], photo["format"], photo["media_type"]) == ("Oma.jpg", "jpeg", "image/jpeg")
    assert photo["sha256"] == hashlib.sha256(data).hexdigest()
    assert photo["captured_at"] == "2004-05-17T09:30:00"
    assert photo["has_location"] is True
    assert (photo["diagnosis"], photo["latest_job"], photo["results"]) == (None, None, [])
    assert visitor.http.get(answer.headers["location"]).json() == photo


def test_both_ways_to_upload_store_the_same_bytes(visitor: Visitor) -> None:
    data = jpeg(faded(seed=11))
    raw, form = visitor.try_upload(data).json(), by_form(visitor, data).json()
    assert raw["id"] != form["id"]
    assert raw["sha256"] == form["sha256"] == hashlib.sha256(data).hexdigest()
    for photo in (raw, form):
        original = visitor.http.get(photo["original_url"])
        assert original.content == data
        assert original.headers["content-type"] == "image/jpeg"
        assert original.headers["content-disposition"] == 'attachment; filename="photo.jpg"'


def test_previews_are_signed_jpeg_links_without_any_metadata(visitor: Visitor) -> None:
    photo = visitor.upload(tagged_jpeg())
    for name in ("preview_url", "thumbnail_url"):
        answer = visitor.http.get(photo[name])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content.startswith(b"\xff\xd8\xff")
        assert b"Exif\0" not in answer.content
        assert b"Old Camera Works" not in answer.content


def chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 4096):
        yield data[start : start + 4096]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "not declared"])
def test_a_photo_over_the_limit_is_refused_and_nothing_is_kept(visit: Opening, tmp_path: Path, declared: bool) -> None:
    visitor = visit(worker=False, uploads={"max_bytes": 20_000})
    before = files_of(tmp_path / "own" / "files")
    data = jpeg()
    assert len(data) > 20_000
    refused(visitor.try_upload(data if declared else chunks(data)), 413, "too_large")
    assert visitor.get("/photos")["items"] == []
    assert files_of(tmp_path / "own" / "files") == before
    assert files_of(tmp_path / "own" / "files-unfinished") == set()


def test_a_photo_over_the_limit_is_refused_in_a_form_too(visit: Opening, tmp_path: Path) -> None:
    visitor = visit(worker=False, uploads={"max_bytes": 20_000})
    refused(by_form(visitor, jpeg()), 413, "too_large")
    assert visitor.get("/photos")["items"] == []
    assert files_of(tmp_path / "own" / "files") == set()
    assert files_of(tmp_path / "own" / "files-unfinished") == set()


def test_after_a_refused_upload_the_same_server_takes_the_next_one(visit: Opening) -> None:
    visitor = visit(worker=False, uploads={"max_bytes": 20_000})
    refused(visitor.try_upload(chunks(b"x" * 3_000_000)), 413, "too_large")
    visitor.upload(jpeg(faded(64, 48)))


def test_a_form_with_the_wrong_part_is_refused(visitor: Visitor) -> None:
    problem = refused(by_form(visitor, jpeg(), part="photo"), 422, "bad_form")
    assert "`file`" in problem["detail"]


def test_a_form_that_has_no_boundary_is_refused(visitor: Visitor) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    refused(visitor.http.post(f"{API}/photos", content=b"whatever", headers=headers), 422, "bad_form")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Großmutter – 祖母.jpg", "Großmutter – 祖母.jpg"),
        ("../../etc/passwd", "passwd"),
        ("nul\0l.jpg", "null.jpg"),
        ("a\r\nSet-Cookie: b.jpg", "a Set-Cookie: b.jpg"),
        ("", "photo"),
    ],
)
def test_names_are_cleaned_and_come_back_with_the_original(visitor: Visitor, sent: str, shown: str) -> None:
    photo = visitor.upload(jpeg(), quote(sent))
    assert photo["filename"] == shown
    original = visitor.http.get(photo["original_url"])
    assert original.status_code == 200
    disposition = original.headers["content-disposition"]
    assert quote(shown) in disposition or f'filename="{shown}"' in disposition
    assert "set-cookie" not in original.headers


def test_a_form_may_carry_a_name_in_utf8(visitor: Visitor) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + "祖母/../Großmutter.jpg".encode()
        + b'"\r\nContent-Type: image/jpeg\r\n\r\n'
        + jpeg()
        + b"\r\n--x--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = visitor.http.post(f"{API}/photos", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == "Großmutter.jpg"


def test_an_empty_upload_is_refused(visitor: Visitor) -> None:
    refused(visitor.try_upload(b""), 422, "empty_file")
    refused(by_form(visitor, b""), 422, "empty_file")


@pytest.mark.parametrize("data", [b"not a photo at all", b"<html><script>alert(1)</script></html>", b"%PDF-1.7\n"])
def test_what_is_no_photo_is_refused_whatever_it_is_called(visitor: Visitor, data: bytes) -> None:
    refused(visitor.try_upload(data, "photo.jpg"), 415, "unsupported_format")


def test_a_truncated_photo_is_refused(visitor: Visitor) -> None:
    data = jpeg()
    refused(visitor.try_upload(data[: len(data) // 2]), 422, "damaged_file")


def test_the_kind_is_told_by_content_and_not_by_name(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(64, 48)), "picture.jpg")
    assert (photo["format"], photo["media_type"]) == ("png", "image/png")


def test_a_full_disk_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    with small_disk(tmp_path, size="2m") as disk, live(settings(disk / "data"), worker=False) as running:
        visitor = Visitor(running)
        data = png(faded(1000, 800))
        refused(visitor.try_upload(data), 507, "storage_full")
        assert visitor.get("/photos")["items"] == []
        assert files_of(disk / "data" / "files") == set()
        visitor.upload(jpeg(faded(64, 48)))


# ── list ──


def test_pages_follow_one_another_without_a_gap_or_a_repeat(visit: Opening) -> None:
    visitor = visit(worker=False)
    uploaded = [visitor.upload(jpeg(faded(64, 48, seed)))["id"] for seed in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        page = visitor.get("/photos", limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [photo["id"] for photo in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        visitor.upload(jpeg(faded(64, 48, 99)))
    assert seen == uploaded[::-1]
    assert cursor is None


@pytest.mark.parametrize("cursor", ["x", "%00", "é", "AAAA", "MDAwMS0wMS0wMVQwMDowMDowMCsyMzo1OSB4"])
def test_a_place_that_is_not_known_is_refused(visitor: Visitor, cursor: str) -> None:
    refused(visitor.http.get(f"{API}/photos?cursor={cursor}"), 422, "bad_cursor")
    refused(visitor.http.get(f"{API}/jobs?cursor={cursor}"), 422, "bad_cursor")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", ""])
def test_a_page_has_between_1_and_200_photos(visitor: Visitor, limit: str) -> None:
    problem = refused(visitor.http.get(f"{API}/photos", params={"limit": limit}), 422, "invalid_request")
    assert problem["errors"][0]["pointer"] == "limit"


@pytest.mark.parametrize("path", ["", "/original", "/diagnosis", "/corners", "/renditions"])
def test_a_photo_that_is_not_there_is_not_found(visitor: Visitor, path: str) -> None:
    nobody = "01a1fd5e-ecab-7943-a490-4dd6262620ba"
    refused(visitor.http.get(f"{API}/photos/{nobody}{path}"), 404, "photo_not_found")


def test_an_identifier_that_is_none_is_refused_with_its_place(visitor: Visitor) -> None:
    problem = refused(visitor.http.get(f"{API}/photos/seven"), 422, "invalid_request")
    assert problem["errors"][0]["pointer"] == "photo_id"


# ── delete ──


def test_a_deleted_photo_is_gone_with_all_that_was_made_of_it(visit: Opening, tmp_path: Path) -> None:
    visitor = visit()
    photo = visitor.upload()
    job = visitor.restored(photo["id"])
    rendition = job["result"]["rendition_id"]
    assert visitor.http.get(f"{API}/renditions/{rendition}/download").status_code == 200
    assert visitor.http.delete(f"{API}/photos/{photo['id']}").status_code == 204
    refused(visitor.http.get(f"{API}/photos/{photo['id']}"), 404, "photo_not_found")
    refused(visitor.http.get(f"{API}/jobs/{job['id']}"), 404, "job_not_found")
    refused(visitor.http.get(f"{API}/renditions/{rendition}"), 404, "rendition_not_found")
    refused(visitor.http.get(f"{API}/renditions/{rendition}/download"), 404, "rendition_not_found")
    refused(visitor.http.get(photo["preview_url"]), 404, "file_missing")
    refused(visitor.http.delete(f"{API}/photos/{photo['id']}"), 404, "photo_not_found")
    kept = {path for path in files_of(tmp_path / "own" / "files") if path.parts[0] != "cache"}
    assert kept == set()


def test_what_was_cached_of_a_deleted_photo_goes_as_well(visit: Opening, tmp_path: Path) -> None:
    visitor = visit()
    photo = visitor.upload()
    job = visitor.restored(photo["id"])
    visitor.http.get(f"{API}/renditions/{job['result']['rendition_id']}/download")
    visitor.http.delete(f"{API}/photos/{photo['id']}")
    assert files_of(tmp_path / "own" / "files") == set()


def test_an_original_stays_as_long_as_another_photo_has_the_same_bytes(visit: Opening, tmp_path: Path) -> None:
    visitor = visit(worker=False)
    one, other = visitor.upload(), visitor.upload()
    originals = tmp_path / "own" / "files" / "originals"
    assert len(files_of(originals)) == 1
    visitor.http.delete(f"{API}/photos/{one['id']}")
    assert visitor.http.get(other["original_url"]).content == jpeg()
    visitor.http.delete(f"{API}/photos/{other['id']}")
    assert files_of(originals) == set()


# ── corners and diagnosis ──


def test_corners_can_be_set_and_taken_back(visitor: Visitor) -> None:
    photo = visitor.upload()
    path = f"{API}/photos/{photo['id']}/corners"
    found = visitor.http.get(path).json()
    assert found["source"] in ("full_frame", "automatic")
    corrected = visitor.http.put(path, json={"corners": INSIDE}).json()
    assert (corrected["source"], corrected["corners"]) == ("user", INSIDE)
    assert visitor.http.get(path).json() == corrected
    assert visitor.photo(photo["id"])["corners"] == corrected
    assert visitor.http.delete(path).json() == found


@pytest.mark.parametrize(
    ("corners", "code"),
    [
        ([INSIDE[0], INSIDE[2], INSIDE[1], INSIDE[3]], "bad_corners"),
        ([{"x": 0.5, "y": 0.5}] * 4, "bad_corners"),
        (INSIDE[:3], "invalid_request"),
        ([*INSIDE, INSIDE[0]], "invalid_request"),
        ([{"x": 1.5, "y": 0.0}, *INSIDE[1:]], "invalid_request"),
        ([{"x": "left", "y": 0.0}, *INSIDE[1:]], "invalid_request"),
        ([{"x": 0.1}, *INSIDE[1:]], "invalid_request"),
        ("everywhere", "invalid_request"),
    ],
)
def test_corners_that_make_no_print_are_refused(visitor: Visitor, corners: object, code: str) -> None:
    photo = visitor.upload()
    path = f"{API}/photos/{photo['id']}/corners"
    refused(visitor.http.put(path, json={"corners": corners}), 422, code)
    assert visitor.http.get(path).json()["source"] != "user"


NOT_CORNERS = [b"", b"{", b"[]", b"null", b'{"corners": NaN}', b'{"corners": [{"x": 1e999}]}']


@pytest.mark.parametrize("body", NOT_CORNERS)
def test_a_body_that_is_no_json_of_the_right_kind_is_refused(visitor: Visitor, body: bytes) -> None:
    photo = visitor.upload()
    path = f"{API}/photos/{photo['id']}/corners"
    headers = {"Content-Type": "application/json"}
    refused(visitor.http.put(path, content=body, headers=headers), 422, "invalid_request")


def test_a_body_that_is_no_text_is_refused(visitor: Visitor) -> None:
    path = f"{API}/photos/{visitor.upload()['id']}/corners"
    answer = visitor.http.put(path, content=b"\xff", headers={"Content-Type": "application/json"})
    refused(answer, 400, "bad_request")


def test_half_a_surrogate_pair_in_a_name_is_an_error_like_any_other(visitor: Visitor) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "odd"}
    answer = visitor.http.post(f"{API}/jobs", content=b'{"ill\\ud800": 1}', headers=headers)
    refused(answer, 422, "invalid_request")


def test_a_diagnosis_is_made_once_and_follows_the_corners(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=21)))
    path = f"/photos/{photo['id']}"
    first = visitor.get(f"{path}/diagnosis")
    assert first["needs_work"] is True
    assert {finding["degradation"] for finding in first["findings"]} >= {"D"}
    assert visitor.photo(photo["id"])["diagnosis"] == first
    visitor.http.put(f"{API}{path}/corners", json={"corners": INSIDE})
    assert visitor.photo(photo["id"])["diagnosis"] is None
    second = visitor.get(f"{path}/diagnosis")
    assert second["measures"] != first["measures"]
    assert visitor.photo(photo["id"])["diagnosis"] == second
    visitor.http.delete(f"{API}{path}/corners")
    assert visitor.get(f"{path}/diagnosis") == first


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "1"])
def test_even_a_photo_of_one_pixel_has_a_diagnosis_and_can_be_restored(visitor: Visitor, mode: str) -> None:
    photo = visitor.upload(png(scene(16, 16).convert(mode).crop((0, 0, 1, 1))))
    assert (photo["width"], photo["height"]) == (1, 1)
    visitor.get(f"/photos/{photo['id']}/diagnosis")
    assert visitor.ended(visitor.submit(photo["id"])["id"])["status"] == "succeeded"


def test_a_clean_photo_is_said_to_need_nothing(visitor: Visitor) -> None:
    photo = visitor.upload(png(scene()))
    diagnosis = visitor.get(f"/photos/{photo['id']}/diagnosis")
    assert diagnosis["needs_work"] is False
    assert [finding["degradation"] for finding in diagnosis["findings"]] == ["F"]
