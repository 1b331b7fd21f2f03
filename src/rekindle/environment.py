"""How settings are read from the environment, and the kinds of values that they have."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource


def _web_address(text: str) -> str:
    message = "must be an address such as https://photos.example.org"
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(message) from None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or parts.username:
        raise ValueError(message)
    return text.strip().rstrip("/")


def _database_address(text: str) -> str:
    if not text.startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
        message = "must begin with postgresql+asyncpg:// or with sqlite+aiosqlite:///"
        raise ValueError(message)
    # A password may have colons in it, and a machine may be given as [::1].
    machine = text.partition("//")[2].rpartition("@")[2].partition("/")[0].rpartition("]")[2]
    port = machine.partition(":")[2]
    if text.startswith("postgresql") and port and not port.isdecimal():
        message = "must have a number as its port"
        raise ValueError(message)
    return text


Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseAddress = Annotated[str, AfterValidator(_database_address)]


class Group(BaseModel):
    """Settings that belong together. A name that is not known is refused: a slip must not leave a default in force."""

    model_config = ConfigDict(extra="forbid")


class Environment(EnvSettingsSource):
    """The environment. What is wrong in it is left to be told with everything else that is, by its full name."""

    def __call__(self) -> dict[str, Any]:
        """What is given, groups that there are not among it: these are refused as any other unknown name."""
        prefix, delimiter = self.env_prefix.lower(), self.env_nested_delimiter or "__"
        names = [name.removeprefix(prefix) for name in self.env_vars if name.startswith(prefix) and delimiter in name]
        unknown = [name for name in names if name.partition(delimiter)[0] not in self.settings_cls.model_fields]
        return {**super().__call__(), **dict.fromkeys(unknown, "")}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """What the JSON says; text that is none stays as it is, and is refused for not being what is wanted."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value
