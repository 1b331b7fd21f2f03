"""What every provider does with an edit, its mask and its colours; so far there is the embedded one."""

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from rekindle.imaging.films import read_film
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.marks import read_mask, write_mask
from rekindle.imaging.planes import Mask
from rekindle.imaging.steps.colorize import Colorize, Hint
from rekindle.imaging.steps.denoise import Denoise
from rekindle.imaging.steps.enlarge import Enlarge
from rekindle.imaging.steps.repair import Repair
from rekindle.imaging.working import load_working, save_working
from rekindle.infra.workbench import Workbench
from rekindle.providers.adapters.embedded import EmbeddedProvider
from rekindle.providers.errors import Lost
from rekindle.providers.protocol import (
    MASK_TYPE,
    SENT_TYPE,
    VIDEO_TYPE,
    WORKING_TYPE,
    Done,
    Edit,
    Picture,
    Progress,
    Provider,
)
from rekindle.providers.results import accept
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes
from rekindle.treatments.styles import Enhancement, Style

HEIGHT, WIDTH = 240, 320


@dataclass
class Counter:
    """Hands edits to a provider."""

    provider: Provider
    folder: Path

    async def done(self, pixels: Samples, *steps: object, mask: Mask | None = None, grey: bool = False) -> Done:
        folder = self.folder / uuid.uuid4().hex
        folder.mkdir()
        source, given = self.folder / f"{folder.name}.tif", self.folder / f"{folder.name}.png"
        save_working(Image(pixels, grey=grey), source)
        if mask is not None:
            write_mask(mask, given)
        (model,) = self.provider.models
        edit = Edit(
            key="job/1", operation=Operation.RESTORE_COLORIZE, model=model.id,
            images=[Picture(source, WORKING_TYPE, pixels.shape[1], pixels.shape[0])],
            treatment=Treatment(steps, "Mend it."), wishes=Wishes(), folder=folder,
            mask=None if mask is None else Picture(given, MASK_TYPE, pixels.shape[1], pixels.shape[0]),
        )  # fmt: skip
        answer = await self.provider.start(edit)
        assert isinstance(answer, Done)
        accept(answer, edit)
        return answer

    async def made(
        self, operation: Operation, wishes: Wishes, photos: list[Samples], progress: Progress | None = None
    ) -> Done:
        folder = self.folder / uuid.uuid4().hex
        folder.mkdir()
        images: list[Picture] = []
        for number, pixels in enumerate(photos):
            source = self.folder / f"{folder.name}-{number}.tif"
            save_working(Image(pixels), source)
            images.append(Picture(source, WORKING_TYPE, pixels.shape[1], pixels.shape[0]))
        treatment, model = Treatment((), "Make it."), self.provider.models[0].id
        edit = Edit("job/1", operation, model, images, treatment, wishes, folder, progress=progress)
        answer = await self.provider.start(edit)
        assert isinstance(answer, Done)
        accept(answer, edit)
        return answer


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncGenerator[Counter]:
    bench = Workbench(workers=1, memory_bytes=2 * 10**9, folder=tmp_path)
    try:
        yield Counter(EmbeddedProvider(bench, seconds=120.0), tmp_path)
    finally:
        await bench.aclose()


def photograph() -> Samples:
    return data.astronaut()[:HEIGHT, 100 : 100 + WIDTH].copy()


def line() -> Mask:
    marked = np.zeros((HEIGHT, WIDTH), bool)
    marked[118:122, 40:280] = True
    return marked


def pixels_of(done: Done) -> Samples:
    return load_working(done.images[0].path).pixels


async def test_a_mask_that_is_given_is_what_is_filled_and_is_told(counter: Counter) -> None:
    torn = photograph()
    torn[line()] = 255
    done = await counter.done(torn, Repair(), mask=line())
    assert not done.unchanged
    assert done.mask is not None
    assert (done.mask.media_type, done.mask.width, done.mask.height) == (MASK_TYPE, WIDTH, HEIGHT)
    assert np.array_equal(read_mask(done.mask.path, HEIGHT, WIDTH), line())
    after = pixels_of(done)
    assert not np.array_equal(after[line()], torn[line()])
    far = np.ones((HEIGHT, WIDTH), bool)
    far[90:150, 10:310] = False
    assert np.array_equal(after[far], torn[far])


async def test_a_mask_of_nothing_changes_nothing(counter: Counter) -> None:
    done = await counter.done(photograph(), Repair(), mask=line() & False)
    assert done.unchanged
    assert done.mask is None


async def test_what_was_not_filled_has_no_mask(counter: Counter) -> None:
    assert (await counter.done(photograph(), Enlarge(factor=2))).mask is None


async def test_colours_are_a_change_and_an_edit_that_only_colours_says_so(counter: Counter) -> None:
    grey = np.repeat(photograph()[..., 1:2], 3, axis=2)
    done = await counter.done(grey, Colorize(hints=(Hint(0.5, 0.5, (160, 90, 60), 0.1),)), grey=True)
    assert not done.unchanged
    assert np.ptp(pixels_of(done).astype(int), axis=2).max() > 8


async def test_a_clean_photo_that_is_left_alone_is_unchanged(counter: Counter) -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    clean = np.stack([x * 255 / WIDTH, y * 255 / HEIGHT, 255 - x * 255 / WIDTH], axis=2).astype(np.uint8)
    assert (await counter.done(clean, Denoise())).unchanged


@pytest.mark.parametrize(
    ("operation", "wishes", "photos", "told"),
    [
        (Operation.RESTYLE, Wishes(style=Style.OIL), 1, "oil painting"),
        (Operation.ENHANCE, Wishes(enhancement=Enhancement.LIGHTING), 1, "Shadows"),
        (Operation.ENHANCE, Wishes(prompt="warmer please"), 1, "warmer"),
        (Operation.ENHANCE, Wishes(enhancement=Enhancement.STYLE, moodboard=True), 2, "example"),
        (Operation.FUSE, Wishes(), 2, "one scene"),
        (Operation.FUSE, Wishes(moodboard=True), 3, "one scene"),
        (Operation.BRING_TOGETHER, Wishes(), 3, "montage"),
    ],
)
async def test_what_makes_something_new_gives_a_picture_and_says_what_it_is(
    counter: Counter, operation: Operation, wishes: Wishes, photos: int, told: str
) -> None:
    toned = [np.round(data.astronaut() * (1, 1 - 0.05 * n, 1 - 0.1 * n)).astype(np.uint8) for n in range(photos)]
    done = await counter.made(operation, wishes, toned)
    assert not done.unchanged
    assert told in str(done.report["reason"])
    (picture,) = done.images
    made = load_working(picture.path)
    assert (made.width, made.height) == (picture.width, picture.height)


async def test_a_wish_that_is_not_understood_leaves_the_photo_unchanged(counter: Counter) -> None:
    done = await counter.made(Operation.ENHANCE, Wishes(prompt="a unicorn"), [photograph()])
    assert done.unchanged
    assert "understood" in str(done.report["reason"])
    assert np.array_equal(pixels_of(done), photograph())


async def test_a_film_comes_with_a_poster(counter: Counter) -> None:
    told: list[float] = []
    wishes = Wishes(seconds=2)
    done = await counter.made(Operation.ANIMATE, wishes, [photograph()], lambda _, share: told.append(share))
    film, poster = done.images
    assert (film.media_type, poster.media_type) == (VIDEO_TYPE, SENT_TYPE)
    header = read_film(film.path)
    assert (header.width, header.height) == (film.width, film.height) == (poster.width, poster.height)
    assert header.seconds == pytest.approx(2, abs=0.01)
    assert told == sorted(told)
    assert len(told) > 10


async def test_every_operation_that_there_is_can_be_made_here(counter: Counter) -> None:
    (model,) = counter.provider.models
    assert model.operations == set(Operation)
    assert model.max_inputs == max(operation.photos[1] for operation in Operation)


async def test_every_operation_on_offer_has_a_sentence(counter: Counter) -> None:
    (model,) = counter.provider.models
    assert set(model.notes) == set(model.operations)
    assert all(note.endswith(".") for note in model.notes.values())


async def test_a_receipt_that_was_never_given_is_lost(counter: Counter) -> None:
    edit = Edit("job/1", Operation.RESTORE, "rekindle-1", [], Treatment((), ""), Wishes(), counter.folder)
    with pytest.raises(Lost):
        await counter.provider.check("a receipt", edit)
    await counter.provider.cancel("a receipt")
