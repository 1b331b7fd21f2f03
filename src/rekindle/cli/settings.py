"""Reads the settings for a command, and says in words what is wrong with them."""

from typing import ClassVar

from pydantic import ValidationError

from rekindle.config import Settings
from rekindle.errors import Invalid


class BadSettings(Invalid):
    code: ClassVar[str] = "bad_settings"
    title: ClassVar[str] = "The settings are wrong"


def read_settings() -> Settings:
    """The settings of the environment. Raises BadSettings, which names every variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        names = ("__".join(str(part) for part in each["loc"]).upper() for each in error.errors())
        wrong = "; ".join(f"REKINDLE_{name}: {each['msg']}" for name, each in zip(names, error.errors(), strict=True))
        raise BadSettings(f"{wrong}. Correct these variables in the environment, or remove them.") from error
