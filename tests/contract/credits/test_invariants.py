"""The ledger holds every invariant."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.contract.credits.house import House, living_in, postgres, sqlite
from tests.contract.credits.invariants import INVARIANTS, Invariant


@pytest.fixture(params=[sqlite, postgres], ids=lambda opening: opening.__name__)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[House]:
    async with living_in(tmp_path, opening=request.param) as opened:
        yield opened


@pytest.mark.parametrize("invariant", INVARIANTS.values(), ids=INVARIANTS.keys())
async def test_the_ledger_holds(house: House, invariant: Invariant) -> None:
    await invariant(house)
    assert (await house.proof()).broken() == []
