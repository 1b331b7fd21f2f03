"""The simulated Stripe's subscriptions, payments, refunds and disputes, and how time passes for them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.contract.stripe.helpers import latest_invoice, refused
from tests.simulators.stripe.server import StripeSimulator
from tests.simulators.stripe.shopper import JANUARY_31, Shopper, faults_of

DAY, HOUR = 86400, 3600


def day_of(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M}"


def period_of(subscription: stripe.Subscription) -> tuple[str, str]:
    (item,) = subscription.items.data
    return day_of(item.current_period_start), day_of(item.current_period_end)


# ── the portal ──


def test_canceling_in_the_portal_sets_the_time_alone(shopper: Shopper) -> None:
    subscription = shopper.subscribed(shopper.price(999))
    address = shopper.portal(subscription.customer)
    shopper.manage(address, "cancel", subscription.id)
    changed = shopper.v1.subscriptions.retrieve(subscription.id)
    end = changed.items.data[0].current_period_end
    assert (changed.status, changed.cancel_at, changed.cancel_at_period_end) == ("active", end, False)
    assert "ends on" in shopper.manage(address, "nothing", subscription.id).text
    shopper.manage(address, "resume", subscription.id)
    assert shopper.v1.subscriptions.retrieve(subscription.id).cancel_at is None


def test_a_larger_plan_is_charged_for_the_rest_of_the_month(shopper: Shopper) -> None:
    small, large = shopper.price(1000), shopper.price(3000)
    customer, clock = shopper.on_a_clock()
    subscription = shopper.subscribed(small, customer=customer.id)
    end = subscription.items.data[0].current_period_end
    half = JANUARY_31 + (end - JANUARY_31) // 2
    shopper.advance(clock, half)
    address = shopper.portal(customer.id)
    assert "Switch to Thing for 3000, $30.00 a month" in shopper.browser.get(address).text
    shopper.manage(address, "switch", subscription.id, large.id)
    changed = shopper.v1.subscriptions.retrieve(subscription.id)
    (item,) = changed.items.data
    assert (item.id, item.price.id, item.current_period_end) == (subscription.items.data[0].id, large.id, end)
    invoice = latest_invoice(shopper, subscription.id)
    assert (invoice.billing_reason, invoice.status, invoice.amount_paid) == ("subscription_update", "paid", 1000)
    assert [line.amount for line in invoice.lines.data] == [-500, 1500]


def test_a_smaller_plan_leaves_a_credit_for_the_next_bill(shopper: Shopper) -> None:
    small, large = shopper.price(1000), shopper.price(3000)
    customer, clock = shopper.on_a_clock()
    subscription = shopper.subscribed(large, customer=customer.id)
    (item,) = subscription.items.data
    shopper.advance(clock, JANUARY_31 + (item.current_period_end - JANUARY_31) // 2)
    change: Any = {"items": [{"id": item.id, "price": small.id}], "proration_behavior": "always_invoice"}
    shopper.v1.subscriptions.update(subscription.id, change)
    assert shopper.v1.customers.retrieve(customer.id).balance == -1000
    shopper.advance(clock, item.current_period_end + 2 * HOUR)
    invoice = latest_invoice(shopper, subscription.id)
    assert (invoice.total, invoice.amount_due, invoice.status) == (1000, 0, "paid")
    assert shopper.v1.customers.retrieve(customer.id).balance == 0


def test_a_yearly_plan_begins_anew_and_gives_back_the_rest_of_the_month(shopper: Shopper) -> None:
    monthly, yearly = shopper.price(1000), shopper.price(9600, "year")
    customer, clock = shopper.on_a_clock()
    subscription = shopper.subscribed(monthly, customer=customer.id)
    (item,) = subscription.items.data
    shopper.advance(clock, JANUARY_31 + (item.current_period_end - JANUARY_31) // 2)
    shopper.v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price": yearly.id}]})
    assert period_of(shopper.v1.subscriptions.retrieve(subscription.id)) == ("2026-02-14 12:00", "2027-02-14 12:00")
    assert latest_invoice(shopper, subscription.id).amount_paid == 9600 - 500


def test_the_portal_offers_what_its_configuration_allows(shopper: Shopper) -> None:
    one, two, three = (shopper.price(amount) for amount in (1000, 2000, 3000))
    features: Any = {
        "subscription_cancel": {"enabled": False},
        "subscription_update": {
            "enabled": True, "default_allowed_updates": ["price"], "proration_behavior": "none",
            "products": [{"product": str(two.product), "prices": [two.id]}],
        },
    }  # fmt: skip
    configuration = shopper.v1.billing_portal.configurations.create({"features": features})
    subscription = shopper.subscribed(one)
    address = shopper.portal(subscription.customer, configuration=configuration.id)
    page = shopper.browser.get(address).text
    assert two.id in page
    assert three.id not in page
    assert "Cancel" not in page
    shopper.manage(address, "cancel", subscription.id)
    assert shopper.v1.subscriptions.retrieve(subscription.id).cancel_at is None


# ── time ──


def test_a_subscription_of_the_31st_renews_on_the_last_day_of_each_month(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    subscription = shopper.subscribed(shopper.price(999), customer=customer.id)
    assert period_of(subscription) == ("2026-01-31 12:00", "2026-02-28 12:00")
    shopper.advance(clock, JANUARY_31 + 28 * DAY + 60)
    draft = latest_invoice(shopper, subscription.id)
    assert (draft.status, draft.billing_reason) == ("draft", "subscription_cycle")
    assert period_of(shopper.v1.subscriptions.retrieve(subscription.id)) == ("2026-02-28 12:00", "2026-03-31 12:00")
    shopper.advance(clock, JANUARY_31 + 28 * DAY + HOUR)
    paid = latest_invoice(shopper, subscription.id)
    assert (paid.id, paid.status, paid.amount_paid) == (draft.id, "paid", 999)
    assert (day_of(paid.lines.data[0].period.start), day_of(paid.lines.data[0].period.end)) == (
        "2026-02-28 12:00",
        "2026-03-31 12:00",
    )
    assert shopper.events("invoice.paid") == ["invoice.paid"] * 2


def test_a_card_that_no_longer_pays_is_tried_again_and_then_the_subscription_ends(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    subscription = shopper.subscribed(shopper.price(999), customer=customer.id)
    shopper.manage(shopper.portal(customer.id), "card", subscription.id, "pm_card_chargeCustomerFail")
    renewal = subscription.items.data[0].current_period_end + HOUR
    shopper.advance(clock, renewal)
    assert shopper.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    invoice = latest_invoice(shopper, subscription.id)
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == ("open", 1, renewal + 3 * DAY)
    shopper.advance(clock, renewal + 15 * DAY)
    ended = shopper.v1.subscriptions.retrieve(subscription.id)
    assert ended.cancellation_details is not None
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    assert len(shopper.events("invoice.payment_failed")) == 4
    assert shopper.events("subscription")[-1] == "customer.subscription.deleted"


def test_a_card_put_right_in_time_saves_the_subscription(shopper: Shopper, simulator: StripeSimulator) -> None:
    simulator.dunning(retry_days=[1], in_the_end="unpaid")
    customer, clock = shopper.on_a_clock()
    subscription = shopper.subscribed(shopper.price(999), customer=customer.id)
    address = shopper.portal(customer.id)
    shopper.manage(address, "card", subscription.id, "pm_card_chargeCustomerFail")
    renewal = subscription.items.data[0].current_period_end + HOUR
    shopper.advance(clock, renewal + DAY)
    assert shopper.v1.subscriptions.retrieve(subscription.id).status == "unpaid"
    with pytest.raises(stripe.CardError):
        shopper.v1.invoices.pay(latest_invoice(shopper, subscription.id).id)
    shopper.manage(address, "card", subscription.id, "pm_card_visa")
    assert shopper.v1.invoices.pay(latest_invoice(shopper, subscription.id).id).status == "paid"
    assert shopper.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_canceled_subscription_ends_when_its_period_does(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    subscription = shopper.subscribed(shopper.price(999), customer=customer.id)
    changed = shopper.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    end = subscription.items.data[0].current_period_end
    assert (changed.cancel_at_period_end, changed.cancel_at, changed.status) == (True, end, "active")
    shopper.advance(clock, end + DAY)
    ended = shopper.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert shopper.v1.subscriptions.list({"customer": customer.id}).data == []
    assert len(shopper.v1.invoices.list({"customer": customer.id}).data) == 1


def test_a_clock_goes_forward_and_not_too_far_at_once(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    shopper.subscribed(shopper.price(999), customer=customer.id)
    for moment in (JANUARY_31 - 1, JANUARY_31 + 70 * DAY):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            shopper.advance(clock, moment)
        refused(refusal, 400, None, "frozen_time")
    answer = shopper.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": JANUARY_31 + DAY})
    assert answer.status == "advancing"
    assert shopper.v1.test_helpers.test_clocks.retrieve(clock).status == "ready"


def test_time_without_a_test_clock_can_be_skipped(shopper: Shopper, simulator: StripeSimulator) -> None:
    subscription = shopper.subscribed(shopper.price(999))
    simulator.skip(3 * 31 * DAY)
    paid = shopper.v1.invoices.list({"subscription": subscription.id, "status": "paid"}).data
    assert [each.billing_reason for each in paid] == ["subscription_cycle"] * 3 + ["subscription_create"]


# ── subscriptions, payments, refunds and disputes over the API ──


def test_a_subscription_made_over_the_api_needs_its_first_payment(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    price = shopper.price(999)
    asked: Any = {"customer": customer.id, "items": [{"price": price.id}]}
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        shopper.v1.subscriptions.create(asked)
    method = shopper.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    failing = shopper.v1.subscriptions.create({**asked, "default_payment_method": method.id})
    assert failing.status == "incomplete"
    good = shopper.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert shopper.v1.subscriptions.create({**asked, "default_payment_method": good.id}).status == "active"
    shopper.advance(clock, JANUARY_31 + DAY)
    assert shopper.v1.subscriptions.retrieve(failing.id).status == "incomplete_expired"
    assert latest_invoice(shopper, failing.id).status == "void"


def test_a_card_that_cannot_be_saved_is_refused(shopper: Shopper) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        shopper.v1.payment_methods.attach("pm_card_visa_chargeDeclined", {"customer": shopper.customer().id})
    refused(refusal, 402, "card_declined", None)


def test_a_payment_off_the_page_is_made_or_declined(shopper: Shopper) -> None:
    asked: Any = {"amount": 4999, "currency": "usd", "confirm": True}
    paid = shopper.v1.payment_intents.create({**asked, "payment_method": "pm_card_visa"})
    assert (paid.status, paid.amount_received) == ("succeeded", 4999)
    token = "pm_card_visa_chargeDeclinedInsufficientFunds"
    with pytest.raises(stripe.CardError) as refusal:
        shopper.v1.payment_intents.create({**asked, "payment_method": token})
    error: Any = refusal.value
    assert error.error.decline_code == "insufficient_funds"
    assert error.error.payment_intent.status == "requires_payment_method"


def test_money_is_given_back_in_parts_and_never_more_than_was_paid(shopper: Shopper) -> None:
    intent = str(shopper.bought(shopper.price(1299, None)).payment_intent)
    first = shopper.v1.refunds.create({"payment_intent": intent, "amount": 300})
    assert (first.status, first.amount, first.payment_intent) == ("succeeded", 300, intent)
    with pytest.raises(stripe.InvalidRequestError, match="greater than"):
        shopper.v1.refunds.create({"payment_intent": intent, "amount": 1000})
    assert shopper.v1.refunds.create({"payment_intent": intent}).amount == 999
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shopper.v1.refunds.create({"payment_intent": intent})
    refused(refusal, 400, "charge_already_refunded", None)
    (charge,) = shopper.v1.charges.list({"payment_intent": intent, "expand": ["data.refunds"]}).data
    assert (charge.refunded, charge.amount_refunded) == (True, 1299)
    assert charge.refunds is not None
    assert [each.amount for each in charge.refunds.data] == [999, 300]
    assert len(shopper.events("charge.refunded")) == 2


def test_the_invoice_of_a_payment_is_found_from_the_payment(shopper: Shopper) -> None:
    subscription = shopper.subscribed(shopper.price(999))
    (charge,) = shopper.v1.charges.list({"customer": str(subscription.customer)}).data
    asked: Any = {"payment": {"type": "payment_intent", "payment_intent": charge.payment_intent}}
    (payment,) = shopper.v1.invoice_payments.list(asked).data
    assert payment.invoice == subscription.latest_invoice


def test_a_disputed_charge_is_won_or_lost(shopper: Shopper, simulator: StripeSimulator) -> None:
    session = shopper.checkout(shopper.price(1299, None))
    shopper.press(session.id, "pay", card="pm_card_createDispute")
    (dispute,) = shopper.v1.disputes.list().data
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 1299)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shopper.v1.refunds.create({"charge": str(dispute.charge)})
    refused(refusal, 400, "charge_disputed", None)
    won = shopper.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert won.status == "won"
    charge = str(
        shopper.v1.payment_intents.retrieve(str(shopper.bought(shopper.price(499, None)).payment_intent)).latest_charge
    )
    other = simulator.dispute(charge)
    assert shopper.v1.disputes.close(other["id"]).status == "lost"
    assert shopper.events("dispute.(created|closed)") == ["charge.dispute.created", "charge.dispute.closed"] * 2


def test_a_deleted_customer_is_gone_with_its_subscriptions(shopper: Shopper) -> None:
    subscription = shopper.subscribed(shopper.price(999))
    customer = str(subscription.customer)
    assert shopper.v1.customers.delete(customer).deleted
    assert shopper.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert shopper.v1.customers.retrieve(customer).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        shopper.portal(customer)


# ── a change of plan that only has to be confirmed ──


def confirming(shopper: Shopper, subscription: stripe.Subscription, price: stripe.Price, **update: Any) -> str:
    """A page of the portal for one change of plan."""
    products = [
        {"product": str(each.product), "prices": [each.id]} for each in shopper.v1.prices.list({"limit": 100}).data
    ]
    features: Any = {
        "subscription_update": {
            "enabled": True, "default_allowed_updates": ["price"], "products": products,
            "proration_behavior": "always_invoice", **update,
        }
    }  # fmt: skip
    made = shopper.v1.billing_portal.configurations.create({"features": features, "metadata": {"kind": "one change"}})
    assert made.metadata is not None
    assert made.metadata["kind"] == "one change"
    chosen = [{"id": subscription.items.data[0].id, "price": price.id}]
    flow = {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": {"subscription": subscription.id, "items": chosen},
        "after_completion": {"type": "redirect", "redirect": {"return_url": "http://127.0.0.1:9/changed"}},
    }
    return shopper.portal(subscription.customer, configuration=made.id, flow_data=flow)


def test_a_confirmed_change_can_begin_a_new_period(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    small, large = shopper.price(1000), shopper.price(3000)
    subscription = shopper.subscribed(small, customer=customer.id)
    shopper.advance(clock, JANUARY_31 + 14 * DAY)
    page = confirming(shopper, subscription, large, billing_cycle_anchor="now")
    assert "$30.00 a month, now" in shopper.browser.get(page).text
    answer = shopper.browser.post(page, data={"action": "confirm"})
    assert answer.headers["Location"] == "http://127.0.0.1:9/changed"
    changed = shopper.v1.subscriptions.retrieve(subscription.id)
    assert period_of(changed) == ("2026-02-14 12:00", "2026-03-14 12:00")
    invoice = latest_invoice(shopper, subscription.id)
    assert sorted(line.amount for line in invoice.lines.data) == [-500, 3000]
    assert (invoice.billing_reason, invoice.amount_paid) == ("subscription_update", 2500)


def test_a_confirmed_change_to_less_can_wait_for_the_end_of_the_period(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    small, large = shopper.price(1000), shopper.price(3000)
    subscription = shopper.subscribed(large, customer=customer.id)
    later = {"conditions": [{"type": "decreasing_item_amount"}]}
    page = confirming(shopper, subscription, small, schedule_at_period_end=later)
    assert "at the end of the period" in shopper.browser.get(page).text
    shopper.browser.post(page, data={"action": "confirm"})
    waiting = shopper.v1.subscriptions.retrieve(subscription.id)
    assert (waiting.items.data[0].price.id, str(waiting.schedule)[:10]) == (large.id, "sub_sched_")
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        shopper.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    shopper.advance(clock, subscription.items.data[0].current_period_end + DAY)
    assert shopper.v1.subscriptions.retrieve(subscription.id).items.data[0].price.id == small.id
    assert latest_invoice(shopper, subscription.id).amount_paid == 1000


def test_a_change_that_waits_can_be_taken_back(shopper: Shopper) -> None:
    customer, clock = shopper.on_a_clock()
    small, large = shopper.price(1000), shopper.price(3000)
    subscription = shopper.subscribed(large, customer=customer.id)
    later = {"conditions": [{"type": "decreasing_item_amount"}]}
    page = confirming(shopper, subscription, small, schedule_at_period_end=later)
    shopper.browser.post(page, data={"action": "confirm"})
    schedule = str(shopper.v1.subscriptions.retrieve(subscription.id).schedule)
    released = shopper.v1.subscription_schedules.release(schedule)
    assert (released.status, released.released_subscription) == ("released", subscription.id)
    assert faults_of(released, "schedule") == []
    shopper.advance(clock, subscription.items.data[0].current_period_end + DAY)
    renewed = shopper.v1.subscriptions.retrieve(subscription.id)
    assert (renewed.schedule, renewed.items.data[0].price.id) == (None, large.id)
