"""What the providers that give receipts have in common, as far as it is rules."""

import asyncio
from pathlib import Path
from typing import Any, ClassVar

import pytest

from rekindle.infra.fetching import Fetcher
from rekindle.providers.errors import BadResult, Lost, Refused
from rekindle.providers.http import Ask, Upstream
from rekindle.providers.polling import (
    LOOK_ANYWAY,
    LOOKS_AT_ONCE,
    Polled,
    address,
    dig,
    failed,
    handed,
    micro_dollars,
    percent,
)
from rekindle.providers.protocol import Edit, Model, Pending
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes


class Watched(Polled):
    """Has no news for anybody, after a while. `most` is how many looked at once."""

    known_as: ClassVar[str] = "watched"

    def __init__(self, seconds: float) -> None:
        super().__init__(Upstream("http://127.0.0.1:9", headers={}), models=[], fetcher=Fetcher())
        self.seconds = seconds
        self.now = self.most = 0

    def submission(self, model: Model, form: dict[str, Any], edit: Edit) -> Ask:
        raise NotImplementedError

    def receipt(self, model: Model, body: Any) -> str:
        raise NotImplementedError

    async def look(self, handle: str) -> Pending:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.seconds)
        self.now -= 1
        return Pending(handle, self.pause)


def edit_in(folder: Path) -> Edit:
    return Edit(
        key="job/1", operation=Operation.RESTORE, model="m", images=[], treatment=Treatment((), ""), wishes=Wishes(),
        folder=folder,
    )  # fmt: skip


async def test_few_look_for_news_at_once_where_they_are_answered_soon(tmp_path: Path) -> None:
    watched, edit = Watched(0.0), edit_in(tmp_path)
    await asyncio.gather(*(watched.check(str(number), edit) for number in range(4 * LOOKS_AT_ONCE)))
    assert watched.most == LOOKS_AT_ONCE


async def test_nobody_waits_long_for_the_looks_of_others(tmp_path: Path) -> None:
    watched, edit = Watched(20.0), edit_in(tmp_path)
    looking = [asyncio.create_task(watched.check(str(number), edit)) for number in range(LOOKS_AT_ONCE + 1)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert watched.now == LOOKS_AT_ONCE
    await asyncio.sleep(2 * LOOK_ANYWAY)
    assert watched.now == LOOKS_AT_ONCE + 1
    for each in looking:
        each.cancel()
    await asyncio.wait(looking)


@pytest.mark.parametrize(
    "words",
    [
        "NSFW content detected. Try running it again, or try a different prompt.",
        "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
        "Your request was rejected as a result of our safety system.",
        "Blocked by content moderation",
        "This violates the content policy.",
        "prohibited_content: PROHIBITED_CONTENT",
    ],
)
def test_the_words_of_a_safety_policy_are_a_refusal(words: str) -> None:
    told = failed(words)
    assert isinstance(told, Refused)
    assert told.detail == words


@pytest.mark.parametrize(
    "words",
    [
        "CUDA out of memory",
        "safety_tolerance must be less than or equal to 2",
        "KeyError: keys are case-sensitive",
        "the job went past its executionTimeout policy",
        "moderate load, try again",
        "",
    ],
)
def test_other_words_are_a_failure(words: str) -> None:
    assert isinstance(failed(words), Lost)


@pytest.mark.parametrize(
    ("amount", "cost"),
    [(0.02, 20_000), (0.026214, 26_214), (0.02097152, 20_972), (0.3, 300_000), (0, 0), (1, 1_000_000), (1e-9, 1)],
)
def test_dollars_become_millionths_and_parts_of_one_count_as_a_whole(amount: float, cost: int) -> None:
    assert micro_dollars(amount) == cost


@pytest.mark.parametrize("amount", [None, "0.02", True, -0.01, 1e9, float("nan"), float("inf"), {}])
def test_what_is_no_amount_is_no_cost(amount: Any) -> None:
    assert micro_dollars(amount) is None


@pytest.mark.parametrize(
    ("words", "done"),
    [
        (" 0%| | 0/5\n 40%|####  | 2/5", 0.4),
        ("Sampling: 40 %", 0.4),
        ("900%", 1.0),
        ("", None),
        (None, None),
        ({}, None),
    ],
)
def test_the_last_per_cent_is_the_progress(words: Any, done: float | None) -> None:
    assert percent(words) == done


def test_digging_finds_what_is_there_and_nothing_elsewhere() -> None:
    body = {"data": {"images": [{"url": "here"}], "text": "abc"}}
    assert dig(body, "data", "images", 0, "url") == "here"
    for path in (("data", "images", 1), ("data", "text", 0), ("images",), (0,), ("data", "text", "url")):
        assert dig(body, *path) is None


@pytest.mark.parametrize("receipt", [None, "", 7, "a b", "../one", "x" * 201, ["one"], "https://elsewhere/one"])
def test_a_receipt_that_nobody_can_ask_with_is_lost(receipt: object) -> None:
    with pytest.raises(Lost):
        handed({"id": receipt}, "id")


@pytest.mark.parametrize("place", [None, "", "/etc/passwd", "file:///etc/passwd", "ftp://host/one", 5, {}])
def test_a_result_without_an_address_is_none(place: object) -> None:
    with pytest.raises(BadResult):
        address({"url": place}, "url")
