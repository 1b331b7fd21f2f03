"""Masks over HTTP: painted ones come in, found ones are handed out, and jobs fill exactly what they mark."""

import io
import struct
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import encoded, faded, jpeg, png, scene

NOBODY = "01a1fd5e-ecab-7943-a490-4dd6262620ba"
INSIDE = [{"x": 0.1, "y": 0.1}, {"x": 0.9, "y": 0.1}, {"x": 0.9, "y": 0.9}, {"x": 0.1, "y": 0.9}]
FIELD = (slice(60, 120), slice(80, 160))
"""The marked rows and columns of a mask of 320 x 240."""


def field(width: int = 320, height: int = 240) -> np.ndarray:
    marked = np.zeros((height, width), bool)
    marked[height // 4 : height // 2, width // 4 : width // 2] = True
    return marked


def painted(marked: np.ndarray | None = None) -> bytes:
    """A mask as a brush leaves it: red on nothing."""
    marked = field() if marked is None else marked
    pixels = np.zeros((*marked.shape, 4), np.uint8)
    pixels[marked] = (255, 0, 0, 255)
    return png(Image.fromarray(pixels))


def send(visitor: Visitor, photo_id: str, data: bytes) -> httpx2.Response:
    return visitor.http.post(f"{API}/photos/{photo_id}/masks", content=data, headers={"Content-Type": "image/png"})


def sent(visitor: Visitor, photo_id: str, data: bytes | None = None) -> dict[str, Any]:
    answer = send(visitor, photo_id, painted() if data is None else data)
    assert answer.status_code == 201, answer.text
    return answer.json()


def seen(visitor: Visitor, mask: dict[str, Any]) -> np.ndarray:
    """The pixels of a mask, as its link shows them."""
    answer = visitor.http.get(mask["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.mode == "L"
    return np.asarray(picture)


def pixels_of(visitor: Visitor, rendition_id: str) -> np.ndarray:
    answer = visitor.http.get(f"{API}/renditions/{rendition_id}/download", params={"format": "png"})
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


# ── upload ──


def test_a_mask_is_taken_in_and_has_an_address(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    answer = send(visitor, photo["id"], painted())
    assert answer.status_code == 201
    mask = answer.json()
    assert answer.headers["location"] == f"{API}/masks/{mask['id']}"
    assert (mask["photo_id"], mask["job_id"], mask["source"]) == (photo["id"], None, "user")
    assert (mask["width"], mask["height"]) == (320, 240)
    assert mask["share"] == pytest.approx(1 / 16)
    assert visitor.get(f"/masks/{mask['id']}") == mask
    assert np.array_equal(seen(visitor, mask), np.where(field(), 255, 0))


def in_grey(marked: np.ndarray) -> Image.Image:
    return Image.fromarray(np.where(marked, np.uint8(200), np.uint8(127)))


def in_two_colours(marked: np.ndarray) -> Image.Image:
    return Image.fromarray(marked)


def in_palette(marked: np.ndarray) -> Image.Image:
    return in_grey(marked).convert("P")


def half_seen_through(marked: np.ndarray) -> Image.Image:
    grey = Image.new("L", marked.shape[::-1], 255)
    return Image.merge("LA", (grey, Image.fromarray(np.where(marked, np.uint8(128), np.uint8(127)))))


def deep(marked: np.ndarray) -> Image.Image:
    return Image.fromarray(np.where(marked, np.uint16(33_000), np.uint16(32_000)))


@pytest.mark.parametrize("make", [in_grey, in_two_colours, in_palette, half_seen_through, deep])
def test_a_mask_may_be_any_kind_of_png(visitor: Visitor, make: Any) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    mask = sent(visitor, photo["id"], png(make(field())))
    assert np.array_equal(seen(visitor, mask) == 255, field())


def test_a_mask_may_have_another_size_and_is_kept_no_larger_than_needed(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    small = sent(visitor, photo["id"], painted(field(80, 60)))
    large = sent(visitor, photo["id"], painted(field(3200, 2400)))
    assert (small["width"], small["height"]) == (80, 60)
    assert (large["width"], large["height"]) == (2048, 1536)
    assert large["share"] == pytest.approx(1 / 16, abs=0.001)


def test_a_mask_of_nothing_may_be_sent(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    assert sent(visitor, photo["id"], painted(field() & False))["share"] == 0


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes and very many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = zlib.compress(bytes(1 << 10))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


HOSTILE = {
    "nothing": b"",
    "text": b"not a picture at all",
    "cut short": painted()[:-80],
    "only a header": painted()[:40],
    "a JPEG": jpeg(faded()),
    "a GIF": encoded(faded(), "GIF"),
    "a WebP": encoded(faded(), "WEBP"),
    "far too many pixels": bomb(20_000, 15_000),
    "no pixels": bomb(0, 0),
    "pixels that are not there": bomb(320, 240),
    "an animation": encoded(scene(), "PNG", save_all=True, append_images=[faded()]),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_mask_is_refused_with_a_reason(visitor: Visitor, data: bytes) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    problem = refused(send(visitor, photo["id"], data), 422, "bad_mask")
    assert problem["detail"].startswith("This mask cannot be used.")


def test_a_mask_with_too_many_bytes_is_refused(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    noise = np.random.default_rng(1).integers(0, 255, (1400, 1400, 3), dtype=np.uint8)
    refused(send(visitor, photo["id"], png(Image.fromarray(noise))), 413, "mask_too_large")


@pytest.mark.parametrize("size", [(240, 320), (320, 320), (320, 232), (330, 240)])
def test_a_mask_in_other_proportions_is_refused(visitor: Visitor, size: tuple[int, int]) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    problem = refused(send(visitor, photo["id"], painted(field(*size))), 409, "mask_does_not_fit")
    assert "320 x 240" in problem["detail"]


def test_a_mask_has_the_proportions_of_the_straightened_photo(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(640, 480, seed=72)))
    tall = [{"x": 0.3, "y": 0.1}, {"x": 0.6, "y": 0.1}, {"x": 0.6, "y": 0.9}, {"x": 0.3, "y": 0.9}]
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": tall})
    refused(send(visitor, photo["id"], painted(field(640, 480))), 409, "mask_does_not_fit")
    assert sent(visitor, photo["id"], painted(field(192, 384)))["width"] == 192


def test_a_mask_for_a_photo_that_is_not_there_is_refused(visitor: Visitor) -> None:
    refused(send(visitor, NOBODY, painted()), 404, "photo_not_found")
    refused(visitor.http.get(f"{API}/masks/{NOBODY}"), 404, "mask_not_found")


# ── masks and versions are told apart ──


def test_masks_are_no_versions(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=73)))
    mask = sent(visitor, photo["id"])
    assert visitor.photo(photo["id"])["results"] == []
    assert visitor.get(f"/photos/{photo['id']}/renditions")["items"] == []
    refused(visitor.http.get(f"{API}/renditions/{mask['id']}"), 404, "rendition_not_found")
    refused(visitor.http.get(f"{API}/renditions/{mask['id']}/download"), 404, "rendition_not_found")
    result = visitor.restored(photo["id"])["result"]
    assert result["version"] == 1
    refused(visitor.http.get(f"{API}/masks/{result['rendition_id']}"), 404, "mask_not_found")


def test_masks_go_with_their_photo(visit: Opening, tmp_path: Path) -> None:
    visitor = visit()
    photo = visitor.upload(png(faded(seed=74)))
    mask = sent(visitor, photo["id"])
    visitor.restored(photo["id"], mask_id=mask["id"], enlarge=1)
    assert visitor.http.delete(f"{API}/photos/{photo['id']}").status_code == 204
    refused(visitor.http.get(f"{API}/masks/{mask['id']}"), 404, "mask_not_found")
    refused(visitor.http.get(mask["url"]), 404, "file_missing")
    assert [path for path in (tmp_path / "own" / "files").rglob("*.png") if path.is_file()] == []


# ── jobs with masks ──


def test_a_job_fills_what_was_marked_and_nothing_else(visitor: Visitor) -> None:
    clean = scene(seed=75)
    torn = np.asarray(clean).copy()
    torn[70:74, 100:140] = 255
    photo = visitor.upload(png(Image.fromarray(torn)))
    marked = np.zeros((240, 320), bool)
    marked[69:75, 98:142] = True
    mask = sent(visitor, photo["id"], painted(marked))
    job = visitor.restored(photo["id"], mask_id=mask["id"], enlarge=1)
    result = job["result"]
    assert (result["unchanged"], result["model"], result["mask"]["id"]) == (False, "rekindle-1", mask["id"])
    assert {"repair"} <= {step["name"] for step in result["steps"]}
    after = pixels_of(visitor, result["rendition_id"]).astype(int)
    changed = np.abs(after - torn).max(axis=2) > 0
    assert changed[70:74, 100:140].any()
    far = np.ones_like(marked)
    far[40:105, 68:172] = False
    if {step["name"] for step in result["steps"]} == {"repair"}:
        assert not changed[far].any()


def test_the_mask_that_was_used_is_shown_with_the_job_whoever_made_it(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=76)))
    mask = sent(visitor, photo["id"])
    job = visitor.restored(photo["id"], mask_id=mask["id"], enlarge=1)
    assert job["options"]["mask_id"] == mask["id"]
    assert job["result"]["mask"] == visitor.get(f"/masks/{mask['id']}")
    assert visitor.get("/jobs", photo_id=photo["id"])["items"][0]["result"]["mask"]["id"] == mask["id"]
    nothing = sent(visitor, photo["id"], painted(field() & False))
    assert visitor.restored(photo["id"], mask_id=nothing["id"], enlarge=1)["result"]["mask"] is None


def test_a_mask_that_the_engine_found_can_be_given_back_to_it(visitor: Visitor) -> None:
    torn = np.asarray(scene(640, 480, seed=77)).copy()
    for column in range(60, 600, 60):
        torn[:, column : column + 3] = 255
    photo = visitor.upload(png(Image.fromarray(torn)))
    job = visitor.restored(photo["id"], enlarge=1)
    found = job["result"]["mask"]
    assert (found["source"], found["job_id"], found["photo_id"]) == ("found", job["id"], photo["id"])
    assert 0 < found["share"] < 0.5
    assert (found["width"], found["height"]) == (640, 480)
    again = visitor.restored(photo["id"], enlarge=1, mask_id=found["id"])
    assert again["result"]["mask"]["id"] == found["id"]


def test_a_job_with_a_mask_of_another_photo_is_refused(visitor: Visitor) -> None:
    photo, other = visitor.upload(png(faded(seed=78))), visitor.upload(png(faded(seed=79)))
    mask = sent(visitor, other["id"])
    problem = refused(visitor.try_submit(photo["id"], mask_id=mask["id"]), 409, "mask_does_not_fit")
    assert "another photo" in problem["detail"]
    refused(visitor.try_submit(photo["id"], mask_id=NOBODY), 404, "mask_not_found")


def test_a_job_with_a_mask_of_other_corners_is_refused_until_they_are_put_back(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=78)))
    mask = sent(visitor, photo["id"])
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": INSIDE})
    problem = refused(visitor.try_submit(photo["id"], mask_id=mask["id"]), 409, "mask_does_not_fit")
    assert "corners" in problem["detail"]
    visitor.http.delete(f"{API}/photos/{photo['id']}/corners")
    visitor.submit(photo["id"], mask_id=mask["id"])


def test_a_key_that_was_used_cannot_be_used_with_another_mask(idle: Visitor) -> None:
    photo, key = idle.upload(png(faded(seed=78))), uuid.uuid4().hex
    one, other = sent(idle, photo["id"]), sent(idle, photo["id"])
    job = idle.submit(photo["id"], key=key, mask_id=one["id"])
    assert idle.submit(photo["id"], key=key, mask_id=one["id"]) == job
    refused(idle.try_submit(photo["id"], key=key, mask_id=other["id"]), 422, "idempotency_key_reused")
    refused(idle.try_submit(photo["id"], key=key), 422, "idempotency_key_reused")


def test_a_retried_job_keeps_its_mask_and_its_dabs(idle: Visitor) -> None:
    photo = idle.upload(png(faded(seed=78)))
    mask = sent(idle, photo["id"])
    hints = [{"x": 0.5, "y": 0.25, "radius": 0.1, "color": "#7a4b2a"}]
    job = idle.submit(photo["id"], operation="restore_colorize", mask_id=mask["id"], hints=hints)
    assert (job["options"]["mask_id"], job["options"]["hints"]) == (mask["id"], hints)
    idle.http.post(f"{API}/jobs/{job['id']}/cancel")
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    again = idle.http.post(f"{API}/jobs/{job['id']}/retry", headers=headers).json()
    assert (again["options"], again["operation"]) == (job["options"], "restore_colorize")
    idle.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": INSIDE})
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    refused(idle.http.post(f"{API}/jobs/{job['id']}/retry", headers=headers), 409, "mask_does_not_fit")


def test_many_masks_at_once_are_all_kept(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=71)))
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: sent(visitor, photo["id"]), range(16)))
    assert len({mask["id"] for mask in made}) == 16
