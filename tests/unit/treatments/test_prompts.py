"""Prompts are pure, say what was asked for, and name no studio and no artist."""

import re
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis, Finding
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import for_part, plan
from rekindle.treatments.prompts import Chunk, prompt_for
from rekindle.treatments.styles import ALIASES, Enhancement, Style, style_of
from rekindle.treatments.table import TABLE
from rekindle.treatments.texts import Text, text
from rekindle.treatments.wishes import Wishes

FINE = Diagnosis((Finding(Degradation.NONE, 1.0, 0.0, "Fine."),))
PLAIN = Wishes()


def found(*kinds: Degradation) -> Diagnosis:
    return Diagnosis(tuple(Finding(kind, 0.9, 0.5, "Seen.") for kind in kinds))


def words(operation: Operation, wishes: Wishes = PLAIN, diagnosis: Diagnosis = FINE, **more) -> str:
    return prompt_for(operation, diagnosis, wishes, **more).text


def test_every_text_has_a_version_and_no_place_that_nothing_fills() -> None:
    folder = resources.files("rekindle.treatments").joinpath("texts")
    for file in folder.iterdir():
        known = text(file.name.removesuffix(".txt"))
        assert re.fullmatch(r"\w+/\d+", known.version), file.name
        assert set(re.findall(r"{(\w+)}", known.words)) <= {"wish", "amount", "photos", "part", "parts"}, file.name
        assert known.words.isascii()


def test_no_text_names_a_studio_or_an_artist() -> None:
    folder = resources.files("rekindle.treatments").joinpath("texts")
    names = re.compile(r"ghibli|miyazaki|dragon ?ball|toriyama|disney|pixar|van gogh|monet|nintendo|marvel", re.I)
    assert [file.name for file in folder.iterdir() if names.search(file.read_text("utf-8"))] == []


@pytest.mark.parametrize("kind", Degradation)
def test_each_kind_of_damage_has_words_of_its_own_and_a_price(kind: Degradation) -> None:
    entry = TABLE[kind]
    assert entry.symptoms
    assert entry.treatment
    assert words(Operation.RESTORE, diagnosis=found(kind)).startswith(entry.prompt.words)


def test_multipliers_are_in_thousandths_of_an_average_price() -> None:
    expected = {"A": 1000, "B": 1200, "C": 1100, "D": 900, "E": 1300, "F": 700}
    assert {kind.value: entry.multiplier for kind, entry in TABLE.items()} == expected


def test_removing_reflections_leaves_the_marks_of_others_alone() -> None:
    prompt = words(Operation.RESTORE, diagnosis=found(Degradation.REFLECTIONS))
    assert "date stamps" in prompt
    assert "watermarks as they are" in prompt
    assert not re.search(r"remove[^.]*watermark", prompt, re.I)


def test_the_worst_damage_comes_first_and_the_others_after_it() -> None:
    prompt = words(Operation.RESTORE, diagnosis=found(Degradation.PHYSICAL_DAMAGE, Degradation.FADING))
    assert prompt.index("scratches") < prompt.index("Also bring back faded contrast")


def test_what_the_person_wrote_is_added_and_never_read_as_a_form() -> None:
    wishes = Wishes(prompt="keep {amount} {wish} of the hat")
    for operation in Operation:
        assert "Additionally: keep {amount} {wish} of the hat." in words(operation, wishes)
        assert "Additionally" not in words(operation)


def test_what_was_written_stands_between_the_style_and_the_quality() -> None:
    prompt = words(Operation.RESTYLE, Wishes(style=Style.OIL, prompt="In winter"))
    assert prompt.index("oil painting") < prompt.index("In winter.") < prompt.index("avoid distortion")


@pytest.mark.parametrize("style", Style)
def test_each_style_has_a_look_of_its_own(style: Style) -> None:
    prompts = {each: words(Operation.RESTYLE, Wishes(style=each)) for each in Style}
    assert len(set(prompts.values())) == len(Style)
    assert style.value not in ALIASES


def test_an_unknown_style_and_none_are_a_cartoon() -> None:
    assert words(Operation.RESTYLE, Wishes(style=style_of("nobody"))) == words(Operation.RESTYLE)
    assert "cartoon" in words(Operation.RESTYLE)


@pytest.mark.parametrize("kind", Enhancement)
def test_each_enhancement_says_how_far_it_goes(kind: Enhancement) -> None:
    prompt = words(Operation.ENHANCE, Wishes(enhancement=kind, amount=0.35, prompt="More evening"))
    assert "at 35% strength" in prompt
    assert "More evening." in prompt


def test_an_enhancement_of_ones_own_without_words_is_one_of_light() -> None:
    assert words(Operation.ENHANCE, Wishes(enhancement=Enhancement.CUSTOM)) == words(Operation.ENHANCE)
    assert "lighting" in words(Operation.ENHANCE)


def test_chunks_of_many_photos_are_numbered_and_blend_at_their_edges() -> None:
    first = words(Operation.FUSE, photos=3, chunk=Chunk(1, 3))
    assert first.startswith("[Batch 1/3] Merge and restore these 3 images")
    assert "consistent across all batches" in first
    assert "seamless blending at edges" in first
    last = words(Operation.FUSE, photos=3, chunk=Chunk(3, 3, final=True))
    assert not last.startswith("[Batch")
    assert "one final picture" in last
    alone = words(Operation.FUSE, photos=2)
    assert "atch" not in alone.replace("matching", "")
    assert alone.startswith("Merge and restore these 2 images")


def test_a_film_is_told_how_to_move_and_people_how_to_stand() -> None:
    assert "breathing" in words(Operation.ANIMATE)
    assert "side by side" in words(Operation.BRING_TOGETHER)
    assert "these several photos" in words(Operation.BRING_TOGETHER)


def test_colours_are_named_where_they_are_asked_for_and_a_tint_is_kept_where_that_is() -> None:
    fading = found(Degradation.FADING)
    assert "colours that the scene" in words(Operation.RESTORE_COLORIZE, diagnosis=fading)
    assert "colours that the scene" not in words(Operation.RESTORE, diagnosis=fading)
    assert words(Operation.RESTORE_COLORIZE).startswith("Colour this photo")
    assert "tint" in words(Operation.RESTORE, Wishes(keep_tone=True), fading)


def test_the_version_names_every_text_that_was_used() -> None:
    prompt = prompt_for(Operation.COLORIZE, FINE, Wishes(prompt="A green coat"))
    assert prompt.version == "colorize/1+additionally/1+faithful/1"


@given(wish=st.text(max_size=80), words=st.text(max_size=80))
def test_filling_a_form_leaves_everything_else_as_it_is(wish: str, words: str) -> None:
    plain = words.replace("{", "(")
    assert Text(plain + "{wish}" + plain, "x/1").filled(wish=wish) == plain + wish + plain
    assert Text("{" + plain, "x/1").filled(wish=wish) == "{" + plain or plain.startswith("wish}")


def test_a_mood_board_is_said_to_be_one() -> None:
    for operation in (Operation.RESTYLE, Operation.ENHANCE, Operation.FUSE, Operation.BRING_TOGETHER):
        assert "mood board" in words(operation, Wishes(moodboard=True))
        assert "mood board" not in words(operation)


def test_the_words_for_a_part_of_several_photos_say_which_part_it_is() -> None:
    wishes = Wishes(prompt="at the lake")
    whole = plan(Operation.FUSE, FINE, wishes)
    part = for_part(whole, Operation.FUSE, wishes, photos=3, chunk=Chunk(2, 3))
    assert part.prompt.startswith("[Batch 2/3] Merge and restore these 3 images")
    assert "at the lake" in part.prompt
    assert part.steps == whole.steps
    alone = plan(Operation.RESTORE, FINE, wishes)
    assert for_part(alone, Operation.RESTORE, wishes, photos=1, chunk=Chunk(1, 1)) is alone


def test_words_that_a_model_put_better_are_sent_as_they_are_and_told_apart_only_in_several_calls() -> None:
    wishes = Wishes(prompt="keep the hat")
    usual = plan(Operation.FUSE, FINE, wishes)
    better = replace(usual, prompt="Merge them gently.", version="rewrite/1", reworded=True)
    once = for_part(better, Operation.FUSE, wishes, photos=3, chunk=Chunk(1, 1))
    assert (once.prompt, once.version) == (better.prompt, better.version)
    part = for_part(better, Operation.FUSE, wishes, photos=3, chunk=Chunk(2, 3))
    assert part.prompt.startswith("[Batch 2/3] Merge them gently. ")
    assert "seamless blending" in part.prompt
    assert "rewrite/1" in part.version
    last = for_part(better, Operation.FUSE, wishes, photos=3, chunk=Chunk(3, 3, final=True))
    assert last.prompt.startswith("Merge them gently. ")
