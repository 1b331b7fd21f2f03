"""What may be asked for here: operations that some provider does, models that are there, and short prompts."""

import pytest

from rekindle.errors import Invalid
from rekindle.jobs.admission import NOT_OFFERED, Admission, NeedsPublicAddress
from rekindle.jobs.options import Options
from rekindle.providers.offers import Offers
from rekindle.providers.protocol import Takes
from rekindle.treatments.operations import Operation
from tests.simulators.providers import Simulator, model

MENDS = model("mends", operations=frozenset({Operation.RESTORE, Operation.COLORIZE}))
PAINTS = model("paints", operations=frozenset({Operation.RESTORE, Operation.RESTYLE}))
HERE = Admission(Offers([Simulator("one", offered=[MENDS]), Simulator("two", offered=[PAINTS])]))


def code_of(operation: Operation, options: Options) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        HERE.check(operation, options)
    assert type(refused.value) in NOT_OFFERED
    return refused.value.code, refused.value.message


@pytest.mark.parametrize("operation", [Operation.RESTORE, Operation.COLORIZE, Operation.RESTYLE])
def test_what_somebody_can_do_may_be_asked_for(operation: Operation) -> None:
    HERE.check(operation, Options())


@pytest.mark.parametrize("operation", [Operation.ENHANCE, Operation.FUSE, Operation.BRING_TOGETHER, Operation.ANIMATE])
def test_what_nobody_can_do_is_refused_with_what_there_is(operation: Operation) -> None:
    code, message = code_of(operation, Options())
    assert code == "operation_not_offered"
    assert "There is: restore, colorize, restyle." in message


def test_nothing_is_offered_where_there_is_nobody() -> None:
    with pytest.raises(Invalid, match="There is: nothing"):
        Admission(Offers([])).check(Operation.RESTORE, Options())


@pytest.mark.parametrize(
    "options", [Options(provider="one"), Options(model="mends"), Options(provider="one", model="mends"), Options()]
)
def test_ones_own_choice_is_taken_where_it_can_do_it(options: Options) -> None:
    HERE.check(Operation.COLORIZE, options)


@pytest.mark.parametrize(
    "options", [Options(provider="two"), Options(model="paints"), Options(provider="one", model="paints"),
                Options(provider="three"), Options(model="other")],
)  # fmt: skip
def test_ones_own_choice_is_refused_where_it_cannot_do_it(options: Options) -> None:
    code, message = code_of(Operation.COLORIZE, options)
    assert code == "unknown_model"
    assert message.endswith("There is: one mends.")


FETCHES = model("fetches", operations=frozenset({Operation.RESTORE, Operation.ANIMATE}), takes=Takes.LINKS)
BOTH = [Simulator("one", offered=[MENDS]), Simulator("four", offered=[FETCHES])]


@pytest.mark.parametrize(
    "options", [Options(provider="four"), Options(model="fetches"), Options(provider="four", model="fetches")]
)
@pytest.mark.parametrize("operation", [Operation.RESTORE, Operation.ANIMATE])
def test_who_fetches_photos_is_refused_by_a_server_without_a_public_address(
    operation: Operation, options: Options
) -> None:
    hidden = Admission(Offers(BOTH, titles={"four": "Number Four"}, links=False))
    with pytest.raises(NeedsPublicAddress, match="Number Four fetches photos by an address") as refused:
        hidden.check(operation, options)
    assert refused.value.code == "needs_public_address"
    Admission(Offers(BOTH)).check(operation, options)


def test_who_fetches_photos_hinders_nobody_else() -> None:
    hidden = Admission(Offers(BOTH, links=False))
    hidden.check(Operation.RESTORE, Options())
    hidden.check(Operation.RESTORE, Options(provider="one"))
    with pytest.raises(Invalid, match="Nothing here can do animate"):
        hidden.check(Operation.ANIMATE, Options())


def test_words_are_counted_as_they_are_passed_on() -> None:
    HERE.check(Operation.RESTORE, Options(written="x" * 500 + " " * 50))
    assert code_of(Operation.RESTORE, Options(written="x" * 501))[0] == "prompt_too_long"
