"""The pages that people see: pay, manage, and a page about the simulator itself."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.simulators.stripe import checkout, clocks, portal
from tests.simulators.stripe.cards import CARDS, LATER
from tests.simulators.stripe.errors import StripeError
from tests.simulators.stripe.subscriptions import items_of, period_end
from tests.simulators.stripe.world import Thing, World

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}
button{font:inherit;padding:.5rem 1rem;margin:.25rem .5rem .25rem 0;cursor:pointer}
p.note{background:#fff4d6;padding:.75rem}p.small{color:#555;font-size:.85rem}
table{border-collapse:collapse}td{padding:.2rem 1rem .2rem 0}"""


def document(title: str, body: str) -> HTMLResponse:
    head = f"<meta charset=utf-8><meta name=viewport content='width=device-width'><title>{escape(title)}</title>"
    warning = "<p class=small>A simulator on this machine. No money moves, and no card is real.</p>"
    return HTMLResponse(
        f"<!doctype html><html lang=en><head>{head}<style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main>{warning}</body></html>"
    )


def money(amount: int, currency: str) -> str:
    return f"${amount / 100:,.2f}" if currency == "usd" else f"{amount / 100:,.2f} {currency.upper()}"


def day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%-d %B %Y}"


def button(action: str, label: str, **hidden: str) -> str:
    fields = "".join(f"<input type=hidden name='{name}' value='{escape(value)}'>" for name, value in hidden.items())
    press = f"<button name=action value={action}>{escape(label)}</button>"
    return f"<form method=post style=display:inline>{fields}{press}</form>"


def cards(chosen: str = "pm_card_visa") -> str:
    options = "".join(
        f"<option value={token}{' selected' if token == chosen else ''}>{card.number} – {escape(card.title)}</option>"
        for token, card in CARDS.items()
    )
    return f"<label>Card <select name=card>{options}</select></label>"


class Pages:
    """What a browser may ask of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.routes = [
            Route("/c/pay/{id}", self.pay, methods=["GET", "POST"]),
            Route("/p/session/{id}", self.manage, methods=["GET", "POST"]),
            Route("/i/{id}", self.invoice, methods=["GET"]),
        ]

    def _found(self, kind: str, request: Request) -> Thing | None:
        return self.world.objects.get(kind, {}).get(request.path_params["id"])

    # ── pay ──

    async def pay(self, request: Request) -> Response:
        form = await request.form()
        clocks.run_until(self.world, None, self.world.now())
        session = self._found("checkout.session", request)
        if session is None:
            return _gone("There is no such checkout.")
        if session["status"] == "expired":
            return _gone("This checkout has expired.")
        if request.method == "GET":
            return self._till(session)
        return self._bought(session, form)

    def _bought(self, session: Thing, form: FormData) -> Response:
        action, token = _text(form, "action"), _text(form, "card") or "pm_card_visa"
        if action == "abandon":
            return RedirectResponse(session["cancel_url"] or f"{self.world.base_url}/", 303)
        if action in {"arrive", "bounce"} and checkout.waits(self.world, session):
            checkout.settle(self.world, session, arrives=action == "arrive")
            return self._till(session)
        chosen = {"pay": token, "decline": "pm_card_visa_chargeDeclined", "later": LATER}.get(action)
        offered = {*CARDS, *session["payment_method_types"]}
        if session["status"] != "open" or chosen not in offered:
            return self._till(session, note="This checkout was completed, or the page does not offer that.")
        paid = checkout.pay(self.world, session, chosen, _text(form, "email") or "someone@example.com")
        if paid is False:
            return self._till(session, note="Your card was declined. Try another one.")
        return RedirectResponse(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)

    def _till(self, session: Thing, note: str = "") -> Response:
        lines = "".join(
            f"<tr><td>{item['quantity']} × {escape(item['description'])}</td>"
            f"<td>{money(item['amount_total'], item['currency'])}</td></tr>"
            for item in self.world.where("item", session=session["id"])
        )
        total = money(session["amount_total"], session["currency"])
        body = f"{_note(note)}<table>{lines}<tr><td><b>Total</b></td><td><b>{total}</b></td></tr></table>"
        if checkout.waits(self.world, session):
            body += "<p>The money is on its way.</p>"
            return document("Checkout", body + button("arrive", "It arrives") + button("bounce", "It does not"))
        if session["status"] == "complete":
            return document("Checkout", f"{body}<p>This checkout is complete: {session['payment_status']}.</p>")
        known = session["customer_details"] and session["customer_details"]["email"]
        email = "" if known else "<p><label>Email <input name=email value=someone@example.com></label></p>"
        bank = "<button name=action value=later>Pay from a bank account (takes days)</button>"
        word = "Subscribe" if session["mode"] == "subscription" else "Pay"
        return document(
            "Checkout",
            f"{body}<form method=post>{email}<p>{cards()}</p>"
            f"<button name=action value=pay>{word} {total}</button>"
            f"{bank if LATER in session['payment_method_types'] else ''}"
            "<button name=action value=decline>Be declined</button>"
            "<button name=action value=abandon>Go back</button></form>",
        )

    # ── manage ──

    async def manage(self, request: Request) -> Response:
        form = await request.form()
        clocks.run_until(self.world, None, self.world.now())
        session = self._found("billing_portal.session", request)
        if session is None:
            return _gone("There is no such session.")
        if session["flow"] is not None:
            return self._confirm(session, form if request.method == "POST" else None)
        note = self._managed(session, form) if request.method == "POST" else ""
        return self._portal(session, note)

    def _confirm(self, session: Thing, form: FormData | None) -> Response:
        """A page for one change of plan, which says what it is and asks."""
        flow = session["flow"]["subscription_update_confirm"]
        subscription = self.world.find("subscription", flow["subscription"])
        price = self.world.find("price", flow["items"][0]["price"])
        if form is not None and _text(form, "action") == "confirm":
            try:
                portal.act(self.world, session, "switch", subscription, price["id"])
            except StripeError as refusal:
                return document("Change plan", _note(refusal.message))
            after = session["flow"]["after_completion"]["redirect"]
            return RedirectResponse(after["return_url"] if after else session["return_url"], 303)
        when = "at the end of the period" if portal.waits(self.world, session, subscription, price) else "now"
        back = f"<p><a href='{escape(session['return_url'])}'>Go back</a></p>"
        text = f"<p>{escape(self._price(price))}, {when}. What was paid and not used is counted.</p>"
        return document("Change plan", text + button("confirm", "Confirm") + back)

    def _managed(self, session: Thing, form: FormData) -> str:
        wanted = _text(form, "subscription")
        for subscription in portal.mine(self.world, session):
            if subscription["id"] == wanted:
                try:
                    portal.act(self.world, session, _text(form, "action"), subscription, _text(form, "value"))
                except StripeError as refusal:
                    return refusal.message
                return ""
        return "There is no such subscription."

    def _portal(self, session: Thing, note: str) -> Response:
        mine = portal.mine(self.world, session)
        body = _note(note) + ("".join(self._plan(session, each) for each in mine) or "<p>No subscription.</p>")
        bills = [each for each in self.world.where("invoice", customer=session["customer"]) if each["number"]]
        rows = "".join(
            f"<tr><td><a href='/i/{each['id']}'>{each['number']}</a></td><td>{day(each['created'])}</td>"
            f"<td>{money(each['total'], each['currency'])}</td><td>{each['status']}</td></tr>"
            for each in reversed(bills)
        )
        back = session["return_url"]
        link = f"<p><a href='{escape(back)}'>Return</a></p>" if back else ""
        return document("Billing", f"{body}<h2>Invoices</h2><table>{rows}</table>{link}")

    def _plan(self, session: Thing, subscription: Thing) -> str:
        item = items_of(subscription)[0]
        here = subscription["id"]
        text = f"<h2>{escape(self._price(item['price']))}</h2><p>{subscription['status']}, "
        if subscription["cancel_at"]:
            text += f"ends on {day(subscription['cancel_at'])}</p>"
            return text + button("resume", "Do not cancel", subscription=here)
        text += f"renews on {day(period_end(subscription))}</p>"
        if portal.can_cancel(self.world, session):
            text += button("cancel", "Cancel", subscription=here)
        for price in portal.offers(self.world, session, subscription):
            text += button("switch", f"Switch to {self._price(price)}", subscription=here, value=price["id"])
        for token in ("pm_card_visa", "pm_card_chargeCustomerFail"):
            text += button("card", f"Use the {CARDS[token].title}", subscription=here, value=token)
        return text

    def _price(self, price: Thing) -> str:
        name = self.world.find("product", price["product"])["name"]
        return f"{name}, {money(price['unit_amount'], price['currency'])} a {price['recurring']['interval']}"

    async def invoice(self, request: Request) -> Response:
        invoice = self._found("invoice", request)
        if invoice is None:
            return _gone("There is no such invoice.")
        rows = "".join(
            f"<tr><td>{escape(line['description'])}</td><td>{money(line['amount'], line['currency'])}</td></tr>"
            for line in invoice["lines"]["data"]
        )
        due = money(invoice["amount_due"], invoice["currency"])
        return document(f"Invoice {invoice['number']}", f"<table>{rows}</table><p>{due}, {invoice['status']}</p>")


def _text(form: FormData, name: str) -> str:
    value: Any = form.get(name, "")
    return value if isinstance(value, str) else ""


def _note(text: str) -> str:
    return f"<p class=note role=alert>{escape(text)}</p>" if text else ""


def _gone(text: str) -> Response:
    answer = document("Not here", f"<p>{escape(text)}</p>")
    answer.status_code = 404
    return answer
