"""Someone who buys at the simulated Stripe."""

from collections.abc import Generator

import pytest

from tests.simulators.stripe.server import StripeSimulator
from tests.simulators.stripe.shopper import Shopper


@pytest.fixture
def shopper(simulator: StripeSimulator) -> Generator[Shopper]:
    someone = Shopper(simulator)
    yield someone
    someone.close()
