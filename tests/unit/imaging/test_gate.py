"""The gate lets nothing through that fails its own checks, and prefers the better of what passes."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from skimage import data

from rekindle.imaging.gate import Checks, check, decide

PHOTO = np.ascontiguousarray(data.coffee()[:256, :256])
NUMBER = st.floats(-3, 3, allow_nan=False)
ANY = st.builds(
    Checks,
    structure=NUMBER,
    halo=NUMBER,
    clipped=NUMBER,
    cleaner=NUMBER,
    range=NUMBER,
    sharper=NUMBER,
    deblurred=st.booleans(),
)


def noisy(sigma=12):
    return np.clip(PHOTO + np.random.default_rng(2).normal(0, sigma, PHOTO.shape), 0, 255).astype(np.uint8)


@given(careful=ANY, strong=ANY)
def test_what_is_chosen_does_no_harm_and_no_harmless_one_is_better(careful, strong):
    candidates = {"careful": careful, "strong": strong}
    decision = decide(candidates)
    assert decision.reason.endswith(".")
    harmless = {name: checks.score for name, checks in candidates.items() if checks.harm is None}
    if decision.chosen == "input":
        assert all(score <= 0 for score in harmless.values())
    else:
        assert decision.chosen in harmless
        assert harmless[decision.chosen] == max(harmless.values())
        assert harmless[decision.chosen] > 0


def test_nothing_to_choose_from_means_the_input():
    assert decide({}).chosen == "input"


def test_removing_noise_passes():
    checks = check([noisy()], [PHOTO])
    assert checks.harm is None
    assert checks.score > 0


def test_blurring_detail_away_is_refused():
    checks = check([PHOTO], [cv2.GaussianBlur(PHOTO, (0, 0), 6)])
    assert checks.harm is not None
    assert decide({"strong": checks}).chosen == "input"


def test_overdone_sharpening_is_refused_for_its_halos():
    blurred = cv2.GaussianBlur(PHOTO, (0, 0), 3).astype(float)
    overdone = np.clip(PHOTO + 4 * (PHOTO - blurred), 0, 255).astype(np.uint8)
    assert check([PHOTO], [overdone]).harm is not None


def test_cutting_tones_off_is_refused():
    burnt = np.clip(PHOTO.astype(float) * 2.2, 0, 255).astype(np.uint8)
    assert check([PHOTO], [burnt]).harm is not None


def test_a_candidate_with_many_newly_clipped_pixels_is_refused_for_them():
    assert Checks(1.0, 0.0, 0.2, 0.0, 0.5).harm == "it would have cut off light or dark tones"


def test_another_picture_is_refused():
    assert check([PHOTO], [np.ascontiguousarray(PHOTO[::-1])]).harm is not None


def test_the_reason_tells_why_the_other_one_was_not_used():
    fine, bad = Checks(0.95, 0.0, 0.0, 0.5, 0.0), Checks(0.5, 0.0, 0.0, 2.0, 0.0)
    decision = decide({"careful": fine, "strong": bad})
    assert decision.chosen == "careful"
    assert "the strong one was not used because it would have lost fine detail" in decision.reason
