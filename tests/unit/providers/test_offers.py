"""What is on offer follows from the providers."""

from rekindle.providers.offers import Offers
from rekindle.providers.protocol import Takes
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


def test_who_can_only_fetch_photos_is_on_offer_where_photos_can_be_fetched() -> None:
    here = Simulator("here", offered=[model("sent", operations=frozenset({Operation.RESTORE}))])
    notes = {Operation.ANIMATE: "Films."}
    fetches = model("fetched", operations=frozenset({Operation.ANIMATE}), takes=Takes.LINKS, notes=notes)
    far = Simulator("far", offered=[fetches])
    reached, hidden = Offers([here, far]), Offers([here, far], links=False)
    assert reached.operations() == [Operation.RESTORE, Operation.ANIMATE]
    assert (reached.out_of_reach(Operation.ANIMATE), hidden.out_of_reach(Operation.ANIMATE)) == (
        [], [("far", "fetched")],
    )  # fmt: skip
    assert (hidden.operations(), hidden.choices(Operation.ANIMATE), hidden.detailed(Operation.ANIMATE)) == (
        [Operation.RESTORE], [], [],
    )  # fmt: skip
    assert ("far" in reached.senders(), "far" in hidden.senders(), hidden.notes()) == (True, False, {})
