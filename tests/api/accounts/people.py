"""Servers with accounts, and people who use them, each with a browser of their own."""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.api.conftest import API
from tests.factories import Live, jpeg, live, settings
from tests.mailbox import Mailbox, mailbox

WORDS = "four grandmothers in a boat"


class Person:
    """Somebody with a browser, which keeps its cookies."""

    def __init__(self, at: Live, **headers: str) -> None:
        self.at = at
        self.http = httpx2.Client(base_url=f"{at.url}{API}", timeout=60.0, headers=headers)

    def me(self) -> dict[str, Any] | None:
        """Who the server says they are."""
        return self.http.get("/me").raise_for_status().json()["user"]

    def sign_up(self, email: str, password: str = WORDS) -> dict[str, Any]:
        answer = self.http.post("/account", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def try_log_in(self, email: str, password: str = WORDS) -> httpx2.Response:
        return self.http.post("/session", json={"email": email, "password": password})

    def log_in(self, email: str, password: str = WORDS) -> dict[str, Any]:
        answer = self.try_log_in(email, password)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def become_guest(self) -> dict[str, Any]:
        answer = self.http.post("/guests")
        assert answer.status_code == 201, answer.text
        return answer.json()

    def make_key(self, name: str = "laptop", scopes: tuple[str, ...] = ("read", "write")) -> dict[str, Any]:
        answer = self.http.post("/api-keys", json={"name": name, "scopes": list(scopes)})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def leave(self, password: str | None = WORDS) -> httpx2.Response:
        return self.http.request("DELETE", "/account", json={"password": password})

    def upload(self, data: bytes | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "image/jpeg", "X-Filename": "photo.jpg"}
        answer = self.http.post("/photos", content=jpeg() if data is None else data, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def photos(self) -> list[str]:
        answer = self.http.get("/photos")
        assert answer.status_code == 200, answer.text
        return [photo["id"] for photo in answer.json()["items"]]

    def submit(self, photo_id: str) -> dict[str, Any]:
        body = {"photo_id": photo_id, "operation": "restore", "options": {}}
        answer = self.http.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        assert answer.status_code == 202, answer.text
        return answer.json()


class Town:
    """A server with accounts, and its mail server."""

    def __init__(self, at: Live, post: Mailbox) -> None:
        self.at = at
        self.post = post
        self._people: list[Person] = []

    def person(self, **headers: str) -> Person:
        """Somebody new."""
        somebody = Person(self.at, **headers)
        self._people.append(somebody)
        return somebody

    def program(self, key: str) -> Person:
        """Something that has an API key, or a token, and no cookies."""
        return self.person(Authorization=f"Bearer {key}")

    def close(self) -> None:
        for each in self._people:
            each.http.close()


def new_address() -> str:
    """An address that nobody has."""
    return f"{uuid.uuid4().hex[:12]}@example.org"


@contextmanager
def town(folder: Path, *, worker: bool = False, **groups: Any) -> Generator[Town]:
    """A server with accounts until the end of the block; groups of settings replace some of its values."""
    with mailbox() as post:
        groups["accounts"] = {"enabled": True, **groups.get("accounts", {})}
        groups["mail"] = {"kind": "smtp", "port": post.port, "security": "none", "seconds": 5.0} | groups.get(
            "mail", {}
        )
        groups["limits"] = {"enabled": False, **groups.get("limits", {})}
        with live(settings(folder, **groups), worker=worker) as running:
            made = Town(running, post)
            try:
                yield made
            finally:
                made.close()
