"""Films: a job makes one, its poster is shown, and a player gets the parts of it that it asks for."""

import asyncio
import io
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import select

from rekindle.accounts.asking import HOME_ID, HOME_USER
from rekindle.clock import Clock
from rekindle.infra.db.database import Database
from rekindle.infra.storage.port import Storage
from rekindle.jobs.options import Options
from rekindle.jobs.service import Wanted
from rekindle.photos.films import film_details
from rekindle.photos.service import photo_by_id
from rekindle.photos.tables import RESULT, RenditionRow
from rekindle.providers.protocol import SENT_TYPE, VIDEO_TYPE, Done, Edit, Picture, Takes
from rekindle.treatments.operations import Operation
from rekindle.treatments.wishes import Wishes
from tests.api.conftest import API, Visitor, refused
from tests.api.workshop import Workshop, workshop_in
from tests.factories import endings, faded, jpeg, photo_row, png, scene
from tests.films import film
from tests.simulators.providers import Simulator, Slow, model

FILM = film(640, 480, 5.0)


# ── what a job makes ──


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workshop(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Workshop]:
    async with workshop_in(tmp_path_factory.mktemp("films")) as made:
        yield made


def filmed(edit: Edit) -> Done:
    """A film, and nothing to show before it is played."""
    target = edit.folder / "result.mp4"
    target.write_bytes(FILM)
    return Done([Picture(target, VIDEO_TYPE, 0, 0)], cost=300_000)


def with_poster(edit: Edit) -> Done:
    """A film, and a picture of it."""
    poster = edit.folder / "poster.jpg"
    poster.write_bytes(jpeg(Image.new("RGB", (640, 480), "red")))
    return Done([*filmed(edit).images, Picture(poster, SENT_TYPE, 640, 480)], cost=300_000)


def cut_off(edit: Edit) -> Done:
    (made,) = filmed(edit).images
    made.path.write_bytes(FILM[:-100])
    return Done([made])


async def run(workshop: Workshop, job_id: UUID, *providers: Simulator) -> Any:
    await workshop.forget_health()
    async with asyncio.timeout(30):
        await workshop.runner(*providers).run(job_id)
    return await workshop.jobs.get(HOME_ID, job_id)


async def version(workshop: Workshop, job_id: UUID) -> RenditionRow:
    async with workshop.db.reading() as tx:
        row = await tx.scalar(select(RenditionRow).where(RenditionRow.job_id == job_id))
    assert row is not None
    return row


async def stored(workshop: Workshop, key: str) -> bytes:
    async with workshop.storage.local(key) as path:
        return path.read_bytes()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("takes", [Takes.WORKING, Takes.BYTES])
@pytest.mark.parametrize(("make", "red"), [(filmed, False), (with_poster, True)], ids=["without poster", "with poster"])
async def test_a_film_is_a_version_and_a_picture_stands_for_it(
    workshop: Workshop, make: Callable[[Edit], Done], red: bool, takes: Takes
) -> None:
    job_id = await workshop.submit(Options(Wishes(seconds=7)), Operation.ANIMATE)
    job = await run(workshop, job_id, Simulator(make=make, offered=[model(takes=takes, marks="an invisible mark")]))
    assert (job.status, job.error) == ("succeeded", None)
    row = await version(workshop, job_id)
    assert (row.kind, row.operation, row.width, row.height) == (RESULT, "animate", 640, 480)
    assert row.details == {"media_type": "video/mp4", "seconds": 5.0}
    assert row.master_key.endswith(".mp4")
    assert await stored(workshop, row.master_key) == FILM
    shown = Image.open(io.BytesIO(await stored(workshop, row.preview_key))).convert("RGB")
    assert (shown.size == (640, 480) and shown.getpixel((320, 240))[0] > 200) is red  # type: ignore[index]
    before = Image.open(io.BytesIO(await stored(workshop, row.before_key)))
    assert before.size == (320, 240)
    assert job.result is not None
    assert (job.result["width"], job.result["height"], job.result["marks"]) == (640, 480, "an invisible mark")
    assert job.result["unchanged"] is False


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("takes", [Takes.WORKING, Takes.BYTES])
async def test_half_a_film_is_not_taken_for_one(workshop: Workshop, takes: Takes) -> None:
    versions = await workshop.versions()
    job_id = await workshop.submit(operation=Operation.ANIMATE)
    job = await run(workshop, job_id, Simulator(make=cut_off, offered=[model(takes=takes)]))
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "provider_bad_result"
    assert await workshop.versions() == versions


@pytest.mark.asyncio(loop_scope="module")
async def test_a_running_job_stops_when_one_of_its_further_photos_is_deleted(
    workshop: Workshop, tmp_path: Path
) -> None:
    further = photo_row(
        workshop.clock, format="png", width=320, height=240, sha256="1" * 64, original_key="originals/11/" + "1" * 64
    )
    source = tmp_path / "source.png"
    source.write_bytes(png(faded(seed=7)))
    await workshop.storage.put(further.original_key or "", source)
    async with workshop.db.transaction() as tx:
        tx.add(further)
    wanted = Wanted(workshop.photo.id, Operation.FUSE, Options(photo_ids=(further.id,)))
    job = await workshop.jobs.submit(HOME_USER, wanted, key=str(uuid4()))
    versions, provider = await workshop.versions(), Slow(offered=[model(max_inputs=2)])
    running = asyncio.create_task(run(workshop, job.id, provider))
    await asyncio.wait_for(provider.begun.wait(), 20)
    async with workshop.db.transaction() as tx:
        await endings(workshop.clock).stop_without(tx, further.id)
        await tx.delete(await photo_by_id(tx, further.id))
    ended = await asyncio.wait_for(running, 20)
    assert provider.stopped
    assert (ended.status, ended.result) == ("canceled", None)
    assert ended.error is not None
    assert ended.error["code"] == "photo_deleted"
    assert await workshop.versions() == versions


# ── over HTTP ──


def put_film(at: Visitor, photo_id: str, folder: Path) -> str:
    """A film among the results of a photo, as a job leaves it; its identifier."""
    db, storage, clock = (at.at.services.get(kind) for kind in (Database, Storage, Clock))
    rendition_id = uuid4()
    keys = {name: f"results/{rendition_id}/1/{name}.jpg" for name in ("preview", "thumbnail", "before")}
    keys["master"] = f"results/{rendition_id}/1/master.mp4"

    async def put() -> None:
        for name, key in keys.items():
            path = folder / name
            path.write_bytes(FILM if name == "master" else jpeg(scene()))
            await storage.put(key, path)
        row = RenditionRow(
            id=rendition_id, photo_id=UUID(photo_id), job_id=uuid4(), kind=RESULT, created_at=clock.now(),
            operation="animate", version=1, width=640, height=480, details=film_details(5.0),
            **{f"{name}_key": key for name, key in keys.items()},
        )  # fmt: skip
        async with db.transaction() as tx:
            tx.add(row)

    at.at.inside(put)
    return str(rendition_id)


@pytest.fixture
def shown(visitor: Visitor, tmp_path: Path) -> dict[str, Any]:
    """A version that is a film."""
    photo = visitor.upload(name="grandma.jpg")
    rendition = put_film(visitor, photo["id"], tmp_path)
    (listed,) = visitor.photo(photo["id"])["results"]
    assert listed == visitor.get(f"/renditions/{rendition}")
    return listed


def test_a_film_says_that_it_is_one_and_has_a_picture(visitor: Visitor, shown: dict[str, Any]) -> None:
    assert (shown["media"], shown["seconds"], shown["operation"]) == ("film", 5.0, "animate")
    for link in ("preview_url", "thumbnail_url", "before_preview_url"):
        assert visitor.http.get(shown[link]).headers["content-type"] == "image/jpeg"


def test_a_film_is_saved_as_it_was_made(visitor: Visitor, shown: dict[str, Any]) -> None:
    for wanted in ({}, {"format": "mp4"}, {"metadata": "strip"}):
        answer = visitor.http.get(shown["download_url"], params=wanted)
        assert (answer.status_code, answer.content) == (200, FILM)
        assert answer.headers["content-type"] == "video/mp4"
        assert answer.headers["content-disposition"] == 'attachment; filename="grandma-film.mp4"'
        assert answer.headers["accept-ranges"] == "bytes"
    again = visitor.http.get(shown["download_url"], headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_a_film_is_no_picture(visitor: Visitor, shown: dict[str, Any], kind: str) -> None:
    refused(visitor.http.get(shown["download_url"], params={"format": kind}), 422, "is_a_film")


def test_a_player_gets_the_parts_that_it_asks_for(visitor: Visitor, shown: dict[str, Any]) -> None:
    size = len(FILM)
    for address in (shown["film_url"], shown["download_url"]):
        for asked, first, last in (("0-1", 0, 1), ("100-", 100, size - 1), ("-500", size - 500, size - 1)):
            answer = visitor.http.get(address, headers={"Range": f"bytes={asked}"})
            assert answer.status_code == 206
            assert answer.content == FILM[first : last + 1]
            assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
            assert answer.headers["content-type"] == "video/mp4"
        whole = visitor.http.get(address)
        assert (whole.status_code, whole.content) == (200, FILM)
        later = visitor.http.get(address, headers={"Range": "bytes=5-9", "If-Range": whole.headers["etag"]})
        assert (later.status_code, later.content) == (206, FILM[5:10])
        other = visitor.http.get(address, headers={"Range": "bytes=5-9", "If-Range": '"another"'})
        assert (other.status_code, other.content) == (200, FILM)
        beyond = visitor.http.get(address, headers={"Range": f"bytes={size}-"})
        refused(beyond, 416, "range_not_satisfiable")
        assert beyond.headers["content-range"] == f"bytes */{size}"


def test_a_player_shows_a_film_and_does_not_save_it(visitor: Visitor, shown: dict[str, Any]) -> None:
    answer = visitor.http.get(shown["film_url"])
    assert "content-disposition" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    refused(visitor.http.get(shown["film_url"].replace("signature=", "signature=0")), 403, "link_invalid")


def test_pictures_are_still_sent_whole(visitor: Visitor, shown: dict[str, Any]) -> None:
    answer = visitor.http.get(shown["preview_url"], headers={"Range": "bytes=0-1"})
    assert answer.status_code == 200
    assert answer.headers["accept-ranges"] == "none"


def test_a_film_goes_with_its_photo(visitor: Visitor, shown: dict[str, Any]) -> None:
    assert visitor.http.delete(f"{API}/photos/{shown['photo_id']}").status_code == 204
    refused(visitor.http.get(shown["download_url"]), 404, "rendition_not_found")
    assert visitor.http.get(shown["film_url"]).status_code == 404
