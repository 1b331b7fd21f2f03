"""Diagnosis is total: any finite measures give sound findings."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.measures import Measures
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.diagnose import diagnose

FINE = Measures(width=1000, height=800)
NUMBER = st.floats(-10, 10, allow_nan=False)
THREE = st.tuples(NUMBER, NUMBER, NUMBER)
ANY = st.builds(
    Measures,
    width=st.integers(1, 50_000),
    height=st.integers(1, 50_000),
    monochrome=st.booleans(),
    **{
        f.name: THREE if f.name.endswith("point") or f.name == "median" else NUMBER
        for f in fields(Measures)[2:]
        if f.name != "monochrome"
    },
)


@given(measures=ANY)
def test_any_measures_give_sound_findings(measures):
    diagnosis = diagnose(measures)
    kinds = [finding.degradation for finding in diagnosis.findings]
    assert kinds
    assert len(set(kinds)) == len(kinds)
    assert (Degradation.NONE in kinds) == (len(kinds) == 1 and not diagnosis.needs_work)
    for finding in diagnosis.findings:
        assert 0 <= finding.confidence <= 1
        assert 0 <= finding.severity <= 1
        assert finding.reason.endswith(".")
        assert "\n" not in finding.reason
    assert diagnose(measures) == diagnosis


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"noise_sigma": 0.04}, Degradation.LOW_QUALITY),
        ({"blockiness": 0.01}, Degradation.LOW_QUALITY),
        ({"motion_evidence": 0.1, "motion_length": 9.0, "softness": 0.7}, Degradation.MOTION_BLUR),
        ({"black_point": (0.2, 0.2, 0.15), "white_point": (0.75, 0.7, 0.6)}, Degradation.FADING),
        ({"scratch_coverage": 0.01}, Degradation.PHYSICAL_DAMAGE),
        ({"highlight_coverage": 0.05}, Degradation.REFLECTIONS),
        ({}, Degradation.NONE),
        ({"white_point": (0.8, 0.7, 0.7)}, Degradation.NONE),
        ({"softness": 0.9}, Degradation.NONE),
    ],
)
def test_each_kind_of_damage_is_told_by_its_measures(changes, expected):
    assert diagnose(replace(FINE, **changes)).main.degradation == expected


def test_several_kinds_hold_at_once():
    diagnosis = diagnose(replace(FINE, noise_sigma=0.05, scratch_coverage=0.02))
    assert {f.degradation for f in diagnosis.findings} == {Degradation.LOW_QUALITY, Degradation.PHYSICAL_DAMAGE}


def test_every_degradation_has_a_stable_word_and_a_title():
    assert [d.label for d in Degradation] == [
        "low_quality",
        "reflections",
        "motion_blur",
        "fading",
        "physical_damage",
        "none",
    ]
    assert all(d.title for d in Degradation)
