"""Downloads and previews of results follow the plan that their owner is on when they are asked for."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import update

from rekindle.accounts.asking import HOME_ID
from rekindle.accounts.tables import UserRow
from rekindle.infra.db.database import Database
from tests.api.accounts.people import town
from tests.api.conftest import API, Opening, Visitor
from tests.factories import faded, jpeg


def choose(visitor: Visitor, plan: str) -> None:
    """Put the owner of the machine on a plan."""
    db = visitor.at.services.get(Database)

    async def change() -> None:
        async with db.transaction() as tx:
            await tx.execute(update(UserRow).where(UserRow.id == HOME_ID).values(plan=plan))

    visitor.at.inside(change)


def picture(visitor: Visitor, result: dict[str, Any], what: str = "download", **wanted: Any) -> Image.Image:
    answer = visitor.http.get(f"{API}/renditions/{result['rendition_id']}/{what}", params=wanted)
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def difference(one: Image.Image, other: Image.Image) -> Any:
    pairs = (np.asarray(each.convert("RGB").resize(other.size), dtype=float) for each in (one, other))
    return np.abs(np.subtract(*pairs)).max(axis=2)


@pytest.fixture
def at(visit: Opening) -> Visitor:
    """A server where a free plan gives results of any size with a mark."""
    return visit(accounts={"plans": "daily"})


@pytest.fixture
def result(at: Visitor) -> dict[str, Any]:
    return at.restored(at.upload(jpeg(faded(800, 600)))["id"], enlarge=2)["result"]


def test_each_plan_gives_what_it_says_from_one_result(at: Visitor, result: dict[str, Any]) -> None:
    whole = picture(at, result, format="png")
    assert whole.size == (1600, 1200)
    choose(at, "guest")
    small = picture(at, result, format="png")
    assert small.size == (640, 480)
    changed = difference(whole, small)
    assert changed[430:, 320:].max() > 100
    choose(at, "free")
    marked = picture(at, result, format="png")
    assert marked.size == (1600, 1200)
    rows, columns = np.nonzero(difference(whole, marked))
    assert rows.min() > 1050
    assert columns.min() > 800
    choose(at, "premium")
    assert not difference(whole, picture(at, result, format="png")).any()


def test_a_preview_shows_no_more_than_the_download(at: Visitor, result: dict[str, Any]) -> None:
    stored = at.http.get(result["preview_url"])
    address = f"{API}/renditions/{result['rendition_id']}/preview"
    at_home = at.http.get(address)
    assert at_home.content == stored.content
    assert at_home.headers["cache-control"] == "private, no-cache"
    choose(at, "guest")
    small = at.http.get(address, headers={"If-None-Match": at_home.headers["etag"]})
    assert small.status_code == 200
    assert picture(at, result, "preview").size == (640, 480)
    choose(at, "free")
    marked = picture(at, result, "preview")
    assert marked.size == (1600, 1200)
    assert difference(Image.open(io.BytesIO(stored.content)), marked)[1100:, 800:].max() > 60


def test_what_was_made_for_one_plan_is_not_given_to_another(at: Visitor, result: dict[str, Any]) -> None:
    tags = {}
    for plan in ("home", "guest", "free", "premium", "home", "guest"):
        choose(at, plan)
        answer = at.http.get(f"{API}/renditions/{result['rendition_id']}/download")
        assert answer.headers["cache-control"] == "private, no-cache"
        tags.setdefault(answer.headers["etag"], set()).add(plan)
    assert sorted(map(sorted, tags.values())) == [["free"], ["guest"], ["home", "premium"]]


def test_a_plan_that_is_no_longer_there_gives_what_the_first_one_gives(at: Visitor, result: dict[str, Any]) -> None:
    tags: list[str] = []
    for plan in ("free", "golden"):
        choose(at, plan)
        tags.append(at.http.get(f"{API}/renditions/{result['rendition_id']}/download").headers["etag"])
    assert tags[0] == tags[1]


def test_the_original_is_given_as_it_came(at: Visitor) -> None:
    data = jpeg(faded(800, 600))
    photo = at.upload(data)
    choose(at, "guest")
    assert at.http.get(photo["original_url"]).content == data


def test_where_there_are_accounts_every_link_to_a_result_follows_the_plan(tmp_path: Path) -> None:
    with town(tmp_path, worker=True) as made:
        guest = made.person()
        guest.become_guest()
        photo = guest.upload(jpeg(faded(800, 600)))
        job = guest.submit(photo["id"])
        with guest.http.stream("GET", f"/jobs/{job['id']}/events") as events:
            events.read()
        result = guest.http.get(f"/jobs/{job['id']}").json()["result"]
        (listed,) = guest.http.get(f"/photos/{photo['id']}").json()["results"]
        single = guest.http.get(f"/renditions/{result['rendition_id']}").json()
        addresses = {each["preview_url"] for each in (result, listed, single)}
        assert addresses == {f"{API}/renditions/{result['rendition_id']}/preview"}
        for address in (*addresses, listed["download_url"]):
            shown = guest.http.get(f"{made.at.url}{address}")
            assert Image.open(io.BytesIO(shown.content)).size == (640, 480)
            assert made.person().http.get(f"{made.at.url}{address}").status_code == 401
        assert guest.http.get(f"{made.at.url}{photo['original_url']}").content == jpeg(faded(800, 600))
