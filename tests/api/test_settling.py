"""A job ends once, also where nobody knows whether it was written down, and has to say so again."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from rekindle.accounts.asking import HOME_ID
from rekindle.errors import Away
from rekindle.jobs.claims import Claim, Claims
from rekindle.jobs.racing import outlasting
from rekindle.jobs.settle import FILE_NAMES, Files, Finished, Settling
from tests.api.workshop import Workshop, workshop_in
from tests.factories import endings, png


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncGenerator[Workshop]:
    async with workshop_in(tmp_path) as made:
        yield made


def settling(at: Workshop) -> Settling:
    return Settling(at.db, at.storage, events=at.events, endings=endings(at.clock), clock=at.clock)


async def taken_up(at: Workshop) -> Claim:
    claim = await Claims(at.db, at.events, clock=at.clock).start(await at.submit())
    assert claim is not None
    return claim


def finished(folder: Path) -> Finished:
    """A result in files that are not stored yet."""
    paths = {name: folder / f"{name}.png" for name in FILE_NAMES}
    for path in paths.values():
        path.write_bytes(png())
    return Finished({"chosen": "careful"}, {}, Files(**paths, width=4, height=3))


async def keys(at: Workshop) -> set[str]:
    return {file.key async for file in at.storage.scan("results")}


async def test_an_end_that_is_said_twice_is_one_end_and_keeps_its_files(workshop: Workshop, tmp_path: Path) -> None:
    claim, result = await taken_up(workshop), finished(tmp_path)
    assert await settling(workshop).succeed(claim, result)
    stored = await keys(workshop)
    assert await settling(workshop).succeed(claim, finished(tmp_path))
    assert await keys(workshop) == stored
    assert len(stored) == 4
    assert await workshop.versions() == 1
    assert (await workshop.jobs.get(HOME_ID, claim.job.id)).status == "succeeded"


async def test_who_was_taken_over_ends_nothing_and_leaves_no_files(workshop: Workshop, tmp_path: Path) -> None:
    frozen = await taken_up(workshop)
    again = await Claims(workshop.db, workshop.events, clock=workshop.clock).start(frozen.job.id)
    assert again is not None
    assert await settling(workshop).succeed(again, finished(tmp_path))
    stored = await keys(workshop)
    assert not await settling(workshop).succeed(frozen, finished(tmp_path))
    assert await keys(workshop) == stored
    assert await workshop.versions() == 1


async def test_what_must_not_be_lost_is_tried_again_while_something_is_away() -> None:
    tries = 0

    async def write() -> str:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise Away("The database cannot be reached right now.")
        return "written"

    async with asyncio.timeout(30):
        assert await outlasting(write, pause=0.01) == "written"
        tries = 0
        with pytest.raises(Away):
            await outlasting(write, seconds=0.0, pause=0.01)
    assert tries == 1
