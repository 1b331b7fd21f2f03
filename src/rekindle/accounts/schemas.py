"""Bodies of requests and answers about people."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from rekindle.accounts.users import Role, Scope

FeatureName = Literal["fusion", "animation", "bulk", "top_ups"]
Email = Annotated[str, Field(max_length=300, description="As in name@example.org; capitals do not matter.")]
Password = Annotated[SecretStr, Field(max_length=1000, description="At least 10 characters.")]
Link = Annotated[str, Field(max_length=200, description="What stood at the end of the address in the mail.")]
KeyName = Annotated[
    # No characters that control something: a list is for reading.
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")
]


class Asked(BaseModel):
    """The root of all requests: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class OwnPlanOut(BaseModel):
    """What somebody may do; null is without limit."""

    name: str
    title: str
    monthly_credits: int | None = Field(description="Milli-credits.")
    daily_limit: int | None = Field(description="Jobs a day.")
    short_side: int | None = Field(description="Pixels of the shorter side of a result, at most.")
    features: list[FeatureName]
    watermark: bool


class UserOut(BaseModel):
    """Somebody."""

    id: UUID
    role: Role
    email: str | None
    verified: bool = Field(description="Whether the address was shown to be theirs.")
    plan: OwnPlanOut


class LoginOut(BaseModel):
    """A login elsewhere; a browser goes to `url`."""

    name: str
    title: str
    url: str


class MeOut(BaseModel):
    """What this server offers, and who asks. `home`: no accounts, and whoever comes is the owner."""

    mode: Literal["home", "accounts"]
    guests: bool = Field(description="Whether one may begin without an account.")
    logins: list[LoginOut]
    billing: bool = Field(description="Whether something can be bought here.")
    user: UserOut | None


class Credentials(Asked):
    """What somebody signs up or logs in with."""

    email: Email
    password: Password


class Verification(Asked):
    """The link out of a mail."""

    link: Link


class ResetAsked(Asked):
    """Whose password is forgotten."""

    email: Email


class NewPassword(Asked):
    """The link out of a mail, and the password from now on."""

    link: Link
    password: Password


class Farewell(Asked):
    """The password, where the account has one."""

    password: Annotated[SecretStr, Field(max_length=1000)] | None = None


class ChangedPreferences(Asked):
    """What is to be different from now on; what is left out stays as it is."""

    local_only: bool | None = Field(
        default=None, strict=True, description="Whether nothing may leave this machine, for any photo."
    )


class PreferencesOut(BaseModel):
    """What somebody prefers."""

    local_only: bool = Field(description="Nothing leaves this machine: only the engine that comes along is used.")


class NewKey(Asked):
    """An API key as it is wanted."""

    name: KeyName
    scopes: list[Scope] = Field(min_length=1, max_length=2)


class KeyOut(BaseModel):
    """An API key as a list shows it: never the key itself."""

    id: UUID
    name: str
    hint: str = Field(description="How it begins.")
    scopes: list[Scope]
    created_at: datetime
    used_at: datetime | None = Field(description="To five minutes.")


class MadeKey(KeyOut):
    """A new API key. Nobody can show it a second time."""

    key: str


class KeyList(BaseModel):
    """The keys that work, newest first."""

    items: list[KeyOut]


class Brought(BaseModel):
    """What an issuer sends a browser back with; it may add more."""

    state: str | None = Field(default=None, max_length=1000)
    code: str | None = Field(default=None, max_length=4096)
    error: str | None = Field(default=None, max_length=200)
    iss: str | None = Field(default=None, max_length=1000, description="Who it is (RFC 9207).")
