"""Pages at Stripe to buy on: its prices are made from the catalogue when they are first needed."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import stripe

from rekindle.billing.catalogue import Interval, Money, Offer, TopUp
from rekindle.billing.gateway.calls import PAGE, Calls, is_missing
from rekindle.billing.gateway.reading import CREDITS, TAG, USER, is_gone, noted
from rekindle.billing.port import Buyer, Ways


class Selling:
    """Sells; every method is called in a thread."""

    def __init__(self, calls: Calls, offers: Sequence[Offer]) -> None:
        self._v1 = calls.client.v1
        self._offers = offers
        self._prices: dict[tuple[str, Money], tuple[str, str]] = {}
        self._portal = ""

    # ── customers ──

    def customer(self, buyer: Buyer) -> str:
        """The one that there is, unless it was deleted at Stripe."""
        if buyer.customer is not None:
            try:
                known = self._v1.customers.retrieve(buyer.customer)
            except stripe.InvalidRequestError as error:
                if not is_missing(error):
                    raise
            else:
                if not is_gone(known):
                    return buyer.customer
        sent: Any = {"metadata": {USER: str(buyer.user_id)}}
        if buyer.email is not None:
            sent["email"] = buyer.email
        return self._v1.customers.create(sent).id

    def leave(self, customer: str) -> None:
        """Pages first: nobody is to pay on one that is still open."""
        try:
            self._close_pages(customer, "payment")
            self._close_pages(customer, "subscription")
            for each in self._v1.subscriptions.list({"customer": customer, "limit": PAGE}).auto_paging_iter():
                self._v1.subscriptions.cancel(each.id)
            if not is_gone(self._v1.customers.retrieve(customer)):
                self._v1.customers.update(customer, {"metadata": {USER: ""}})
        except stripe.InvalidRequestError as error:
            if not is_missing(error):
                raise

    # ── pages ──

    def sell_plan(self, customer: str, offer: Offer, ways: Ways) -> str:
        """A checkout; an open one of before is closed, so that two tabs do not make two subscriptions."""
        self._close_pages(customer, "subscription")
        price, _ = self._price(offer.key, offer.title, offer.price, offer.interval)
        return self._checkout(customer, price, ways, {"mode": "subscription", "metadata": {TAG: offer.key}})

    def sell_top_up(self, customer: str, top_up: TopUp, ways: Ways) -> str:
        """A checkout that remembers how many credits were promised."""
        price, _ = self._price(top_up.key, top_up.title, top_up.price, None)
        noted = {TAG: top_up.key, CREDITS: str(top_up.credits)}
        return self._checkout(customer, price, ways, {"mode": "payment", "metadata": noted})

    def _checkout(self, customer: str, price: str, ways: Ways, more: dict[str, Any]) -> str:
        sent: Any = {
            "customer": customer, "line_items": [{"price": price, "quantity": 1}], "success_url": ways.done,
            "cancel_url": ways.back, **more,
        }  # fmt: skip
        return str(self._v1.checkout.sessions.create(sent).url)

    def _close_pages(self, customer: str, mode: str) -> None:
        open_ones: Any = {"customer": customer, "status": "open", "limit": PAGE}
        for each in self._v1.checkout.sessions.list(open_ones).auto_paging_iter():
            if each.mode == mode:
                try:
                    self._v1.checkout.sessions.expire(each.id)
                except stripe.InvalidRequestError:
                    continue  # it was paid, or ended, in this very moment

    def change_plan(self, customer: str, subscription: str, item: str, offer: Offer, ways: Ways) -> str:
        """A page of the portal that names the amount and asks. A smaller plan that waited is given up for it."""
        price, _ = self._price(offer.key, offer.title, offer.price, offer.interval)
        self._forget_later(self._v1.subscriptions.retrieve(subscription))
        chosen = {"subscription": subscription, "items": [{"id": item, "price": price, "quantity": 1}]}
        after = {"type": "redirect", "redirect": {"return_url": ways.done}}
        flow = {"type": "subscription_update_confirm", "subscription_update_confirm": chosen, "after_completion": after}
        return self._portal_page(customer, ways, {"flow_data": flow})

    def portal(self, customer: str, ways: Ways) -> str:
        """The portal's first page."""
        return self._portal_page(customer, ways, {})

    def end_with_period(self, subscription: str, *, ends: bool) -> None:
        """Undone as it was done: the portal sets a time, the API a flag."""
        known = self._v1.subscriptions.retrieve(subscription)
        self._forget_later(known)
        sent: Any = {"cancel_at_period_end": True}
        if not ends:
            sent = {"cancel_at_period_end": False} if known.cancel_at_period_end else {"cancel_at": ""}
        self._v1.subscriptions.update(subscription, sent)

    def _forget_later(self, subscription: stripe.Subscription) -> None:
        """Take back a change that waits for the end of the period: while it waits, Stripe refuses any other."""
        schedule = subscription.schedule
        if schedule is not None:
            self._v1.subscription_schedules.release(schedule if isinstance(schedule, str) else schedule.id)

    # ── what is sold ──

    def _price(self, key: str, title: str, price: Money, interval: Interval | None) -> tuple[str, str]:
        """The price and its product. Another amount than Stripe has is a new price, which takes over the name."""
        if (key, price) not in self._prices:
            found = self._v1.prices.list({"lookup_keys": [key], "active": True}).data
            fitting = [each for each in found if (each.unit_amount, each.currency) == (price.amount, price.currency)]
            made = fitting[0] if fitting else self._make_price(key, title, price, interval)
            self._prices[key, price] = made.id, str(made.product)
        return self._prices[key, price]

    def _make_price(self, key: str, title: str, price: Money, interval: Interval | None) -> stripe.Price:
        product = key if interval is None else key.removesuffix(f"_{interval}")
        try:
            self._v1.products.create({"id": product, "name": f"Rekindle {title}", "metadata": {TAG: product}})
        except stripe.InvalidRequestError as error:
            if error.code != "resource_already_exists":
                raise
        sent: Any = {
            "currency": price.currency, "unit_amount": price.amount, "product": product, "lookup_key": key,
            "transfer_lookup_key": True, "metadata": {TAG: key},
        }  # fmt: skip
        if interval is not None:
            sent["recurring"] = {"interval": interval.value}
        return self._v1.prices.create(sent)

    # ── the portal ──

    def _portal_page(self, customer: str, ways: Ways, more: dict[str, Any]) -> str:
        sent: Any = {"customer": customer, "configuration": self._configuration(), "return_url": ways.back, **more}
        return self._v1.billing_portal.sessions.create(sent).url

    def _configuration(self) -> str:
        """What the portal may do, found again by its content."""
        if not self._portal:
            features = self._features()
            mark = hashlib.sha256(json.dumps(features, sort_keys=True).encode()).hexdigest()[:32]
            known = self._v1.billing_portal.configurations.list({"active": True, "limit": PAGE}).auto_paging_iter()
            found = next((each.id for each in known if noted(each.metadata, TAG) == mark), None)
            made: Any = {"features": features, "metadata": {TAG: mark}}
            self._portal = found or self._v1.billing_portal.configurations.create(made).id
        return self._portal

    def _features(self) -> dict[str, Any]:
        """A larger plan begins at once, and the rest of the old one is paid back in money and in credits. A smaller one
        waits for the end of what was paid for.
        """
        products: dict[str, list[str]] = {}
        for each in self._offers:
            price, product = self._price(each.key, each.title, each.price, each.interval)
            products.setdefault(product, []).append(price)
        later = [{"type": "decreasing_item_amount"}, {"type": "shortening_interval"}]
        return {
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            "subscription_update": {
                "enabled": True, "default_allowed_updates": ["price"], "proration_behavior": "always_invoice",
                "billing_cycle_anchor": "now", "schedule_at_period_end": {"conditions": later},
                "products": [{"product": product, "prices": prices} for product, prices in products.items()],
            },
        }  # fmt: skip
