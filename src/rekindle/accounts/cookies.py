"""Cookies that only this server reads: out of reach of scripts, and never sent along by other sites' requests."""

from datetime import timedelta

from fastapi import Request, Response

SESSION, HANDSHAKE = "rekindle_session", "rekindle_login"
HANDSHAKE_LIFE = timedelta(minutes=10)
"""How long somebody may take to log in elsewhere."""


class HostCookie:
    """Reads, gives and takes one. `secure`: people come by https, and it is bound to that and to this very host."""

    def __init__(self, name: str, *, secure: bool, life: timedelta) -> None:
        self._secure = secure
        self._seconds = int(life.total_seconds())
        self.name = f"__Host-{name}" if secure else name

    def of(self, request: Request) -> str | None:
        """What the browser sent, if anything."""
        return request.cookies.get(self.name)

    def give(self, response: Response, text: str) -> None:
        """Let the browser keep a text. How long it is good for is the server's decision."""
        response.set_cookie(
            self.name, text, max_age=self._seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def take(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite="lax")
