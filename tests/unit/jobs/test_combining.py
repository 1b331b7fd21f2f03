"""Which options go with which operation, and how many photos: what makes no whole is refused with a stable code."""

from dataclasses import replace
from uuid import UUID

import pytest

from rekindle.errors import Invalid
from rekindle.imaging.steps.colorize import Hint
from rekindle.imaging.strength import Strength
from rekindle.jobs.combining import COMBINATIONS, USED, check
from rekindle.jobs.options import Options
from rekindle.treatments.operations import MOST_PHOTOS, Operation
from rekindle.treatments.styles import Enhancement, Style
from rekindle.treatments.wishes import Wishes

FIRST, *OTHERS = (UUID(int=number) for number in range(1, 20))

WHOLE = {operation: Options() for operation in Operation} | {
    Operation.RESTYLE: Options(Wishes(style=Style.OIL)),
    Operation.ENHANCE: Options(Wishes(enhancement=Enhancement.MOOD)),
    Operation.FUSE: Options(photo_ids=(OTHERS[0],)),
    Operation.BRING_TOGETHER: Options(photo_ids=tuple(OTHERS[: MOST_PHOTOS - 1])),
}
"""A request for each operation with nothing more than it needs."""

CHANGES = {
    "strength": {"strength": Strength.STRONG},
    "enlarge": {"enlarge": 2},
    "keep_tone": {"keep_tone": True},
    "style": {"style": Style.PIXELS},
    "enhancement": {"enhancement": Enhancement.LIGHTING},
    "amount": {"amount": 0.25},
    "seconds": {"seconds": 7},
}
OUTSIDE = {"mask_id": {"mask_id": FIRST}, "moodboard_id": {"moodboard_id": OTHERS[-1]}, "quality": {"quality": "hd"}}


def changed(options: Options, name: str) -> Options:
    if name in OUTSIDE:
        return replace(options, **OUTSIDE[name])
    return replace(options, wishes=replace(options.wishes, **CHANGES[name]))


@pytest.mark.parametrize("operation", Operation)
def test_every_operation_can_be_asked_for(operation: Operation) -> None:
    check(operation, FIRST, WHOLE[operation])
    everywhere = replace(WHOLE[operation], provider="some", model="one", local_only=True, written="more light")
    check(operation, FIRST, everywhere)


def test_every_option_that_is_not_for_all_has_a_case_here() -> None:
    assert set(CHANGES) | set(OUTSIDE) == set(USED)


@pytest.mark.parametrize("name", USED)
@pytest.mark.parametrize("operation", Operation)
def test_an_option_is_taken_where_it_does_something_and_refused_elsewhere(operation: Operation, name: str) -> None:
    asked = changed(WHOLE[operation], name)
    if operation in USED[name]:
        check(operation, FIRST, asked)
        return
    assert code_of(operation, asked) == "option_not_used"


@pytest.mark.parametrize(
    ("operation", "options", "code"),
    [
        (Operation.RESTYLE, Options(), "style_missing"),
        (Operation.ENHANCE, Options(), "enhancement_missing"),
        (Operation.ENHANCE, Options(Wishes(enhancement=Enhancement.CUSTOM)), "prompt_missing"),
        (Operation.FUSE, Options(), "wrong_number_of_photos"),
        (Operation.FUSE, Options(photo_ids=tuple(OTHERS[:MOST_PHOTOS])), "wrong_number_of_photos"),
        (Operation.RESTORE, Options(photo_ids=(OTHERS[0],)), "wrong_number_of_photos"),
        (Operation.ANIMATE, Options(photo_ids=(OTHERS[0],)), "wrong_number_of_photos"),
        (Operation.FUSE, Options(photo_ids=(FIRST,)), "photo_repeated"),
        (Operation.FUSE, Options(photo_ids=(OTHERS[0], OTHERS[0])), "photo_repeated"),
        (Operation.FUSE, Options(photo_ids=(OTHERS[0],), moodboard_id=OTHERS[0]), "photo_repeated"),
        (Operation.RESTORE, Options(Wishes(hints=(Hint(0.5, 0.5, (1, 2, 3), 0.1),))), "hints_without_colour"),
    ],
)
def test_what_is_missing_or_too_much_is_told(operation: Operation, options: Options, code: str) -> None:
    assert code_of(operation, options) == code


def test_dabs_are_for_operations_that_give_colours() -> None:
    dabbed = Options(Wishes(hints=(Hint(0.5, 0.5, (1, 2, 3), 0.1),)))
    check(Operation.COLORIZE, FIRST, dabbed)
    check(Operation.RESTORE_COLORIZE, FIRST, dabbed)


def code_of(operation: Operation, options: Options) -> str:
    with pytest.raises(Invalid) as refused:
        check(operation, FIRST, options)
    assert type(refused.value) in COMBINATIONS
    assert refused.value.message.endswith(".")
    return refused.value.code
