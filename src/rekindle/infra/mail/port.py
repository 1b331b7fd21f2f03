"""What every mailer can do."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from rekindle.errors import RekindleError


class MailFailed(RekindleError):
    """A mail did not leave; nobody waits for it, so this is for the log."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "mail_failed"
    title: ClassVar[str] = "The mail could not be sent"


@dataclass(frozen=True, slots=True)
class Mail:
    """A text to one address."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Hands mails over to be delivered."""

    async def send(self, mail: Mail) -> None:
        """Hand one over. Raises MailFailed, after a bounded time."""
        ...
