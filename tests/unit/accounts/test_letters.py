"""The post: nobody waits for a mail server, and nobody's request fails with it."""

import asyncio
import logging

import pytest

from rekindle.accounts.letters import MOST_AT_ONCE, Letters, Post
from rekindle.accounts.secrets import Kind, new_secret
from rekindle.accounts.service import Mailed
from rekindle.infra.mail.port import Mail, Mailer, MailFailed

ADA = "ada@example.org"


class Slow(Mailer):
    """A mailer that sends when it is told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        await self.go.wait()
        self.sent.append(mail)


class Broken(Mailer):
    """A mailer that fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def send(self, mail: Mail) -> None:
        raise self._error


async def test_a_mail_is_taken_at_once_and_sent_before_the_end() -> None:
    mailer = Slow()
    post = Post(mailer)
    link = new_secret(Kind.RESET)
    Letters(post).reset(Mailed(ADA, link), "https://photos.example.org")
    assert mailer.sent == []
    mailer.go.set()
    await post.aclose()
    (mail,) = mailer.sent
    assert mail.to == ADA
    assert f"https://photos.example.org/#/reset/{link.text}" in mail.text


@pytest.mark.parametrize("error", [MailFailed("nobody there"), RuntimeError("a fault")])
async def test_a_mail_that_fails_is_told_to_the_log_alone(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    post = Post(Broken(error))
    with caplog.at_level(logging.WARNING):
        Letters(post).verification(Mailed(ADA, new_secret(Kind.VERIFY)), "https://photos.example.org")
        await post.aclose()
    (record,) = caplog.records
    assert ADA in record.getMessage()
    assert "/#/verify/" not in caplog.text


async def test_a_flood_of_mails_does_not_fill_the_memory() -> None:
    mailer = Slow()
    post = Post(mailer)
    for number in range(MOST_AT_ONCE + 20):
        post.send(Mail(ADA, str(number), "…"))
    mailer.go.set()
    await post.aclose()
    assert len(mailer.sent) == MOST_AT_ONCE
