"""Which models are asked, in which order, and why nobody else."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers import errors
from rekindle.providers.asking import Conditions, Offer, Ranking, Request, Size, Standing, Weights
from rekindle.providers.health import Circuit, Health
from rekindle.providers.protocol import Model, Price, Takes
from rekindle.providers.routing import PRESETS, STRATEGIES, calls_of, dollars, estimate_of, offers_of, rank
from rekindle.treatments.operations import Operation
from tests.simulators.providers import Simulator, model

ADA = UUID(int=0xADA)
ASKED = Request(Operation.RESTORE, [Size(1000, 800)], plan="free", strategy="paid", user=ADA)
CENT = 10_000

NAMES = st.sampled_from(["a", "b", "c"])
PRICES = st.none() | st.builds(
    Price, image=st.integers(0, 90_000), megapixel=st.integers(0, 5_000), second=st.integers(0, 5_000),
    by_size=st.dictionaries(st.sampled_from(["1K", "2K"]), st.integers(1, 90_000), max_size=2),
    tokens=st.dictionaries(st.just("image_out"), st.integers(1, 90), max_size=1),
)  # fmt: skip
MODELS = st.builds(
    model,
    name=st.text("xyz", min_size=1, max_size=2),
    operations=st.frozensets(st.sampled_from(Operation)),
    price=PRICES,
    max_inputs=st.integers(0, 3),
    max_pixels=st.integers(1, 2000),
    quality=st.floats(0.0, 1.0),
    typical=st.floats(0.1, 100.0),
    takes=st.sampled_from(Takes),
    sizes=st.sampled_from([(), ("1K",), ("4K",)]),
    experimental=st.booleans(),
)
PROVIDERS = st.lists(st.tuples(NAMES, st.lists(MODELS, max_size=4)), max_size=4)
REQUESTS = st.builds(
    Request,
    operation=st.sampled_from(Operation),
    pictures=st.lists(st.builds(Size, st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=5),
    plan=st.just("free"),
    strategy=st.sampled_from(STRATEGIES),
    user=st.just(ADA),
    local_only=st.booleans(),
    links=st.booleans(),
    quality=st.sampled_from(["standard", "hd"]),
    tried=st.frozensets(st.tuples(NAMES, st.text("xyz", min_size=1, max_size=2)), max_size=3),
    provider=st.none() | NAMES,
    model=st.none() | st.text("xyz", min_size=1, max_size=2),
)
CONDITIONS = st.builds(
    Conditions,
    standings=st.dictionaries(
        NAMES,
        st.builds(
            Standing, circuit=st.sampled_from(Circuit), probed=st.booleans(), load=st.floats(0, 2),
            closed=st.none() | st.just("It rests."),
        ),
        max_size=3,
    ),
    records=st.dictionaries(
        st.tuples(NAMES, st.text("xyz", min_size=1, max_size=2)),
        st.builds(Health, success=st.floats(0, 1), seconds=st.floats(0, 300), calls=st.integers(0, 9)),
        max_size=4,
    ),
    budget=st.dictionaries(
        st.tuples(NAMES, st.text("xyz", min_size=1, max_size=2)), st.just("It is spent."), max_size=4
    ),
    local_only=st.booleans(),
    unknown_price=st.sampled_from(["never", "chosen", "always"]),
    experimental=st.booleans(),
    engine_first=st.booleans(),
)  # fmt: skip


def built(providers: Sequence[tuple[str, list[Model]]]) -> Sequence[Offer]:
    return offers_of([Simulator(title=name, offered=models) for name, models in providers])


@given(PROVIDERS, REQUESTS, CONDITIONS)
def test_nobody_is_asked_whom_anything_forbids(
    providers: list[tuple[str, list[Model]]], request: Request, conditions: Conditions
) -> None:
    for each in rank(built(providers), request, conditions).candidates:
        remote = each.model.takes is not Takes.WORKING
        chosen = request.model == each.model.id
        assert request.operation in each.model.operations
        assert each.key not in request.tried
        assert request.provider in (None, each.provider.name)
        assert request.model in (None, each.model.id)
        assert chosen or conditions.experimental or not each.model.experimental
        assert (
            each.estimate is not None
            or conditions.unknown_price == "always"
            or (chosen and conditions.unknown_price == "chosen")
        )
        assert len(request.pictures) <= each.model.max_inputs or (request.operation.photos[1] > 1 and each.calls > 1)
        if remote:
            standing = conditions.standings.get(each.provider.name, Standing())
            assert not request.local_only
            assert not conditions.local_only
            assert each.key not in conditions.budget
            assert each.model.takes is not Takes.LINKS or request.links
            assert standing.closed is None
            assert standing.circuit is not Circuit.OPEN
            assert standing.circuit is Circuit.CLOSED or not standing.probed
        else:
            assert all(picture.pixels <= each.model.max_pixels for picture in request.pictures)


@given(PROVIDERS, REQUESTS, CONDITIONS, st.tuples(NAMES, st.text("xyz", min_size=1, max_size=2)))
def test_whom_somebody_chose_before_is_asked_first_if_at_all_and_nobody_else_moves(
    providers: list[tuple[str, list[Model]]], request: Request, conditions: Conditions, before: tuple[str, str]
) -> None:
    offers = built(providers)
    plain = rank(offers, request, conditions)
    with_favourite = rank(offers, replace(request, favourite=before), conditions)
    others = [each.key for each in plain.candidates if each.key != before]
    first = [each.key for each in plain.candidates if each.key == before]
    assert [each.key for each in with_favourite.candidates] == [*first, *others]
    assert with_favourite.refused == plain.refused
    for each in with_favourite.candidates:
        assert each.why.startswith("You chose it before.") == (each.key == before)


@given(PROVIDERS, REQUESTS, CONDITIONS)
def test_everybody_is_either_asked_or_told_why_not(
    providers: list[tuple[str, list[Model]]], request: Request, conditions: Conditions
) -> None:
    offers = built(providers)
    ranking = rank(offers, request, conditions)
    told = [each.key for each in ranking.candidates] + [(each.provider, each.model) for each in ranking.refused]
    assert sorted(told) == sorted(offer.key for offer in offers)
    assert all(each.reason.endswith(".") for each in ranking.refused)
    assert all(0 <= each.score <= 1 and all(0 <= part <= 1 for part in each.parts.values()) and each.why
               for each in ranking.candidates)  # fmt: skip


@given(PROVIDERS, REQUESTS, CONDITIONS)
def test_the_order_is_always_the_same_and_nothing_given_is_changed(
    providers: list[tuple[str, list[Model]]], request: Request, conditions: Conditions
) -> None:
    offers = built(providers)
    before = copy.deepcopy((providers, request, conditions)), list(offers)
    once, again = rank(offers, request, conditions), rank(offers, request, conditions)
    assert once == again
    assert ((providers, request, conditions), list(offers)) == before


@given(PROVIDERS, REQUESTS, CONDITIONS)
def test_the_engine_of_this_machine_is_last_or_where_it_is_good_enough_first(
    providers: list[tuple[str, list[Model]]], request: Request, conditions: Conditions
) -> None:
    stays = [each.model.takes is Takes.WORKING for each in rank(built(providers), request, conditions).candidates]
    assert stays == sorted(stays, reverse=conditions.engine_first)


@given(st.lists(MODELS, min_size=1, max_size=6), st.sampled_from(STRATEGIES))
def test_better_quality_is_never_worse_and_counts_with_every_strategy(models: list[Model], strategy: str) -> None:
    able = {"operations": frozenset(Operation), "max_inputs": 3, "max_pixels": 10**8, "price": Price(image=1)}
    twins = [replace(each, id=str(at), **able, takes=Takes.BYTES, experimental=False, typical=1.0)
             for at, each in enumerate(models)]  # fmt: skip
    found = rank(built([("a", twins)]), ASKED, Conditions(weights=PRESETS["balanced"][strategy])).candidates
    qualities = [each.model.quality for each in found]
    assert [round(each, 6) for each in qualities] == [round(each, 6) for each in sorted(qualities, reverse=True)]


def remote(name: str, **changes: object) -> tuple[str, list[Model]]:
    values: dict[str, object] = {"takes": Takes.BYTES, "price": Price(image=CENT), "typical": 10.0, "quality": 0.5}
    return name, [model("m", **{**values, **changes})]


def order(ranking: Ranking) -> list[str]:
    return [each.provider.name for each in ranking.candidates]


CHEAP = remote("cheap", price=Price(image=CENT), quality=0.5)
GOOD = remote("good", price=Price(image=4 * CENT), quality=0.95)
HERE = ("here", [model("engine")])


@pytest.mark.parametrize(
    ("strategy", "first"), [("free", "cheap"), ("premium", "good")]
)  # fmt: skip
def test_free_plans_get_what_is_cheap_and_premium_ones_what_is_good(strategy: str, first: str) -> None:
    weights = PRESETS["balanced"][strategy]
    assert order(rank(built([CHEAP, GOOD, HERE]), ASKED, Conditions(weights=weights)))[0] == first


def test_operators_choose_what_counts_for_everybody() -> None:
    offers = built([CHEAP, GOOD])
    firsts = {
        name: order(rank(offers, ASKED, Conditions(weights=preset["paid"])))[0] for name, preset in PRESETS.items()
    }
    assert (firsts["thrifty"], firsts["finest"]) == ("cheap", "good")


def test_the_quality_weight_alone_decides_when_nothing_else_counts() -> None:
    weights = Weights(cost=0, quality=1, speed=0, reliability=0, load=0)
    ranking = rank(built([CHEAP, GOOD]), ASKED, Conditions(weights=weights))
    assert [each.score for each in ranking.candidates] == [0.95, 0.5]


def test_hd_lets_quality_count_twice() -> None:
    weights = Weights(cost=1, quality=1, speed=0, reliability=0, load=0)
    offers = built([CHEAP, GOOD])
    assert order(rank(offers, ASKED, Conditions(weights=weights)))[0] == "cheap"
    assert order(rank(offers, replace(ASKED, quality="hd"), Conditions(weights=weights)))[0] == "good"


def test_what_is_good_at_the_operation_comes_before_what_is_good_in_general() -> None:
    fit = remote("fit", quality=0.4, fitness={Operation.RESTORE: 0.9})
    assert order(rank(built([remote("other", quality=0.8), fit]), ASKED, Conditions()))[0] == "fit"


def test_dear_ones_are_told_apart_beyond_five_cents() -> None:
    offers = built([remote("dearest", price=Price(image=60 * CENT)), remote("dear", price=Price(image=10 * CENT))])
    assert order(rank(offers, ASKED, Conditions())) == ["dear", "dearest"]


def test_the_slow_the_unreliable_and_the_busy_fall_behind() -> None:
    offers = built([remote("a"), remote("b")])
    slow = Conditions(records={("a", "m"): Health(seconds=50, calls=3), ("b", "m"): Health(seconds=5, calls=3)})
    shaky = Conditions(records={("a", "m"): Health(success=0.5, calls=3)})
    busy = Conditions(standings={"a": Standing(load=0.9)})
    for conditions in (slow, shaky, busy):
        assert order(rank(offers, ASKED, conditions)) == ["b", "a"]
    assert order(rank(offers, ASKED, Conditions())) == ["a", "b"]


def reason(offer: tuple[str, list[Model]], request: Request = ASKED, conditions: Conditions | None = None) -> str:
    ranking = rank(built([offer]), request, conditions or Conditions())
    assert not ranking.candidates
    return ranking.refused[0].reason


TWELVE = replace(ASKED, operation=Operation.FUSE, pictures=[Size(10, 10)] * 12)


@pytest.mark.parametrize(
    ("said", "offer", "request_"),
    [
        ("cannot do this: bring together", remote("a", operations=frozenset({Operation.RESTORE})),
         replace(ASKED, operation=Operation.BRING_TOGETHER)),
        ("chosen by name", remote("a"), replace(ASKED, provider="b")),
        ("experimental", remote("a", experimental=True), ASKED),
        ("asked before", remote("a"), replace(ASKED, tried=frozenset({("a", "m")}))),
        ("takes 1 photo at once, not 12", remote("a"), TWELVE),
        ("up to 1 megapixels, this one has 4", ("a", [model("m", max_pixels=10**6)]),
         replace(ASKED, pictures=[Size(2000, 2000)])),
        ("must not leave", remote("a"), replace(ASKED, local_only=True)),
        ("no public one", remote("a", takes=Takes.LINKS), ASKED),
        ("Nobody knows what it costs", remote("a", price=None), ASKED),
    ],
)  # fmt: skip
def test_who_is_left_out_is_told_why(said: str, offer: tuple[str, list[Model]], request_: Request) -> None:
    assert said in reason(offer, request_)


def test_what_was_chosen_by_name_may_be_experimental_and_where_allowed_of_unknown_price() -> None:
    request = replace(ASKED, provider="a", model="m")
    odd = remote("a", experimental=True, price=None)
    assert "Nobody knows" in reason(odd, request)
    assert order(rank(built([odd]), request, Conditions(unknown_price="chosen"))) == ["a"]
    assert "experimental" in reason(odd, ASKED, Conditions(unknown_price="chosen"))


def test_a_price_that_fits_nothing_is_not_taken_for_free() -> None:
    (_, [tokens]) = remote("a", price=Price(tokens={"image_out": 30}))
    (_, [sizes]) = remote("a", price=Price(by_size={"1K": 100, "2K": 200}), sizes=("4K",))
    assert estimate_of(tokens, ASKED) is None
    assert estimate_of(sizes, ASKED) == 200


def test_a_film_is_estimated_by_its_length_and_computing_by_its_usual_time() -> None:
    (_, [paid_by_second]) = remote("a", price=Price(second=1000), typical=8.0)
    film = replace(ASKED, operation=Operation.ANIMATE)
    assert estimate_of(paid_by_second, film) == 5_000
    assert estimate_of(paid_by_second, replace(film, seconds=10)) == 10_000
    assert estimate_of(paid_by_second, ASKED) == 8_000


@pytest.mark.parametrize(("photos", "calls"), [(1, 1), (3, 1), (4, 2), (5, 2), (6, 3), (12, 6)])
def test_many_photos_go_there_in_chunks_each_with_what_came_of_the_one_before(photos: int, calls: int) -> None:
    (_, [three]) = remote("a", max_inputs=3)
    request = replace(TWELVE, pictures=[Size(10, 10)] * photos)
    assert calls_of(three, request) == calls
    assert estimate_of(three, request) == calls * CENT
    (candidate,) = rank(built([("a", [three])]), request, Conditions()).candidates
    assert candidate.calls == calls
    assert (f"in {calls} calls" in candidate.why) == (calls > 1)


def test_a_decision_can_be_read() -> None:
    ranking = rank(built([GOOD, remote("odd", price=None), HERE]), ASKED, Conditions())
    first = ranking.candidates[0]
    assert first.why == "Score 0.75: for about $0.04, quality 0.95, in about 10 s, and it was not asked before."
    told = ranking.as_json()
    assert [each["provider"] for each in told["candidates"]] == ["good", "here"]  # type: ignore[attr-defined]
    assert told["refused"] == [{"provider": "odd", "model": "m", "reason": "Nobody knows what it costs."}]


def test_small_amounts_are_written_to_the_last_digit() -> None:
    assert [dollars(each) for each in (39_000, 1, 2_500_000, 0)] == ["$0.039", "$0.000001", "$2.50", "$0.00"]


# retry, next provider, counts as unhealthy, tells an operator
FLAGS = {
    errors.Unavailable: (True, True, True, False),
    errors.RateLimited: (True, True, False, False),
    errors.Misconfigured: (False, True, True, True),
    errors.Unsupported: (False, True, False, False),
    errors.Refused: (False, False, False, False),
    errors.BadResult: (False, True, True, False),
    errors.Lost: (False, True, True, False),
}


def test_every_error_of_a_provider_is_in_the_table() -> None:
    assert set(FLAGS) == set(errors.ProviderError.__subclasses__())


@pytest.mark.parametrize(("error", "flags"), FLAGS.items())
def test_each_error_says_what_to_do_next(
    error: type[errors.ProviderError], flags: tuple[bool, bool, bool, bool]
) -> None:
    assert (error.retry, error.next_provider, error.unhealthy, error.alert) == flags
