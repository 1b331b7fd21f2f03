"""What every adapter of an upstream does, whatever it speaks: held up against simulators on this machine."""

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from rekindle.providers.errors import Lost, Misconfigured, ProviderError, RateLimited, Unavailable, Unsupported
from rekindle.providers.protocol import Done, Model, Takes
from rekindle.treatments.operations import Operation
from tests.contract.providers.house import (
    House,
    another_folder,
    finished,
    handle_of,
    house,
    must_be_new,
    sent_bytes,
    until_done,
)
from tests.contract.providers.table import TABLE, Entry
from tests.simulators.upstreams.base import Simulator

BY_NAME: Mapping[str, Entry] = {entry.name: entry for entry in TABLE}
LATER = [name for name, entry in BY_NAME.items() if not entry.at_once]
MODELS = [(name, model.id) for name, entry in BY_NAME.items() for model in entry.models]
TROUBLES = [(name, trouble) for name, entry in BY_NAME.items() for trouble in sorted(entry.troubles)]

adapters = pytest.mark.parametrize("name", BY_NAME)


Lent = Callable[[Entry], Simulator]


@pytest.fixture(scope="module")
def lent() -> Iterator[Lent]:
    """The one simulator of each upstream, begun when it is first asked for."""
    with ExitStack() as stack:
        begun: dict[str, Simulator] = {}

        def lend(entry: Entry) -> Simulator:
            if entry.name not in begun:
                begun[entry.name] = stack.enter_context(entry.simulator())
            return begun[entry.name]

        yield lend


@pytest.fixture
async def at(name: str, lent: Lent, tmp_path: Path) -> AsyncGenerator[House]:
    async with house(BY_NAME[name], lent(BY_NAME[name]), tmp_path) as home:
        yield home


def first(at: House) -> Model:
    return at.provider.models[0]


def model_of(at: House, wanted: str) -> Model:
    return next(model for model in at.provider.models if model.id == wanted)


@adapters
async def test_it_is_called_as_in_the_catalogue_and_has_its_models(at: House, name: str) -> None:
    assert at.provider.name == name
    assert list(at.provider.models) == list(at.entry.models)


@pytest.mark.parametrize(("name", "model"), MODELS)
async def test_everything_that_a_model_is_said_to_do_brings_a_new_picture_and_costs_what_was_billed(
    at: House, name: str, model: str
) -> None:
    chosen = model_of(at, model)
    for operation in sorted(chosen.operations):
        billed = at.simulator.cost_billed
        edit = at.edit(chosen, operation)
        done = await finished(at.provider, edit)
        assert done is not None, operation
        must_be_new(done, edit)
        if chosen.price is not None or done.cost:
            assert done.cost == at.simulator.cost_billed - billed, operation
        else:
            assert done.report["cost_unknown"] is True
    assert set(at.simulator.met) == {""}
    assert at.simulator.met[""] == len(chosen.operations)


@pytest.mark.parametrize(("name", "model"), MODELS)
async def test_several_photos_all_arrive_and_more_than_it_takes_do_not_leave(at: House, name: str, model: str) -> None:
    chosen = model_of(at, model)
    several = chosen.operations & {Operation.FUSE, Operation.BRING_TOGETHER}
    for operation in several:
        await finished(at.provider, at.edit(chosen, operation))
        order = list(at.simulator.orders.values())[-1]
        assert order.pictures == [at.photo(0).path.read_bytes(), at.photo(1).path.read_bytes()]
    begun = len(at.simulator.orders)
    edit = at.edit(chosen)
    many = [at.photo()] * (chosen.max_inputs + 1)
    links = [*edit.links] * len(many)
    with pytest.raises(Unsupported):
        await at.provider.start(replace(edit, images=many, links=links))
    assert len(at.simulator.orders) == begun


@pytest.mark.parametrize(("name", "trouble"), TROUBLES)
async def test_a_trouble_means_what_the_table_of_errors_says(at: House, name: str, trouble: str) -> None:
    meaning = at.entry.troubles[trouble]
    at.meet(trouble)
    edit = at.edit(first(at))
    if meaning is None:
        done = await finished(at.provider, edit)
        assert done is not None
        must_be_new(done, edit)
    else:
        with pytest.raises(ProviderError) as caught:
            await finished(at.provider, edit)
        assert type(caught.value) is meaning, f"{caught.value!r}: {caught.value.detail}"
        assert at.simulator.key not in f"{caught.value} {caught.value.detail}"
        assert len(caught.value.message) < 200
    assert sum(at.simulator.met.values()) == 1, "it was handed in more than once"
    assert sum(at.simulator.submissions.values()) <= 1


@adapters
async def test_a_pause_is_as_long_as_is_asked_for(at: House) -> None:
    at.meet("limited")
    with pytest.raises(RateLimited) as told:
        await finished(at.provider, at.edit(first(at)))
    assert told.value.after == 7.0
    at.meet("limited_silently")
    with pytest.raises(RateLimited) as silent:
        await finished(at.provider, at.edit(first(at)))
    assert 1.0 <= silent.value.after <= 60.0


@adapters
async def test_a_wrong_key_is_told_to_the_operator(at: House) -> None:
    at.simulator.key = "another key"
    with pytest.raises(Misconfigured):
        await finished(at.provider, at.edit(first(at)))
    assert not at.simulator.orders


@adapters
async def test_what_nobody_answers_ends_in_time(at: House) -> None:
    """At once: it may have been charged, so that it is Lost. Later: it is never done, and whoever runs it gives up."""
    at.meet("never")
    impatient, edit = at.other(seconds=1.0), at.edit(first(at))
    began = time.monotonic()
    if at.entry.at_once:
        with pytest.raises(Lost):
            await impatient.start(edit)
        assert time.monotonic() - began < 5.0
    else:
        assert await finished(at.provider, edit) is None
    await impatient.aclose()


@adapters
async def test_an_upstream_that_is_not_there_is_unavailable(at: House, tmp_path: Path) -> None:
    with at.entry.simulator() as gone:
        provider = at.entry.adapter(gone, at.fetcher)
    with pytest.raises(Unavailable):
        await provider.start(at.edit(first(at)))
    await provider.aclose()


@adapters
async def test_an_unknown_model_is_unsupported(at: House) -> None:
    with pytest.raises(Unsupported):
        await at.provider.start(replace(at.edit(first(at)), model="no-such-model"))
    assert not at.simulator.met


@pytest.mark.parametrize("name", LATER)
async def test_another_process_finishes_what_one_began(at: House) -> None:
    edit = at.edit(first(at))
    handle = await handle_of(at.provider, edit)
    await at.provider.aclose()
    taken_over, other = another_folder(edit), at.other()
    done = await until_done(other, handle, taken_over)
    assert isinstance(done, Done)
    must_be_new(done, taken_over)
    again = await until_done(other, handle, another_folder(taken_over))
    assert again is not None
    assert again.cost == done.cost == at.simulator.cost_billed
    assert sum(at.simulator.met.values()) == 1
    await other.aclose()


@adapters
async def test_a_receipt_that_nobody_knows_is_lost(at: House) -> None:
    edit = at.edit(first(at))
    if at.entry.at_once:
        handle = "none"
    else:
        handle = await handle_of(at.provider, edit)
        at.simulator.orders.clear()
    with pytest.raises(Lost):
        await at.provider.check(handle, edit)


@adapters
async def test_to_cancel_never_fails(at: House) -> None:
    edit = at.edit(first(at))
    handle = "none" if at.entry.at_once else await handle_of(at.provider, edit)
    for _ in range(2):
        await at.provider.cancel(handle)
    at.simulator.orders.clear()
    await at.provider.cancel(handle)
    at.simulator.key = "another key"
    await at.provider.cancel(handle)
    with at.entry.simulator() as gone:
        provider = at.entry.adapter(gone, at.fetcher)
    await provider.cancel(handle)
    await provider.aclose()


@adapters
async def test_the_key_goes_nowhere_else(at: House) -> None:
    """Results lie at another place than the upstream, and nothing of ours goes there."""
    edit = at.edit(first(at))
    assert await finished(at.provider, edit) is not None
    if not at.entry.at_once:
        assert at.simulator.visits, "the result was not fetched where results lie"
    for headers in at.simulator.visits:
        assert at.simulator.key not in str(headers)
        assert not {"authorization", "cookie", "x-api-key", "x-goog-api-key"} & set(headers)


@adapters
async def test_what_leaves_is_told_before_it_leaves(at: House) -> None:
    told: list[tuple[str, int]] = []

    async def leaving(host: str, size: int) -> None:
        assert not at.simulator.met, "it had left already"
        told.append((host, size))

    model = first(at)
    edit = at.edit(model, leaving=leaving)
    await at.provider.start(edit)
    assert told
    assert {host for host, _ in told} == {"127.0.0.1"}
    if model.takes is Takes.BYTES:
        assert sum(size for _, size in told) >= sent_bytes(edit.images)


class Stop(Exception):
    """Nothing may leave."""


@adapters
async def test_what_is_not_let_out_does_not_leave(at: House) -> None:
    async def leaving(host: str, size: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        await at.provider.start(at.edit(first(at), leaving=leaving))
    assert not at.simulator.met
    assert not at.simulator.orders
