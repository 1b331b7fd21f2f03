"""Everything that is measured in a picture before somebody says what is wrong with it."""

from dataclasses import dataclass

from rekindle.imaging.faces import find_faces, focus_of
from rekindle.imaging.image import Image
from rekindle.imaging.measure.blocks import measure_blockiness
from rekindle.imaging.measure.blur import measure_blur
from rekindle.imaging.measure.damage import measure_damage
from rekindle.imaging.measure.highlights import measure_highlights
from rekindle.imaging.measure.noise import measure_noise
from rekindle.imaging.measure.tone import measure_tone
from rekindle.imaging.planes import halved, reduced

Triple = tuple[float, float, float]
_COPY, _SMALL = 1500, 512
"""Least longer side of the copy that all looks share which need no full size, and that of the one for tones."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Plain numbers; all levels are in 0..1 of the range of the samples, all coverages in 0..1 of the area.

    `motion_length` is in pixels and `motion_direction` in degrees (0 = horizontal, counter-clockwise, 0..180); both
    mean something only where `motion_evidence` is above 0.03. `noise_sigma` is the floor that nearly all of the
    picture exceeds. `focus` is the middle of the faces in 0..1 of width and height, None without a face.
    """

    width: int
    height: int
    noise_sigma: float = 0.0
    chroma_noise: float = 0.0
    blockiness: float = 0.0
    softness: float = 0.0
    motion_length: float = 0.0
    motion_direction: float = 0.0
    motion_evidence: float = 0.0
    black_point: Triple = (0.0, 0.0, 0.0)
    white_point: Triple = (1.0, 1.0, 1.0)
    median: Triple = (0.5, 0.5, 0.5)
    chroma_mean: float = 0.1
    chroma_std: float = 0.1
    cast: float = 0.0
    monochrome: bool = False
    scratch_coverage: float = 0.0
    highlight_coverage: float = 0.0
    focus: tuple[float, float] | None = None


def measure(image: Image) -> Measures:
    """Measure a picture: noise, blocks and blur in windows at full size, everything else on reduced copies."""
    pixels = image.pixels
    noise = measure_noise(pixels)
    blur = measure_blur(pixels, noise.floor)
    copy = halved(pixels, _COPY)
    small = reduced(halved(copy, 2 * _SMALL), _SMALL)
    tone = measure_tone(small)
    return Measures(
        width=image.width,
        height=image.height,
        noise_sigma=noise.floor,
        chroma_noise=noise.chroma,
        blockiness=measure_blockiness(pixels),
        softness=blur.softness,
        motion_length=blur.length,
        motion_direction=blur.direction,
        motion_evidence=blur.evidence,
        black_point=tone.black_point,
        white_point=tone.white_point,
        median=tone.median,
        chroma_mean=tone.chroma_mean,
        chroma_std=tone.chroma_std,
        cast=tone.cast,
        monochrome=image.grey or tone.monochrome,
        scratch_coverage=measure_damage(copy),
        highlight_coverage=measure_highlights(small),
        focus=focus_of(find_faces(copy)),
    )
