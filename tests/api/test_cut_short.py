"""What is done about calls that a dying server cut short, and what calls count as that came to nothing."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio

from rekindle.accounts.asking import HOME_ID
from rekindle.providers.errors import BadResult, Lost, ProviderError, Refused, Unfinished
from rekindle.providers.protocol import Done, Edit, Pending
from tests.api.workshop import Workshop, workshop_in
from tests.simulators.providers import Elsewhere, Simulator

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workshop(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Workshop]:
    async with workshop_in(tmp_path_factory.mktemp("workshop")) as made:
        yield made


@dataclass
class WithReceipts(Elsewhere):
    """Gives receipts, but not of what it takes while it is `mute`."""

    receipts = True
    mute: bool = False
    sends: bool = True

    async def start(self, edit: Edit) -> Done | Pending:
        if not self.mute:
            return await super().start(edit)
        if self.sends and edit.leaving is not None:
            await edit.leaving("elsewhere.example.org", 7)
        self.begun.set()
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")


async def cut_short(workshop: Workshop, *, sends: bool) -> UUID:
    """A job whose server died while it was handed in: after something was sent, or before."""
    await workshop.forget_health()
    job_id, mute = await workshop.submit(), WithReceipts(mute=True, sends=sends)
    dying = asyncio.create_task(workshop.runner(mute).run(job_id))
    async with asyncio.timeout(20):
        await mute.begun.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    return job_id


async def test_what_was_on_its_way_to_where_there_are_receipts_is_not_handed_in_again(workshop: Workshop) -> None:
    job_id, after = await cut_short(workshop, sends=True), WithReceipts(times=1)
    await workshop.runner(after, Simulator(title="here")).run(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert job.result is not None, job.error
    assert (job.result["provider"], job.result["degraded"], after.started) == ("here", True, [])
    first, _ = await workshop.attempts(job_id)
    assert (first.status, first.cost) == ("unknown", 30_000)


async def test_what_had_not_left_yet_is_handed_in(workshop: Workshop) -> None:
    job_id, after = await cut_short(workshop, sends=False), WithReceipts(times=1)
    await workshop.runner(after, Simulator(title="here")).run(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert job.result is not None, job.error
    assert (job.result["provider"], len(after.started)) == ("elsewhere", 1)


@pytest.mark.parametrize(
    ("error", "cost"),
    [(Lost("Gone."), 30_000), (BadResult("No picture."), 30_000), (Unfinished("It failed."), 0), (Refused("No."), 0)],
    ids=lambda each: each.code if isinstance(each, ProviderError) else None,
)
async def test_what_may_have_been_charged_counts_as_charged(
    workshop: Workshop, error: ProviderError, cost: int
) -> None:
    job = await workshop.run(WithReceipts(times=1, late_errors=[error]), Simulator(title="here"))
    assert (await workshop.attempts(job.id))[0].cost == cost
