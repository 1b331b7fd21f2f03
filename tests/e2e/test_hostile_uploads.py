"""Files made to hurt, and good ones with something broken in them: each is answered, and the server does not notice."""

import os
import random
from pathlib import Path

import pytest

from benchmarks.hostile import Sample, Verdicts, corpus, good_files, mutations, run
from tests.pictures import many_scans, png, tiff, with_size

pytestmark = pytest.mark.exhaustive

SEED = 20261121
MOST_MEMORY = 512 * 1024 * 1024
CORPUS = Path(os.environ.get("REKINDLE_BAD_IMAGES") or Path(__file__).parents[3] / "shared" / "kits" / "badimages")


def stands(verdicts: Verdicts) -> None:
    """What must hold whatever was sent, on however busy a machine."""
    assert verdicts.faults == []
    assert verdicts.same_process
    assert verdicts.error_lines == 0
    assert verdicts.watched.child_peak <= MOST_MEMORY
    assert verdicts.watched.server_peak <= MOST_MEMORY
    assert verdicts.watched.unwell == 0
    busy = verdicts.watched.load > (os.cpu_count() or 1)
    if not busy:
        assert verdicts.slow == []
        assert verdicts.watched.health_at(0.99) < 0.1


def bombs() -> list[Sample]:
    """Small files that ask for a lot."""
    jpeg = good_files()[0][1]
    return [
        ("64 megapixels of nothing", png(8000, 7990)),
        ("more pixels than are taken", png(20_000, 19_000, data=b"")),
        ("a line", png(1, 1_000_000, data=b"")),
        ("2000 passes", many_scans(2000)),
        ("a size that is not there", with_size(jpeg, 16_000, 6_000)),
        ("a wide promise", tiff(19_000, 3_000)),
        ("nothing", b""),
        ("text", b"%!PS-Adobe-3.0 EPSF-3.0\n" * 100),
    ]


def test_bombs_and_broken_photos_are_answered_in_time_and_the_server_stays_well(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    verdicts, _ = run(tmp_path / "data", [*bombs(), *mutations(150, SEED), *good_files()])
    stands(verdicts)
    assert verdicts.statuses[201] >= len(good_files())
    assert set(verdicts.statuses) <= {201, 413, 415, 422}


@pytest.mark.slow
def test_a_sample_of_the_world_s_bad_pictures_is_answered(tmp_path: Path) -> None:
    if not CORPUS.is_dir():
        pytest.skip("no collection of bad pictures here: name its folder in REKINDLE_BAD_IMAGES")
    files = list(corpus(CORPUS))
    chosen = [each for each in files if "generated_bombs" in each[0]]
    chosen += random.Random(SEED).sample(files, min(120, len(files)))
    verdicts, _ = run(tmp_path / "data", chosen)
    stands(verdicts)
