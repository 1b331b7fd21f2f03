"""What edits cost, in millionths of a dollar."""

from rekindle.providers.costs import MICRO, cost_of, cost_of_tokens, estimate
from rekindle.providers.protocol import Price
from tests.simulators.providers import model


def test_a_picture_costs_its_price_whatever_its_size() -> None:
    assert cost_of(Price(image=39_000), pixels=20_000_000) == 39_000
    assert cost_of(Price(image=39_000), pixels=1, images=3) == 117_000


def test_a_part_of_a_megapixel_is_a_whole_one() -> None:
    price = Price(megapixel=2_100)
    assert [cost_of(price, pixels=pixels) for pixels in (0, 1, 1_000_000, 1_000_001)] == [0, 2_100, 2_100, 4_200]


def test_a_part_of_a_second_is_a_whole_one() -> None:
    price = Price(second=50_000)
    assert [cost_of(price, seconds=seconds) for seconds in (0.0, 0.2, 5.0, 5.01)] == [0, 50_000, 250_000, 300_000]


def test_seconds_that_are_no_number_cost_nothing() -> None:
    for seconds in (float("nan"), float("inf"), -3.0):
        assert cost_of(Price(image=7, second=50_000), seconds=seconds) == 7


def test_a_size_with_a_price_of_its_own_costs_that_and_another_the_usual() -> None:
    price = Price(image=10, by_size={"2K": 134_000})
    assert cost_of(price, size="2K") == 134_000
    assert cost_of(price, size="8K") == cost_of(price) == 10


def test_the_parts_of_a_price_are_added_up() -> None:
    assert cost_of(Price(image=1, megapixel=10, second=100), pixels=1_500_000, seconds=2.5) == 321


def test_a_token_costs_a_millionth_of_the_price_of_a_million() -> None:
    """1290 tokens at 30 dollars for a million are 0.0387 dollars: not 0.0503, as tokens × 0.039 / 1000 would be."""
    price = Price(image=39_000, tokens={"image_out": 30})
    assert cost_of_tokens(price, {"image_out": 1290}) == 38_700
    assert 38_700 / MICRO == 1290 * 30 / 1e6


def test_tokens_of_several_kinds_are_added_up_and_those_without_a_price_left_out() -> None:
    price = Price(tokens={"text_in": 5, "image_in": 8, "image_out": 30})
    assert cost_of_tokens(price, {"text_in": 100, "image_in": 1000, "image_out": 6000, "thoughts": 9}) == 188_500
    assert cost_of_tokens(price, {"thoughts": 9}) is None
    assert cost_of_tokens(price, {}) is None
    assert cost_of_tokens(Price(), {"image_out": 5}) is None


def test_tokens_that_cannot_be_are_not_believed() -> None:
    price = Price(tokens={"text_in": 5, "image_out": 30})
    assert cost_of_tokens(price, {"image_out": -1}) is None
    assert cost_of_tokens(price, {"image_out": 10**15, "text_in": 3}) == 15


def test_what_nobody_knows_is_not_nothing() -> None:
    assert estimate(model(price=None), pixels=10) is None
    assert estimate(model(price=Price()), pixels=10) == 0


def test_an_estimate_is_for_the_size_that_is_asked_for() -> None:
    price = Price(by_size={"1K": 33_600, "4K": 240_000})
    assert estimate(model(price=price, sizes=("4K", "1K")), pixels=10) == 240_000
    assert estimate(model(price=price), pixels=10) == 0


def test_an_estimate_counts_no_more_pixels_than_are_sent() -> None:
    small = model(price=Price(megapixel=1_000), max_pixels=2_000_000)
    assert estimate(small, pixels=50_000_000) == 2_000
    assert estimate(small, pixels=900_000) == 1_000
