"""Profiles whose pixels are those of a working space are told from those that need a conversion."""

import pytest

from rekindle.imaging.image import Space
from rekindle.imaging.profiles import read_profile
from rekindle.imaging.vips import built_in_profile
from tests import pictures


def test_the_working_spaces_are_recognised() -> None:
    for icc, space in (
        (pictures.display_p3(), Space.DISPLAY_P3),
        (built_in_profile("p3"), Space.DISPLAY_P3),
        (built_in_profile("srgb"), Space.SRGB),
    ):
        profile = read_profile(icc)
        assert profile is not None
        assert (profile.kind, profile.space) == ("RGB ", space)


def test_other_spaces_are_not_taken_for_them() -> None:
    p3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
    for icc in (pictures.wide_gamma_22(), pictures.rgb_profile("P3, other curve", p3, pictures.gamma(1.8))):
        profile = read_profile(icc)
        assert profile is not None
        assert profile.space is None


def test_a_grey_profile_counts_by_its_curve() -> None:
    profile = read_profile(pictures.grey_profile(1.8))
    assert profile is not None
    assert (profile.kind, profile.space, profile.name) == ("GRAY", None, "Grey")


def test_the_name_is_read() -> None:
    profile = read_profile(pictures.display_p3())
    assert profile is not None
    assert profile.name == "Display P3"


@pytest.mark.parametrize("junk", [b"", b"\0" * 131, b"\xff" * 600])
def test_what_is_no_profile_is_none(junk: bytes) -> None:
    assert read_profile(junk) is None


def test_any_damage_to_a_profile_is_survived() -> None:
    whole = pictures.display_p3()
    for at in range(len(whole)):
        for value in (0, 255):
            read_profile(whole[:at] + bytes([value]) + whole[at + 1 :])
        read_profile(whole[:at])
