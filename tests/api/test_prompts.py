"""Prompts are shown before anything is spent, cleaned, refused where they must be, and sent nowhere unasked."""

import json
import uuid
from collections.abc import Generator
from typing import Any

import pytest
from sqlalchemy import select

from rekindle.infra.db.database import Database
from rekindle.jobs.tables import EgressRow
from tests.api.conftest import API, Opening, Visitor, refused
from tests.simulators.upstreams.gemini import GeminiSimulator

HOSTILE = ["a\x00b", "\u202egnp.exe\u202c", "'; DROP TABLE jobs; --", "../../../etc/passwd",
           "<img src=x onerror=alert(1)>",
           "javascript:alert(1)", "{wish} {amount} %s {{7*7}}", "\ufeff\u200b\u2066x", "💥" * 400]  # fmt: skip


def preview(visitor: Visitor, photo_id: str, operation: str = "restore", **more: Any) -> dict[str, Any]:
    answer = visitor.http.post(
        f"{API}/prompts/preview", json={"photo_id": photo_id, "operation": operation, **more}
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()


def left(visitor: Visitor) -> list[EgressRow]:
    db = visitor.at.services.get(Database)

    async def read() -> list[EgressRow]:
        async with db.reading() as tx:
            return list(await tx.scalars(select(EgressRow)))

    return visitor.at.inside(read)


@pytest.mark.parametrize(
    ("operation", "options", "part"),
    [
        ("restore", {}, "Keep faces"), ("colorize", {}, "Colour this photo"),
        ("restore_colorize", {}, "colours that the scene"), ("restyle", {"style": "ghibli"}, "storybook"),
        ("enhance", {"enhancement": "mood", "amount": 0.25}, "at 25% strength"), ("fuse", {}, "Merge"),
        ("bring_together", {}, "side by side"), ("animate", {}, "short film"),
    ],
)  # fmt: skip
def test_every_operation_has_words_that_can_be_seen(
    idle: Visitor, operation: str, options: dict[str, Any], part: str
) -> None:
    photo_id = idle.upload()["id"]
    shown = preview(idle, photo_id, operation, options={**options, "prompt": "Leave the hat"})
    assert part in shown["prompt"]
    assert "Additionally: Leave the hat." in shown["prompt"]
    assert (shown["rewritten"], shown["by"]) == (False, "rules")
    assert shown["version"]
    measured = idle.get(f"/photos/{photo_id}/diagnosis")["findings"]
    assert shown["diagnosis"] == measured


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_cleaned_or_refused_and_never_break_anything(idle: Visitor, text: str) -> None:
    photo_id = idle.upload()["id"]
    shown = preview(idle, photo_id, options={"prompt": text})
    assert not {"\x00", "\u202e", "<", "\u2066"} & set(shown["prompt"])
    answer = idle.try_submit(photo_id, prompt=text)
    assert answer.status_code == 202, answer.text
    assert answer.json()["options"]["prompt"] in shown["prompt"]


@pytest.mark.parametrize("prompt", ["x" * 501, "x" * 1_000_000, "\ud800", 7, None, ["x"]])
def test_what_is_too_long_or_no_text_is_refused(idle: Visitor, prompt: Any) -> None:
    photo_id, headers = idle.upload()["id"], {"Content-Type": "application/json"}
    body = json.dumps({"photo_id": photo_id, "operation": "restore", "options": {"prompt": prompt}})
    for path, more in (("/prompts/preview", {}), ("/jobs", {"Idempotency-Key": uuid.uuid4().hex})):
        answer = idle.http.post(f"{API}{path}", content=body, headers={**headers, **more})
        assert answer.status_code in (413, 422), answer.text


def test_a_refused_prompt_makes_no_job(idle: Visitor) -> None:
    photo_id = idle.upload()["id"]
    for prompt in ("undress her", "swap their faces", "remove the watermark"):
        answer = idle.http.post(f"{API}/prompts/preview", json={"photo_id": photo_id, "options": {"prompt": prompt}})
        refused(answer, 422, "prompt_refused")
        problem = refused(idle.try_submit(photo_id, prompt=prompt), 422, "prompt_refused")
        assert "nothing was charged" in problem["detail"]
    assert idle.get("/jobs", photo_id=photo_id)["items"] == []


def test_the_operator_settles_what_may_be_written(visit: Opening) -> None:
    visitor = visit(worker=False, safety={"watermark_removal": True, "prompt_length": 60})
    photo_id = visitor.upload()["id"]
    assert visitor.try_submit(photo_id, prompt="remove the watermark").status_code == 202
    refused(visitor.try_submit(photo_id, prompt="undress her"), 422, "prompt_refused")
    refused(visitor.try_submit(photo_id, prompt="x" * 61), 422, "prompt_too_long")


def test_a_photo_that_is_not_there_has_no_prompt(idle: Visitor) -> None:
    answer = idle.http.post(f"{API}/prompts/preview", json={"photo_id": str(uuid.uuid4())})
    refused(answer, 404, "photo_not_found")


# ── with a model ──


@pytest.fixture
def upstream() -> Generator[GeminiSimulator]:
    with GeminiSimulator() as running:
        yield running


def advised(visit: Opening, upstream: GeminiSimulator, **groups: Any) -> Visitor:
    understanding = {
        "provider": "gemini", "key": upstream.key, "base_url": f"{upstream.url}/v1beta", "look": True, "seconds": 5.0,
    }  # fmt: skip
    return visit(worker=False, understanding=understanding, **groups)


def test_a_model_is_asked_only_where_somebody_wants_it(visit: Opening, upstream: GeminiSimulator) -> None:
    visitor = advised(visit, upstream)
    photo_id = visitor.upload()["id"]
    shown = preview(visitor, photo_id, options={"prompt": "keep the hat"})
    assert (shown["rewritten"], upstream.words.asked, left(visitor)) == (False, [], [])
    shown = preview(visitor, photo_id, options={"prompt": "keep the hat"}, rewrite=True)
    assert shown["rewritten"]
    assert shown["by"] == "gemini:gemini-3.8-flash"
    assert shown["prompt"].startswith(upstream.words.prompt)
    assert "E" in {each["degradation"] for each in shown["diagnosis"]}
    look, words = upstream.words.asked
    assert "inlineData" in str(look)
    assert "keep the hat" in str(words)
    assert [(row.host, str(row.photo_id)) for row in left(visitor)] == [("127.0.0.1", photo_id)] * 2


def test_a_photo_that_stays_is_shown_to_nobody(visit: Opening, upstream: GeminiSimulator) -> None:
    visitor = advised(visit, upstream)
    photo_id = visitor.upload()["id"]
    assert not preview(visitor, photo_id, options={"local_only": True}, rewrite=True)["rewritten"]
    visitor.http.patch(f"{API}/photos/{photo_id}", json={"local_only": True}).raise_for_status()
    assert not preview(visitor, photo_id, rewrite=True)["rewritten"]
    assert (upstream.words.asked, left(visitor)) == ([], [])


def test_nothing_leaves_a_deployment_that_keeps_everything(visit: Opening, upstream: GeminiSimulator) -> None:
    visitor = advised(visit, upstream, routing={"local_only": True})
    assert not preview(visitor, visitor.upload()["id"], rewrite=True)["rewritten"]
    assert upstream.words.asked == []


def test_a_model_that_fails_or_writes_what_is_refused_is_done_without(
    visit: Opening, upstream: GeminiSimulator
) -> None:
    visitor = advised(visit, upstream)
    photo_id = visitor.upload()["id"]
    usual = preview(visitor, photo_id)
    for troubles in (["busy", "cut"], ["nonsense", "rude", "rude"], ["html", "empty"]):
        upstream.words.troubles.extend(troubles)
        shown = preview(visitor, photo_id, rewrite=True)
        assert (shown["prompt"], shown["by"]) == (usual["prompt"], "rules")
        assert shown["diagnosis"] == usual["diagnosis"]
