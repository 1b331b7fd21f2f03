"""The server dies again and again while providers elsewhere work for it, and they do not notice."""

from pathlib import Path

import pytest

from benchmarks.killing_upstream import AT_ONCE, POLLED, Kills, run

pytestmark = pytest.mark.exhaustive

SEED = 20261121


@pytest.mark.slow
def test_after_kills_edits_are_finished_from_their_receipts_and_not_handed_in_again(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    after = run(tmp_path, Kills(polled=16, at_once=4, kills=4, seed=SEED, alive=(1.0, 4.0)))
    assert after.wrong == []
    # What was on its way to where there are receipts, and none was heard, is not handed in again.
    lost = after.books.ended["failed"]
    assert after.books.ended.total() == 20
    assert after.books.errors == ({"provider_lost": lost} if lost else {})
    assert lost <= after.kills
    assert 20 - lost <= sum(after.submitted.values()) <= 20
    assert {name: after.again[name] for name in (kind.name for kind in POLLED)} == {"fal": 0, "replicate": 0}
    # Nobody knows how a call ended that was under way, so it is made again: once for each time that it was cut short.
    assert after.again[AT_ONCE.name] <= after.books.unknown[AT_ONCE.name]
    assert after.kills_while_pending > 0
