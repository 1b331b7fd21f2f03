"""For modules that test one adapter, which they name as ENTRY: its simulator, and everything else around it."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from tests.contract.providers.house import House, house
from tests.simulators.upstreams.base import Simulator


@pytest.fixture(scope="module")
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """One for all tests of the module."""
    with request.module.ENTRY.simulator() as running:
        yield running


@pytest.fixture
async def at(request: pytest.FixtureRequest, simulator: Simulator, tmp_path: Path) -> AsyncGenerator[House]:
    """The adapter at its simulator, which has forgotten what was before."""
    async with house(request.module.ENTRY, simulator, tmp_path) as home:
        yield home
