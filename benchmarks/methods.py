"""What a damaged photo can be given to: OpenCV's and scikit-image's filters, steps of ours alone, and the engine."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import skimage.restoration

from benchmarks.damage import Kind, Mask, Planes, Samples
from rekindle.imaging.cleaning import assumed, shrink
from rekindle.imaging.image import Image
from rekindle.imaging.measures import measure
from rekindle.imaging.planes import to_planes, to_samples
from rekindle.imaging.restoration import restore
from rekindle.imaging.steps.deblur import Deblur, prepare_deblur
from rekindle.imaging.steps.filter import Filter
from rekindle.imaging.steps.levels import Levels, prepare_levels
from rekindle.treatments.diagnose import diagnose
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes, plan

OURS, INPUT = "ours", "input"
NOISE = (Kind.LOW_QUALITY, Kind.SCRATCHES_AND_LOW_QUALITY)
MARKS = (Kind.SCRATCHES, Kind.SCRATCHES_AND_LOW_QUALITY)


@dataclass(frozen=True, slots=True)
class Made:
    """What a method made of a damaged photo; `mask` is what it took for damage, where it looks for any. `note` has the
    letters that were found and what the gate chose.
    """

    pixels: Samples
    mask: Mask | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """`run` gets the damaged pixels and the true mask, which only a ceiling may look at. `kinds` are the classes that
    it is meant for. A `peer` is a filter of others that may be called the best classical one; a `slow` one runs on
    demand.
    """

    name: str
    run: Callable[[Samples, Mask], Made]
    kinds: tuple[Kind, ...] = tuple(Kind)
    peer: bool = False
    slow: bool = False


def engine(pixels: Samples) -> Made:
    """Ours, by the real path: measure, diagnose, plan, restore."""
    image = Image(pixels)
    diagnosis = diagnose(measure(image))
    restored = restore(image, plan(Operation.RESTORE, diagnosis, Wishes()).steps)
    letters = "".join(finding.degradation for finding in diagnosis.findings)
    mask = np.zeros(pixels.shape[:2], np.bool_) if restored.mask is None else restored.mask
    return Made(cast("Samples", restored.image.pixels), mask, f"{letters} {restored.chosen}")


def _plain(work: Callable[[Samples], object]) -> Callable[[Samples, Mask], Made]:
    return lambda pixels, _: Made(np.asarray(work(pixels), np.uint8))


def _through(prepare: Callable[[Samples], Filter]) -> Callable[[Samples, Mask], Made]:
    """A filter of ours on a whole picture."""
    return _plain(lambda pixels: to_samples(prepare(pixels).apply(to_planes(pixels)), pixels))


def _of_scikit(work: Callable[[Planes], object]) -> Callable[[Samples, Mask], Made]:
    return _plain(lambda pixels: to_samples(np.asarray(work(to_planes(pixels)), np.float32), pixels))


def non_local_means(pixels: Samples) -> Samples:
    """OpenCV's, with 5 grey levels for lightness and colour."""
    return cast("Samples", cv2.fastNlMeansDenoisingColored(pixels, None, 5, 5, 7, 21))


def bilateral(pixels: Samples) -> Samples:
    """OpenCV's, mild: best of a few settings on noise as made here."""
    return cast("Samples", cv2.bilateralFilter(pixels, 7, 25, 2))


def _total_variation(planes: Planes) -> object:
    return getattr(skimage.restoration, "denoise_tv_chambolle")(planes, weight=0.04, channel_axis=2)  # noqa: B009


def _wavelet(planes: Planes) -> object:
    denoise = getattr(skimage.restoration, "denoise_wavelet")  # noqa: B009
    return denoise(planes, channel_axis=2, convert2ycbcr=True, rescale_sigma=True)


def unsharp(pixels: Samples) -> Samples:
    """Half of the difference to a blur of 1.5 pixels."""
    return cast("Samples", cv2.addWeighted(pixels, 1.5, cv2.GaussianBlur(pixels, (0, 0), 1.5), -0.5, 0))


def _wiener(pixels: Samples) -> Filter:
    """A Wiener filter for the straight motion that was measured, whatever the diagnosis would say to it."""
    found = measure(Image(pixels))
    return prepare_deblur(pixels, Deblur(max(found.motion_length, 1.0), found.motion_direction))


def clahe(pixels: Samples) -> Samples:
    """OpenCV's local histogram equalisation, on lightness."""
    lab = cast("Samples", cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB))
    lab[..., 0] = cv2.createCLAHE(2.0, (8, 8)).apply(np.ascontiguousarray(lab[..., 0]))
    return cast("Samples", cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def top_hat(pixels: Samples) -> Mask:
    """What is much lighter or darker than its opening or closing by a disc, without the smallest specks: the classical
    mask of scratches.
    """
    grey = cast("Samples", cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11))
    hats = [np.asarray(cv2.morphologyEx(grey, kind, disc)) for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)]
    hat = np.maximum(*hats).astype(np.float32)
    likely = (hat > max(30.0, float(hat.mean() + 2.5 * hat.std()))).astype(np.uint8)
    _, labels, facts, _ = cv2.connectedComponentsWithStats(likely, connectivity=8)
    large = np.asarray(facts)[:, cv2.CC_STAT_AREA] >= 12
    large[0] = False
    return large[np.asarray(labels, np.intp)]


def filled(pixels: Samples, mask: Mask) -> Samples:
    """OpenCV's inpainting after Telea, over the mask and the pixel around it."""
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    return cast("Samples", cv2.inpaint(pixels, grown, 4.0, cv2.INPAINT_TELEA))


def _top_hat_filled(pixels: Samples, _: Mask) -> Made:
    mask = top_hat(pixels)
    return Made(filled(pixels, mask), mask)


def _dct(pixels: Samples) -> Filter:
    noise = assumed(pixels)
    return Filter(lambda planes: shrink(planes, noise), margin=16)


def _truth_filled_and_cleaned(pixels: Samples, mask: Mask) -> Made:
    mended = filled(pixels, mask)
    return Made(np.asarray(to_samples(_dct(mended).apply(to_planes(mended)), mended), np.uint8), mask)


METHODS = (
    Method(INPUT, lambda pixels, _: Made(pixels)),
    Method("non-local means, OpenCV", _plain(non_local_means), peer=True),
    Method("bilateral, OpenCV", _plain(bilateral), NOISE, peer=True),
    Method("total variation, scikit-image", _of_scikit(_total_variation), (Kind.LOW_QUALITY,), peer=True),
    Method("wavelets, scikit-image", _of_scikit(_wavelet), (Kind.LOW_QUALITY,), peer=True, slow=True),
    Method("sliding DCT alone", _through(_dct), NOISE),
    Method("unsharp mask, OpenCV", _plain(unsharp), (Kind.LOW_QUALITY, Kind.MOTION_BLUR)),
    Method("Wiener, motion as measured", _through(_wiener), (Kind.MOTION_BLUR,)),
    Method("levels per channel", _through(lambda p: prepare_levels(p, Levels())), (Kind.FADING,)),
    Method("levels, colour x 1.3", _through(lambda p: prepare_levels(p, Levels(saturation=1.3))), (Kind.FADING,)),
    Method("CLAHE, OpenCV", _plain(clahe), (Kind.FADING,), slow=True),
    Method("top-hat mask, filled by Telea", _top_hat_filled, MARKS),
    Method("true mask, filled by Telea", lambda p, m: Made(filled(p, m), m), (Kind.SCRATCHES,)),
    Method("true mask, Telea, sliding DCT", _truth_filled_and_cleaned, (Kind.SCRATCHES_AND_LOW_QUALITY,)),
    Method(OURS, lambda pixels, _: engine(pixels)),
)


def methods(kind: Kind, *, slow: bool) -> list[Method]:
    """What is compared in a class; wavelets only where PyWavelets is installed."""
    known = {each.name for each in METHODS if each.name.startswith("wavelets")}
    left_out = known if importlib.util.find_spec("pywt") is None else set[str]()
    return [each for each in METHODS if kind in each.kinds and (slow or not each.slow) and each.name not in left_out]
