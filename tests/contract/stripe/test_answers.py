"""The simulated Stripe answers as Stripe does, asked through Stripe's own SDK; people pay on its pages."""

import asyncio
import concurrent.futures
from typing import Any

import pytest
import stripe

from tests.contract.stripe.helpers import latest_invoice, refused
from tests.simulators.stripe.server import KEY, StripeSimulator
from tests.simulators.stripe.shopper import BACK, Shopper, faults_of

DAY = 86400


# ── how it answers ──


def test_everything_is_shaped_as_the_sdk_declares_it(shopper: Shopper, simulator: StripeSimulator) -> None:
    monthly, once, v1 = shopper.price(999), shopper.price(499, None), shopper.v1
    shopper.bought(monthly)
    shopper.bought(once, invoice_creation={"enabled": True}, automatic_tax={"enabled": True})
    shopper.press(shopper.checkout(once).id, "decline")
    for price in (monthly, once):
        shopper.press(shopper.bought(price, "later").id, "bounce")
    paid, *_ = [charge for charge in v1.charges.list().data if charge.status == "succeeded"]
    simulator.dispute(paid.id)
    v1.refunds.create({"charge": v1.charges.list().data[-1].id, "amount": 100})
    customer, _ = shopper.on_a_clock()
    shopper.portal(customer.id)
    v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["charge.refunded"]})
    lists: list[stripe.ListObject[Any]] = [
        v1.products.list(), v1.prices.list(), v1.customers.list({"expand": ["data.subscriptions"]}),
        v1.checkout.sessions.list({"expand": ["data.line_items"]}), v1.subscriptions.list({"status": "all"}),
        v1.invoices.list({"expand": ["data.payments"]}), v1.invoice_payments.list(), v1.payment_intents.list(),
        v1.payment_methods.list(), v1.charges.list({"expand": ["data.refunds"]}), v1.refunds.list(),
        v1.disputes.list(), v1.billing_portal.configurations.list(), v1.test_helpers.test_clocks.list(),
        v1.webhook_endpoints.list(), v1.events.list({"limit": 100}),
    ]  # fmt: skip
    assert all(each.data for each in lists)
    assert {fault for each in lists for thing in each.data for fault in faults_of(thing, thing.object)} == set()


def test_the_same_calls_make_the_same_ids(shopper: Shopper, simulator: StripeSimulator) -> None:
    made: list[list[str]] = []
    for seed in ("one", "one", "two"):
        simulator.reset(seed=seed)
        made.append([shopper.customer().id, shopper.price(499).id, shopper.customer().id])
    assert made[0] == made[1]
    assert not set(made[0]) & set(made[2])


def test_a_parameter_that_nothing_knows_is_refused(shopper: Shopper) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shopper.customer(favourite_colour="green")
    refused(refusal, 400, "parameter_unknown", "favourite_colour")


def test_a_missing_parameter_is_named(shopper: Shopper) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shopper.v1.checkout.sessions.create({"mode": "payment"})
    refused(refusal, 400, "parameter_missing", "success_url")


def test_what_is_not_there_is_404_as_an_address_and_400_as_a_parameter(shopper: Shopper) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shopper.v1.subscriptions.retrieve("sub_nowhere")
    refused(refusal, 404, "resource_missing", "id")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shopper.v1.billing_portal.sessions.create({"customer": "cus_nowhere"})
    refused(refusal, 400, "resource_missing", "customer")


@pytest.mark.parametrize("key", ["sk_live_123", "nonsense"])
def test_only_test_keys_are_let_in(simulator: StripeSimulator, key: str) -> None:
    addresses: Any = {"api": simulator.url}
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient(key, base_addresses=addresses).v1.customers.list()


def test_another_version_of_the_api_is_refused(shopper: Shopper) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"speaks 2026-10-28\.endive"):
        shopper.v1.customers.list({}, {"stripe_version": "2024-06-20"})


def test_references_are_spelled_out_on_request_and_only_where_there_are_some(shopper: Shopper) -> None:
    subscription = shopper.subscribed(shopper.price(999))
    found: Any = shopper.v1.subscriptions.retrieve(subscription.id, {"expand": ["customer", "latest_invoice.payments"]})
    assert found.customer.email == "someone@example.com"
    (payment,) = found.latest_invoice.payments.data
    assert (payment.status, payment.amount_paid) == ("paid", 999)
    deep: Any = shopper.v1.invoices.retrieve(
        found.latest_invoice.id, {"expand": ["payments.data.payment.payment_intent"]}
    )
    assert deep.payments.data[0].payment.payment_intent.status == "succeeded"
    assert not hasattr(shopper.v1.invoices.retrieve(found.latest_invoice.id), "payments")
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shopper.v1.subscriptions.retrieve(subscription.id, {"expand": ["status"]})
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        shopper.v1.subscriptions.list({"expand": ["data.latest_invoice.payments.data.payment"]})


def test_lists_are_read_page_by_page_newest_first(shopper: Shopper) -> None:
    made = [shopper.customer(name=str(number)).id for number in range(7)]
    first = shopper.v1.customers.list({"limit": 3})
    assert [each.id for each in first.data] == made[:3:-1]
    assert first.has_more
    assert [each.id for each in first.auto_paging_iter()] == made[::-1]
    before = shopper.v1.customers.list({"limit": 3, "ending_before": made[2]})
    assert [each.id for each in before.data] == [made[5], made[4], made[3]]
    assert shopper.v1.customers.list({"created": {"lt": 1}}).data == []


def test_a_price_is_found_by_its_lookup_key_which_can_be_handed_on(shopper: Shopper) -> None:
    old = shopper.price(999, lookup_key="cherish")
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        shopper.price(1299, lookup_key="cherish")
    new = shopper.price(1299, lookup_key="cherish", transfer_lookup_key=True)
    assert [each.id for each in shopper.v1.prices.list({"lookup_keys": ["cherish"]}).data] == [new.id]
    assert shopper.v1.prices.retrieve(old.id).lookup_key is None


# ── the same call twice ──


def test_a_key_makes_a_call_happen_once(shopper: Shopper) -> None:
    sent: Any = {"email": "once@example.com"}
    first, again = (shopper.v1.customers.create(sent, {"idempotency_key": "one"}) for _ in range(2))
    assert first.id == again.id
    assert len(shopper.v1.customers.list().data) == 1
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


def test_a_key_with_other_parameters_is_refused(shopper: Shopper) -> None:
    shopper.v1.customers.create({"email": "once@example.com"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refusal:
        shopper.v1.customers.create({"email": "other@example.com"}, {"idempotency_key": "one"})
    assert refusal.value.http_status == 400


def test_a_key_64_times_at_once_makes_one(shopper: Shopper) -> None:
    def create(_: int) -> str:
        return shopper.v1.customers.create({"name": "One"}, {"idempotency_key": "one"}).id

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create, range(64)))) == 1
    assert len(shopper.v1.customers.list().data) == 1


def test_an_answer_that_is_lost_is_found_by_the_retry_of_the_sdk(simulator: StripeSimulator) -> None:
    shopper = Shopper(simulator, retries=2)
    simulator.fail(500, times=1, done=True)
    customer = shopper.customer()
    assert [each.id for each in shopper.v1.customers.list().data] == [customer.id]
    shopper.close()


def test_a_call_that_was_refused_may_be_put_right_with_the_same_key(shopper: Shopper) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shopper.v1.products.create({}, {"idempotency_key": "one"})  # type: ignore[arg-type]
    assert shopper.v1.products.create({"name": "Restored"}, {"idempotency_key": "one"}).name == "Restored"


# ── checkout ──


def test_a_subscription_is_bought(shopper: Shopper) -> None:
    customer = shopper.customer()
    session = shopper.checkout(
        shopper.price(999), customer=customer.id, client_reference_id="user 7", metadata={"plan": "cherish"},
        subscription_data={"metadata": {"user": "7"}},
    )  # fmt: skip
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 999)
    assert session.subscription is None
    page = shopper.browser.get(str(session.url))
    assert "Subscribe $9.99" in page.text
    answer = shopper.press(session.id, "pay")
    assert answer.headers["Location"] == f"http://127.0.0.1:9/paid?session={session.id}"
    done: Any = shopper.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.client_reference_id, done.metadata["plan"]) == ("user 7", "cherish")
    assert (done.subscription.status, done.subscription.metadata["user"]) == ("active", "7")
    invoice = latest_invoice(shopper, done.subscription.id)
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == done.subscription.id
    assert (invoice.billing_reason, invoice.status, invoice.amount_paid) == ("subscription_create", "paid", 999)
    story = shopper.events("invoice.paid|subscription|checkout")
    assert story == ["invoice.paid", "customer.subscription.created", "checkout.session.completed"]


def test_something_is_bought_once(shopper: Shopper) -> None:
    session = shopper.bought(shopper.price(1299, None), payment_intent_data={"metadata": {"credits": "30"}})
    assert (session.mode, session.payment_status, session.subscription) == ("payment", "paid", None)
    intent = shopper.v1.payment_intents.retrieve(str(session.payment_intent))
    assert (intent.status, intent.amount_received, intent.metadata["credits"]) == ("succeeded", 1299, "30")
    assert session.customer is None
    assert session.customer_details is not None
    assert session.customer_details.email == "someone@example.com"


def test_a_guest_becomes_a_customer_where_that_is_asked_for(shopper: Shopper) -> None:
    session = shopper.checkout(
        shopper.price(1299, None), customer_creation="always", invoice_creation={"enabled": True}
    )
    shopper.press(session.id, "pay", email="new@example.com")
    done: Any = shopper.v1.checkout.sessions.retrieve(session.id, {"expand": ["customer", "invoice.payments"]})
    assert done.customer.email == "new@example.com"
    assert (done.invoice.billing_reason, done.invoice.status, done.invoice.parent) == ("manual", "paid", None)
    assert done.invoice.payments.data[0].payment.payment_intent == done.payment_intent


def test_a_declined_card_leaves_the_checkout_open_for_another(shopper: Shopper) -> None:
    session = shopper.checkout(shopper.price(1299, None))
    answer = shopper.press(session.id, "decline")
    assert "declined" in answer.text
    assert (shopper.session(session.id).status, shopper.session(session.id).payment_status) == ("open", "unpaid")
    assert shopper.press(session.id, "pay").status_code == 303
    done = shopper.session(session.id)
    charges = shopper.v1.charges.list({"payment_intent": str(done.payment_intent)}).data
    assert [each.status for each in charges] == ["succeeded", "failed"]
    assert shopper.events("failed|completed") == [
        "charge.failed", "payment_intent.payment_failed", "checkout.session.completed",
    ]  # fmt: skip


def test_a_declined_subscription_is_not_made(shopper: Shopper) -> None:
    session = shopper.checkout(shopper.price(999))
    shopper.press(session.id, "decline")
    assert shopper.v1.subscriptions.list({"status": "all"}).data == []


def test_an_abandoned_checkout_stays_open_until_it_expires(shopper: Shopper, simulator: StripeSimulator) -> None:
    session = shopper.checkout(shopper.price(999))
    assert shopper.press(session.id, "abandon").headers["Location"] == BACK
    assert shopper.session(session.id).status == "open"
    simulator.skip(DAY + 1)
    assert (shopper.session(session.id).status, shopper.session(session.id).url) == ("expired", None)
    assert shopper.events("checkout") == ["checkout.session.expired"]
    assert shopper.press(session.id, "pay").status_code == 404


def test_a_checkout_can_be_expired_by_us_while_it_is_open(shopper: Shopper) -> None:
    session = shopper.checkout(shopper.price(999))
    assert shopper.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="open"):
        shopper.v1.checkout.sessions.expire(session.id)


@pytest.mark.parametrize(
    ("action", "payment_status", "intent_status", "event"),
    [
        ("arrive", "paid", "succeeded", "checkout.session.async_payment_succeeded"),
        ("bounce", "unpaid", "requires_payment_method", "checkout.session.async_payment_failed"),
    ],
)
def test_money_from_a_bank_comes_days_later_or_never(
    shopper: Shopper, action: str, payment_status: str, intent_status: str, event: str
) -> None:
    session = shopper.bought(shopper.price(1299, None), "later")
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert shopper.v1.payment_intents.retrieve(str(session.payment_intent)).status == "processing"
    for _ in range(2):  # the second press finds nothing left to do
        shopper.press(session.id, action)
    assert shopper.session(session.id).payment_status == payment_status
    assert shopper.v1.payment_intents.retrieve(str(session.payment_intent)).status == intent_status
    assert shopper.events("checkout") == ["checkout.session.completed", event]


def test_a_subscription_paid_from_a_bank_runs_until_the_money_does_not_come(shopper: Shopper) -> None:
    session = shopper.bought(shopper.price(999), "later")
    key = str(session.subscription)
    assert shopper.v1.subscriptions.retrieve(key).status == "active"
    assert latest_invoice(shopper, key).status == "open"
    shopper.press(session.id, "bounce")
    assert shopper.v1.subscriptions.retrieve(key).status == "past_due"
    assert "invoice.payment_failed" in shopper.events()


def test_a_checkout_for_cards_alone_takes_nothing_from_a_bank(shopper: Shopper) -> None:
    session = shopper.checkout(shopper.price(1299, None), payment_method_types=["card"])
    assert "bank account" not in shopper.browser.get(str(session.url)).text
    assert "does not offer that" in shopper.press(session.id, "later").text
    assert shopper.session(session.id).status == "open"


def test_the_page_about_the_simulator_shows_what_is_bought_and_lets_time_pass(
    shopper: Shopper, simulator: StripeSimulator
) -> None:
    shopper.bought(shopper.price(999))
    charge = shopper.v1.charges.list().data[0].id
    assert f"value='{charge}'" in shopper.browser.get(simulator.url).text
    shopper.browser.post(simulator.url, data={"action": "dispute", "charge": charge})
    shopper.browser.post(simulator.url, data={"action": "month"})
    page = shopper.browser.get(simulator.url).text
    assert "subscription" in page
    assert shopper.events("dispute.created|invoice.paid") == [
        "invoice.paid", "charge.dispute.created", "invoice.paid",
    ]  # fmt: skip


@pytest.mark.parametrize(("every", "mode"), [("month", "payment"), (None, "subscription")])
def test_a_price_of_the_other_kind_is_refused(shopper: Shopper, every: str | None, mode: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shopper.checkout(shopper.price(999, every), mode=mode)
    refused(refusal, 400, None, "mode")


async def test_two_simulators_do_not_know_each_other() -> None:
    with StripeSimulator() as one, StripeSimulator() as two:
        addresses: Any = [{"api": each.url} for each in (one, two)]
        clients = [stripe.StripeClient(KEY, base_addresses=each) for each in addresses]
        await asyncio.to_thread(clients[0].v1.customers.create, {"name": "One"})
        assert clients[1].v1.customers.list().data == []
