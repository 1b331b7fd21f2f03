"""The mails that accounts send, and the post that takes them away: no request waits for a mail server."""

import asyncio
import logging

from rekindle.accounts.service import Mailed
from rekindle.infra.mail.port import Mail, Mailer, MailFailed

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Mails under way. More are given up: whoever waits for one can ask again."""
PATIENCE = 5.0
"""Seconds that mails have to leave when the server stops."""


class Post:
    """Sends mails beside the requests. One that fails is told to the log and to nobody else."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._under_way: set[asyncio.Task[None]] = set()

    def send(self, mail: Mail) -> None:
        """Take a mail and return at once."""
        if len(self._under_way) >= MOST_AT_ONCE:
            log.error("too many mails are under way; one to %s was given up", mail.to)
            return
        task = asyncio.create_task(self._deliver(mail))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def aclose(self) -> None:
        """Wait for the mails under way, but not for long."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=PATIENCE)
            for task in late:
                task.cancel()

    async def _deliver(self, mail: Mail) -> None:
        try:
            await self._mailer.send(mail)
        except MailFailed as error:
            log.warning("a mail to %s was not sent: %s", mail.to, error.message)
        except Exception:
            log.exception("a mail to %s was not sent, for a reason that nobody foresaw", mail.to)


class Letters:
    """Writes the mails. `base` is the address that people reach this server at."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def verification(self, mailed: Mailed, base: str) -> None:
        """Ask whether an address is theirs."""
        self._post.send(
            Mail(
                mailed.email,
                "Is this your address?",
                "Somebody signed up at Rekindle with this address. If it was you, open this link:\n\n"
                f"    {base}/#/verify/{mailed.link.text}\n\n"
                "If it was not you, there is nothing to do.\n",
            )
        )

    def reset(self, mailed: Mailed, base: str) -> None:
        """Hand over a link that sets a new password."""
        self._post.send(
            Mail(
                mailed.email,
                "A new password",
                "Somebody asked for a new password for your account at Rekindle. If it was you, open this link and "
                f"choose one:\n\n    {base}/#/reset/{mailed.link.text}\n\n"
                "If it was not you, there is nothing to do: your password stays as it is.\n",
            )
        )
