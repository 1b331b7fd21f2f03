"""What is on offer follows from the providers."""

from rekindle.providers.offers import Offers
from rekindle.treatments.operations import Operation
from tests.simulators.providers import Simulator, model


def test_what_any_provider_can_do_is_on_offer_in_one_order() -> None:
    colours = Simulator(offered=[model(operations=frozenset({Operation.RESTORE_COLORIZE, Operation.COLORIZE}))])
    restores = Simulator(offered=[model(operations=frozenset({Operation.RESTORE}))])
    every = [Operation.RESTORE, Operation.COLORIZE, Operation.RESTORE_COLORIZE]
    assert Offers([colours, restores]).operations() == every
    assert Offers([restores]).operations() == [Operation.RESTORE]
    assert Offers([]).operations() == []


def test_the_first_provider_with_a_note_is_quoted() -> None:
    silent = Simulator(offered=[model()])
    first = Simulator(offered=[model(notes={Operation.RESTORE: "Mends."})])
    second = Simulator(offered=[model(notes={Operation.RESTORE: "Mends too.", Operation.COLORIZE: "Tints."})])
    assert Offers([silent, first, second]).notes() == {Operation.RESTORE: "Mends.", Operation.COLORIZE: "Tints."}
