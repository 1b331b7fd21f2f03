"""The simulated Stripe delivers its events signed, and as badly as it is told to."""

import itertools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import stripe

from tests.simulators.stripe.listener import Listener
from tests.simulators.stripe.server import KEY, StripeSimulator
from tests.simulators.stripe.shopper import Shopper

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def ears() -> Generator[Listener]:
    with Listener() as listening:
        yield listening


@pytest.fixture(scope="module")
def running(ears: Listener) -> Generator[StripeSimulator]:
    with StripeSimulator(webhook=ears.url) as simulator:
        yield simulator


@pytest.fixture
def listener(ears: Listener, running: StripeSimulator) -> Listener:
    """One that has heard nothing, of a simulator with nothing in it."""
    running.reset()
    ears.heard.clear()
    ears.refuse = 0
    return ears


@pytest.fixture
def simulator(running: StripeSimulator, listener: Listener) -> StripeSimulator:
    return running


def test_what_happens_is_told_in_order_signed_and_once(
    shopper: Shopper, simulator: StripeSimulator, listener: Listener
) -> None:
    session = shopper.bought(shopper.price(999))
    simulator.settled()
    assert listener.types == shopper.events()
    assert listener.types[-1] == "checkout.session.completed"
    assert all(each.valid for each in listener.heard)
    last = stripe.Webhook.construct_event(listener.heard[-1].body, listener.heard[-1].signature, listener.secret)
    assert isinstance(last.data.object, stripe.checkout.Session)
    assert (last.data.object.id, last.data.object.payment_status) == (session.id, "paid")
    assert last.api_version == "2026-10-28.endive"
    assert shopper.v1.events.retrieve(last.id).pending_webhooks == 0


def test_an_event_says_what_was_before_and_which_call_it_came_from(shopper: Shopper) -> None:
    customer = shopper.customer(name="Ada")
    shopper.v1.customers.update(customer.id, {"name": "Grace"}, {"idempotency_key": "rename"})
    (event,) = shopper.v1.events.list({"type": "customer.updated"}).data
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes.to_dict() == {"name": "Ada"}
    assert event.request is not None
    assert event.request.idempotency_key == "rename"
    assert str(event.request.id).startswith("req_")
    assert shopper.events("^customer") == ["customer.created", "customer.updated"]


def test_an_endpoint_hears_what_it_asked_for(simulator: StripeSimulator, shopper: Shopper) -> None:
    with Listener("whsec_set_below") as other:
        made = shopper.v1.webhook_endpoints.create({"url": other.url, "enabled_events": ["price.created"]})
        other.secret = str(made.secret)
        shopper.price(999)
        simulator.settled()
        assert [(each.type, each.valid) for each in other.heard] == [("price.created", True)]
        assert not hasattr(shopper.v1.webhook_endpoints.retrieve(made.id), "secret")
        shopper.v1.webhook_endpoints.delete(made.id)
        shopper.price(499)
        simulator.settled()
        assert len(other.heard) == 1


def test_a_delivery_that_is_not_taken_is_tried_again(
    shopper: Shopper, simulator: StripeSimulator, listener: Listener
) -> None:
    simulator.webhooks(retry_after=[0.05, 0.05, 0.05])
    listener.refuse = 2
    customer = shopper.customer()
    tries = simulator.settled()
    assert [(each["attempt"], each["status"]) for each in tries] == [(1, 500), (2, 500), (3, 200)]
    assert {each.event for each in listener.heard} == {tries[0]["event"]}
    assert shopper.v1.events.list({"delivery_success": False}).data == []
    assert shopper.v1.customers.retrieve(customer.id).email == "visitor@example.com"


def test_an_event_that_is_never_taken_is_found_in_the_list(
    shopper: Shopper, simulator: StripeSimulator, listener: Listener
) -> None:
    simulator.webhooks(retry_after=[0.01])
    listener.refuse = 2
    shopper.customer()
    simulator.settled()
    (missed,) = shopper.v1.events.list({"delivery_success": False}).data
    assert (missed.type, missed.pending_webhooks) == ("customer.created", 1)


def test_events_are_doubled_and_shuffled_in_an_order_that_the_seed_decides(
    shopper: Shopper, simulator: StripeSimulator, listener: Listener
) -> None:
    orders: list[list[str]] = []
    for seed in (1, 1, 2):
        simulator.reset()
        simulator.webhooks(hold=True, copies=3, shuffle=seed)
        shopper.bought(shopper.price(499, None))
        listener.heard.clear()
        simulator.release()
        simulator.settled()
        orders.append(listener.types)
        assert set(Counter(each.event for each in listener.heard).values()) == {3}
    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != [name for name in shopper.events() for _ in range(3)]


def test_events_that_are_held_back_are_delivered_in_every_order_that_is_asked_for(
    shopper: Shopper, simulator: StripeSimulator, listener: Listener
) -> None:
    simulator.webhooks(hold=True)
    shopper.bought(shopper.price(999))
    story = ("invoice.paid", "customer.subscription.created", "checkout.session.completed")
    held = [each["id"] for each in simulator.held() if each["type"] in story]
    assert listener.heard == []
    for order in itertools.permutations(held):
        listener.heard.clear()
        simulator.deliver(order)
        assert [each.event for each in listener.heard] == list(order)
    listener.heard.clear()
    answers = simulator.deliver(held, copies=5, parallel=8)
    assert Counter(each["event"] for each in answers) == dict.fromkeys(held, 5)
    assert {each["status"] for each in answers} == {200}
    assert not set(held) & {each["id"] for each in simulator.held()}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("good", 200), ("rotated", 200), ("wrong", 400), ("stale", 400), ("missing", 400), ("reencoded", 400)],
)
def test_only_a_good_signature_is_taken_by_the_sdk(
    shopper: Shopper, simulator: StripeSimulator, listener: Listener, kind: str, status: int
) -> None:
    simulator.webhooks(hold=True)
    shopper.customer()
    (event,) = simulator.held()
    (answer,) = simulator.deliver([event["id"]], signature=kind)
    assert answer["status"] == status
    assert listener.heard[0].valid is (status == 200)


def test_a_receiver_that_is_not_there_is_noted(shopper: Shopper, simulator: StripeSimulator) -> None:
    simulator.webhooks(retry_after=[])
    shopper.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["customer.created"]})
    shopper.customer()
    assert {(each["url"], each["status"]) for each in simulator.settled()} >= {("http://127.0.0.1:9/", 0)}


def test_a_knob_that_is_not_there_is_refused(simulator: StripeSimulator) -> None:
    with pytest.raises(AssertionError, match="no such knob: volume"):
        simulator.webhooks(volume=11)


def test_it_runs_by_hand(listener: Listener) -> None:
    command = [sys.executable, "-u", "-m", "tests.simulators.stripe", "--port", "0", "--webhook", listener.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = re.search(r"http://\S+", process.stdout.readline())
            assert said is not None
            addresses: Any = {"api": said[0]}
            client = stripe.StripeClient(KEY, base_addresses=addresses, max_network_retries=2)
            product = client.v1.products.create({"name": "Restored"})
            home = httpx2.get(said[0], trust_env=False).text
        finally:
            process.terminate()
            process.wait(20)
    assert product.name == "Restored"
    assert "Let a month pass" in home
    assert listener.types == ["product.created"]
