"""Prices: what the presets ask, and that what was shown is never exceeded."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.credits.prices import CATALOGUES, CLASSIC, REKINDLE, Catalogue, NotForSale, Order, quote_from_json
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.operations import Operation


def test_the_default_prices() -> None:
    asked = {name: REKINDLE.quote(Order(name)).most for name in REKINDLE.operations}
    assert asked == {
        "restore": 2000, "colorize": 3000, "restore_colorize": 4000, "restyle": 3000, "enhance": 2000,
        "fuse": 6000, "bring_together": 6000, "animate": 8000,
    }  # fmt: skip


def test_the_classic_prices_depend_on_the_class() -> None:
    quote = CLASSIC.quote(Order("restore"))
    assert quote.by_class == {"A": 1000, "B": 1200, "C": 1100, "D": 900, "E": 1300, "F": 0}
    assert quote.most == 1300
    assert CLASSIC.quote(Order("bring_together", degradation=Degradation.FADING)).most == 1800


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=CATALOGUES.keys())
def test_every_operation_of_today_has_a_price(catalogue: Catalogue) -> None:
    assert all(catalogue.quote(Order(operation.value)).most > 0 for operation in Operation)


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=CATALOGUES.keys())
def test_a_photo_that_needs_no_mending_costs_nothing(catalogue: Catalogue) -> None:
    assert catalogue.quote(Order("restore")).owed(Degradation.NONE) == 0
    assert catalogue.quote(Order("restore", degradation=Degradation.NONE)).most == 0


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=CATALOGUES.keys())
def test_what_is_wished_for_costs_something_on_any_photo(catalogue: Catalogue) -> None:
    wished = catalogue.quote(Order("restore", degradation=Degradation.NONE, wished=True))
    assert 0 < wished.most <= catalogue.quote(Order("restore")).most


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=CATALOGUES.keys())
def test_colours_cost_the_same_on_a_photo_without_damage(catalogue: Catalogue) -> None:
    assert catalogue.quote(Order("colorize")).owed(Degradation.NONE) > 0


@pytest.mark.parametrize("order", [Order("juggle"), Order("restore", quality="8k"), Order("")])
def test_what_is_not_listed_is_not_for_sale(order: Order) -> None:
    with pytest.raises(NotForSale, match="There is: restore"):
        CLASSIC.quote(order)


ORDERS = st.builds(
    Order, st.sampled_from([each.value for each in Operation]), st.sampled_from(["standard", "hd"]),
    degradation=st.none() | st.sampled_from(Degradation), wished=st.booleans(),
)  # fmt: skip


@given(
    st.sampled_from(sorted(CATALOGUES)), ORDERS, st.sampled_from(Degradation), st.integers(1, 1000),
    st.integers(0, 2000),
)  # fmt: skip
def test_what_is_owed_is_never_more_than_what_was_shown(
    name: str, order: Order, found: Degradation, step: int, share: int
) -> None:
    preset = CATALOGUES[name]
    catalogue = Catalogue(name, preset.operations, classes=preset.classes, step=step, degraded=share)
    quote = quote_from_json(json.loads(json.dumps(catalogue.quote(order).to_json())))
    owed, lower = quote.owed(found), quote.owed(found, degraded=True)
    assert 0 <= lower <= owed <= quote.most
    assert owed % step == lower % step == 0


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=CATALOGUES.keys())
@pytest.mark.parametrize("operation", [each for each in Operation if not each.mends])
def test_what_always_does_something_costs_something_and_half_when_done_less_well(
    catalogue: Catalogue, operation: Operation
) -> None:
    quote = catalogue.quote(Order(operation.value))
    for each in Degradation:
        assert 0 < quote.owed(each, degraded=True) == (quote.owed(each) + 1) // 2


def test_a_higher_quality_costs_more() -> None:
    assert REKINDLE.quote(Order("restyle", "hd")).most == 4500
    assert REKINDLE.quote(Order("restyle", "hd")).owed(Degradation.NONE, degraded=True) == 2250


def test_a_quote_of_before_there_were_lower_prices_still_holds() -> None:
    old = {
        "catalogue": "rekindle",
        "operation": "restore",
        "quality": "standard",
        "most": 2000,
        "by_class": {"A": 2000},
    }
    assert quote_from_json(old).owed(Degradation.LOW_QUALITY, degraded=True) == 2000


def test_a_quote_outlives_the_catalogue() -> None:
    quote = CLASSIC.quote(Order("restore", degradation=Degradation.FADING))
    kept = quote_from_json(json.loads(json.dumps(quote.to_json())))
    assert kept == quote
    assert kept.owed(Degradation.PHYSICAL_DAMAGE) == 900


def test_plans_and_qualities_change_the_price_and_it_is_rounded_up() -> None:
    catalogue = Catalogue(
        "own", {"restore": 1000}, {"standard": 1000, "hd": 1500}, plans={"home": 0, "friends": 333}, step=500
    )
    asked = {
        (quality, plan): catalogue.quote(Order("restore", quality, plan)).most
        for quality in ("standard", "hd")
        for plan in ("", "home", "friends")
    }
    assert asked == {
        ("standard", ""): 1000, ("standard", "home"): 0, ("standard", "friends"): 500,
        ("hd", ""): 1500, ("hd", "home"): 0, ("hd", "friends"): 500,
    }  # fmt: skip
