"""The options of a job survive being written down, and old ones can still be read."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.steps.colorize import Hint
from rekindle.imaging.strength import Strength
from rekindle.jobs.options import Options, shown
from rekindle.jobs.schemas import JobOptions
from rekindle.jobs.service import Wanted
from rekindle.safety.prompts import cleaned
from rekindle.treatments.operations import Operation
from rekindle.treatments.styles import ALIASES, Enhancement, Style
from rekindle.treatments.wishes import Wishes

UNIT = st.floats(0, 1, allow_nan=False)
BYTE = st.integers(0, 255)
HINTS = st.builds(Hint, UNIT, UNIT, st.tuples(BYTE, BYTE, BYTE), st.floats(0, 0.25, allow_nan=False))


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
NAMES = st.none() | st.text("abc-1", min_size=1, max_size=5)


@st.composite
def options(draw: st.DrawFn) -> Options:
    mask_id, moodboard_id, written = draw(st.none() | st.uuids()), draw(st.none() | st.uuids()), draw(WORDS)
    wishes = Wishes(
        draw(st.sampled_from(Strength)), draw(st.sampled_from([1, 2, 4])), draw(st.booleans()),
        marked=mask_id is not None, hints=tuple(draw(st.lists(HINTS, max_size=4))), prompt=cleaned(written),
        style=draw(st.none() | st.sampled_from(Style)), enhancement=draw(st.none() | st.sampled_from(Enhancement)),
        amount=draw(UNIT), seconds=draw(st.integers(2, 10)), moodboard=moodboard_id is not None,
    )  # fmt: skip
    return Options(
        wishes, mask_id, tuple(draw(st.lists(st.uuids(), max_size=3))), moodboard_id, draw(NAMES),
        draw(NAMES), local_only=draw(st.booleans()), quality=draw(st.sampled_from(["standard", "hd"])), written=written,
    )  # fmt: skip


@given(options())
def test_options_come_back_as_they_were_written_and_are_those_of_the_api(chosen: Options) -> None:
    written = chosen.to_json()
    assert Options.from_json(written) == chosen
    photo_ids = {"photo_ids": written.pop("photo_ids")}
    assert Options.from_json(JobOptions.model_validate(written).model_dump(mode="json") | photo_ids) == chosen


@given(options())
def test_options_are_shown_as_the_api_takes_them_with_words_that_are_safe_to_show(chosen: Options) -> None:
    seen = shown(chosen.to_json())
    assert JobOptions.model_validate(seen).model_dump(mode="json") == seen
    assert seen["prompt"] == cleaned(chosen.written)


@pytest.mark.parametrize("name", [*ALIASES, *Style])
def test_a_style_is_known_by_all_its_names(name: str) -> None:
    assert JobOptions.model_validate({"style": name}).style == ALIASES.get(name, name)


def test_options_of_the_first_release_have_no_mask_and_no_dabs() -> None:
    old = {"strength": "careful", "enlarge": 2, "keep_tone": True}
    assert Options.from_json(old) == Options(Wishes(Strength.CAREFUL, 2, keep_tone=True))
    assert JobOptions.model_validate(old).mask_id is None


def test_a_key_of_the_first_release_still_belongs_to_its_request() -> None:
    photo_id = uuid.UUID("01a1fd5e-ecab-7943-a490-4dd6262620ba")
    known = "97f94994bb792f6478ed198ae305274f31d8a0755ccb226e11a688525ddc74f0"
    wanted = Wanted(photo_id, Operation.RESTORE, Options(Wishes(Strength.CAREFUL, 2, keep_tone=True)))
    assert wanted.fingerprint() == known


@given(options(), options())
def test_two_requests_have_one_fingerprint_only_when_they_ask_for_the_same(one: Options, other: Options) -> None:
    photo_id = uuid.UUID(int=1)
    prints = [Wanted(photo_id, Operation.COLORIZE, each).fingerprint() for each in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)


def test_a_key_of_a_request_with_a_mask_and_dabs_still_belongs_to_it() -> None:
    old = {
        "strength": "auto", "enlarge": 1, "keep_tone": False, "mask_id": "01a1fd5e-ecab-7943-a490-4dd6262620bb",
        "hints": [{"x": 0.5, "y": 0.25, "radius": 0.1, "color": "#010203"}],
    }  # fmt: skip
    assert Options.from_json(old).fingerprint() == old
