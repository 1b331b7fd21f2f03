"""The root of every error that is raised on purpose, and the few that belong to no package.

RekindleError
├── Invalid            422  the request is well formed and cannot be done as asked
├── NotFound           404
├── Conflict           409
├── TooLarge           413
├── UnsupportedFormat  415
├── Overloaded         503  try again later
└── Away               503  what it takes cannot be reached: the same works once it can

Packages derive their own from these and set `code`, which is stable and documented, and `title`. The message given to
the constructor is for the person who reads it: what happened and what to do about it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar


class RekindleError(Exception):
    """Something that a user can meet: a sentence, a stable code, and the HTTP status that fits it."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"
    retry_after: int | None = None
    """Seconds after which the same request may succeed; sent as Retry-After."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Further headers of the answer."""

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if retry_after is not None:
            self.retry_after = retry_after


class Invalid(RekindleError):
    status = 422
    code = "invalid_request"
    title = "The request cannot be done as asked"


class NotFound(RekindleError):
    status = 404
    code = "not_found"
    title = "There is nothing here"


class Conflict(RekindleError):
    status = 409
    code = "conflict"
    title = "This clashes with what is already there"


class TooLarge(RekindleError):
    status = 413
    code = "too_large"
    title = "The upload is too large"


class UnsupportedFormat(RekindleError):
    status = 415
    code = "unsupported_format"
    title = "This kind of file cannot be used"


class Away(RekindleError):
    """Nothing is lost: a request may be sent again, and a job waits and goes on."""

    status = 503
    code = "away"
    title = "Something that this takes cannot be reached right now"
    retry_after = 5


class Overloaded(RekindleError):
    status = 503
    code = "overloaded"
    title = "Too much is going on right now"
    retry_after = 5
