"""All simulated upstreams at once, and the settings of a server that asks them alone."""

import json
from collections.abc import Mapping, Sequence

from tests.simulators.upstreams.base import Simulator
from tests.simulators.upstreams.fal import FalSimulator
from tests.simulators.upstreams.gemini import GeminiSimulator
from tests.simulators.upstreams.kie import KieSimulator
from tests.simulators.upstreams.nanobanana import NanoBananaSimulator
from tests.simulators.upstreams.openai import OpenAiSimulator
from tests.simulators.upstreams.replicate import ReplicateSimulator
from tests.simulators.upstreams.runpod import RunpodSimulator

KINDS: Mapping[type[Simulator], str] = {
    GeminiSimulator: "/v1beta", OpenAiSimulator: "/v1", FalSimulator: "", ReplicateSimulator: "",
    RunpodSimulator: "/v2", KieSimulator: "", NanoBananaSimulator: "",
}  # fmt: skip
"""Each, and what of the address of its API comes after the host."""


def settings_at(simulators: Sequence[Simulator]) -> dict[str, str]:
    """Where each is and how results are fetched from it, as settings without their prefix."""
    places = [url.removeprefix("http://") for each in simulators for url in (each.url, each.store_url)]
    access = {"ROUTING__PRIVATE_PLACES": json.dumps(places)}
    for each in simulators:
        name = f"PROVIDERS__{each.name.upper()}__"
        access |= {f"{name}KEY": each.key, f"{name}BASE_URL": each.url + KINDS[type(each)]}
    return access
