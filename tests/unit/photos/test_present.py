"""What the API shows of rows."""

from rekindle.photos.present import focus_of
from rekindle.photos.schemas import DiagnosisOut


def told(**measures: object) -> DiagnosisOut:
    return DiagnosisOut.model_validate({"findings": [], "needs_work": False, "measures": measures})


def test_the_focus_of_a_photo_is_the_one_that_was_measured() -> None:
    focus = focus_of(told(focus=[0.25, 0.75]))
    assert focus is not None
    assert (focus.x, focus.y) == (0.25, 0.75)


def test_a_photo_without_faces_or_without_a_diagnosis_has_no_focus() -> None:
    assert focus_of(None) is None
    assert focus_of(told(focus=None)) is None
    assert focus_of(told(noise_sigma=0.1)) is None
