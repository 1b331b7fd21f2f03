"""Which part of a file is sent for which request (RFC 9110, section 14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.infra.ranges import Conditions, RangeNotSatisfiable, part_of


def part(asked: str | None, size: int = 1000, *, if_range: str | None = None) -> tuple[int, int] | None:
    return part_of(Conditions(part=asked, if_range=if_range), "tag", size)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=0-", (0, 999)),
        ("bytes=10-19", (10, 19)),
        ("bytes=990-2000", (990, 999)),
        ("bytes=-1", (999, 999)),
        ("bytes=-5000", (0, 999)),
        ("BYTES= 5-6 ", (5, 6)),
    ],
)
def test_a_part_is_found(asked: str, found: tuple[int, int]) -> None:
    assert part(asked) == found


@pytest.mark.parametrize(
    "asked",
    [None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-5", "lines=1-2", "bytes=0-1,5-6", "bytes=1--2",
     "bytes=0-0x", f"bytes={'9' * 40}-"],
)  # fmt: skip
def test_what_cannot_be_read_gets_the_whole_file(asked: str | None) -> None:
    assert part(asked) is None


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused_with_the_size(asked: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        part(asked)
    assert refused.value.headers["Content-Range"] == "bytes */1000"


def test_an_empty_file_has_no_parts() -> None:
    for asked in ("bytes=0-", "bytes=-5"):
        with pytest.raises(RangeNotSatisfiable):
            part(asked, 0)


def test_a_part_of_another_version_is_not_sent() -> None:
    assert part("bytes=0-9", if_range='"tag"') == (0, 9)
    for other in ('"other"', 'W/"tag"', "Sun, 06 Nov 1994 08:49:37 GMT"):
        assert part("bytes=0-9", if_range=other) is None


@given(st.text("bytes=0123456789-, ", max_size=20), st.integers(0, 10_000))
def test_whatever_is_asked_for_lies_within_the_file(asked: str, size: int) -> None:
    try:
        found = part(asked, size)
    except RangeNotSatisfiable:
        return
    if found is not None:
        assert 0 <= found[0] <= found[1] < size
