"""Answers of providers, read: the same as a reader of JSON makes of them, whatever is in them."""

import json
from typing import Any

import pytest

from rekindle.providers.answers import read_json

LONG = "/9j/4AAQ" * 8000


@pytest.mark.parametrize(
    "value",
    [
        {"candidates": [{"content": {"parts": [{"inlineData": {"data": LONG}}]}}], "usage": {"count": 1290}},
        [LONG, {"again": LONG, "other": LONG[:-1]}, "", None, 1.5, True],
        LONG,
        {LONG: "the long one is a name"},
        {"escaped": f'a "{LONG}" in quotes', "back": f"{LONG}\\", "plain": LONG},
        {"lines": "\r\n".join([LONG, LONG]), "letters": "ä€😀" * 20_000},
        {"numbers between two": list(range(20_000)), "strings": "x"},
        [{"short": str(number)} for number in range(20_000)],
        {"": LONG, "deep": [[[[{"er": [LONG]}]]]]},
    ],
)
@pytest.mark.parametrize("plain", [True, False])
def test_what_was_written_is_read(value: Any, plain: bool) -> None:
    assert read_json(bytearray(json.dumps(value, ensure_ascii=plain).encode())) == value


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>sorry</html>", f'{{"data":"{LONG}'.encode(), f'{{"data":"{LONG}",}}'.encode(),
        f'"{LONG}"{LONG}"{LONG}"'.encode(), f'["a"{LONG}"b"]'.encode(), b'"' * 50_000, b"[" * 100_000,
        b'{"data":"' + b"\xff" * 50_000 + b'"}', LONG.encode(), b'["' + LONG.encode() + b'"] more',
    ],
    ids=lambda body: body[:12],
)  # fmt: skip
def test_what_is_no_json_is_nothing(body: bytes) -> None:
    assert read_json(bytearray(body)) is None


def test_of_two_values_of_one_name_the_last_one_counts() -> None:
    body = f'{{"data":"{LONG}","data":"{LONG[:-4]}"}}'
    assert read_json(bytearray(body.encode())) == {"data": LONG[:-4]}


def test_line_breaks_in_a_long_string_are_let_through() -> None:
    assert read_json(bytearray(f'{{"data":"{LONG}\n{LONG}"}}'.encode())) == {"data": f"{LONG}\n{LONG}"}
