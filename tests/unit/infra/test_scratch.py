"""Places for unfinished files: each process has its own, and what dead ones left goes."""

import os
import subprocess
import sys
import time
from pathlib import Path

from rekindle.infra.lock import try_to_hold
from rekindle.infra.scratch import Scratch, place_in

DIES = """
import sys
from pathlib import Path
from rekindle.infra.scratch import place_in
with place_in(Path(sys.argv[1]), alone=False) as place:
    (place / "work").mkdir()
    print(place, flush=True)
    sys.stdin.read()
"""


def names(root: Path) -> set[str]:
    return {each.name for each in root.iterdir()}


def another(root: Path) -> "subprocess.Popen[str]":
    """A process with a place of its own, once it has it."""
    process = subprocess.Popen(
        [sys.executable, "-c", DIES, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert Path(process.stdout.readline().strip()).parent == root
    return process


def test_a_place_goes_with_its_block_and_leaves_nothing(tmp_path: Path) -> None:
    with place_in(tmp_path / "scratch", alone=True) as place:
        (place / "half").write_bytes(b"1")
        assert len(names(tmp_path / "scratch")) == 2
    assert names(tmp_path / "scratch") == set()


def test_the_place_of_a_process_that_lives_stays_and_that_of_a_dead_one_goes(tmp_path: Path) -> None:
    with another(tmp_path) as alive, another(tmp_path) as dead:
        of_alive = {name for name in names(tmp_path) if f"-{alive.pid}-" in name}
        dead.kill()
        dead.wait()
        with place_in(tmp_path, alone=False) as mine:
            assert names(tmp_path) == of_alive | {mine.name, f"{mine.name}.lock"}
        alive.kill()


def test_two_of_one_process_do_not_disturb_each_other(tmp_path: Path) -> None:
    with place_in(tmp_path, alone=False) as one, place_in(tmp_path, alone=False) as other:
        assert one != other
        assert one.exists()


def test_who_is_alone_clears_everything_away(tmp_path: Path) -> None:
    (tmp_path / "0123456789abcdef").mkdir()
    (tmp_path / "file").write_bytes(b"1")
    with place_in(tmp_path, alone=True) as place:
        assert names(tmp_path) == {place.name, f"{place.name}.lock"}


def test_what_has_no_process_stays_for_a_day_where_others_may_be_at_work(tmp_path: Path) -> None:
    old, young = tmp_path / "old", tmp_path / "young"
    for folder in (old, young):
        folder.mkdir()
    long_ago = time.time() - 100_000
    os.utime(old, (long_ago, long_ago))
    with place_in(tmp_path, alone=False):
        assert (old.exists(), young.exists()) == (False, True)


def test_a_lock_that_somebody_removed_meanwhile_is_not_taken_for_one(tmp_path: Path) -> None:
    file = try_to_hold(tmp_path / "a.lock")
    assert file is not None
    assert try_to_hold(tmp_path / "a.lock") is None
    (tmp_path / "a.lock").unlink()
    again = try_to_hold(tmp_path / "a.lock")
    assert again is not None
    for each in (file, again):
        each.close()


async def test_a_folder_for_one_piece_of_work_goes_with_it(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    async with scratch.folder() as folder:
        (folder / "half").write_bytes(b"1")
    assert names(tmp_path) == set()
