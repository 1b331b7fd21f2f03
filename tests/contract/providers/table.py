"""The adapters that the contract of providers is held up to, one entry each. To add one: its module, its class, its
simulator, and where its troubles mean something else than in most places.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

import httpx2

from rekindle.infra.fetching import Fetcher
from rekindle.providers.adapters import fal, gemini, kie, nanobanana, openai, replicate, runpod
from rekindle.providers.catalogue import models_of
from rekindle.providers.errors import (
    BadResult,
    Lost,
    Misconfigured,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    Unfinished,
    Unsupported,
)
from rekindle.providers.http import Upstream
from rekindle.providers.protocol import Model, Provider
from tests.simulators.upstreams.base import Simulator
from tests.simulators.upstreams.fal import FalSimulator
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.kie import KieSimulator
from tests.simulators.upstreams.nanobanana import NanoBananaSimulator
from tests.simulators.upstreams.openai import OpenAiSimulator
from tests.simulators.upstreams.replicate import ReplicateSimulator
from tests.simulators.upstreams.runpod import RunpodSimulator

SECONDS = 30.0
"""That an adapter waits for an answer."""

USUALLY: Mapping[str, type[ProviderError]] = {
    "limited": RateLimited,
    "limited_silently": RateLimited,
    "busy": Unavailable,
    "unpaid": Misconfigured,
    "locked": Misconfigured,
    "unfit": Unsupported,
    "refused": Refused,
    "fails": Unfinished,
    "forgotten": Lost,
    "cut": Lost,
    "html": BadResult,
    "empty": BadResult,
    "lies": BadResult,
    "echo": BadResult,
    "oversized": BadResult,
    "expired": Lost,
    "elsewhere": BadResult,
    "moved": BadResult,
}
"""What a trouble means; `echo` is found by the look at results that follows every edit."""


@dataclass(frozen=True)
class Entry:
    """An adapter. `module` has BASE_URL, `headers` and `explain`; `path` is what of its address comes after the host.

    `means` are troubles, also such as this upstream alone has, that mean something else than USUALLY; None: it goes
    well. `at_once`: it answers with the result, so that there is nothing to come back for. `build` makes the adapter
    where it takes more than usual.
    """

    module: ModuleType
    provider: Callable[..., Provider]
    simulator: Callable[[], Simulator]
    path: str = ""
    means: Mapping[str, type[ProviderError] | None] = field(default_factory=dict)
    at_once: bool = False
    build: Callable[[Upstream, Sequence[Model], Fetcher], Provider] | None = None

    @property
    def name(self) -> str:
        return self.module.__name__.rpartition(".")[2]

    @property
    def models(self) -> Sequence[Model]:
        return models_of()[self.name]

    def model(self, name: str) -> Model:
        """The model of this name."""
        return next(each for each in self.models if each.id == name)

    @property
    def troubles(self) -> Mapping[str, type[ProviderError] | None]:
        """What each trouble that is possible here means."""
        impossible = getattr(self.simulator, "impossible", frozenset())
        return {word: kind for word, kind in {**USUALLY, **self.means}.items() if word not in impossible}

    def adapter(self, simulator: Simulator, fetcher: Fetcher, *, seconds: float = SECONDS) -> Provider:
        """The adapter, at its simulator."""
        return self.at(simulator.url, simulator.key, fetcher=fetcher, seconds=seconds)

    def at(
        self,
        url: str,
        key: str,
        *,
        fetcher: Fetcher,
        seconds: float = SECONDS,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> Provider:
        """The adapter, at an upstream."""
        upstream = Upstream(
            url + self.path, headers=self.module.headers(key), explain=self.module.explain, seconds=seconds,
            transport=transport,
        )  # fmt: skip
        if self.build is not None:
            return self.build(upstream, self.models, fetcher)
        return self.provider(upstream, models=self.models, fetcher=fetcher)


TABLE = [
    Entry(
        gemini, gemini.GeminiProvider, GeminiSimulator, path="/v1beta", at_once=True,
        means={
            "fails": BadResult, "blocked": Refused, "words": BadResult, "disabled": Misconfigured,
            "daily": RateLimited, "retired": Misconfigured, "wrong_key": Misconfigured, "inside": Unavailable,
            "drafts": None, "blind": None,
        },
    ),
    Entry(
        openai, openai.OpenAiProvider, OpenAiSimulator, path="/v1", at_once=True,
        means={
            "fails": Unavailable, "moderated": Refused, "hard_limit": Misconfigured,
            "unverified": Misconfigured, "retired": Misconfigured, "inside": Unavailable, "nothing": BadResult,
            "linked": None, "blind": None,
        },
    ),
    Entry(
        replicate, replicate.ReplicateProvider, ReplicateSimulator,
        means={
            "aborted": Unfinished, "stopped": Unfinished, "removed": Lost, "nothing": BadResult, "nsfw": Refused,
            "plenty": None, "inline": None,
        },
    ),
    Entry(
        runpod, runpod.RunpodProvider, RunpodSimulator, path="/v2",
        means={
            "inside": Unfinished, "timed_out": Unfinished, "stopped": Unfinished, "nothing": BadResult,
            "unpriced": None,
        },
    ),
    Entry(
        fal, fal.FalProvider, FalSimulator,
        means={"no_media": Refused, "broken": Unavailable, "late": Unfinished, "detour": Lost},
    ),
    Entry(kie, kie.KieProvider, KieSimulator, means={"off": Misconfigured, "garbled": BadResult}),
    Entry(nanobanana, nanobanana.NanoBananaProvider, NanoBananaSimulator, means={"off": Misconfigured}),
]  # fmt: skip


def entry_of(name: str) -> Entry:
    """The adapter of this name."""
    return next(entry for entry in TABLE if entry.name == name)
