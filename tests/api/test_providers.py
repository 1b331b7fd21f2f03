"""What becomes of a job when its providers fail, dawdle, or send rubbish; and when a worker dies in the middle."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import select, update

from rekindle.accounts.asking import HOME_ID
from rekindle.clock import Clock
from rekindle.imaging.quadrilateral import FULL_FRAME
from rekindle.jobs.claims import Claims, Meter, TakenOver
from rekindle.jobs.inputs import Inputs
from rekindle.jobs.leftovers import Leftovers
from rekindle.jobs.options import Options
from rekindle.jobs.tables import AttemptRow, JobRow
from rekindle.jobs.work import Work
from rekindle.photos.tables import MASK, RenditionRow
from rekindle.providers.asking import Size
from rekindle.providers.errors import (
    BadResult,
    Lost,
    Misconfigured,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)
from rekindle.providers.protocol import Done, Edit, Picture
from rekindle.treatments.plan import Treatment
from rekindle.treatments.wishes import Wishes
from tests.api.workshop import Workshop, workshop_in
from tests.factories import HeldClock, png
from tests.simulators.providers import (
    ComesLater,
    Fails,
    FailsLater,
    NeverReady,
    Simulator,
    Slow,
    inverted,
    model,
    nothing_at_all,
    of_another_size,
    rubbish,
    the_input_again,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workshop(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Workshop]:
    async with workshop_in(tmp_path_factory.mktemp("workshop")) as made:
        yield made


pytestmark = pytest.mark.asyncio(loop_scope="module")


def statuses(attempts: list[AttemptRow]) -> list[tuple[str, str]]:
    return [(attempt.provider, attempt.status) for attempt in attempts]


# ── what each error leads to ──


async def test_a_provider_that_does_it_ends_the_job_well(workshop: Workshop) -> None:
    provider, idle = Simulator(), Simulator(title="idle")
    job = await workshop.run(provider, idle)
    assert (job.status, job.error) == ("succeeded", None)
    assert job.result is not None
    assert (job.result["provider"], job.result["model"]) == ("simulator", "one")
    (attempt,) = await workshop.attempts(job.id)
    assert (attempt.number, attempt.status, attempt.cost) == (1, "done", 40_000)
    assert provider.started == [f"{job.id}/1"]
    assert idle.started == []


ENDS_AT_NEXT: list[ProviderError] = [
    Misconfigured("The key is wrong."), Unsupported("Too large for this model."), BadResult("It is blank."),
    Lost("It never ended."),
]  # fmt: skip


@pytest.mark.parametrize("error", ENDS_AT_NEXT, ids=lambda error: error.code)
async def test_an_error_that_will_not_pass_goes_to_the_next_provider_at_once(
    workshop: Workshop, error: ProviderError
) -> None:
    first, second = Fails(title="first", errors=[error]), Simulator(title="second")
    job = await workshop.run(first, second)
    assert job.status == "succeeded"
    assert statuses(await workshop.attempts(job.id)) == [("first", "failed"), ("second", "done")]


@pytest.mark.parametrize("error", ENDS_AT_NEXT, ids=lambda error: error.code)
async def test_when_nobody_is_left_the_job_fails_with_the_last_reason(workshop: Workshop, error: ProviderError) -> None:
    job = await workshop.run(Fails(errors=[error]))
    assert (job.status, job.result) == ("failed", None)
    assert job.error == {"code": error.code, "message": error.message}
    (attempt,) = await workshop.attempts(job.id)
    assert (attempt.status, attempt.error) == ("failed", {"code": error.code, "message": error.message})


@pytest.mark.parametrize(
    "make", [lambda: Unavailable("No connection."), lambda: RateLimited("Too many.", after=0.01)], ids=["away", "busy"]
)
async def test_an_error_that_may_pass_is_tried_again(workshop: Workshop, make: Callable[[], ProviderError]) -> None:
    provider = Fails(errors=[make(), make()])
    job = await workshop.run(provider)
    assert job.status == "succeeded"
    assert provider.started == [f"{job.id}/1", f"{job.id}/2", f"{job.id}/3"]
    assert [attempt.status for attempt in await workshop.attempts(job.id)] == ["failed", "failed", "done"]


async def test_a_provider_that_stays_away_is_left_for_the_next(workshop: Workshop) -> None:
    first, second = Fails(title="first", errors=[Unavailable("No.")] * 99), Simulator(title="second")
    job = await workshop.run(first, second)
    assert job.status == "succeeded"
    assert len(first.started) == 3
    assert second.started == [f"{job.id}/4"]


async def test_a_refusal_ends_the_job_and_nobody_else_is_asked(workshop: Workshop) -> None:
    second = Simulator(title="second")
    job = await workshop.run(Fails(title="first", errors=[Refused("Not this picture.")]), second)
    assert job.status == "failed"
    assert job.error == {"code": "provider_refused", "message": "Not this picture."}
    assert second.started == []


async def test_without_an_able_model_the_job_fails_with_a_reason(workshop: Workshop) -> None:
    job = await workshop.run(Simulator(offered=[model(max_pixels=10)]))
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "provider_unsupported"
    assert await workshop.attempts(job.id) == []


@pytest.mark.parametrize("make", [rubbish, the_input_again, nothing_at_all, of_another_size])
async def test_what_is_no_result_is_not_taken_for_one(workshop: Workshop, make: Callable[[Edit], Done]) -> None:
    versions = await workshop.versions()
    alone = await workshop.run(Simulator(make=make))
    assert alone.status == "failed"
    assert alone.error is not None
    assert alone.error["code"] == "provider_bad_result"
    assert await workshop.versions() == versions
    helped = await workshop.run(Simulator(title="first", make=make), Simulator(title="second"))
    assert helped.status == "succeeded"
    assert statuses(await workshop.attempts(helped.id)) == [("first", "failed"), ("second", "done")]


async def test_what_a_bad_result_cost_is_still_written_down(workshop: Workshop) -> None:
    job = await workshop.run(Simulator(make=lambda edit: Done(rubbish(edit).images, cost=7)))
    (attempt,) = await workshop.attempts(job.id)
    assert (attempt.status, attempt.cost) == ("failed", 7)


async def test_a_fault_of_ours_fails_the_job_without_telling_its_details(workshop: Workshop) -> None:
    def fault(edit: Edit) -> Done:
        raise KeyError("swordfish")

    job_id = await workshop.submit()
    runner = workshop.runner(Simulator(make=fault))
    with pytest.raises(KeyError):
        await runner.run(job_id)
    await runner.fail(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "internal_error"
    assert "swordfish" not in job.error["message"]


# ── those that make you come back ──


async def test_a_provider_that_needs_time_is_asked_until_it_is_done(workshop: Workshop) -> None:
    provider = ComesLater(times=4)
    job = await workshop.run(provider)
    assert job.status == "succeeded"
    assert provider.checked == [f"receipt of {job.id}/1"] * 4
    (attempt,) = await workshop.attempts(job.id)
    assert (attempt.status, attempt.handle) == ("done", f"receipt of {job.id}/1")


async def test_an_edit_that_was_accepted_is_never_handed_in_twice_because_asking_failed(workshop: Workshop) -> None:
    provider = FailsLater(errors=[Unavailable("No."), RateLimited("Slow.", after=0.01), Unavailable("No.")])
    job = await workshop.run(provider)
    assert job.status == "succeeded"
    assert len(provider.started) == 1
    assert len(provider.checked) == 4


async def test_an_edit_of_which_nothing_more_is_heard_is_lost(workshop: Workshop) -> None:
    provider, second = FailsLater(title="first", errors=[Unavailable("No.")] * 99), Simulator(title="second")
    job = await workshop.run(provider, second)
    assert job.status == "succeeded"
    assert len(provider.started) == 1
    (first, _) = await workshop.attempts(job.id)
    assert first.error is not None
    assert first.error["code"] == "provider_lost"


# ── a worker dies ──


async def killed(running: asyncio.Task[Any]) -> None:
    """End a worker as a crash does: nothing that it would still write is written."""
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_another_worker_goes_on_from_the_receipt(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    upstream = NeverReady()
    dying = asyncio.create_task(workshop.runner(upstream).run(job_id))
    await upstream.asked.wait()
    await killed(dying)
    assert [attempt.status for attempt in await workshop.attempts(job_id)] == ["pending"]
    after_restart = ComesLater(times=2)
    await workshop.runner(after_restart).run(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert (job.status, job.claim) == ("succeeded", 2)
    assert after_restart.started == []
    assert set(after_restart.checked) == {f"receipt of {job_id}/1"}
    assert [attempt.status for attempt in await workshop.attempts(job_id)] == ["done"]


async def test_an_attempt_of_which_nobody_knows_is_never_called_again_under_its_number(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    slow = Slow()
    dying = asyncio.create_task(workshop.runner(slow).run(job_id))
    await slow.begun.wait()
    await killed(dying)
    again = Simulator()
    await workshop.runner(again).run(job_id)
    assert (await workshop.jobs.get(HOME_ID, job_id)).status == "succeeded"
    assert slow.started == [f"{job_id}/1"]
    assert again.started == [f"{job_id}/2"]
    assert [attempt.status for attempt in await workshop.attempts(job_id)] == ["unknown", "done"]


async def test_a_result_that_was_fetched_but_not_stored_is_fetched_again_and_not_ordered_again(
    workshop: Workshop,
) -> None:
    job_id = await workshop.submit()
    claims = Claims(workshop.db, workshop.events, clock=workshop.clock)
    claim = await claims.start(job_id)
    assert claim is not None
    async with workshop.db.transaction() as tx:
        tx.add(
            AttemptRow(
                id=workshop.clock.new_id(), job_id=job_id, number=1, claim=1, provider="simulator", model="one",
                status="done", handle="the receipt", error=None, cost=5, started_at=workshop.clock.now(),
                ended_at=workshop.clock.now(),
            )
        )  # fmt: skip
    provider = ComesLater(times=1)
    await workshop.runner(provider).run(job_id)
    assert (await workshop.jobs.get(HOME_ID, job_id)).status == "succeeded"
    assert (provider.started, provider.checked) == ([], ["the receipt"])


async def test_a_refusal_that_is_learned_after_a_restart_counts_as_one(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    upstream = NeverReady()
    dying = asyncio.create_task(workshop.runner(upstream).run(job_id))
    await upstream.asked.wait()
    await killed(dying)
    refusing, second = FailsLater(errors=[Refused("Not this picture.")]), Simulator(title="second")
    await workshop.runner(refusing, second).run(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert job.status == "failed"
    assert job.error == {"code": "provider_refused", "message": "Not this picture."}
    assert (refusing.started, second.started) == ([], [])


async def test_a_model_that_lost_the_edit_before_a_restart_is_not_asked_again(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    upstream = NeverReady()
    dying = asyncio.create_task(workshop.runner(upstream).run(job_id))
    await upstream.asked.wait()
    await killed(dying)
    losing, second = FailsLater(errors=[Lost("It never ended.")]), Simulator(title="second")
    await workshop.runner(losing, second).run(job_id)
    assert (await workshop.jobs.get(HOME_ID, job_id)).status == "succeeded"
    assert losing.started == []
    assert second.started == [f"{job_id}/2"]


async def test_a_worker_whose_job_was_taken_over_stops_and_changes_nothing(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    slow = Slow(title="slow")
    stale = asyncio.create_task(workshop.runner(slow).run(job_id))
    await slow.begun.wait()
    await workshop.runner(Simulator()).run(job_id)
    async with asyncio.timeout(10):
        assert await stale is None
    assert slow.stopped
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert (job.status, job.claim) == ("succeeded", 2)
    assert job.result is not None
    assert job.result["provider"] == "simulator"


async def test_a_worker_whose_job_was_taken_over_may_not_call_a_provider_any_more(
    workshop: Workshop, tmp_path: Path
) -> None:
    job_id = await workshop.submit()
    claims = Claims(workshop.db, workshop.events, clock=workshop.clock)
    stale = await claims.start(job_id)
    assert stale is not None
    assert await claims.start(job_id) is not None
    provider = Simulator()

    attempts = workshop.attempts_at(provider)
    request = await attempts.request(stale, Options(), [(workshop.photo.id, Size(320, 240))])
    inputs = Inputs(workshop.preparing, workshop.masks, [(workshop.photo, FULL_FRAME)])
    with pytest.raises(TakenOver):
        await attempts.run(Work(stale, request, Treatment((), ""), inputs, tmp_path, Meter()))
    assert provider.started == []


async def test_canceling_stops_the_provider_at_once(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    slow = Slow()
    running = asyncio.create_task(workshop.runner(slow).run(job_id))
    await slow.begun.wait()
    await workshop.jobs.cancel(HOME_ID, job_id)
    async with asyncio.timeout(10):
        assert await running is None
    assert slow.stopped
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert (job.status, job.result, job.error) == ("canceled", None, None)


async def test_canceling_withdraws_an_edit_that_was_accepted_once(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    upstream = NeverReady()
    running = asyncio.create_task(workshop.runner(upstream).run(job_id))
    await upstream.asked.wait()
    await workshop.jobs.cancel(HOME_ID, job_id)
    async with asyncio.timeout(30):
        assert await running is None
    assert upstream.canceled == [f"receipt of {job_id}/1"]
    assert [attempt.status for attempt in await workshop.attempts(job_id)] == ["canceled"]
    await workshop.runner(upstream).run(job_id)
    assert len(upstream.canceled) == 1


async def test_an_edit_of_a_worker_that_died_is_withdrawn_by_the_next_when_the_job_was_canceled(
    workshop: Workshop,
) -> None:
    job_id = await workshop.submit()
    upstream, next_one = NeverReady(), NeverReady()
    dying = asyncio.create_task(workshop.runner(upstream).run(job_id))
    await upstream.asked.wait()
    await killed(dying)
    await workshop.jobs.cancel(HOME_ID, job_id)
    assert await workshop.runner(next_one).run(job_id) is None
    assert (upstream.canceled, next_one.canceled) == ([], [f"receipt of {job_id}/1"])


@pytest.mark.parametrize(("status", "closed"), [("canceled", "canceled"), ("failed", "unknown")])
async def test_an_edit_for_which_nobody_waits_any_more_is_withdrawn_once(
    workshop: Workshop, status: str, closed: str
) -> None:
    """Its worker died, and its job has ended without any other."""
    job_id = await workshop.submit()
    upstream, provider = NeverReady(), NeverReady()
    dying = asyncio.create_task(workshop.runner(upstream).run(job_id))
    await upstream.asked.wait()
    await killed(dying)
    later = HeldClock(Clock().now())
    leftovers = [Leftovers(workshop.db, workshop.attempts_at(provider), clock=later) for _ in range(2)]
    assert await leftovers[0].sweep() == 0
    async with workshop.db.transaction() as tx:
        ended = update(JobRow).where(JobRow.id == job_id)
        await tx.execute(ended.values(status=status, ended_at=later.now()))
    assert await leftovers[0].sweep() == 0
    later.advance(minutes=3)
    await asyncio.gather(*(each.sweep() for each in leftovers))
    assert provider.canceled == [f"receipt of {job_id}/1"]
    assert [attempt.status for attempt in await workshop.attempts(job_id)] == [closed]
    assert await leftovers[0].sweep() == 0


async def test_a_worker_that_merely_lost_its_job_withdraws_nothing(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    upstream = NeverReady()
    stale = asyncio.create_task(workshop.runner(upstream).run(job_id))
    await upstream.asked.wait()
    await workshop.runner(ComesLater(times=1)).run(job_id)
    async with asyncio.timeout(10):
        assert await stale is None
    assert upstream.canceled == []
    assert (await workshop.jobs.get(HOME_ID, job_id)).status == "succeeded"


# ── masks ──


def marked(width: int = 320, height: int = 240) -> bytes:
    """A mask with a bright field in its middle."""
    picture = Image.new("L", (width, height))
    picture.paste(255, (width // 4, height // 4, width // 2, height // 2))
    return png(picture)


def with_mask(size: tuple[int, int]) -> Callable[[Edit], Done]:
    """Does the edit, and says that a mask of this size was filled."""

    def make(edit: Edit) -> Done:
        path = edit.folder / "its-own.png"
        path.write_bytes(marked(*size))
        return replace(inverted(edit), mask=Picture(path, "image/png", *size))

    return make


async def masks_of(workshop: Workshop, job: JobRow) -> list[RenditionRow]:
    async with workshop.db.reading() as tx:
        return list(
            await tx.scalars(select(RenditionRow).where(RenditionRow.job_id == job.id, RenditionRow.kind == MASK))
        )


async def test_a_provider_gets_the_mask_that_was_given(workshop: Workshop) -> None:
    mask, seen = await workshop.mask(marked()), list[Edit]()

    def make(edit: Edit) -> Done:
        assert edit.mask is not None
        assert edit.mask.path.is_file()
        seen.append(edit)
        return with_mask((320, 240))(edit)

    job = await workshop.run(Simulator(make=make), options=Options(Wishes(marked=True), mask.id))
    (edit,) = seen
    assert edit.mask is not None
    assert (edit.mask.width, edit.mask.height, edit.mask.media_type) == (320, 240, "image/png")
    assert edit.treatment.steps[0].name == "repair"
    assert job.result is not None
    assert job.result["mask_id"] == str(mask.id)
    assert await masks_of(workshop, job) == []


async def test_a_mask_that_a_provider_found_is_kept_with_the_job(workshop: Workshop) -> None:
    job = await workshop.run(Simulator(make=with_mask((640, 480))))
    (mask,) = await masks_of(workshop, job)
    assert job.result is not None
    assert job.result["mask_id"] == str(mask.id)
    assert mask.details is not None
    assert mask.details["source"] == "found"
    assert mask.details["share"] == pytest.approx(1 / 16)
    assert mask.details["corners"] == job.corners["corners"]
    async with workshop.storage.local(mask.master_key) as path:
        image = Image.open(path)
        assert (image.mode, image.size) == ("L", (640, 480))


async def test_a_mask_of_other_proportions_is_left_out_and_the_result_kept(workshop: Workshop) -> None:
    job = await workshop.run(Simulator(make=with_mask((50, 200))))
    assert job.status == "succeeded"
    assert job.result is not None
    assert job.result["mask_id"] is None
    assert await masks_of(workshop, job) == []


async def test_nothing_that_was_filled_is_no_mask(workshop: Workshop) -> None:
    job = await workshop.run(Simulator())
    assert job.result is not None
    assert job.result["mask_id"] is None


async def test_a_job_whose_mask_is_gone_fails_with_a_way_out(workshop: Workshop) -> None:
    mask = await workshop.mask(marked())
    job_id = await workshop.submit(Options(Wishes(marked=True), mask.id))
    async with workshop.db.transaction() as tx:
        await tx.delete(await tx.get_one(RenditionRow, mask.id))
    await workshop.runner(Simulator()).run(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert job.error is not None
    assert job.error["code"] == "mask_not_found"


async def test_a_job_that_has_ended_is_not_run_again(workshop: Workshop) -> None:
    job = await workshop.run(Simulator())
    again = Simulator()
    assert await workshop.runner(again).run(job.id) is None
    assert again.started == []
    assert (await workshop.jobs.get(HOME_ID, job.id)).revision == job.revision


async def test_a_job_that_never_gets_anywhere_is_given_up(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    await workshop.runner(Simulator()).give_up(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "gave_up"


async def test_two_workers_at_once_make_one_result(workshop: Workshop) -> None:
    job_id, versions = await workshop.submit(), await workshop.versions()
    runners = [workshop.runner(Simulator()) for _ in range(3)]
    async with asyncio.timeout(30):
        await asyncio.gather(*(runner.run(job_id) for runner in runners))
    assert (await workshop.jobs.get(HOME_ID, job_id)).status == "succeeded"
    assert await workshop.versions() == versions + 1
    stored = {file.key async for file in workshop.storage.scan(f"results/{job_id}/")}
    assert len(stored) == 4


async def test_every_run_takes_time_that_is_written_down(workshop: Workshop) -> None:
    job = await workshop.run(Simulator())
    assert job.started_at is not None
    assert job.ended_at is not None
    assert timedelta(0) <= job.ended_at - job.started_at < timedelta(seconds=30)
