"""Copies on this machine: bounded, the least recently used go first, and losing one is no harm."""

import shutil
from pathlib import Path

from rekindle.infra.storage.nearby import Nearby
from tests.factories import small_disk


def fresh(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    path.write_bytes(bytes(size))
    return path


async def test_the_least_recently_used_copies_go_first(tmp_path: Path) -> None:
    nearby = Nearby(tmp_path / "nearby", max_bytes=300)
    for name in ("a", "b", "c"):
        await nearby.keep(name, fresh(tmp_path, name, 100), f"tag-{name}")
    assert await nearby.take("a", tmp_path / "out-a") == "tag-a"
    await nearby.keep("d", fresh(tmp_path, "d", 100), "tag-d")
    assert await nearby.take("b", tmp_path / "out-b") is None
    for name in ("a", "c", "d"):
        assert await nearby.take(name, tmp_path / f"again-{name}") == f"tag-{name}"


async def test_what_is_larger_than_all_or_has_no_tag_is_not_kept(tmp_path: Path) -> None:
    nearby = Nearby(tmp_path / "nearby", max_bytes=300)
    await nearby.keep("small", fresh(tmp_path, "small", 100), "tag")
    await nearby.keep("large", fresh(tmp_path, "large", 301), "tag")
    await nearby.keep("nameless", fresh(tmp_path, "nameless", 1), None)
    assert await nearby.take("large", tmp_path / "out") is None
    assert await nearby.take("nameless", tmp_path / "out") is None
    assert await nearby.take("small", tmp_path / "out") == "tag"


async def test_a_copy_that_is_dropped_stays_with_whoever_reads_it(tmp_path: Path) -> None:
    nearby = Nearby(tmp_path / "nearby", max_bytes=300)
    await nearby.keep("a", fresh(tmp_path, "a", 100), "tag")
    await nearby.take("a", tmp_path / "out")
    await nearby.drop("a")
    await nearby.drop("a")
    assert (tmp_path / "out").stat().st_size == 100
    assert not list((tmp_path / "nearby").iterdir())


async def test_a_folder_that_somebody_clears_away_is_no_harm(tmp_path: Path) -> None:
    nearby = Nearby(tmp_path / "nearby", max_bytes=300)
    await nearby.keep("a", fresh(tmp_path, "a", 100), "tag")
    shutil.rmtree(tmp_path / "nearby")
    assert await nearby.take("a", tmp_path / "out") is None
    await nearby.keep("a", tmp_path / "a", "tag")
    assert await nearby.take("a", tmp_path / "out") == "tag"
    nearby.close()
    assert not (tmp_path / "nearby").exists()


async def test_replacing_a_copy_counts_it_once(tmp_path: Path) -> None:
    nearby = Nearby(tmp_path / "nearby", max_bytes=300)
    for number in range(10):
        await nearby.keep("a", fresh(tmp_path, f"a{number}", 200), f"tag-{number}")
    await nearby.keep("b", fresh(tmp_path, "b", 100), "tag-b")
    assert await nearby.take("a", tmp_path / "out") == "tag-9"
    assert len(list((tmp_path / "nearby").iterdir())) == 2


async def test_copies_leave_room_on_a_small_disk_for_work_that_is_not_finished(tmp_path: Path) -> None:
    with small_disk(tmp_path, size="400k") as disk:
        nearby = Nearby(disk / "nearby", max_bytes=10**9)
        for number in range(10):
            source = fresh(disk, "source", 50_000)
            await nearby.keep(f"{number}", source, "tag")
            source.unlink()
        assert 50_000 <= sum(each.stat().st_size for each in (disk / "nearby").iterdir()) <= 100_000
