"""Plans are pure, in the right order, and empty for a photo without damage."""

from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.steps.catalogue import steps_from_json, steps_to_json
from rekindle.imaging.steps.colorize import Colorize, Hint
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis, Facts, Finding
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import plan
from rekindle.treatments.styles import Enhancement, Style
from rekindle.treatments.wishes import Wishes

ORDER = ["repair", "denoise", "deblur", "levels", "colorize", "enlarge"]
HINT = Hint(0.5, 0.5, (200, 100, 50), 0.1)
DAMAGE = [d for d in Degradation if d != Degradation.NONE]
UNIT = st.floats(0, 1, allow_nan=False)
FACTS = st.builds(
    Facts,
    noise=UNIT,
    softness=UNIT,
    motion_length=st.floats(0, 60),
    motion_direction=st.floats(0, 180),
)
NO_FACTS = Facts()


def diagnosis_of(*kinds, facts=NO_FACTS):
    found = tuple(Finding(kind, 0.9, 0.5, "Seen.") for kind in kinds)
    return Diagnosis(found or (Finding(Degradation.NONE, 1.0, 0.0, "Fine."),), facts)


def names(treatment):
    return [step.name for step in treatment.steps]


@given(
    kinds=st.lists(st.sampled_from(DAMAGE), unique=True),
    facts=FACTS,
    wishes=st.builds(
        Wishes,
        enlarge=st.sampled_from([1, 2, 4]),
        keep_tone=st.booleans(),
        marked=st.booleans(),
        hints=st.sampled_from([(), (HINT,)]),
        prompt=st.sampled_from(["", "Leave the hat {wish} as it is"]),
        style=st.sampled_from([None, *Style]),
        enhancement=st.sampled_from([None, *Enhancement]),
        amount=UNIT,
    ),
    operation=st.sampled_from(Operation),
)
def test_any_diagnosis_gives_a_sound_plan_that_can_be_written_down(kinds, facts, wishes, operation):
    diagnosis = diagnosis_of(*kinds, facts=facts)
    treatment = plan(operation, diagnosis, wishes)
    assert names(treatment) == [name for name in ORDER if name in names(treatment)]
    assert treatment == plan(operation, diagnosis, wishes)
    assert steps_from_json(steps_to_json(treatment.steps)) == treatment.steps
    assert treatment.prompt.endswith(".")
    assert treatment.version
    assert wishes.prompt in treatment.prompt
    assert ("enlarge" in names(treatment)) == (operation.mends and wishes.enlarge != 1)
    assert ("colorize" in names(treatment)) == treatment.colours == operation.colours
    assert ("mask" in treatment.prompt) == (operation.mends and wishes.marked)
    assert "repair" in names(treatment) or not (operation.mends and wishes.marked)
    assert operation.mends or treatment.steps == ()


def test_colouring_alone_lays_on_colour_and_mends_nothing():
    treatment = plan(Operation.COLORIZE, diagnosis_of(*DAMAGE, facts=Facts(softness=0.8)), Wishes(hints=(HINT,)))
    assert treatment.steps == (Colorize(hints=(HINT,)),)
    assert treatment.prompt.startswith("Colour this photo: give it the colours")


def test_restoring_in_colour_is_restoring_and_then_colouring():
    facts = Facts(softness=0.8, motion_length=9.0, monochrome=True)
    wishes = Wishes(enlarge=2)
    mended = plan(Operation.RESTORE, diagnosis_of(*DAMAGE, facts=facts), wishes)
    both = plan(Operation.RESTORE_COLORIZE, diagnosis_of(*DAMAGE, facts=facts), wishes)
    assert names(both) == [*names(mended)[:-1], "colorize", "enlarge"]


def test_what_was_marked_is_filled_whatever_was_found():
    for operation, more in ((Operation.RESTORE, []), (Operation.COLORIZE, ["colorize"])):
        assert names(plan(operation, diagnosis_of(), Wishes(marked=True))) == ["repair", *more]
    everything = plan(Operation.RESTORE, diagnosis_of(*DAMAGE), Wishes(marked=True))
    assert names(everything).count("repair") == 1


def test_a_photo_without_damage_gets_no_steps():
    assert plan(Operation.RESTORE, diagnosis_of(), Wishes()).steps == ()


def test_a_wished_enlargement_is_all_that_an_undamaged_photo_gets():
    assert names(plan(Operation.RESTORE, diagnosis_of(), Wishes(enlarge=2))) == ["enlarge"]


def test_damage_comes_first_and_size_last():
    facts = Facts(motion_length=9.0)
    everything = plan(Operation.RESTORE, diagnosis_of(*DAMAGE, facts=facts), Wishes(enlarge=4))
    assert names(everything) == ["repair", "denoise", "deblur", "levels", "enlarge"]


def test_reflections_alone_get_no_steps_because_the_engine_cannot_mend_them():
    treatment = plan(Operation.RESTORE, diagnosis_of(Degradation.REFLECTIONS), Wishes())
    assert treatment.steps == ()
    assert "reflections" in treatment.prompt


def test_the_tone_of_a_sepia_print_is_kept_when_wished_and_only_then():
    diagnosis = diagnosis_of(Degradation.FADING, facts=Facts(monochrome=True))
    (kept,) = plan(Operation.RESTORE, diagnosis, Wishes(keep_tone=True)).steps
    (neutral,) = plan(Operation.RESTORE, diagnosis, Wishes()).steps
    assert kept.keep_tone
    assert not neutral.keep_tone
    assert kept.learned
    assert neutral.learned
