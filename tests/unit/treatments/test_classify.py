"""What models answer is read whatever its form, and changes a measured diagnosis only where eyes see better."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.treatments.classify import FAILED, UNAVAILABLE, Classified, agree, classified
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import Diagnosis, Facts, Finding

FINE = Diagnosis((Finding(Degradation.NONE, 1.0, 0.0, "Fine."),))
FACTS = Facts(noise=0.1)
WORN = Diagnosis(
    (Finding(Degradation.FADING, 0.8, 0.6, "Grey."), Finding(Degradation.LOW_QUALITY, 0.6, 0.4, "Grain.")), FACTS
)


@pytest.mark.parametrize(
    ("answer", "letter", "details"),
    [
        ('{"category": "E", "details": "A crease."}', "E", "A crease."),
        ({"category": "E", "details": "A crease."}, "E", "A crease."),
        ('```json\n{"category": "b", "details": "Glare."}\n```', "B", "Glare."),
        ('{"category": "D", "details": "Pale, and then it was cut', "D", "Pale, and then it was cut"),
        ('{"category": "D", "deta', "D", ""),
        ('{"category": "**A**", "details": "Noise."}', "A", "Noise."),
        ('{"category": "C.", "details": 7}', "C", ""),
        ("**A**\nGrain everywhere.", "A", "Grain everywhere."),
        ("A. Grain everywhere.", "A", "Grain everywhere."),
        ("A", "A", ""),
        ("E The paper is torn.", "E", "The paper is torn."),
        ("Category: F - nothing is wrong", "F", "nothing is wrong"),
        ('{"category": "Category B", "details": "x\\n\\u0000y"}', "B", "x y"),
    ],
)
def test_an_answer_is_read_in_every_form_that_models_give(answer: object, letter: str, details: str) -> None:
    assert classified(answer) == Classified(Degradation(letter), details)


@pytest.mark.parametrize(
    "answer",
    ["", "   ", "Z", "A photo of a cat", "Bright sun", None, 7, [], {}, {"category": None}, "[" * 100_000, "{}", "null",
     '{"category": "G", "details": "x"}', '{"category": ["A"]}', "I cannot help with that."],
)  # fmt: skip
def test_what_cannot_be_read_is_standard_restoration(answer: object) -> None:
    assert classified(answer) == FAILED
    assert (FAILED.category, FAILED.details) == (Degradation.LOW_QUALITY, UNAVAILABLE)


@given(answer=st.one_of(st.text(), st.dictionaries(st.text(max_size=8), st.text() | st.integers() | st.none())))
def test_no_answer_breaks_the_reader_and_none_is_long(answer: object) -> None:
    told = classified(answer)
    assert len(told.details) <= 300
    assert agree(WORN, told).findings


def test_an_unread_answer_changes_nothing() -> None:
    assert agree(WORN, FAILED) is WORN
    assert agree(FINE, FAILED) is FINE


def test_what_both_found_comes_first_and_is_surer() -> None:
    joined = agree(WORN, Classified(Degradation.LOW_QUALITY, "Grain."))
    assert [each.degradation for each in joined.findings] == [Degradation.LOW_QUALITY, Degradation.FADING]
    assert joined.main.confidence == 0.8
    assert joined.main.severity == 0.4
    assert joined.facts == FACTS


def test_damage_that_only_the_model_saw_comes_last_and_counts_for_little() -> None:
    joined = agree(WORN, Classified(Degradation.PHYSICAL_DAMAGE, "A tear."))
    assert joined.findings[:2] == WORN.findings
    assert joined.findings[2] == Finding(Degradation.PHYSICAL_DAMAGE, 0.5, 0.25, "A tear.")
    assert agree(FINE, Classified(Degradation.REFLECTIONS, "")).main.degradation is Degradation.REFLECTIONS


@pytest.mark.parametrize("letter", "ACDF")
def test_numbers_are_not_overruled(letter: str) -> None:
    assert agree(FINE, Classified(Degradation(letter), "I think so.")) is FINE


def test_a_model_that_sees_nothing_takes_nothing_away() -> None:
    assert agree(WORN, Classified(Degradation.NONE, "Looks fine to me.")) is WORN
