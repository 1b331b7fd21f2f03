"""Who may ask from where, and what a browser may do with the answers."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rekindle.config import ServerSettings
from rekindle.server.health import PROBES
from rekindle.server.problems import problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def page_policy(store: str | None = None) -> str:
    """What a page may load, and from where: `store` is an origin that keeps files, where browsers meet it."""
    beside = "" if store is None else f" {store}"
    return "; ".join(
        (
            "default-src 'self'",
            # Previews of files that are still on their way are blob: addresses.
            f"img-src 'self' blob: data:{beside}",
            *(() if store is None else (f"connect-src 'self'{beside}", f"media-src 'self'{beside}")),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Security:
    """Checks the host and the origin of each request, and adds the security headers.

    The host check is against DNS rebinding, the origin check against pages of other sites that post to a server on the
    reader's own machine. HSTS is sent only where the server is reached by https, since on plain localhost it would lock
    the person out of every other local server.
    """

    def __init__(self, app: ASGIApp, *, settings: ServerSettings, store: str | None = None) -> None:
        self._app = app
        public = urlsplit(settings.public_url or "")
        self._hosts = frozenset(_host_name(host) for host in (*settings.allowed_hosts, public.netloc) if host)
        self._headers = {"Content-Security-Policy": page_policy(store), **HEADERS}
        if public.scheme == "https":
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    # Most answers are somebody's own: neither a cache on the way nor the next one at the same browser
                    # gets them. Those that may be kept say so themselves.
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(request)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> ASGIApp | None:
        # Who looks after machines knows them by their numbers, and learns nothing there but that one is well.
        if request.scope["path"] not in PROBES and not self._knows(request.headers):
            return problem(
                request, status=421, code="unknown_host", title="This server does not answer to that name",
                detail="Open the address that the server printed when it started, or allow this name with "
                "REKINDLE_SERVER__ALLOWED_HOSTS.",
            )  # fmt: skip
        if request.method not in SAFE_METHODS and _is_foreign(request.headers):
            return problem(
                request, status=403, code="foreign_origin", title="This request came from another site",
                detail="Pages of other sites may not change anything here.",
            )  # fmt: skip
        return None

    def _knows(self, headers: Headers) -> bool:
        return "*" in self._hosts or _host_name(headers.get("host", "")) in self._hosts


def _is_foreign(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host", "")
    except ValueError:
        return True


def _host_name(host: str) -> str:
    """The name in a Host header, without its port; the brackets of an IPv6 address stay."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
