"""Stands at the door: hands out the cookie of a session, and has the mails written that lead back in."""

from dataclasses import dataclass

from fastapi import Request, Response

from rekindle.accounts.cookies import HostCookie
from rekindle.accounts.entering import Entered
from rekindle.accounts.entrance import Entrance
from rekindle.accounts.letters import Letters
from rekindle.accounts.present import user_out
from rekindle.accounts.schemas import UserOut
from rekindle.accounts.service import Mailed
from rekindle.accounts.users import User


@dataclass(frozen=True, slots=True)
class Porter:
    """What the routes of people share; `handshake` is the cookie of somebody who is logging in elsewhere."""

    entrance: Entrance
    cookie: HostCookie
    handshake: HostCookie
    letters: Letters

    def let_in(self, entered: Entered, response: Response) -> UserOut:
        """Give the browser the cookie of somebody who has come in."""
        self.cookie.give(response, entered.session.text)
        return self.shown(entered.user)

    def shown(self, user: User) -> UserOut:
        """Somebody, as the API shows them."""
        return user_out(self.entrance, user)

    def ask_to_verify(self, mailed: Mailed, request: Request) -> None:
        """Send the mail that asks whether an address is theirs."""
        self.letters.verification(mailed, self.entrance.address_of(request))

    def offer_reset(self, mailed: Mailed, request: Request) -> None:
        """Send the mail with which one sets a new password."""
        self.letters.reset(mailed, self.entrance.address_of(request))
