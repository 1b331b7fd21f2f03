"""A mail server on the loopback interface that keeps what it is sent: real SMTP, and nobody to deliver to."""

import asyncio
import email
import re
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

LINK = re.compile(r"(https?://\S+)/#/(verify|reset)/(\S+)")
PATIENCE = 10.0


class Mailbox:
    """Everything that arrived. `refuse` is what recipients are refused with from now on, if anything."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.encrypted: list[bool] = []
        self.refuse: str | None = None

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: Any, envelope: Envelope, to: str, _options: object
    ) -> str:
        if self.refuse is not None:
            return self.refuse
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: object, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.encrypted.append(session.ssl is not None)
        self.mails.append(
            cast("EmailMessage", email.message_from_bytes(cast("bytes", envelope.content), policy=default))
        )
        return "250 OK"

    def to(self, address: str, *, number: int = 1) -> list[EmailMessage]:
        """The mails to an address, once there are so many of them."""
        end = time.monotonic() + PATIENCE
        while len(found := [each for each in self.mails if each["To"] == address]) < number:
            assert time.monotonic() < end, f"{len(found)} mails to {address}, not {number}"
            time.sleep(0.02)
        return found

    def link(self, address: str, *, number: int = 1) -> str:
        """The secret in the newest mail to an address, once there are so many of them."""
        found = LINK.search(self.to(address, number=number)[-1].get_content())
        assert found is not None
        return found[3]


@contextmanager
def mailbox(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> Generator[Mailbox]:
    """A mail server until the end of the block. It demands encryption where it has a certificate, and a `login`."""
    box = Mailbox()
    loop = asyncio.new_event_loop()

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=right, handled=False)

    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if login is not None:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": tls is None}
    protocol: Callable[[], SMTP] = lambda: SMTP(box, hostname="mail.test", loop=loop, **options)  # noqa: E731
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls), loop).result(5.0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(5.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5.0)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    open_still = asyncio.all_tasks() - {asyncio.current_task()}
    for task in open_still:
        task.cancel()
    await asyncio.gather(*open_still, return_exceptions=True)
