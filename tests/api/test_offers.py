"""What a server offers by whom, as its settings say: nobody elsewhere without a key."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from rekindle.config import Settings
from rekindle.providers.catalogue import BadCatalogue
from rekindle.treatments.operations import Operation
from rekindle.wiring.databases import open_tables
from rekindle.wiring.ground import lay_ground
from rekindle.wiring.providers import KINDS, TITLES, Upstreams, open_providers, policy_of
from tests.api.conftest import Visitor
from tests.factories import settings

EVERY_KEY: dict[str, Any] = {name: {"key": "a-key"} for name in KINDS}
HOUSE = {"name": "house", "title": "The house", "base_url": "http://127.0.0.1:9/v1", "key": "k"}
MODEL = {"id": "m", "operations": ["restyle"], "price": 2_000}


def opened(folder: Path, **groups: Any) -> Upstreams:
    chosen = settings(folder, **groups)
    db = open_tables(chosen)
    return open_providers(chosen, lay_ground(chosen, db))


def names(upstreams: Upstreams) -> list[str]:
    return [each.name for each in upstreams.providers]


def test_without_a_key_nobody_elsewhere_is_there(tmp_path: Path) -> None:
    upstreams = opened(tmp_path)
    assert names(upstreams) == ["embedded"]
    assert upstreams.offers.senders() == []
    assert upstreams.schedules == []


def test_with_its_key_each_provider_is_there_and_the_engine_of_this_machine_is_last(tmp_path: Path) -> None:
    upstreams = opened(tmp_path, providers=EVERY_KEY, server={"public_url": "https://photos.example.org"})
    assert names(upstreams) == [*KINDS, "embedded"]
    assert upstreams.offers.senders() == [kind.title for kind in KINDS.values()]
    assert all(each.models for each in upstreams.providers)


def test_who_fetches_photos_is_not_on_offer_where_there_is_no_address_to_fetch_from(tmp_path: Path) -> None:
    hidden = opened(tmp_path, providers=EVERY_KEY)
    assert names(hidden) == [*KINDS, "embedded"]
    assert set(hidden.offers.senders()) == {KINDS[name].title for name in ("gemini", "openai", "fal", "replicate")}
    every = {key for operation in Operation for key in hidden.offers.choices(operation)}
    away = {key for operation in Operation for key in hidden.offers.out_of_reach(operation)}
    assert {provider for provider, _ in away} == {"kie", "nanobanana", "runpod"}
    assert not every & away


@pytest.mark.parametrize("access", [{"key": " "}, {"key": "k", "enabled": False}, {}], ids=str)
def test_a_provider_without_a_key_or_switched_off_is_not_there(tmp_path: Path, access: dict[str, Any]) -> None:
    first = next(iter(KINDS))
    assert names(opened(tmp_path, providers={first: access})) == ["embedded"]


def test_where_nothing_may_leave_no_key_opens_anything(tmp_path: Path) -> None:
    upstreams = opened(tmp_path, providers={**EVERY_KEY, "gateways": [HOUSE]}, routing={"local_only": True})
    assert names(upstreams) == ["embedded"]


def test_every_name_of_the_catalogue_and_of_the_settings_is_known_here() -> None:
    fields = set(Settings().providers.model_fields_set | type(Settings().providers).model_fields.keys())
    assert set(KINDS) == fields - {"gateways"}
    assert set(TITLES) == {*KINDS, "embedded"}


def test_a_gateway_offers_what_the_settings_say_of_it(tmp_path: Path) -> None:
    upstreams = opened(tmp_path, providers={"gateways": [{**HOUSE, "models": [MODEL, {"id": "free", "price": None}]}]})
    assert names(upstreams) == ["house", "embedded"]
    by_model = {each.model: each for each in upstreams.offers.detailed(Operation.RESTYLE) if each.provider == "house"}
    assert (by_model["m"].title, by_model["m"].cost, by_model["m"].sends) == ("The house", 2_000, True)
    assert by_model["free"].cost is None


@pytest.mark.parametrize(
    "gateways", [[HOUSE, HOUSE], [{**HOUSE, "name": "embedded"}], [{**HOUSE, "base_url": None}],
                 [{**HOUSE, "name": next(iter(KINDS))}]],
)  # fmt: skip
def test_a_gateway_that_cannot_be_told_apart_or_reached_is_refused(
    tmp_path: Path, gateways: list[dict[str, Any]]
) -> None:
    with pytest.raises(ValidationError):
        settings(tmp_path, providers={"gateways": gateways})


def test_a_catalogue_of_ones_own_changes_prices_and_takes_models_away(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """[[models]]
        provider = "house"
        id = "mine"
        operations = ["restore"]
        max_pixels = 1_000_000
        typical = 3.0
        quality = 0.9
        price = { image = 7, dated = "2026-11-21" }
        """
    )
    upstreams = opened(tmp_path, providers={"gateways": [HOUSE]}, routing={"catalogue": own})
    assert upstreams.offers.detailed(Operation.RESTORE)[0].cost == 7
    own.write_text("[[models]]\nprovider = 'house'\n")
    with pytest.raises(BadCatalogue):
        opened(tmp_path, routing={"catalogue": own})


def test_the_weights_of_the_settings_change_what_they_name_and_nothing_else(tmp_path: Path) -> None:
    routing = settings(
        tmp_path, routing={"weights": {"premium": {"quality": 3.0}}, "prefer_embedded": ["free"]}
    ).routing
    policy, usual = policy_of(routing), policy_of(settings(tmp_path).routing)
    assert policy.weights["premium"].quality == 3.0
    assert policy.weights["premium"].cost == usual.weights["premium"].cost
    assert policy.weights["free"] == usual.weights["free"]
    assert policy.engine_first == {"free"}


def test_the_usual_weights_are_those_that_were_asked_for(tmp_path: Path) -> None:
    weights = policy_of(settings(tmp_path).routing).weights
    told = {name: (each.cost, each.quality, each.speed, each.reliability) for name, each in weights.items()}
    assert told == {"free": (0.7, 0.3, 0.2, 0.4), "paid": (0.3, 0.3, 0.2, 0.4), "premium": (0.3, 0.7, 0.2, 0.4)}


def test_the_page_is_told_who_does_what_and_that_nothing_leaves(visitor: Visitor) -> None:
    told = visitor.get("/capabilities")
    assert told["provider_notice"] == "Nothing leaves this machine."
    assert set(told["offers"]) == set(told["operations"])
    for choices in told["offers"].values():
        assert [(each["provider"], each["cost"], each["sends"]) for each in choices] == [("embedded", 0, False)]
        assert choices[0]["title"] == "This machine"
