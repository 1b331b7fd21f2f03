"""What becomes of photos that go elsewhere: what leaves, what comes back, and who is asked instead."""

import asyncio
import io
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import select, update

from rekindle.accounts.asking import HOME_ID
from rekindle.accounts.tables import UserRow
from rekindle.infra.db.database import Transaction
from rekindle.jobs.nudges import NUDGE
from rekindle.jobs.options import Options
from rekindle.jobs.patience import Patience
from rekindle.jobs.service import topic
from rekindle.jobs.story import Stories
from rekindle.jobs.tables import EgressDayRow, EgressRow, JobRow
from rekindle.photos.tables import PhotoRow, RenditionRow
from rekindle.providers.errors import BadResult, Lost, ProviderError, RateLimited, Refused, Unavailable
from rekindle.providers.gates import Gate
from rekindle.providers.protocol import Edit, Picture, Takes
from rekindle.providers.purse import Spent, Unlimited
from rekindle.treatments.operations import Operation
from tests.api.workshop import Workshop, workshop_in
from tests.factories import faded, photo_row, png
from tests.simulators.providers import Elsewhere, Simulator, elsewhere_model, upside_down

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everything(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Workshop]:
    async with workshop_in(tmp_path_factory.mktemp("workshop")) as made:
        yield made


@dataclass
class Counting(Unlimited):
    """A purse that remembers what was spent."""

    spending: list[Spent] = field(default_factory=list)

    async def spent(self, tx: Transaction, spending: Spent) -> None:
        self.spending.append(spending)


@pytest_asyncio.fixture(loop_scope="module")
async def workshop(everything: Workshop) -> Workshop:
    """The workshop with a new photo in it, of which nothing is known."""
    photo = photo_row(everything.clock, format="png", width=320, height=240)
    async with everything.db.transaction() as tx:
        tx.add(photo)
    await everything.forget_health()
    return replace(everything, photo=photo, purse=Counting())


def here(**changes: Any) -> Simulator:
    return Simulator(title="here", **changes)


async def ledger(workshop: Workshop) -> Sequence[EgressRow]:
    return await workshop.egress.of_photo(HOME_ID, workshop.photo.id)


def by(job: JobRow) -> tuple[str, bool]:
    assert job.result is not None, job.error
    return job.result["provider"], job.result["degraded"]


# ── what leaves, and what comes back ──


async def test_a_photo_leaves_as_a_small_jpeg_without_metadata_and_comes_back_in_its_own_size(
    workshop: Workshop,
) -> None:
    far = Elsewhere(offered=[elsewhere_model(max_side=200)])
    job = await workshop.run(far, here())
    assert by(job) == ("elsewhere", False)
    ((sent,),) = far.got.values()
    picture = Image.open(io.BytesIO(sent))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (200, 150))
    assert not picture.getexif()
    assert "icc_profile" not in picture.info
    (edit,) = far.edits
    assert edit.images[0].media_type == "image/jpeg"
    assert not edit.images[0].path.exists()
    async with workshop.db.reading() as tx:
        result = (await tx.scalars(select(RenditionRow).where(RenditionRow.job_id == job.id))).one()
    assert (result.width, result.height) == (320, 240)


async def test_what_leaves_is_in_the_ledger_before_it_leaves(workshop: Workshop) -> None:
    seen: list[int] = []

    async def look(host: str, size: int) -> None:
        seen.append(len(await ledger(workshop)))

    far = Elsewhere()

    async def before(edit: Edit) -> None:
        assert edit.leaving is not None
        await edit.leaving("first.example.org", 7)
        await look("", 0)

    far.before = before
    job = await workshop.run(far)
    assert seen == [1]
    second, first = await ledger(workshop)
    assert (first.host, first.bytes, first.provider, first.job_id, first.attempt) == (
        "first.example.org", 7, "elsewhere", job.id, 1,
    )  # fmt: skip
    assert second.bytes == len(next(iter(far.got.values()))[0])
    async with workshop.db.reading() as tx:
        day = (await tx.scalars(select(EgressDayRow).where(EgressDayRow.provider == "elsewhere"))).one()
    assert day.requests >= 2


async def test_a_mask_goes_along_in_the_size_of_the_picture(workshop: Workshop) -> None:
    mask = await workshop.mask(png(faded(320, 240).convert("L").point(lambda tone: 255 if tone > 150 else 0)))
    sizes: list[tuple[int, int]] = []

    async def look(edit: Edit) -> None:
        assert edit.mask is not None
        with Image.open(edit.mask.path) as image:
            assert image.mode == "L"
            sizes.append(image.size)

    far = Elsewhere(offered=[elsewhere_model(max_pixels=19_200)], before=look)
    await workshop.run(far, options=Options.from_json(Options().to_json() | {"mask_id": str(mask.id)}))
    assert sizes == [(160, 120)]


async def test_a_model_that_fetches_gets_an_address_that_holds_for_an_hour_and_only_while_it_is_needed(
    workshop: Workshop,
) -> None:
    far, fetched = Elsewhere(offered=[elsewhere_model(takes=Takes.LINKS)], times=2), list[bytes]()
    reachable = replace(workshop, public_url="https://photos.example.org/")

    async def fetch(edit: Edit) -> None:
        (link,) = edit.links
        assert link.startswith("https://photos.example.org/files/outgoing/")
        key, _, query = link.removeprefix("https://photos.example.org/files/").partition("?")
        parts = dict(each.split("=") for each in query.split("&"))
        now = workshop.clock.now()
        workshop.storage.verify(key, parts["expires"], parts["signature"], now + timedelta(minutes=59))
        assert int(parts["expires"]) <= now.timestamp() + 3601
        async with workshop.storage.local(key) as path:
            fetched.append(path.read_bytes())

    far.before = fetch
    job = await reachable.run(far)
    assert by(job) == ("elsewhere", False)
    assert fetched[0][:2] == b"\xff\xd8"
    assert [file.key async for file in workshop.storage.scan("outgoing/")] == []
    (row,) = await ledger(workshop)
    assert row.bytes >= len(fetched[0])


async def test_without_a_public_address_a_model_that_fetches_is_not_asked(workshop: Workshop) -> None:
    far = Elsewhere(offered=[elsewhere_model(takes=Takes.LINKS)])
    job = await workshop.run(far, here())
    assert by(job) == ("here", False)
    assert far.started == []


def the_same(data: bytes, folder: Path) -> Picture:
    (folder / "same.jpg").write_bytes(data)
    return Picture(folder / "same.jpg", "image/jpeg", 320, 240)


def empty(data: bytes, folder: Path) -> Picture:
    Image.new("RGB", (320, 240), (127, 127, 127)).save(folder / "empty.png")
    return Picture(folder / "empty.png", "image/png", 320, 240)


def words(data: bytes, folder: Path) -> Picture:
    (folder / "words").write_text("<html>502</html>")
    return Picture(folder / "words", "image/png", 320, 240)


@pytest.mark.parametrize("bring", [the_same, empty, words, upside_down])
async def test_a_bad_result_goes_to_the_next_one_and_what_it_cost_is_known(workshop: Workshop, bring: Any) -> None:
    bad, good = Elsewhere(title="bad", bring=bring), Elsewhere(title="good", offered=[elsewhere_model(quality=0.8)])
    job = await workshop.run(bad, good, here())
    assert by(job) == ("good", False)
    first, second = await workshop.attempts(job.id)
    assert (first.status, first.cost, (first.error or {})["code"]) == ("failed", 30_000, "provider_bad_result")
    assert (second.status, second.cost) == ("done", 30_000)
    assert job.result is not None
    assert job.result["cost"] == 60_000


async def test_photos_that_are_too_many_at_once_go_there_in_chunks(workshop: Workshop) -> None:
    further = [photo_row(workshop.clock, format="png", width=320, height=240) for _ in range(3)]
    async with workshop.db.transaction() as tx:
        tx.add_all(further)
    far = Elsewhere(offered=[elsewhere_model(max_inputs=2)])
    options = replace(Options(), photo_ids=tuple(row.id for row in further))
    job_id = await workshop.submit(options, Operation.FUSE)
    async with asyncio.timeout(30):
        await workshop.runner(far).run(job_id)
    job = await workshop.jobs.get(HOME_ID, job_id)
    assert by(job) == ("elsewhere", False)
    assert [len(pictures) for pictures in far.got.values()] == [2, 2, 2]
    assert [row.status for row in await workshop.attempts(job_id)] == ["done"] * 3
    left = [row for photo in further for row in await workshop.egress.of_photo(HOME_ID, photo.id)]
    assert sorted(row.attempt for row in left) == [1, 2, 2, 3, 3, 3]


# ── who is asked instead ──


@pytest.mark.parametrize("error", [Unavailable("Away."), Lost("Lost."), BadResult("Bad.")], ids=lambda each: each.code)
async def test_when_nobody_elsewhere_can_this_machine_does_it_and_says_so(
    workshop: Workshop, error: ProviderError
) -> None:
    job = await workshop.run(Elsewhere(errors=[error] * 9), here())
    assert by(job) == ("here", True)


async def test_this_machine_alone_is_nothing_less(workshop: Workshop) -> None:
    assert by(await workshop.run(here())) == ("here", False)


async def test_after_a_loss_no_other_model_of_the_same_provider_is_asked(workshop: Workshop) -> None:
    far = Elsewhere(offered=[elsewhere_model("a"), elsewhere_model("b", quality=0.8)], errors=[Lost("Cut.")])
    job = await workshop.run(far, here())
    assert by(job) == ("here", True)
    assert len(far.started) == 1


async def test_a_refusal_ends_it_unless_the_operator_lets_others_be_asked(workshop: Workshop) -> None:
    refusing = Elsewhere(errors=[Refused("Not this.")])
    job = await workshop.run(refusing, here())
    assert (job.error or {})["code"] == "provider_refused"
    lenient = replace(workshop, patience=Patience(first_pause=0.01, after_refusal=True))
    assert by(await lenient.run(Elsewhere(errors=[Refused("Not this.")]), here())) == ("here", True)


async def test_a_choice_by_name_is_asked_and_nobody_else(workshop: Workshop) -> None:
    far, other = Elsewhere(title="chosen", errors=[Lost("Cut.")]), Elsewhere(title="other")
    chosen = replace(Options(), provider="chosen")
    job = await workshop.run(other, far, here(), options=chosen)
    assert (job.error or {})["code"] == "provider_lost"
    assert other.started == []
    assert by(await workshop.run(other, here(), options=replace(Options(), provider="here"))) == ("here", False)


async def test_a_provider_that_asks_for_a_long_rest_is_left_for_the_next(workshop: Workshop) -> None:
    busy, idle = Elsewhere(title="busy", errors=[RateLimited("Later.", after=500.0)]), Elsewhere(title="idle")
    job = await workshop.run(busy, idle, here())
    assert by(job) == ("idle", False)
    assert len(busy.started) == 1


async def test_after_the_deadline_it_is_called_off_there_and_done_here(workshop: Workshop) -> None:
    never = Elsewhere(times=10**9)
    hurried = replace(workshop, patience=Patience(first_pause=0.01, deadline=0.3))
    job = await hurried.run(never, here())
    assert by(job) == ("here", True)
    assert never.canceled == [f"receipt of {job.id}/1"]
    first, _ = await workshop.attempts(job.id)
    assert (first.status, first.cost, (first.error or {})["code"]) == ("failed", 30_000, "provider_lost")


async def test_where_all_places_are_taken_it_waits_for_one(workshop: Workshop) -> None:
    narrow = replace(workshop, gates={"elsewhere": Gate(1)})
    far = Elsewhere(times=3)
    jobs = [await workshop.submit() for _ in range(3)]
    runner = narrow.runner(far, here())
    async with asyncio.timeout(30):
        await asyncio.gather(*(runner.run(job_id) for job_id in jobs))
    ended = [await workshop.jobs.get(HOME_ID, job_id) for job_id in jobs]
    assert {by(job) for job in ended} == {("elsewhere", False)}


async def test_who_will_not_wait_for_a_place_gets_what_this_machine_can(workshop: Workshop) -> None:
    impatient = replace(workshop, gates={"elsewhere": Gate(1)}, patience=Patience(first_pause=0.01, busy=0.0))
    far = Elsewhere(times=10**9)
    slow, quick = [await workshop.submit() for _ in range(2)]
    runner = impatient.runner(far, here())
    waiting = asyncio.create_task(runner.run(slow))
    async with asyncio.timeout(10):
        await far.asked.wait()
        await runner.run(quick)
    assert by(await workshop.jobs.get(HOME_ID, quick)) == ("here", True)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_a_nudge_makes_it_look_at_once(workshop: Workshop) -> None:
    far = Elsewhere(times=1, pause=25.0)
    job_id = await workshop.submit()
    running = asyncio.create_task(workshop.runner(far).run(job_id))
    async with asyncio.timeout(10):
        await far.begun.wait()
        await asyncio.sleep(0.2)
        await workshop.events.publish(topic(job_id), NUDGE)
        await running
    assert by(await workshop.jobs.get(HOME_ID, job_id)) == ("elsewhere", False)


# ── what is spent ──


def spending(workshop: Workshop) -> list[tuple[str, int]]:
    assert isinstance(workshop.purse, Counting)
    assert len({each.attempt_id for each in workshop.purse.spending}) == len(workshop.purse.spending)
    return [(each.provider, each.cost) for each in workshop.purse.spending]


async def test_each_attempt_is_spent_once_whatever_became_of_it(workshop: Workshop) -> None:
    far = Elsewhere(title="far", errors=[Unavailable("Away."), Lost("Cut.")])
    bad = Elsewhere(title="bad", offered=[elsewhere_model(quality=0.5)], bring=empty)
    job = await workshop.run(far, bad, here())
    assert by(job) == ("here", True)
    # What was cut may have been charged, and counts as what it was expected to cost.
    assert spending(workshop) == [("far", 0), ("far", 30_000), ("bad", 30_000), ("here", 40_000)]


async def test_a_receipt_that_is_taken_up_again_is_spent_once(workshop: Workshop) -> None:
    job_id = await workshop.submit()
    never = Elsewhere(times=10**9)
    dying = asyncio.create_task(workshop.runner(never).run(job_id))
    await never.asked.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    after = Elsewhere(times=1, got=never.got)
    await workshop.runner(after, here()).run(job_id)
    assert by(await workshop.jobs.get(HOME_ID, job_id)) == ("elsewhere", False)
    assert after.started == []
    assert spending(workshop) == [("elsewhere", 30_000)]


async def test_a_call_of_which_nobody_knows_counts_as_charged(workshop: Workshop) -> None:
    job_id, begun = await workshop.submit(), asyncio.Event()

    async def hang(edit: Edit) -> None:
        begun.set()
        await asyncio.sleep(60)

    dying = asyncio.create_task(workshop.runner(Elsewhere(before=hang)).run(job_id))
    await begun.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await workshop.runner(Elsewhere()).run(job_id)
    first, second = await workshop.attempts(job_id)
    assert [(row.status, row.cost) for row in (first, second)] == [("unknown", 30_000), ("done", 30_000)]
    assert spending(workshop) == [("elsewhere", 30_000)] * 2


async def test_a_canceled_job_is_called_off_there_and_spent_once(workshop: Workshop) -> None:
    job_id, never = await workshop.submit(), Elsewhere(times=10**9)
    running = asyncio.create_task(workshop.runner(never).run(job_id))
    await never.asked.wait()
    await workshop.jobs.cancel(HOME_ID, job_id)
    async with asyncio.timeout(10):
        await running
    assert never.canceled == [f"receipt of {job_id}/1"]
    assert [row.status for row in await workshop.attempts(job_id)] == ["canceled"]
    assert spending(workshop) == [("elsewhere", 30_000)]


# ── what must not leave ──


async def keep_here(workshop: Workshop, how: str) -> Options:
    async with workshop.db.transaction() as tx:
        if how == "photo":
            await tx.execute(update(PhotoRow).where(PhotoRow.id == workshop.photo.id).values(local_only=True))
        if how == "account":
            await tx.execute(update(UserRow).where(UserRow.id == HOME_ID).values(local_only=True))
    return replace(Options(), local_only=how == "job")


async def let_go(workshop: Workshop) -> None:
    async with workshop.db.transaction() as tx:
        await tx.execute(update(UserRow).values(local_only=False))
        await tx.execute(update(PhotoRow).values(local_only=False))


@pytest.mark.parametrize("how", ["photo", "account", "job"])
async def test_what_is_to_stay_is_done_here_and_nothing_is_asked(workshop: Workshop, how: str) -> None:
    options, far = await keep_here(workshop, how), Elsewhere()
    try:
        job = await workshop.run(far, here(), options=options)
        alone = await workshop.run(far, options=options)
    finally:
        await let_go(workshop)
    assert by(job) == ("here", False)
    assert (alone.error or {})["code"] == "provider_unsupported"
    assert "stay on this machine" in (alone.error or {})["message"]
    assert far.started == []
    assert await ledger(workshop) == []


@pytest.mark.parametrize("how", ["photo", "account"])
async def test_what_is_to_stay_is_stopped_at_the_door_also_when_that_is_said_late(workshop: Workshop, how: str) -> None:
    async def late(edit: Edit) -> None:
        await keep_here(workshop, how)

    far, further = Elsewhere(title="far", before=late), Elsewhere(title="further")
    try:
        job = await workshop.run(far, further, here())
    finally:
        await let_go(workshop)
    assert job.result is not None
    assert job.result["provider"] == "here"
    assert (far.started, further.started) == ([], [])
    assert await ledger(workshop) == []
    first, _ = await workshop.attempts(job.id)
    assert (first.status, (first.error or {})["code"], first.cost) == ("failed", "local_only", 0)


# ── what is told ──


async def test_the_story_of_a_job_explains_every_decision(workshop: Workshop) -> None:
    first = Elsewhere(title="first", errors=[Unavailable("Away.", detail="504 at the gate")] * 9)
    second = Elsewhere(title="second", offered=[elsewhere_model(takes=Takes.LINKS)])
    job = await workshop.run(first, second, here())
    story = await Stories(workshop.db).of(HOME_ID, job.id, details=True)
    considered = {each["provider"]: each for each in story["considered"]}
    assert considered["first"]["score"] > 0
    assert "quality" in considered["first"]["why"]
    assert considered["first"]["refused"] is None
    assert "address" in considered["second"]["refused"]
    assert considered["second"]["score"] is None
    assert [each["provider"] for each in story["attempts"]] == ["first", "first", "first", "here"]
    attempt = story["attempts"][0]
    assert attempt["error"] == {"code": "provider_unavailable", "message": "Away."}
    assert attempt["detail"] == "504 at the gate"
    assert attempt["seconds"] >= 0
    plain = await Stories(workshop.db).of(HOME_ID, job.id, details=False)
    assert plain["attempts"][0]["detail"] is None
