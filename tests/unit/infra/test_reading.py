"""Files that are read piece by piece in the event loop."""

import os
import sys
from pathlib import Path

import pytest

from rekindle.infra.reading import Opened

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "photo"
    path.write_bytes(CONTENT)
    return path


def test_pieces_of_a_file_are_what_is_in_it(path: Path) -> None:
    with Opened(path) as file:
        assert file.read(1000, 2000) == CONTENT[1000:3000]
        assert file.at_hand(1000, 2000) in (CONTENT[1000:3000], None)


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="this system cannot say what it has in memory")
def test_what_was_just_written_is_at_hand(path: Path) -> None:
    with Opened(path) as file:
        if file.at_hand(0, 1) is None:
            pytest.skip("this file system cannot say what it has in memory")
        assert file.at_hand(0, len(CONTENT)) == CONTENT


def test_what_is_not_all_there_is_not_at_hand(path: Path) -> None:
    with Opened(path) as file:
        assert file.at_hand(10_000, 1000) is None
        assert file.read(10_000, 1000) == CONTENT[10_000:]


@pytest.mark.skipif(sys.platform != "linux", reason="counts files that are open in /proc")
def test_the_file_is_closed_at_the_end(path: Path) -> None:
    def open_now() -> int:
        return sum(each.resolve() == path for each in Path("/proc/self/fd").iterdir())

    with Opened(path):
        assert open_now() == 1
    assert open_now() == 0
