"""Routes of people: who asks, coming in, going out, proving an address, and leaving for good."""

from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from rekindle.accounts.asking import Level, asks, open_to_all
from rekindle.accounts.entrance import Entrance, NoAccounts
from rekindle.accounts.exporting import Exporting
from rekindle.accounts.leaving import Leaving, WrongPassword
from rekindle.accounts.passwords import WeakPassword
from rekindle.accounts.porter import Porter
from rekindle.accounts.preferences import Preferences
from rekindle.accounts.present import me_out
from rekindle.accounts.schemas import (
    ChangedPreferences,
    Credentials,
    Farewell,
    MeOut,
    NewPassword,
    PreferencesOut,
    ResetAsked,
    UserOut,
    Verification,
)
from rekindle.accounts.service import Accounts, AddressTaken, LinkEnded, WrongLogin
from rekindle.accounts.users import BadAddress, NotAllowed, User
from rekindle.errors import RekindleError
from rekindle.infra.http import API, problems, service


class GuestsOff(RekindleError):
    status: ClassVar[int] = 403
    code: ClassVar[str] = "guests_off"
    title: ClassVar[str] = "Guests cannot come in here"


Front = Annotated[Entrance, service(Entrance)]
Door = Annotated[Porter, service(Porter)]
People = Annotated[Accounts, service(Accounts)]
Goodbye = Annotated[Leaving, service(Leaving)]
Export = Annotated[Exporting, service(Exporting)]
Liking = Annotated[Preferences, service(Preferences)]
Whoever = Annotated[User | None, asks(Level.PUBLIC)]
Person = Annotated[User, asks(Level.PERSON)]

ZIP = {"schema": {"type": "string", "format": "binary"}}


async def of_accounts(entrance: Front, response: Response) -> None:
    """What every route about accounts begins with: there are some, and nobody on the way keeps an answer."""
    response.headers["Cache-Control"] = "no-store"
    entrance.check_accounts()


OF_ACCOUNTS = [Depends(of_accounts)]

front = APIRouter(prefix=API, tags=["accounts"])
router = APIRouter(prefix=API, tags=["accounts"], dependencies=OF_ACCOUNTS)


@front.get("/me")
async def me(entrance: Front, user: Whoever, response: Response) -> MeOut:
    """What this server offers, and who asks: nobody is sent away from here."""
    response.headers["Cache-Control"] = "no-store"
    return me_out(entrance, user)


@router.post("/guests", status_code=201, responses=problems(NoAccounts, GuestsOff))
async def enter_as_guest(response: Response, user: Whoever, accounts: People, door: Door) -> UserOut:
    """Begin without an account. Who is known already stays who they are."""
    if not door.entrance.guests:
        raise GuestsOff("Sign up or log in first: this server takes no guests.")
    if user is not None:
        return door.shown(user)
    return door.let_in(await accounts.enter_as_guest(), response)


@router.post("/account", status_code=201, responses=problems(NoAccounts, AddressTaken, BadAddress, WeakPassword))
async def sign_up(
    body: Credentials, request: Request, response: Response, user: Whoever, accounts: People, door: Door
) -> UserOut:
    """Make an account. A guest becomes one and keeps everything; a mail asks whether the address is theirs."""
    entered, mailed = await accounts.sign_up(body.email, body.password.get_secret_value(), user)
    door.ask_to_verify(mailed, request)
    return door.let_in(entered, response)


@router.post("/session", responses=problems(NoAccounts, WrongLogin))
async def log_in(body: Credentials, response: Response, user: Whoever, accounts: People, door: Door) -> UserOut:
    """Log in. What was made as a guest belongs to the account from now on."""
    return door.let_in(await accounts.log_in(body.email, body.password.get_secret_value(), user), response)


@router.delete(
    "/session", status_code=204, responses=problems(NoAccounts), dependencies=[open_to_all()]
)  # fmt: skip
async def log_out(request: Request, response: Response, accounts: People, door: Door) -> None:
    """Log this browser out."""
    if (session := door.cookie.of(request)) is not None:
        await accounts.log_out(session)
    door.cookie.take(response)


@router.post("/account/verification", responses=problems(NoAccounts, LinkEnded))
async def verify(body: Verification, user: Whoever, accounts: People, door: Door) -> UserOut:
    """Prove an address by the link that was sent to it, in a browser that is logged in to its account."""
    return door.shown(await accounts.verify(body.link, user))


@router.post(
    "/account/verification/mail", status_code=202, responses=problems(NoAccounts, NotAllowed)
)  # fmt: skip
async def send_verification(request: Request, user: Person, accounts: People, door: Door) -> None:
    """Send the mail with the link once more. Nothing happens when the address is proven already."""
    if (mailed := await accounts.ask_for_verification(user)) is not None:
        door.ask_to_verify(mailed, request)


@router.post(
    "/account/password-reset",
    status_code=202,
    responses=problems(NoAccounts),
    dependencies=[open_to_all()],
)
async def ask_for_reset(body: ResetAsked, request: Request, accounts: People, door: Door) -> None:
    """Send a link that sets a new password, if there is such an account. The answer is the same either way."""
    if (mailed := await accounts.ask_for_reset(body.email)) is not None:
        door.offer_reset(mailed, request)


@router.put(
    "/account/password",
    status_code=204,
    responses=problems(NoAccounts, LinkEnded, WeakPassword),
    dependencies=[open_to_all()],
)
async def reset_password(body: NewPassword, accounts: People) -> None:
    """Set a new password by the link out of a mail. Everybody is logged out."""
    await accounts.reset(body.link, body.password.get_secret_value())


@router.get("/account/preferences", responses=problems(NoAccounts, NotAllowed))
async def get_preferences(user: Person, preferences: Liking) -> PreferencesOut:
    """What you prefer."""
    return PreferencesOut.model_validate(await preferences.of(user.id), from_attributes=True)


@router.patch("/account/preferences", responses=problems(NoAccounts, NotAllowed))
async def change_preferences(body: ChangedPreferences, user: Person, preferences: Liking) -> PreferencesOut:
    """Prefer something else from now on, also for what is under way."""
    changed = await preferences.change(user.id, local_only=body.local_only)
    return PreferencesOut.model_validate(changed, from_attributes=True)


@router.delete(
    "/account", status_code=204, responses=problems(NoAccounts, NotAllowed, WrongPassword)
)  # fmt: skip
async def delete_account(body: Farewell, response: Response, user: Person, leaving: Goodbye, door: Door) -> None:
    """Delete the account and everything in it, for ever. The ledger of credits stays, without a name."""
    await leaving.leave(user, body.password.get_secret_value() if body.password else None)
    door.cookie.take(response)


@router.get(
    "/account/export",
    response_class=StreamingResponse,
    responses={200: {"description": "A zip", "content": {"application/zip": ZIP}}} | problems(NoAccounts, NotAllowed),
)
async def export_account(user: Person, exporting: Export) -> StreamingResponse:
    """Everything that is kept of you: the photos as they came, the results, and `account.json` with all the rest."""
    headers = {"Content-Disposition": 'attachment; filename="rekindle.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(exporting.write(user), media_type="application/zip", headers=headers)
