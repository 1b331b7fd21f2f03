"""A shop in front of the simulated Stripe."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.contract.billing.desk import Desk, Shop, new_database, payments_at, real_now, somebody
from tests.simulators.stripe.server import StripeSimulator
from tests.simulators.stripe.shopper import Shopper


@pytest.fixture
async def shop(simulator: StripeSimulator, tmp_path: Path) -> AsyncGenerator[Shop]:
    async with new_database(tmp_path) as db:
        desk = Desk(db, real_now(), somebody(), payments_at(simulator))
        await desk.register()
        shopper = Shopper(simulator)
        yield Shop(desk, simulator, shopper)
        shopper.close()
