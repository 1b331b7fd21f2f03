"""The words for models, and the model that may reword them, from the settings."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rekindle.config import Settings
from rekindle.config_providers import AccessSettings
from rekindle.jobs.egress import Egress
from rekindle.jobs.prompting import Prompting
from rekindle.jobs.rewording import Looking, Rewording
from rekindle.photos.preparing import Preparing
from rekindle.providers.adapters import gemini_mind, openai_mind
from rekindle.providers.http import Upstream
from rekindle.providers.minds import TokenPrice
from rekindle.providers.purse import Purse
from rekindle.providers.understanding import Understanding
from rekindle.treatments.mind import Mind
from rekindle.wiring.ground import Ground
from rekindle.wiring.safety import prompt_rules


@dataclass(frozen=True, slots=True)
class Words:
    """What was built, and what is to be called at the end."""

    services: Sequence[object]
    rewording: Rewording
    aclose: Callable[[], Awaitable[object]]


def words_of(settings: Settings, on: Ground, preparing: Preparing, purse: Purse) -> Words:
    """What shows prompts, and has them put into better words."""
    rules, chosen = prompt_rules(settings), settings.understanding
    understanding = Understanding(_mind(settings), judge=rules.judge, seconds=chosen.seconds, looks=chosen.look)
    rewording = Rewording(
        on.db, understanding, egress=Egress(on.db, clock=on.clock, local_only=settings.routing.local_only),
        purse=purse, looking=Looking(on.restoring, on.scratch, preparing), clock=on.clock,
    )  # fmt: skip
    prompting = Prompting(on.db, preparing, rewording, prompts=rules, clock=on.clock)
    return Words((prompting, rewording), rewording, understanding.aclose)


def _mind(settings: Settings) -> Mind | None:
    """The model that advises; None where none is named, there is no key, or nothing may leave this machine."""
    chosen = settings.understanding
    if chosen.provider == "none" or settings.routing.local_only:
        return None
    spoken, made = MINDS[chosen.provider]
    access: AccessSettings = getattr(settings.providers, chosen.provider)
    key = access.opens if chosen.key is None else chosen.key.get_secret_value().strip()
    if not key:
        return None
    upstream = Upstream(chosen.base_url or spoken.BASE_URL, headers=spoken.headers(key), seconds=chosen.seconds)
    return made(upstream, model=chosen.model, price=TokenPrice(chosen.price_in, chosen.price_out))


MINDS: Mapping[str, tuple[Any, Callable[..., Mind]]] = {
    "gemini": (gemini_mind, gemini_mind.GeminiMind),
    "openai": (openai_mind, openai_mind.OpenAIMind),
}
"""The module of each kind, and the class in it."""
