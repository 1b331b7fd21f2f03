"""Answers `/v1/...`: who asks, whether it was asked before, which resource answers, and how it is said."""

import json
import logging
import re
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from tests.simulators.stripe import (
    billing,
    catalogue,
    checkout,
    clocks,
    customers,
    disputes,
    payments,
    portal,
    refunds,
    webhooks,
)
from tests.simulators.stripe.errors import StripeError, invalid
from tests.simulators.stripe.forms import Params, decoded
from tests.simulators.stripe.rendering import rendered
from tests.simulators.stripe.routes import Call, Endpoint
from tests.simulators.stripe.world import API_VERSION, World

log = logging.getLogger(__name__)
RESOURCES = (billing, catalogue, checkout, clocks, customers, disputes, payments, portal, refunds, webhooks)
ENDPOINTS = [endpoint for resource in RESOURCES for endpoint in resource.routes]
LONGEST_KEY = 255


@dataclass(slots=True)
class Faults:
    """Trouble to make: the next `times` calls are answered with `status`, after being done if `done`."""

    status: int = 500
    times: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer to the first call with an idempotency key."""

    question: tuple[str, str, str]
    status: int
    body: bytes
    request: str


@dataclass
class Api:
    """Stripe's API over one world."""

    world: World
    faults: Faults = field(default_factory=Faults)
    _kept: dict[tuple[str, str], Kept] = field(default_factory=dict)

    def forget(self) -> None:
        self.faults.times = 0
        self._kept.clear()

    async def answer(self, request: Request) -> Response:
        body = (await request.body()).decode()
        return self._answer(request, body)

    def _answer(self, request: Request, body: str) -> Response:
        """From here on nothing else happens in this world until the answer is there."""
        name = self.world.new_id("request")
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        failing = self.faults.times > 0
        if failing:
            self.faults.times -= 1
        try:
            if failing and not self.faults.done:
                raise self._trouble()
            caller = _caller(request)
            question = (request.method, request.url.path, body)
            if key and (kept := self._before(caller, key, question)) is not None:
                return _reply(kept.status, kept.body, name, {"Idempotency-Key": key, "Idempotent-Replayed": "true",
                                                             "Original-Request": kept.request})  # fmt: skip
            self.world.request = {"id": name, "idempotency_key": key}
            status, answer = self._done(request, body)
            if key and (status < 300 or status == 402 or status >= 500):
                self._kept[caller, key] = Kept(question, status, answer, name)
            if failing:
                raise self._trouble()
        except StripeError as refusal:
            status, answer = refusal.status, json.dumps(refusal.body(), indent=2).encode()
        finally:
            self.world.request = {"id": None, "idempotency_key": None}
        return _reply(status, answer, name, {"Idempotency-Key": key} if key else {})

    def _trouble(self) -> StripeError:
        return StripeError(self.faults.status, "api_error", "The simulator was asked to fail here.")

    def _before(self, caller: str, key: str, question: tuple[str, str, str]) -> Kept | None:
        """What was answered to this key; a refusal when something else is asked with it."""
        if len(key) > LONGEST_KEY:
            raise invalid(f"Idempotency keys are at most {LONGEST_KEY} characters long.")
        kept = self._kept.get((caller, key))
        if kept is not None and kept.question != question:
            same = kept.question[:2] == question[:2]
            what = "parameters" if same else "endpoint"
            raise StripeError(
                400, "idempotency_error",
                f"Keys for idempotent requests can only be used with the same {what} they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
            )  # fmt: skip
        return kept

    def _done(self, request: Request, body: str) -> tuple[int, bytes]:
        try:
            sent = request.url.query if request.method in {"GET", "DELETE"} and not body else body
            params = Params(decoded(sent))
            endpoint, ids = _endpoint(request.method, request.url.path)
            params.only(*endpoint.known)
            clocks.run_until(self.world, None, self.world.now())
            thing = endpoint.answer(Call(self.world, params, ids))
            return 200, json.dumps(rendered(self.world, thing, params.texts("expand")), indent=2).encode()
        except StripeError as refusal:
            return refusal.status, json.dumps(refusal.body(), indent=2).encode()
        except Exception:
            log.exception("%s %s", request.method, request.url.path)
            trouble = StripeError(500, "api_error", "The simulator has a fault; its log says which.")
            return 500, json.dumps(trouble.body()).encode()


def _caller(request: Request) -> str:
    """The key of the account; a refusal for no key, a live one, or another version of the API."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        message = "You did not provide an API key. You need to provide your API key in the Authorization header."
        raise StripeError(401, "invalid_request_error", message)
    if not key.startswith(("sk_test_", "rk_test_")):
        raise StripeError(401, "invalid_request_error", f"Invalid API Key provided: {key[:8]}****")
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        raise invalid(f"Invalid Stripe API version: {version}. This simulator speaks {API_VERSION}.")
    return key


def _endpoint(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    for endpoint in ENDPOINTS:
        found = re.fullmatch(endpoint.path.replace("{id}", r"(?P<id>[^/]+)"), path)
        if found and endpoint.method == method:
            return endpoint, found.groupdict()
    raise StripeError(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path}).")


def _reply(status: int, body: bytes, request: str, headers: dict[str, str]) -> Response:
    known = {"Request-Id": request, "Stripe-Version": API_VERSION}
    return Response(body, status, {**headers, **known}, media_type="application/json")
