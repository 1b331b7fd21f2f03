"""What the providers that give receipts have in common, as far as it is rules."""

from typing import Any

import pytest

from rekindle.providers.errors import BadResult, Lost, Refused
from rekindle.providers.polling import address, dig, failed, handed, micro_dollars, percent


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
