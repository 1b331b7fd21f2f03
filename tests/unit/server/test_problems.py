"""Where in a request something is wrong."""

import pytest

from rekindle.server.problems import _pointer


@pytest.mark.parametrize(
    ("location", "pointer"),
    [
        (("body", "options", "enlarge"), "/options/enlarge"),
        (("body", "corners", 2, "x"), "/corners/2/x"),
        (("body", "a/b", "c~d"), "/a~1b/c~0d"),
        (("body",), ""),
        (("query", "limit"), "limit"),
        (("header", "Idempotency-Key"), "Idempotency-Key"),
        (("path", "photo_id"), "photo_id"),
        (("query",), "query"),
        (("body", "ill\ud800"), "/ill?"),
    ],
)
def test_a_part_of_the_body_is_a_json_pointer_and_a_parameter_is_its_name(
    location: tuple[str | int, ...], pointer: str
) -> None:
    assert _pointer(location) == pointer
