"""A simulated Stripe for each module, with nothing in it for each test."""

from collections.abc import Generator

import pytest

from tests.simulators.stripe.server import StripeSimulator


@pytest.fixture(scope="module")
def running() -> Generator[StripeSimulator]:
    with StripeSimulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running: StripeSimulator) -> StripeSimulator:
    """One with nothing in it."""
    running.reset()
    return running
