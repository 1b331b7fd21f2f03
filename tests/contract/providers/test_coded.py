"""The traps of the two providers whose real answers are inside of a 200, and that fetch photos by their links."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from rekindle.providers.adapters.nanobanana import NOWHERE
from rekindle.providers.errors import Lost, Unsupported
from rekindle.treatments.operations import Operation
from tests.contract.providers.house import House, finished, handle_of, house
from tests.contract.providers.table import TABLE
from tests.simulators.upstreams.coded import CodedSimulator
from tests.simulators.upstreams.nanobanana import NanoBananaSimulator

ENTRIES = {entry.name: entry for entry in TABLE if entry.name in ("kie", "nanobanana")}

both = pytest.mark.parametrize("name", ENTRIES)


@pytest.fixture
async def at(name: str, tmp_path: Path) -> AsyncGenerator[House]:
    with ENTRIES[name].simulator() as simulator:
        async with house(ENTRIES[name], simulator, tmp_path) as home:
            yield home


def simulator_of(at: House) -> CodedSimulator:
    assert isinstance(at.simulator, CodedSimulator)
    return at.simulator


@both
async def test_photos_do_not_leave_in_the_request_but_are_fetched_by_their_links(at: House) -> None:
    edit = at.edit(at.entry.models[0], Operation.FUSE)
    await finished(at.provider, edit)
    assert simulator_of(at).fetched == list(edit.links)
    (body,) = simulator_of(at).asked.values()
    assert "base64" not in str(body)


@both
async def test_without_links_nothing_is_sent(at: House) -> None:
    with pytest.raises(Unsupported):
        await at.provider.start(replace(at.edit(at.entry.models[0]), links=()))
    assert not at.simulator.met


@both
async def test_a_link_that_leads_nowhere_fails_the_edit(at: House) -> None:
    edit = at.edit(at.entry.models[0], Operation.RESTORE)
    with pytest.raises(Lost):
        await finished(at.provider, replace(edit, links=[f"{at.url}/not-there.jpg"]))


@both
async def test_an_address_for_calls_back_goes_with_the_edit(at: House, name: str) -> None:
    nudge = f"https://photos.example.org/api/v1/providers/{name}/nudges/token"
    for given, sent in ((nudge, nudge), (None, NOWHERE if name == "nanobanana" else None)):
        receipt = await handle_of(at.provider, replace(at.edit(at.entry.models[0]), nudge=given))
        assert simulator_of(at).asked[receipt].get("callBackUrl") == sent


@pytest.mark.parametrize("form", ["", "listed", "snake", "origin", "info"])
async def test_every_form_that_was_seen_is_understood(tmp_path: Path, form: str) -> None:
    entry = ENTRIES["nanobanana"]
    with NanoBananaSimulator(form=form) as simulator:
        async with house(entry, simulator, tmp_path) as at:
            done = await finished(at.provider, at.edit(entry.models[0]))
    assert done is not None
    (body,) = simulator.asked.values()
    assert body["type"] == "IMAGETOIAMGE"
