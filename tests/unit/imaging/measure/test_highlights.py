"""Reflections are blown spots with a glow; lamps, skies, paper and hard white things are none."""

import cv2
import numpy as np
import pytest

from rekindle.imaging.image import Planes
from rekindle.imaging.measure.highlights import measure_highlights
from rekindle.imaging.planes import reduced
from tests.damages import sample

SIDE = 300


def spot(radius: float, x: float = 150, y: float = 150, glow: float = 12) -> Planes:
    """A blown disc on middle grey that fades out over `glow` pixels."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    away = np.hypot(columns - x, rows - y) - radius
    light = np.clip(1 - away / glow, 0, 1) if glow else (away <= 0).astype(float)
    return np.repeat((0.4 + 0.6 * light)[..., None], 3, axis=2).astype(np.float32)


@pytest.mark.parametrize("radius", [15, 30, 45])
def test_a_glowing_spot_is_measured_by_its_area(radius: float) -> None:
    assert measure_highlights(spot(radius, glow=30)) == pytest.approx(np.pi * radius**2 / SIDE**2, rel=0.2)


def test_two_spots_add_up() -> None:
    both = np.maximum(spot(20, 80, 80, 30), spot(20, 220, 210, 30))
    assert measure_highlights(both) == pytest.approx(2 * measure_highlights(spot(20, 80, 80, 30)), rel=1e-6)


@pytest.mark.parametrize(
    ("what", "planes"),
    [
        ("a hard white disc without a glow", spot(30, glow=0)),
        ("a lamp or the glint of an eye", spot(3)),
        ("a sky at the border", spot(40, y=20, glow=30)),
        ("a wall that fills the picture", spot(90, glow=30)),
        ("a coloured light", spot(30, glow=30) * np.array([1, 1, 0.8], np.float32)),
        ("nothing at all", np.full((SIDE, SIDE, 3), 0.5, np.float32)),
        ("white paper", np.ones((SIDE, SIDE, 3), np.float32)),
    ],
)
def test_what_is_no_reflection_does_not_count(what: str, planes: Planes) -> None:
    assert measure_highlights(planes) == 0.0, what


def test_a_blown_ring_or_line_is_no_spot() -> None:
    planes = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    cv2.line(planes, (60, 60), (240, 240), (1, 1, 1), 9)
    assert measure_highlights(cv2.GaussianBlur(planes, (0, 0), 2)) == 0.0


@pytest.mark.parametrize("name", ["coffee", "astronaut", "china", "rocket", "moon", "flower"])
def test_photos_without_reflections_have_none(name: str) -> None:
    assert measure_highlights(reduced(sample(name), 512)) == 0.0
