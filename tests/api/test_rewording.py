"""A job whose words a model puts better sends what a preview showed, pays for it once, and does without if it must."""

import json
from collections.abc import Callable, Generator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.jobs.tables import EgressRow, RewordingRow
from rekindle.spending.tables import SpendingRow
from tests.api.conftest import API, Opening, Visitor
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.gemini_text import COST, PRICES
from tests.simulators.upstreams.openai_text import ChatSimulator

MODEL = "gemini-3.1-flash-lite-image"
WISH = {"prompt": "keep the hat", "provider": "gemini", "model": MODEL, "rewrite": True}


@pytest.fixture
def edits() -> Generator[GeminiSimulator]:
    with GeminiSimulator() as running:
        yield running


@pytest.fixture
def words() -> Generator[ChatSimulator]:
    with ChatSimulator() as running:
        yield running


@pytest.fixture
def visitor(visit: Opening, edits: GeminiSimulator, words: ChatSimulator) -> Visitor:
    return opened(visit, edits, words)


def opened(visit: Opening, edits: GeminiSimulator, words: ChatSimulator, **groups: Any) -> Visitor:
    """A server that has photos edited at one service, and words put better at another."""
    understanding = {
        "provider": "openai", "key": words.key, "base_url": f"{words.url}/v1", "model": "house", "seconds": 5.0,
        "price_in": PRICES[0], "price_out": PRICES[1],
    }  # fmt: skip
    providers = {"gemini": {"key": edits.key, "base_url": f"{edits.url}/v1beta"}}
    routing = {"private_places": [urlsplit(edits.url).netloc]}
    return visit(understanding=understanding, providers=providers, routing=routing, **groups)


def preview(visitor: Visitor, photo_id: str, operation: str = "enhance", **options: Any) -> dict[str, Any]:
    body = {"photo_id": photo_id, "operation": operation, "options": options, "rewrite": True}
    answer = visitor.http.post(f"{API}/prompts/preview", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def done(visitor: Visitor, photo_id: str, operation: str = "enhance", **options: Any) -> dict[str, Any]:
    answer = visitor.try_submit(photo_id, operation=operation, **options)
    assert answer.status_code == 202, answer.text
    job = visitor.ended(answer.json()["id"])
    assert job["status"] == "succeeded", job
    return job


def sent(edits: GeminiSimulator) -> list[str]:
    """The words of each edit."""
    return [part["text"] for body in edits.asked for part in body["contents"][-1]["parts"] if "text" in part]


def rows(visitor: Visitor, question: Callable[..., Any], *tables: Any) -> Any:
    db = visitor.at.services.get(Database)

    async def read() -> Any:
        with seeing_everything():
            async with db.reading() as tx:
                return question(await tx.execute(select(*tables)))

    return visitor.at.inside(read)


def spent(visitor: Visitor) -> dict[str, int]:
    """What the books say, by provider."""
    found = rows(visitor, lambda answer: answer.all(), SpendingRow.provider, SpendingRow.cost)
    return {name: sum(cost for each, cost in found if each == name) for name in {each for each, _ in found}}


LIGHT = {**WISH, "enhancement": "lighting"}


def test_the_words_that_were_shown_are_the_words_that_are_sent(
    visitor: Visitor, edits: GeminiSimulator, words: ChatSimulator
) -> None:
    photo_id = visitor.upload()["id"]
    shown = preview(visitor, photo_id, **LIGHT)
    assert (shown["rewritten"], shown["by"]) == (True, "openai:house")
    words.words.prompt = "Something else altogether, as models never say the same thing twice, in warm light."
    assert preview(visitor, photo_id, **LIGHT)["prompt"] == shown["prompt"]
    job = done(visitor, photo_id, **LIGHT)
    assert sent(edits) == [shown["prompt"]]
    assert len(words.words.asked) == 1
    assert job["options"]["rewrite"] is True
    story = visitor.get(f"/jobs/{job['id']}/story")
    assert story["words"] == {
        "prompt": shown["prompt"], "version": shown["version"], "by": "openai:house", "cost": 0,
    }  # fmt: skip
    (attempt,) = story["attempts"]
    assert spent(visitor) == {"openai": COST, "gemini": attempt["cost"]}
    # Other wishes have other words.
    assert preview(visitor, photo_id, **LIGHT | {"prompt": "leave the hat"})["prompt"] != shown["prompt"]


def test_without_a_preview_the_job_asks_once_and_its_story_tells_what_it_cost(
    visitor: Visitor, edits: GeminiSimulator, words: ChatSimulator
) -> None:
    photo_id = visitor.upload()["id"]
    job = done(visitor, photo_id, **LIGHT)
    again = done(visitor, photo_id, **LIGHT)
    assert preview(visitor, photo_id, **LIGHT)["prompt"] == sent(edits)[0] == sent(edits)[1]
    assert sent(edits)[0].startswith(words.words.prompt)
    assert len(words.words.asked) == 1
    costs = [visitor.get(f"/jobs/{each['id']}/story") for each in (job, again)]
    assert [story["words"]["cost"] for story in costs] == [COST, 0]
    edited = sum(attempt["cost"] for story in costs for attempt in story["attempts"])
    assert spent(visitor) == {"openai": COST, "gemini": edited}
    assert visitor.get("/spending")["today"]["cost"] == COST + edited
    told = rows(visitor, lambda answer: answer.scalars().all(), EgressRow)
    assert {(each.provider, each.attempt) for each in told} == {("openai:house", 0), ("gemini", 1)}


@pytest.mark.parametrize("troubles", [["busy"], ["rude", "essay"], ["cut"]])
def test_a_model_that_is_asked_in_vain_leaves_the_plain_words(
    visitor: Visitor, edits: GeminiSimulator, words: ChatSimulator, troubles: list[str]
) -> None:
    photo_id = visitor.upload()["id"]
    usual = visitor.http.post(
        f"{API}/prompts/preview", json={"photo_id": photo_id, "operation": "enhance", "options": LIGHT}
    ).json()
    words.words.troubles.extend(troubles)
    shown = preview(visitor, photo_id, **LIGHT)
    assert (shown["rewritten"], shown["prompt"]) == (False, usual["prompt"])
    asked = len(words.words.asked)
    job = done(visitor, photo_id, **LIGHT)
    # It would have found better words by now, but these were shown.
    assert (sent(edits), len(words.words.asked)) == ([usual["prompt"]], asked)
    assert visitor.get(f"/jobs/{job['id']}/story")["words"]["by"] == "rules"
    # What was cut off may have been charged.
    expected = {"busy": 0, "rude": 2 * COST}.get(troubles[0])
    booked = spent(visitor).get("openai", 0)
    assert booked == expected if expected is not None else booked > COST


def test_what_stays_here_is_put_into_words_by_nobody(
    visitor: Visitor, words: ChatSimulator, edits: GeminiSimulator
) -> None:
    photo_id = visitor.upload()["id"]
    here = {"enhancement": "lighting", "prompt": "warmer", "rewrite": True}
    job = done(visitor, photo_id, **here, local_only=True)
    assert job["result"]["provider"] == "embedded"
    assert visitor.get(f"/jobs/{job['id']}/story")["words"] is None
    visitor.http.patch(f"{API}/photos/{photo_id}", json={"local_only": True}).raise_for_status()
    assert not preview(visitor, photo_id, **here)["rewritten"]
    done(visitor, photo_id, **here)
    # A mood is taken from a photo that stays: so does the other.
    other = visitor.upload()["id"]
    done(visitor, other, **here, moodboard_id=photo_id)
    assert not preview(visitor, other, **here, moodboard_id=photo_id)["rewritten"]
    assert (words.words.asked, edits.asked, spent(visitor)) == ([], [], {})


def test_a_budget_is_looked_at_before_words_are_asked_for(
    visit: Opening, edits: GeminiSimulator, words: ChatSimulator
) -> None:
    visitor = opened(visit, edits, words)
    body = {"scope": "provider", "key": "openai", "period": "day", "limit": 10, "action": "pause"}
    assert visitor.http.post(f"{API}/spending/budgets", json=body).status_code == 201
    photo_id = visitor.upload()["id"]
    assert not preview(visitor, photo_id, **LIGHT)["rewritten"]
    job = done(visitor, photo_id, **LIGHT)
    assert words.words.asked == []
    assert job["result"]["provider"] == "gemini"
    assert set(spent(visitor)) == {"gemini"}


def test_words_go_with_their_photo(visitor: Visitor) -> None:
    photo_id = visitor.upload()["id"]
    preview(visitor, photo_id, **LIGHT)
    count = func.count(RewordingRow.id)
    assert rows(visitor, lambda answer: answer.scalar(), count) == 1
    assert visitor.http.delete(f"{API}/photos/{photo_id}").status_code == 204
    assert rows(visitor, lambda answer: answer.scalar(), count) == 0


def test_several_photos_are_joined_in_the_words_that_were_shown(
    visitor: Visitor, edits: GeminiSimulator, words: ChatSimulator
) -> None:
    words.words.prompt = "Merge these photos into one picture, with soft light and even grain throughout."
    photos = [visitor.upload()["id"] for _ in range(2)]
    shown = preview(visitor, photos[0], "fuse", **WISH)
    body = {"photo_ids": photos, "operation": "fuse", "options": WISH}
    answer = visitor.http.post(f"{API}/jobs", json=body, headers={"Idempotency-Key": json.dumps(photos)})
    assert answer.status_code == 202, answer.text
    assert visitor.ended(answer.json()["id"])["status"] == "succeeded"
    assert sent(edits) == [shown["prompt"]]
