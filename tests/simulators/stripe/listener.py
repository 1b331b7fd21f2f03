"""Somewhere for events to go: a small server that checks each with the SDK, and notes it."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import stripe

from tests.simulators.stripe.server import SECRET


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as it came, and whether the SDK took its signature for good."""

    event: str
    type: str
    valid: bool
    body: bytes
    signature: str


class Listener:
    """Notes what comes to `url`. The next `refuse` deliveries are answered with 500, bad signatures with 400."""

    def __init__(self, secret: str = SECRET) -> None:
        self.secret, self.refuse = secret, 0
        self.heard: list[Heard] = []
        self._lock = threading.Lock()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(listener.take(body, self.headers.get("Stripe-Signature", "")))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks"

    def take(self, body: bytes, signature: str) -> int:
        """Note a delivery; the status to answer with."""
        try:
            stripe.Webhook.construct_event(body, signature, self.secret)
            valid = True
        except stripe.SignatureVerificationError:
            valid = False
        event = stripe.Webhook.construct_event_without_verification(body)
        with self._lock:
            self.heard.append(Heard(event.id, event.type, valid, body, signature))
            if not valid:
                return 400
            self.refuse -= 1
            return 500 if self.refuse >= 0 else 200

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.heard]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
