"""Mailers: written to the log, or handed to a real SMTP server, in the clear only where that was asked for."""

import asyncio
import logging
import ssl
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rekindle.config import MailSettings
from rekindle.infra.mail.embedded import ConsoleMailer
from rekindle.infra.mail.port import Mail, MailFailed
from rekindle.infra.mail.smtp import SmtpMailer
from tests.mailbox import Mailbox, mailbox

ADA = "ada@example.org"
HELLO = Mail(ADA, "Grüße aus Wien", "Ein Bild.\n\n    https://photos.example.org/#/verify/rv_abc\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost` that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def served(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def plain() -> Generator[Mailbox]:
    with mailbox() as box:
        yield box


def mailer(box: Mailbox, *, context: ssl.SSLContext | None = None, **changes: Any) -> SmtpMailer:
    values = {"kind": "smtp", "host": "localhost", "port": box.port, "seconds": 5.0, **changes}
    return SmtpMailer(MailSettings(**values), context=context)


async def test_without_a_mail_server_a_mail_can_be_read_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await ConsoleMailer().send(HELLO)
    (record,) = caplog.records
    lines = record.getMessage().splitlines()
    for expected in (f"To: {ADA}", f"Subject: {HELLO.subject}", "https://photos.example.org/#/verify/rv_abc"):
        assert any(expected in line for line in lines)


async def test_a_mail_arrives_as_it_was_written(plain: Mailbox) -> None:
    await mailer(plain, security="none", sender="Rekindle <hello@example.org>").send(HELLO)
    (mail,) = plain.to(ADA)
    assert (mail["From"], mail["To"], mail["Subject"]) == ("Rekindle <hello@example.org>", ADA, HELLO.subject)
    assert mail.get_content().replace("\r\n", "\n") == HELLO.text
    assert mail["Message-ID"].endswith("@example.org>")
    assert (datetime.now(UTC) - mail["Date"].datetime) < timedelta(minutes=1)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert plain.encrypted == [False]


async def test_starttls_encrypts_before_the_password_is_said(
    served: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:  # fmt: skip
    with mailbox(starttls=served, login=("ada", "secret")) as box:
        await mailer(box, context=trusting, username="ada", password="secret").send(HELLO)
        assert box.to(ADA)
        assert box.encrypted == [True]


async def test_tls_encrypts_from_the_first_byte(served: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with mailbox(tls=served, login=("ada", "secret")) as box:
        chosen = mailer(box, context=trusting, security="tls", username="ada", password="secret")
        await chosen.send(HELLO)
        assert box.to(ADA)


async def test_a_server_that_cannot_encrypt_gets_nothing(plain: Mailbox, trusting: ssl.SSLContext) -> None:
    with pytest.raises(MailFailed):
        await mailer(plain, context=trusting).send(HELLO)
    assert plain.mails == []


async def test_a_server_with_a_certificate_of_its_own_making_gets_nothing(served: ssl.SSLContext) -> None:
    with mailbox(starttls=served) as box:
        with pytest.raises(MailFailed):
            await mailer(box).send(HELLO)
        assert box.mails == []


async def test_a_wrong_password_is_told(served: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with mailbox(starttls=served, login=("ada", "secret")) as box:
        with pytest.raises(MailFailed, match="did not take the mail"):
            await mailer(box, context=trusting, username="ada", password="wrong").send(HELLO)
        assert box.mails == []


async def test_a_refused_recipient_is_told(plain: Mailbox) -> None:
    plain.refuse = "550 no such mailbox"
    with pytest.raises(MailFailed, match="no such mailbox"):
        await mailer(plain, security="none").send(HELLO)


async def test_nobody_at_the_port_is_told() -> None:
    settings = MailSettings(kind="smtp", port=9, security="none", seconds=2.0)
    with pytest.raises(MailFailed):
        await SmtpMailer(settings).send(HELLO)


async def test_a_server_that_never_answers_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MailFailed):
            await SmtpMailer(MailSettings(kind="smtp", port=port, security="none", seconds=0.3)).send(HELLO)


@pytest.mark.parametrize(
    "bad", [Mail(ADA, "Hello\nBcc: eve@example.org", "…"), Mail(f"{ADA}\nBcc: eve@x.org", "Hi", "…")]
)
async def test_nobody_can_write_further_headers_into_a_mail(plain: Mailbox, bad: Mail) -> None:
    with pytest.raises(MailFailed):
        await mailer(plain, security="none").send(bad)
    assert plain.mails == []
