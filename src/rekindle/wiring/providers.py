"""Who does edits, from the settings: the services that there is a key for, and last the engine of this machine."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rekindle.config import Settings
from rekindle.config_providers import AccessSettings, GatewaySettings, RoutingSettings, WeightSettings
from rekindle.infra.fetching import Fetcher
from rekindle.infra.queue.port import Schedule
from rekindle.providers.adapters import fal, gemini, kie, nanobanana, openai, replicate, runpod
from rekindle.providers.adapters.embedded import EmbeddedProvider
from rekindle.providers.catalogue import models_of
from rekindle.providers.choosing import Choosing, Policy
from rekindle.providers.gates import Gate
from rekindle.providers.health import Rules
from rekindle.providers.http import Explain, Upstream
from rekindle.providers.offers import Offers
from rekindle.providers.protocol import Model, Price, Provider
from rekindle.providers.purse import Purse, Unlimited
from rekindle.providers.routing import PRESETS
from rekindle.treatments.operations import Operation
from rekindle.wiring.gates import gates_of
from rekindle.wiring.ground import Ground

SHARE_SECONDS = 5.0
"""Between two times that processes tell each other how many edits they have under way."""

Close = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How to reach a provider, unless the settings say otherwise. `concurrency` edits at once suit a new account."""

    title: str
    make: Callable[..., Provider]
    base_url: str
    headers: Callable[[str], Mapping[str, str]]
    explain: Explain | None = None
    concurrency: int = 10


KINDS: Mapping[str, Kind] = {
    "gemini": Kind("Google Gemini", gemini.GeminiProvider, gemini.BASE_URL, gemini.headers, gemini.explain),
    "openai": Kind("OpenAI", openai.OpenAiProvider, openai.BASE_URL, openai.headers, openai.explain),
    "fal": Kind("fal.ai", fal.FalProvider, fal.BASE_URL, fal.headers, fal.explain),
    "replicate": Kind(
        "Replicate", replicate.ReplicateProvider, replicate.BASE_URL, replicate.headers, replicate.explain,
        concurrency=5,
    ),
    "runpod": Kind("RunPod", runpod.RunpodProvider, runpod.BASE_URL, runpod.headers, runpod.explain),
    "kie": Kind("Kie.ai", kie.KieProvider, kie.BASE_URL, kie.headers, kie.explain),
    "nanobanana": Kind(
        "NanoBanana API", nanobanana.NanoBananaProvider, nanobanana.BASE_URL, nanobanana.headers, nanobanana.explain,
        concurrency=5,
    ),
}  # fmt: skip
"""In the order in which they are shown."""

HERE = "embedded"
TITLES: Mapping[str, str] = {HERE: "This machine", **{name: kind.title for name, kind in KINDS.items()}}


@dataclass(frozen=True, slots=True)
class Upstreams:
    """What was built. `purse` is where a cost is written when an attempt ends."""

    providers: Sequence[Provider]
    choosing: Choosing
    offers: Offers
    purse: Purse
    fetcher: Fetcher
    schedules: Sequence[Schedule]
    aclose: Sequence[Close]


def open_providers(settings: Settings, on: Ground, *, purse: Purse | None = None) -> Upstreams:
    """Every provider that is configured, and the choice among them. Raises BadCatalogue."""
    routing, purse = settings.routing, purse or Unlimited()
    catalogue = models_of(routing.catalogue)
    fetcher = Fetcher(allowed=routing.private_places)
    providers: list[Provider] = []
    gates: dict[str, Gate] = {}
    titles = dict(TITLES)
    for name, kind, access in _configured(settings):
        models = [*catalogue.get(name, ()), *_own_models(access)]
        if models:
            providers.append(_provider(kind, access, models, fetcher, routing.call_seconds))
            gates[name] = Gate(access.concurrency or kind.concurrency, access.rpm, access.rpd)
            titles[name] = kind.title
    providers.append(EmbeddedProvider(on.restoring, seconds=settings.work.restore_seconds))
    gate = gates_of(settings, on, gates)
    choosing = Choosing(on.db, providers, gates=gate, purse=purse, policy=policy_of(routing), clock=on.clock)
    # Each process for itself, unlike what is in the table of what is done by the clock.
    schedule = Schedule("the edits under way", SHARE_SECONDS, gate.share)
    return Upstreams(
        providers, choosing, Offers(providers, titles=titles, links=settings.server.public_url is not None), purse,
        fetcher,
        schedules=[schedule] if gates and not settings.alone else [],
        aclose=[*(each.aclose for each in providers), fetcher.aclose, gate.aclose],
    )  # fmt: skip


def policy_of(routing: RoutingSettings) -> Policy:
    """What the operator settled about the choice."""
    weights = {
        name: replace(usual, **_given(routing.weights[name])) if name in routing.weights else usual
        for name, usual in PRESETS[routing.preset].items()
    }
    return Policy(
        weights=weights,
        rules=Rules(routing.circuit_failures, routing.circuit_pause, routing.circuit_longest_pause),
        local_only=routing.local_only,
        unknown_price=routing.allow_unknown_price,
        experimental=routing.experimental,
        engine_first=frozenset(routing.prefer_embedded),
    )


def _configured(settings: Settings) -> Sequence[tuple[str, Kind, AccessSettings]]:
    """Those that there is a key for: none where nothing may leave this machine."""
    if settings.routing.local_only:
        return []
    known = [(name, kind, getattr(settings.providers, name)) for name, kind in KINDS.items()]
    gateways = [(each.name, _gateway(each), each) for each in settings.providers.gateways]
    return [each for each in (*known, *gateways) if each[2].opens is not None]


def _provider(
    kind: Kind, access: AccessSettings, models: Sequence[Model], fetcher: Fetcher, seconds: float
) -> Provider:
    upstream = Upstream(
        access.base_url or kind.base_url,
        headers=kind.headers(access.opens or ""),
        seconds=seconds,
        explain=kind.explain,
    )
    return kind.make(upstream, models=models, fetcher=fetcher)


class Gateway(openai.OpenAiProvider):
    """A service that speaks as OpenAI does, under a name of its own."""

    def __init__(self, name: str, upstream: Upstream, *, models: Sequence[Model], fetcher: Fetcher) -> None:
        super().__init__(upstream, models=models, fetcher=fetcher)
        self._own_name = name

    @property
    def name(self) -> str:
        return self._own_name


def _gateway(access: GatewaySettings) -> Kind:
    return Kind(
        access.title or access.name,
        partial(Gateway, access.name),
        access.base_url or "",
        openai.headers,
        openai.explain,
    )


def _own_models(access: AccessSettings) -> Sequence[Model]:
    """The models of a gateway that the settings name."""
    if not isinstance(access, GatewaySettings):
        return ()
    return [
        Model(
            id=each.id, upstream=each.id, operations=frozenset(Operation(name) for name in each.operations),
            price=None if each.price is None else Price(image=each.price), max_inputs=each.max_inputs,
            max_pixels=4_000_000, typical=15.0, quality=each.quality,
        )
        for each in access.models
    ]  # fmt: skip


def _given(weights: WeightSettings) -> Mapping[str, float]:
    return {name: value for name, value in weights.model_dump().items() if value is not None}
