"""What a visitor is told before they are known: whether there are accounts here, and which ways lead in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from fastapi import Request

from rekindle.accounts.plans import GUEST, HOME, Plan, Plans
from rekindle.accounts.users import Role, User
from rekindle.errors import Conflict


class NoAccounts(Conflict):
    code: ClassVar[str] = "no_accounts"
    title: ClassVar[str] = "There are no accounts here"


@dataclass(frozen=True, slots=True)
class Login:
    """A login elsewhere: its name in addresses, and what its button says."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Entrance:
    """`operators` are e-mail addresses, which count once they are proven; `public_url` is how people come here, where
    it is known.
    """

    mode: Literal["home", "accounts"]
    plans: Plans
    guests: bool = False
    billing: bool = False
    logins: Sequence[Login] = ()
    operators: frozenset[str] = frozenset()
    public_url: str | None = None

    def check_accounts(self) -> None:
        """Raise NoAccounts at home."""
        if self.mode == "home":
            raise NoAccounts(
                "Everybody who reaches this server is its owner. Its operator can have people log in with "
                "REKINDLE_ACCOUNTS__ENABLED=true."
            )

    def ranked(self, user: User) -> User:
        """The user, as an operator if the settings say so."""
        if user.role is Role.USER and user.verified and user.email in self.operators:
            return replace(user, role=Role.OPERATOR)
        return user

    def plan_of(self, user: User) -> Plan:
        """What the user may do. Somebody on a plan that is no longer there has the first one."""
        known = {plan.name: plan for plan in (*self.plans.offered, GUEST, HOME)}
        return known.get(user.plan, self.plans.first)

    def address_of(self, request: Request) -> str:
        """How people reach this server, without a last slash; the host of a request was checked before it came here."""
        return (self.public_url or str(request.base_url)).rstrip("/")
