"""Which models are asked, and in which order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers import errors
from rekindle.providers.protocol import Model, Picture
from rekindle.providers.routing import candidates
from rekindle.treatments.operations import Operation
from tests.simulators.providers import Simulator, model

MODELS = st.builds(
    model,
    name=st.text("abc", min_size=1, max_size=3),
    operations=st.frozensets(st.sampled_from(Operation)),
    max_inputs=st.integers(0, 3),
    max_pixels=st.integers(1, 2000),
    quality=st.floats(0.0, 1.0),
)
PROVIDERS = st.lists(st.lists(MODELS, max_size=4), max_size=5)
PICTURES = st.lists(
    st.builds(
        Picture, path=st.just(Path("a.tif")), media_type=st.just("image/tiff"),
        width=st.integers(1, 50), height=st.integers(1, 50),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


def able(candidate: Model, pictures: list[Picture]) -> bool:
    return (
        Operation.RESTORE in candidate.operations
        and len(pictures) <= candidate.max_inputs
        and max(picture.width * picture.height for picture in pictures) <= candidate.max_pixels
    )


@given(PROVIDERS, PICTURES)
def test_exactly_those_are_asked_that_can_do_it(offers: list[list[Model]], pictures: list[Picture]) -> None:
    providers = [Simulator(title=str(at), offered=models) for at, models in enumerate(offers)]
    chosen = [(each.provider.name, each.model) for each in candidates(providers, Operation.RESTORE, pictures)]
    wanted = [(str(at), each) for at, models in enumerate(offers) for each in models if able(each, pictures)]
    assert sorted(chosen, key=repr) == sorted(wanted, key=repr)


@given(PROVIDERS, PICTURES)
def test_providers_keep_their_order_and_better_models_come_first(
    offers: list[list[Model]], pictures: list[Picture]
) -> None:
    providers = [Simulator(title=f"{at:03}", offered=models) for at, models in enumerate(offers)]
    ranks = [(each.provider.name, -each.model.quality) for each in candidates(providers, Operation.RESTORE, pictures)]
    assert ranks == sorted(ranks)


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
