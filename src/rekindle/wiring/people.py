"""Accounts, and everything by which people are known, from the settings."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from rekindle.accounts.asking import AtHome
from rekindle.accounts.bearers import Bearers
from rekindle.accounts.belongings import Belongings
from rekindle.accounts.cookies import HANDSHAKE, HANDSHAKE_LIFE, SESSION, HostCookie
from rekindle.accounts.entering import Entering
from rekindle.accounts.entrance import Entrance, Login
from rekindle.accounts.exporting import Exporting
from rekindle.accounts.issuers import Issuer
from rekindle.accounts.leaving import Leaving
from rekindle.accounts.letters import Letters, Post
from rekindle.accounts.logins import Logins
from rekindle.accounts.outsiders import Outsiders
from rekindle.accounts.passwords import Passwords
from rekindle.accounts.plans import GUEST, Plans
from rekindle.accounts.porter import Porter
from rekindle.accounts.preferences import Preferences
from rekindle.accounts.recogniser import Recogniser
from rekindle.accounts.service import Accounts, Terms
from rekindle.accounts.sessions import ApiKeys, Sessions
from rekindle.accounts.users import address
from rekindle.config import MailSettings, Settings
from rekindle.infra.mail.embedded import ConsoleMailer
from rekindle.infra.mail.port import Mailer
from rekindle.infra.mail.smtp import SmtpMailer
from rekindle.wiring.ground import Ground, secret_for
from rekindle.wiring.schedules import Deed
from rekindle.wiring.tombstones import tombstones_of


@dataclass(frozen=True, slots=True)
class People:
    """What was built, and what is to be called at the end."""

    services: Sequence[object]
    actions: Mapping[str, Deed] = field(default_factory=dict[str, Deed])
    forget_again: Callable[[UUID], Awaitable[object]] | None = None
    aclose: Sequence[Callable[[], Awaitable[object]]] = ()


def welcome(settings: Settings, on: Ground, *, plans: Plans, belongings: Sequence[Belongings]) -> People:
    """Accounts, or one owner at home. `belongings` are what people own in the packages above accounts."""
    if not settings.accounts.enabled:
        return People((AtHome(), Entrance("home", plans)))
    key = settings.billing.secret_key
    chosen, public_url = settings.accounts, settings.server.public_url
    longest = timedelta(days=chosen.session_days_at_most)
    entrance = Entrance(
        "accounts", plans, guests=chosen.guests, billing=key is not None and bool(key.get_secret_value().strip()),
        logins=[Login(each.name, each.title) for each in chosen.issuers if each.login],
        operators=frozenset(address(email) for email in chosen.operators), public_url=public_url,
    )  # fmt: skip
    sessions, keys = Sessions(on.clock, idle=timedelta(days=chosen.session_days), longest=longest), ApiKeys(on.clock)
    entering, passwords = Entering(on.clock, sessions, belongings), Passwords()
    terms = Terms(plans.first.name, GUEST.name, timedelta(hours=chosen.link_hours))
    leaving = Leaving(
        on.db, on.clock, entering, passwords=passwords, belongings=belongings, tombstones=tombstones_of(settings, on)
    )  # fmt: skip
    secure = urlsplit(public_url or "").scheme == "https"
    cookie = HostCookie(SESSION, secure=secure, life=longest)
    handshake, post = HostCookie(HANDSHAKE, secure=secure, life=HANDSHAKE_LIFE), Post(_mailer(settings.mail))
    issuers = [Issuer(each) for each in chosen.issuers]
    outsiders = Outsiders(on.db, on.clock, entering, plans.first.name)
    tokens = Bearers(issuers, outsiders, clock=on.clock)
    services = (
        Recogniser(on.db, sessions=sessions, keys=keys, tokens=tokens, cookie=cookie, entrance=entrance),
        Accounts(on.db, on.clock, entering, passwords=passwords, terms=terms),
        Logins(issuers, outsiders, key=secret_for(settings, "logins"), clock=on.clock),
        Exporting(on.db, on.clock, belongings),
        Porter(entrance, cookie, handshake, Letters(post)),
        entrance, keys, leaving, Preferences(on.db),
    )  # fmt: skip
    actions = {"sweep-accounts": leaving.sweep}
    return People(services, actions, leaving.forget_again, (post.aclose, *(each.aclose for each in issuers)))


def _mailer(settings: MailSettings) -> Mailer:
    return SmtpMailer(settings) if settings.kind == "smtp" else ConsoleMailer()
