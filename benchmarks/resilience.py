"""How much the server stands: kills, hostile files, dawdling clients, crowds, and providers elsewhere on bad days, each
at full size, as tables.

    python -m benchmarks.resilience [SCENE ...] [--seed N] [--bad-images FOLDER]

Nothing here tunes anything; every random choice follows from the seed, which is printed.
"""

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.dawdling import crowd, endless, stalled, trickling
from benchmarks.hostile import Verdicts, corpus, mutations
from benchmarks.hostile import run as besieged
from benchmarks.killing import Storm
from benchmarks.killing import run as go_through
from benchmarks.killing_upstream import Kills
from benchmarks.killing_upstream import run as kill_while_asking
from benchmarks.storming import Weather
from benchmarks.storming import run as weather
from benchmarks.watching import Watch, Watched, quantile
from tests.e2e.server import made, serving
from tests.pictures import encoded, photo

MUTATIONS = 2000
MEBIBYTE = 1024 * 1024


def kills(folder: Path, seed: int, _bad_images: Path) -> bool:
    """40 kills under 100 jobs over 25 photos, while these arrive."""
    after = go_through(folder / "data", Storm(photos=25, jobs=100, kills=40, seed=seed))
    found = after.findings
    _table(
        "kill -9 at random moments",
        ("kills", after.kills),
        ("uploads cut by a kill", after.broken_uploads),
        ("photos", found.photos),
        ("jobs: changed / unchanged", f"{found.changed} / {found.unchanged}"),
        ("times that jobs were taken up", found.claims),
        ("files, all with a row", found.files),
        ("processes left over", after.orphan_processes),
        (
            "restart, median / longest",
            f"{quantile(after.restart_seconds, 0.5):.1f} / {max(after.restart_seconds):.1f} s",
        ),
        ("faults", len(found.wrong)),
    )
    _list(found.wrong)
    return not found.wrong and not after.orphan_processes


def hostile(folder: Path, seed: int, bad_images: Path) -> bool:
    """Every file of the collection, and mutations of good ones."""
    if not bad_images.is_dir():
        print(f"no collection of bad pictures at {bad_images}: mutations only")
    files = corpus(bad_images) if bad_images.is_dir() else ()
    verdicts, _ = besieged(folder / "data", itertools.chain(files, mutations(MUTATIONS, seed)))
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(verdicts.statuses.items()))
    _table(
        "hostile uploads",
        ("files sent", len(verdicts.seconds)),
        ("answers", statuses),
        ("answer, median / 99 % / longest", _seconds(verdicts.seconds)),
        ("longer than 3 s", len(verdicts.slow)),
        ("crashes, 5xx", len(verdicts.faults)),
        ("server still the same process", verdicts.same_process),
        ("lines at error level", verdicts.error_lines),
        *_watched(verdicts.watched),
        ("seconds in all", f"{verdicts.wall:.0f}"),
    )
    _list([*verdicts.faults, *(f"{name}: {taken:.1f} s, {status}" for taken, name, status in verdicts.slow)])
    return _well(verdicts)


def slow(folder: Path, _seed: int, _bad_images: Path) -> bool:
    """200 clients that stall or trickle and 4 that never end, while others upload."""
    served: list[float] = []
    with serving(folder / "data", SERVER__STREAM_TIMEOUT=10) as server:
        good, stop = encoded("JPEG", photo(1200, 900)), threading.Event()

        def ordinary() -> None:
            while not stop.wait(0.2):
                began = time.perf_counter()
                made(server.upload(good))
                served.append(time.perf_counter() - began)

        with Watch(server.process.pid, server.port) as watched, ThreadPoolExecutor(1) as pool:
            visitor = pool.submit(ordinary)
            clients = [(stalled, 100), (trickling, 100), (endless, 4)]
            endings = asyncio.run(crowd(server.port, clients))
            stop.set()
            visitor.result()
    rows: list[tuple[str, object]] = []
    for name, ended in endings.items():
        statuses = Counter(ending.status for ending in ended)
        sent = max(ending.sent for ending in ended) / 1e6
        longest = max(ending.seconds for ending in ended)
        rows.append((f"{name}: answers, longest, most sent", f"{dict(statuses)}, {longest:.1f} s, {sent:.1f} MB"))
    _table(
        "dawdling clients", *rows, ("others served, median / 99 % / longest", _seconds(served)), *_watched(watched)
    )  # fmt: skip
    expected = {"stalled": 408, "trickling": 408, "endless": 413}
    return all(ending.status == expected[name] for name, ended in endings.items() for ending in ended)


def crowds(folder: Path, seed: int, _bad_images: Path) -> bool:
    """100 photos of 12 megapixels at the same moment."""
    picture = encoded("JPEG", photo(4000, 3000, seed % 1000), quality=88)

    def send(number: int) -> tuple[int, float]:
        comment = b"\xff\xfe" + (6).to_bytes(2, "big") + number.to_bytes(4, "big")
        began = time.perf_counter()
        status = server.upload(picture[:2] + comment + picture[2:], timeout=300.0)[0]
        return status, time.perf_counter() - began

    with (
        serving(folder / "data") as server,
        Watch(server.process.pid, server.port) as watched,
        ThreadPoolExecutor(100) as pool,
    ):
        answers = list(pool.map(send, range(100)))
    _table(
        "100 photos of 12 megapixels at once",
        ("bytes each", f"{len(picture) / 1e6:.1f} MB"),
        ("answers", dict(Counter(status for status, _ in answers))),
        ("answer, median / 99 % / longest", _seconds([taken for _, taken in answers])),
        *_watched(watched),
    )
    return {status for status, _ in answers} <= {201, 503} and not watched.unwell


def storm(folder: Path, seed: int, _bad_images: Path) -> bool:
    """300 jobs over six providers that do everything wrong now and then; one of them dies and comes back."""
    after = weather(folder, Weather(jobs=300, seed=seed))
    books = after.books
    _table(
        "a storm over six providers",
        ("jobs", ", ".join(f"{count} {status}" for status, count in sorted(books.ended.items()))),
        ("of these done here instead", books.degraded),
        ("why others failed", dict(books.errors)),
        ("troubles met", after.met.total() - after.met[""]),
        ("attempts, and those taken upstream", f"{books.attempts.total()}, {after.submissions}"),
        ("attempts cost, pools lost", f"{books.cost}, {books.drawn} millionths of a dollar"),
        ("billed by the upstreams", f"{after.billed} millionths of a dollar"),
        ("circuits opened", dict(after.opened)),
        ("the one that was dead", after.dead),
        ("faults", len(after.wrong)),
        ("seconds in all", f"{after.seconds:.0f}"),
    )
    _list(after.wrong)
    return not after.wrong


def providers(folder: Path, seed: int, _bad_images: Path) -> bool:
    """100 jobs with providers that give receipts and 12 with one that does not, under 6 kills."""
    after = kill_while_asking(folder, Kills(polled=100, at_once=12, kills=6, seed=seed))
    _table(
        "kill -9 while providers work",
        ("kills, and those while receipts were out", f"{after.kills}, {after.kills_while_pending}"),
        ("jobs", dict(after.books.ended)),
        ("why some failed", dict(after.books.errors)),
        ("jobs that were taken upstream", dict(after.submitted)),
        ("taken again", dict(after.again)),
        ("calls that a kill cut short", dict(after.books.unknown)),
        ("faults", len(after.wrong)),
        ("seconds in all", f"{after.seconds:.0f}"),
    )
    _list(after.wrong)
    return not after.wrong


SCENES: dict[str, Callable[[Path, int, Path], bool]] = {
    "kills": kills, "hostile": hostile, "slow": slow, "crowd": crowds, "storm": storm,
    "providers": providers,
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run the scenes that are named, or all; 1 when something was lost, broken or refused that should not be."""
    parser = argparse.ArgumentParser(description="How much the server stands.")
    parser.add_argument("scenes", nargs="*", choices=[*SCENES, []], help="which; all when none is named")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--bad-images", type=Path, default=Path("../shared/kits/badimages"))
    wanted = parser.parse_args(arguments)
    print(f"seed {wanted.seed}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    good = True
    for name in wanted.scenes or SCENES:
        with tempfile.TemporaryDirectory(prefix="rekindle-") as folder:
            good = SCENES[name](Path(folder), wanted.seed, wanted.bad_images) and good
    return 0 if good else 1


def _well(verdicts: Verdicts) -> bool:
    small = max(verdicts.watched.child_peak, verdicts.watched.server_peak) <= 512 * MEBIBYTE
    return verdicts.same_process and small and not verdicts.faults and not verdicts.slow


def _seconds(taken: Sequence[float]) -> str:
    return f"{quantile(taken, 0.5):.3f} / {quantile(taken, 0.99):.3f} / {max(taken, default=0.0):.3f} s"


def _watched(watched: Watched) -> Sequence[tuple[str, object]]:
    return (
        ("/health, median / 99 % / longest", _seconds(watched.health)),
        ("/health unwell or unanswered", f"{watched.unwell} of {len(watched.health)}"),
        ("most memory of the server", f"{watched.server_peak / MEBIBYTE:.0f} MiB"),
        ("most memory of a child", f"{watched.child_peak / MEBIBYTE:.0f} MiB"),
        ("load of the machine, mean", f"{watched.load:.1f}"),
    )


def _table(title: str, *rows: tuple[str, object]) -> None:
    width = max(len(name) for name, _ in rows)
    print(f"\n{title}\n{'-' * len(title)}")
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


def _list(sentences: Sequence[str]) -> None:
    for sentence in sentences[:40]:
        print(f"  ! {sentence}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
