"""How long photos are kept: with a clock that can be turned, and over HTTP."""

import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from rekindle.accounts.asking import HOME_ID
from rekindle.imaging.quadrilateral import FULL_FRAME
from rekindle.infra.db.database import Database
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.workbench import Workbench
from rekindle.photos.cache import FileCache
from rekindle.photos.masks import Kept, mask_row
from rekindle.photos.pixels import Adopted
from rekindle.photos.retention import UNFINISHED, Policy, Retention, Sweeper
from rekindle.photos.service import PhotoNotFound, Photos, Reception
from rekindle.photos.tables import CacheRow, PhotoRow, RenditionRow
from rekindle.safety.uploads import UploadLimits
from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import HeldClock, database, faded, photo_row, png, scene


@dataclass
class Shelf:
    """Photos with files of a few bytes, and a sweeper."""

    db: Database
    storage: FolderStorage
    clock: HeldClock
    photos: Photos
    sweeper: Sweeper
    folder: Path

    async def put(self, *keys: str) -> None:
        for key in keys:
            source = self.folder / "source"
            source.write_bytes(b"x")
            moment = self.clock.now().timestamp()
            os.utime(source, (moment, moment))
            await self.storage.put(key, source)

    async def add(self, name: str = "a", **changes: Any) -> PhotoRow:
        photo = photo_row(self.clock, original_key=f"originals/{name}", sha256=name, **changes)
        async with self.db.transaction() as tx:
            tx.add(photo)
        await self.put(photo.original_key or "", photo.preview_key, photo.thumbnail_key)
        return photo

    async def add_result(self, photo: PhotoRow) -> RenditionRow:
        job_id = self.clock.new_id()
        keys = {f"{name}_key": f"results/{job_id}/1/{name}" for name in ("master", "preview", "thumbnail", "before")}
        row = RenditionRow(
            id=self.clock.new_id(), photo_id=photo.id, job_id=job_id, created_at=self.clock.now(),
            operation="restore", version=1, width=1, height=1, **keys,
        )  # fmt: skip
        async with self.db.transaction() as tx:
            tx.add(row)
        await self.put(*keys.values())
        return row

    async def add_mask(self, photo: PhotoRow) -> RenditionRow:
        kept = Kept(Adopted(64, 48, 0.1), f"masks/{photo.id}/{self.clock.new_id()}.png", FULL_FRAME, "user")
        async with self.db.transaction() as tx:
            row = await mask_row(tx, self.clock, photo, kept)
            tx.add(row)
        await self.put(kept.key)
        return row

    async def files(self) -> set[str]:
        return {stored.key async for stored in self.storage.scan("")}


@asynccontextmanager
async def shelf(folder: Path, policy: Policy = Policy.KEEP, *, cache_bytes: int = 10**9) -> AsyncGenerator[Shelf]:
    async with database(folder) as db:
        clock, scratch = HeldClock(), Scratch(folder / "scratch")
        signer = LinkSigner(b"a secret of sixteen or more", seconds=3600)
        storage = FolderStorage(folder / "files", signer=signer, base_url="/files")
        bench = Workbench(workers=1, memory_bytes=10**9, folder=folder / "scratch")
        reception = Reception(UploadLimits(), stream_seconds=5.0, decode_seconds=5.0)
        photos = Photos(db, storage, bench=bench, scratch=scratch, clock=clock, reception=reception)
        cache = FileCache(db, storage, scratch=scratch, clock=clock, max_bytes=cache_bytes)
        retention = Retention(policy, timedelta(hours=4))
        sweeper = Sweeper(db, storage, photos=photos, cache=cache, clock=clock, retention=retention)
        yield Shelf(db, storage, clock, photos, sweeper, folder)
        await bench.aclose()


async def test_ephemeral_photos_go_with_their_results_at_their_age_and_not_before(tmp_path: Path) -> None:
    async with shelf(tmp_path, Policy.EPHEMERAL) as own:
        old = await own.add("old")
        await own.add_result(old)
        await own.add_mask(old)
        own.clock.advance(hours=3)
        young = await own.add("young")
        own.clock.advance(minutes=59)
        assert await own.sweeper.sweep() == 0
        own.clock.advance(minutes=1)
        assert await own.sweeper.sweep() == 1
        with pytest.raises(PhotoNotFound):
            await own.photos.get(HOME_ID, old.id)
        assert (await own.photos.get(HOME_ID, young.id)).id == young.id
        assert await own.files() == {young.original_key, young.preview_key, young.thumbnail_key}


async def test_photos_of_a_session_go_after_their_result_or_when_they_are_left_alone(tmp_path: Path) -> None:
    async with shelf(tmp_path, Policy.SESSIONS) as own:
        finished, left_alone = await own.add("finished"), await own.add("alone")
        own.clock.advance(hours=1)
        await own.add_result(finished)
        own.clock.advance(hours=1.9)
        await own.add_mask(finished)
        assert await own.sweeper.tidy() == 0
        own.clock.advance(hours=0.1)
        assert await own.sweeper.tidy() == 1
        with pytest.raises(PhotoNotFound):
            await own.photos.get(HOME_ID, finished.id)
        own.clock.advance(hours=0.9)
        assert await own.sweeper.tidy() == 0
        own.clock.advance(hours=0.1)
        assert await own.sweeper.tidy() == 1
        with pytest.raises(PhotoNotFound):
            await own.photos.get(HOME_ID, left_alone.id)


@pytest.mark.parametrize("policy", [Policy.KEEP, Policy.DELETE_ORIGINAL])
async def test_the_other_policies_keep_photos_for_years(tmp_path: Path, policy: Policy) -> None:
    async with shelf(tmp_path, policy) as own:
        photo = await own.add()
        await own.add_result(photo)
        await own.add_mask(photo)
        before = await own.files()
        own.clock.advance(days=3650)
        assert await own.sweeper.sweep() == 0
        assert await own.files() == before


async def test_files_that_belong_to_nothing_go_when_they_are_old_and_never_before(tmp_path: Path) -> None:
    async with shelf(tmp_path) as own:
        photo = await own.add()
        await own.add_result(photo)
        await own.add_mask(photo)
        belonging = await own.files()
        await own.put("results/nobody/1/master.tif", "masks/nobody/1.png", "originals/zz/nobody", "incoming/nobody")
        own.clock.advance(seconds=UNFINISHED.total_seconds() - 1)
        await own.put("originals/yy/young")
        assert await own.sweeper.sweep() == 0
        own.clock.advance(seconds=1)
        assert await own.sweeper.sweep() == 4
        assert await own.files() == belonging | {"originals/yy/young"}


async def test_what_is_in_the_cache_belongs_to_someone(tmp_path: Path) -> None:
    async with shelf(tmp_path) as own:
        await own.put("cache/downloads/a.jpg")
        async with own.db.transaction() as tx:
            tx.add(CacheRow(key="cache/downloads/a.jpg", bytes=1, used_at=own.clock.now(), details={}))
        own.clock.advance(days=30)
        assert await own.sweeper.sweep() == 0


async def test_a_cache_that_is_too_large_loses_what_was_not_used_for_longest(tmp_path: Path) -> None:
    async with shelf(tmp_path, cache_bytes=20) as own:
        for number in range(4):
            await own.put(f"cache/{number}")
            async with own.db.transaction() as tx:
                tx.add(CacheRow(key=f"cache/{number}", bytes=10, used_at=own.clock.now(), details={}))
            own.clock.advance(minutes=5)
        own.clock.advance(hours=1)
        assert await own.sweeper.sweep() == 2
        assert await own.files() == {"cache/2", "cache/3"}


async def test_what_may_be_being_read_stays_in_a_cache_that_is_too_large(tmp_path: Path) -> None:
    async with shelf(tmp_path, cache_bytes=0) as own:
        await own.put("cache/a")
        async with own.db.transaction() as tx:
            tx.add(CacheRow(key="cache/a", bytes=10, used_at=own.clock.now(), details={}))
        assert await own.sweeper.sweep() == 0
        own.clock.advance(minutes=16)
        assert await own.sweeper.sweep() == 1
        assert await own.files() == set()


async def test_an_original_goes_only_when_the_last_photo_that_needs_it_gave_it_up(tmp_path: Path) -> None:
    async with shelf(tmp_path) as own:
        one, other = await own.add("same"), await own.add("same")
        await own.photos.drop_original(one.id)
        assert "originals/same" in await own.files()
        assert (await own.photos.get(HOME_ID, other.id)).original_key == "originals/same"
        await own.photos.drop_original(other.id)
        assert "originals/same" not in await own.files()


async def test_more_photos_than_fit_into_one_question_are_swept_as_well(tmp_path: Path) -> None:
    async with shelf(tmp_path) as own:
        for number in range(520):
            (own.storage._folder / "results").mkdir(exist_ok=True)  # type: ignore[attr-defined]
            (own.storage._folder / "results" / str(number)).touch()  # type: ignore[attr-defined]
        photo = await own.add()
        own.clock.advance(days=36500)
        assert await own.sweeper.sweep() == 520
        assert await own.files() == {photo.original_key, photo.preview_key, photo.thumbnail_key}


async def test_what_others_keep_in_the_same_place_is_not_removed(tmp_path: Path) -> None:
    async with shelf(tmp_path) as own:
        await own.put("backups/monday.sql", "index.html", "originals/mine")
        own.clock.advance(days=1)
        assert await own.sweeper.orphans() == 1
        assert await own.files() == {"backups/monday.sql", "index.html"}


# ── over HTTP ──


def eventually(ask: Any) -> Any:
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        if (found := ask()) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_an_ephemeral_server_forgets_photos_by_itself(visit: Opening, tmp_path: Path) -> None:
    visitor = visit(retention={"policy": "ephemeral", "hours": 1 / 3600}, jobs={"sweep_seconds": 0.2})
    photo = visitor.try_upload(png(faded(64, 48))).json()

    def gone() -> httpx2.Response | None:
        answer = visitor.http.get(f"{API}/photos/{photo['id']}")
        return answer if answer.status_code == 404 else None

    refused(eventually(gone), 404, "photo_not_found")
    files = tmp_path / "own" / "files"
    told = files / "tombstones"  # which is to stay
    eventually(lambda: None if any(path.is_file() and path.parent != told for path in files.rglob("*")) else True)


def without_original(visitor: Visitor, photo_id: str) -> dict[str, Any]:
    def dropped() -> dict[str, Any] | None:
        photo = visitor.photo(photo_id)
        return photo if photo["original_url"] is None else None

    return eventually(dropped)


def test_an_original_goes_once_there_is_a_result_and_downloads_still_work(visit: Opening, tmp_path: Path) -> None:
    visitor = visit(retention={"policy": "delete_original"})
    photo = visitor.upload(png(faded(seed=61)))
    assert photo["original_url"] is not None
    result = visitor.restored(photo["id"])["result"]
    after = without_original(visitor, photo["id"])
    assert after["results"][0]["id"] == result["rendition_id"]
    refused(visitor.http.get(f"{API}/photos/{photo['id']}/original"), 404, "original_gone")
    for kind in ("jpeg", "png", "webp", "tiff"):
        answer = visitor.http.get(f"{API}/renditions/{result['rendition_id']}/download", params={"format": kind})
        assert answer.status_code == 200, answer.text
    assert visitor.http.get(after["preview_url"]).status_code == 200
    files = tmp_path / "own" / "files"
    assert not [path for path in files.rglob("*") if path.is_file() and "originals" in path.parts]
    # What was prepared from it is as good as the original, so it goes too.
    assert not [path for path in files.rglob("*") if path.is_file() and "prepared" in path.parts]


def test_a_photo_that_was_left_as_it_is_keeps_its_original_whatever_the_policy(visit: Opening) -> None:
    visitor = visit(retention={"policy": "delete_original"})
    photo = visitor.upload(png(scene(seed=6)))
    assert visitor.restored(photo["id"], enlarge=1)["result"]["unchanged"] is True
    visitor.restored(visitor.upload(png(scene(seed=7)))["id"], enlarge=1)
    assert visitor.http.get(f"{API}/photos/{photo['id']}/original").status_code == 200


def test_a_second_photo_of_the_same_bytes_can_still_be_restored(visit: Opening) -> None:
    visitor = visit(retention={"policy": "delete_original"})
    one, other = (visitor.upload(png(faded(seed=62))) for _ in range(2))
    visitor.restored(one["id"])
    without_original(visitor, one["id"])
    assert visitor.photo(other["id"])["original_url"] is not None
    visitor.http.put(
        f"{API}/photos/{other['id']}/corners",
        json={"corners": [{"x": 0.1, "y": 0.1}, {"x": 0.9, "y": 0.1}, {"x": 0.9, "y": 0.9}, {"x": 0.1, "y": 0.9}]},
    )
    visitor.restored(other["id"])


def test_a_job_on_a_photo_without_its_original_fails_with_a_way_out(visit: Opening) -> None:
    visitor = visit(retention={"policy": "delete_original"})
    photo = visitor.upload(png(faded(seed=63)))
    visitor.restored(photo["id"])
    without_original(visitor, photo["id"])
    job = visitor.ended(visitor.submit(photo["id"])["id"])
    assert job["status"] == "failed"
    assert job["error"]["code"] == "original_gone"
    assert "Upload it again" in job["error"]["message"]
