"""The options of a job survive being written down, and old ones can still be read."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.steps.colorize import Hint
from rekindle.imaging.strength import Strength
from rekindle.jobs.options import HintsWithoutColour, Options
from rekindle.jobs.schemas import JobOptions
from rekindle.jobs.service import Wanted
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes

UNIT = st.floats(0, 1, allow_nan=False)
BYTE = st.integers(0, 255)
HINTS = st.builds(Hint, UNIT, UNIT, st.tuples(BYTE, BYTE, BYTE), st.floats(0, 0.25, allow_nan=False))


@st.composite
def options(draw: st.DrawFn) -> Options:
    mask_id = draw(st.none() | st.uuids())
    wishes = Wishes(
        draw(st.sampled_from(Strength)), draw(st.sampled_from([1, 2, 4])), draw(st.booleans()),
        marked=mask_id is not None, hints=tuple(draw(st.lists(HINTS, max_size=4))),
    )  # fmt: skip
    return Options(wishes, mask_id)


@given(options())
def test_options_come_back_as_they_were_written_and_are_those_of_the_api(chosen: Options) -> None:
    assert Options.from_json(chosen.to_json()) == chosen
    assert Options.from_json(JobOptions.model_validate(chosen.to_json()).model_dump(mode="json")) == chosen


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


def test_dabs_need_an_operation_that_gives_colours() -> None:
    dabbed = Options(Wishes(hints=(Hint(0.5, 0.5, (1, 2, 3), 0.1),)))
    dabbed.check(Operation.COLORIZE)
    dabbed.check(Operation.RESTORE_COLORIZE)
    Options().check(Operation.RESTORE)
    with pytest.raises(HintsWithoutColour, match="restore_colorize"):
        dabbed.check(Operation.RESTORE)
