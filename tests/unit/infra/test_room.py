"""A full disk is told apart from everything else, whoever reports it."""

import errno
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from rekindle.imaging.header_base import damaged
from rekindle.infra.room import no_room, placed, told_when_full
from rekindle.infra.storage.port import StorageFull


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def raised(error: Exception, cause: Exception) -> Exception:
    """`error` as it looks when it was raised because of `cause`."""
    try:
        raise error from cause
    except type(error) as seen:
        return seen


def sqlite_full() -> sqlite3.OperationalError:
    """What SQLite raises when its file may not grow any more."""
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count=2")
    try:
        database.execute("CREATE TABLE many (text)")
        database.execute("INSERT INTO many VALUES (?)", ["x" * 100_000])
    except sqlite3.OperationalError as error:
        return error
    raise AssertionError("it is not full")


@pytest.mark.parametrize(
    "error",
    [
        full(),
        OSError(errno.EDQUOT, "quota"),
        StorageFull("full"),
        sqlite_full(),
        raised(OperationalError("INSERT", {}, sqlite_full()), sqlite_full()),
        raised(damaged("is cut short"), full()),
        raised(damaged("is cut short"), RuntimeError("unable to write\nunix error: No space left on device")),
    ],
)
def test_a_full_disk_is_recognized(error: Exception) -> None:
    found = no_room(error)
    assert found is not None
    assert (found.status, found.code) == (507, "storage_full")


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EACCES, "denied"), ValueError("x"), damaged("is cut short"), sqlite3.OperationalError("locked")],
)
def test_other_errors_are_no_full_disk(error: Exception) -> None:
    assert no_room(error) is None


def test_an_error_of_a_full_disk_becomes_one_for_people_and_others_stay() -> None:
    with pytest.raises(StorageFull), told_when_full():
        raise full()
    with pytest.raises(PermissionError), told_when_full():
        raise PermissionError


class Shelf:
    """A storage that remembers keys, and has room for so many."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.keys: set[str] = set()

    async def put(self, key: str, source: Path) -> None:
        if len(self.keys) >= self.room:
            raise StorageFull("full")
        self.keys.add(key)

    async def delete(self, key: str) -> None:
        self.keys.discard(key)


FILES: Mapping[str, Path] = {"a": Path("a"), "b": Path("b")}


async def test_files_go_away_again_when_the_second_finds_no_room() -> None:
    shelf = Shelf(1)
    with pytest.raises(StorageFull):
        async with placed(shelf, FILES):
            raise AssertionError("the row must not be written")
    assert shelf.keys == set()


async def test_files_go_away_again_when_their_row_finds_no_room() -> None:
    shelf = Shelf(2)
    with pytest.raises(OSError, match="No space"):
        async with placed(shelf, FILES):
            raise full()
    assert shelf.keys == set()


async def test_files_stay_when_nobody_knows_whether_their_row_was_written() -> None:
    shelf = Shelf(2)
    with pytest.raises(ConnectionError):
        async with placed(shelf, FILES):
            raise ConnectionError
    assert shelf.keys == {"a", "b"}
