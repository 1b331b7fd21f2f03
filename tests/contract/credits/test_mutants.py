"""The invariants notice ledgers that are broken: each one by those that name its defect."""

from pathlib import Path

import pytest

from tests.contract.credits.house import living_in
from tests.contract.credits.invariants import INVARIANTS, Invariant
from tests.contract.credits.mutants import MUTANTS, Mutant

CASES = [
    pytest.param(mutant, invariant, id=f"{name}, by {title}")
    for name, mutant in MUTANTS.items()
    for title, invariant in INVARIANTS.items()
    if title.startswith(mutant.caught_by)
]


@pytest.mark.parametrize(("mutant", "invariant"), CASES)
async def test_a_broken_ledger_is_noticed(tmp_path: Path, mutant: Mutant, invariant: Invariant) -> None:
    async with living_in(tmp_path, mutant.make) as house:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            await invariant(house)


def test_every_mutant_names_an_invariant_that_exists() -> None:
    assert len(CASES) == sum(len(mutant.caught_by) for mutant in MUTANTS.values()) >= 8


@pytest.mark.parametrize("number", range(1, 16))
def test_the_fifteen_invariants_are_all_there(number: int) -> None:
    assert sum(title.startswith(f"INV-{number:02}") for title in INVARIANTS) == 1
