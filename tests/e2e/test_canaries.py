"""Canaries: whatever is secret is put in everywhere, everything is made to fail, and nothing of it may be seen outside.

The server runs in a process of its own and tells all that it ever tells: every line of its log at the lowest level, its
figures, its traces, its errors. The services that it asks repeat in their refusals whatever they were sent.
"""

import base64
import json
import sqlite3
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from tests.e2e.server import API, ServerProcess, free_ports, made, serving
from tests.factories import jpeg
from tests.simulators.observers import Observer, observer

EMAIL, PASSWORD, WRONG = "canary.bird@mines.example", "canary-password-9417", "canary-wrong-password-3301"
KEYS = {
    "GEMINI": "AIzaCanary0123456789abcdefghijklmnopqrs",
    "OPENAI": "sk-canary-0123456789abcdef",
    "FAL": "0badc0de-0000-4000-8000-00000000cafe:00112233445566778899aabbccddeeff",
}
LINKS, SMTP, WEBHOOK, COLLECTOR = (
    "canary-of-links-0123456789abcdef", "canary-of-smtp-77", "whsec_canary0123456789", "canary-of-the-collector-55",
)  # fmt: skip
DSN = "canarydsn0123"
PHOTO = "canary-in-the-comment-of-a-photo"


class Parrot(BaseHTTPRequestHandler):
    """A service that refuses everything, and says all that it was sent while it does so."""

    statuses = (400, 401, 500)
    asked = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = f"{self.requestline}\n{self.headers}\n{body[:3000].decode('latin-1')}"
        answer = json.dumps({"error": {"message": said, "code": "bad", "type": said}, "detail": said}).encode()
        Parrot.asked += 1
        self.send_response(self.statuses[Parrot.asked % len(self.statuses)])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing more."""


@contextmanager
def parrot() -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def everything(url: str, watching: Observer, port: str) -> dict[str, Any]:
    """Settings with a secret wherever one can be."""
    access = {
        name: value
        for provider, key in KEYS.items()
        for name, value in (
            (f"PROVIDERS__{provider}__KEY", key),
            (f"PROVIDERS__{provider}__BASE_URL", url),
            (f"PROVIDERS__{provider}__WEBHOOK_SECRET", WEBHOOK),
        )
        if not (provider == "FAL" and name.endswith("SECRET"))
    }
    return {
        **access,
        "LOG_LEVEL": "debug",
        "JOBS__BUSY_SECONDS": "1",
        "JOBS__DEADLINE_SECONDS": "15",
        "OBSERVING__LOG_FORMAT": "json",
        "OBSERVING__METRICS": "true",
        "OBSERVING__METRICS_PORT": port,
        "OBSERVING__TRACES_URL": f"{watching.url}/v1/traces",
        "OBSERVING__TRACES_AUTHORIZATION": f"Bearer {COLLECTOR}",
        "OBSERVING__SENTRY_DSN": f"{watching.url.replace('://', '://' + DSN + '@')}/42",
        "STORAGE__URL_SECRET": LINKS,
        "ACCOUNTS__ENABLED": "true",
        "ACCOUNTS__PLANS": "open",
        "MAIL__KIND": "smtp",
        "MAIL__SECURITY": "none",
        "MAIL__PORT": free_ports(1)[0],
        "MAIL__USERNAME": "canary",
        "MAIL__PASSWORD": SMTP,
    }


class Visit:
    """One visitor, and every secret that was given to them."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self.secrets: set[str] = set()

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if data else {}
        status, names, said = self._server.request(method, path, data, {**kind, **(headers or {})})
        if (cookie := names.get("set-cookie")) and "=" in cookie:
            value = cookie.partition(";")[0]
            self._server.headers["Cookie"] = value
            self.secrets.add(value.partition("=")[2])
        return status, json.loads(said) if said.startswith(b"{") else said

    def wander(self) -> None:
        """Do everything that has to do with a secret, well and badly."""
        assert self.send("POST", f"{API}/account", {"email": EMAIL, "password": PASSWORD})[0] == 201
        self.send("POST", f"{API}/session", {"email": EMAIL, "password": WRONG})
        self.send("POST", f"{API}/session", {"email": EMAIL, "password": PASSWORD})
        self.send("POST", f"{API}/account/password-reset", {"email": EMAIL})
        self.send("PUT", f"{API}/account/password", {"token": "rr_canary0123456789abcdef", "password": WRONG})
        self.secrets |= {"rr_canary0123456789abcdef", "canary-of-a-page-01"}
        self.send("GET", f"/?token={quote('canary-of-a-page-01')}")
        status, key = self.send("POST", f"{API}/api-keys", {"name": "bird", "scopes": ["read"]})
        assert status == 201, key
        secret = next(
            value for value in key.values() if isinstance(value, str) and value.startswith("rk_") and value.isascii()
        )
        self.secrets.add(secret)
        self.send("GET", f"{API}/photos", headers={"Authorization": f"Bearer {secret}"})
        self.send("GET", f"{API}/photos", headers={"Authorization": f"Bearer {secret}x"})

    def restore(self) -> None:
        """Have a photo restored where nobody can, and look at it by a signed link."""
        photo = made(self._server.upload(jpeg(comment=PHOTO.encode())))
        for link in (photo["preview_url"], photo["thumbnail_url"]):
            self.secrets.add(link.rpartition("signature=")[2])
            assert self.send("GET", link)[0] == 200
        assert self.send("GET", photo["preview_url"][:-3] + "000")[0] == 403
        for provider in ("gemini", "openai"):
            body = {"photo_id": photo["id"], "operation": "restore", "options": {"provider": provider}}
            status, job = self.send("POST", f"{API}/jobs", body, {"Idempotency-Key": provider})
            assert status == 202, job
            self._server.ended(job["id"])


@pytest.mark.slow
@pytest.mark.exhaustive
def test_no_canary_is_ever_seen_outside(tmp_path: Path) -> None:
    folder, (port,) = tmp_path / "data", free_ports(1)
    with observer() as watching, parrot() as url:
        with serving(folder, **everything(url, watching, port)) as server:
            visit = Visit(server)
            visit.wander()
            visit.restore()
            with closing(sqlite3.connect(folder / "rekindle.db")) as tables:
                tables.execute("ALTER TABLE users RENAME TO gone")
            status, _ = visit.send("POST", f"{API}/session", {"email": EMAIL, "password": PASSWORD})
            assert status == 500
            watching.until(lambda: any(b"OperationalError" in each.body for each in watching.received))
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                figures = answer.read()
            time.sleep(0.3)
            server.stop()
        log = server.said()
    lines = [json.loads(line) for line in log.splitlines() if not line.startswith("Rekindle is at")]
    assert {line["role"] for line in lines} == {"serve"}
    assert {line["level"] for line in lines} >= {"info", "warning", "error"}
    assert sum("an attempt at" in line["message"] for line in lines) >= 2
    assert b"rekindle_attempts_total" in figures
    assert any(span.name == "attempt" and span.failed for span in watching.spans())
    assert watching.events()
    secrets = {EMAIL, PASSWORD, WRONG, LINKS, SMTP, WEBHOOK, COLLECTOR, PHOTO, DSN, *KEYS.values()}
    kept = b"\n".join(each.body for each in watching.received)
    for where, text in {"log": log.encode(), "figures": figures, "traces and errors": kept}.items():
        for secret in secrets | visit.secrets:
            if secret == DSN and where == "traces and errors":
                continue  # It is how Sentry knows who sends.
            for form in forms(secret):
                assert form not in text, f"{form!r} is in the {where}: {around(text, form)!r}"
        assert b"JFIF" not in text
        assert b"/9j/4AAQ" not in text  # the beginning of a JPEG in Base64


def forms(secret: str) -> set[bytes]:
    """How a secret may be written."""
    whole = secret.encode()
    coded = {base64.b64encode(b" " * pad + whole)[4:-4] for pad in range(3)}
    return {whole, quote(secret).encode(), quote(secret, safe="").encode(), *(each for each in coded if len(each) > 8)}


def around(text: bytes, found: bytes) -> bytes:
    where = text.index(found)
    return text[max(0, where - 200) : where + 100]
