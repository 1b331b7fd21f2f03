"""A simulated Stripe for each module, and someone who buys there."""

from collections.abc import Generator

import pytest

from tests.simulators.stripe.server import StripeSimulator
from tests.simulators.stripe.shopper import Shopper


@pytest.fixture(scope="module")
def running() -> Generator[StripeSimulator]:
    with StripeSimulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running: StripeSimulator) -> StripeSimulator:
    """One with nothing in it."""
    running.reset()
    return running


@pytest.fixture
def shopper(simulator: StripeSimulator) -> Generator[Shopper]:
    someone = Shopper(simulator)
    yield someone
    someone.close()
