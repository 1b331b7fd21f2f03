"""Mail by SMTP: one connection for each mail, encrypted unless the settings say otherwise."""

import asyncio
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

import aiosmtplib

from rekindle.config import MailSettings
from rekindle.infra.mail.port import Mail, Mailer, MailFailed


class SmtpMailer(Mailer):
    """Hands mails to an SMTP server. `context` says which certificates are believed; by default those of the system.

    With `starttls` a server that does not offer it is refused: a mail with a link in it is never sent in the clear.
    """

    def __init__(self, settings: MailSettings, *, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._context = context or ssl.create_default_context()

    async def send(self, mail: Mail) -> None:
        """Hand one over, on a connection of its own."""
        settings = self._settings
        encrypted = settings.security != "none"
        try:
            async with asyncio.timeout(settings.seconds):
                await aiosmtplib.send(
                    message_of(mail, settings.sender),
                    hostname=settings.host,
                    port=settings.port,
                    username=settings.username,
                    password=settings.password.get_secret_value() if settings.password else None,
                    use_tls=settings.security == "tls",
                    start_tls=settings.security == "starttls",
                    tls_context=self._context if encrypted else None,
                )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailFailed(f"{settings.host}:{settings.port} did not take the mail: {error}") from error


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """A mail as it travels. Raises ValueError for a subject or an address with a line break in it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or None)
    # Nobody reads answers of machines to this one (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
