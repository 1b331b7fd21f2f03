"""The embedded mailer: nothing leaves the machine, and who runs the server reads the mails in its log."""

import logging

from rekindle.infra.mail.port import Mail, Mailer

log = logging.getLogger(__name__)


class ConsoleMailer(Mailer):
    """Writes mails to the log, to try things out, or to hand a link over by other means."""

    async def send(self, mail: Mail) -> None:
        """Write it down."""
        lines = [f"To: {mail.to}", f"Subject: {mail.subject}", "", *mail.text.rstrip().splitlines()]
        log.warning(
            "a mail, written here as no mail server is set up:\n%s", "\n".join(f"    | {line}" for line in lines)
        )
