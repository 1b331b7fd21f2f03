"""Makes the judge of corners: `python -m training.corner_trees FOLDER` looks at photographs and fits trees.

Half of the photographs judges what the other half has taught, to learn how far the judge can be trusted; the trees that
are written down are then fitted to all. Each tree may only follow the direction in which a piece of evidence must
speak: more edge around a quadrilateral never makes it less of a print. That keeps the judge from learning how scenes
were made.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from benchmarks.corner_scenes import Photo, bare, cut_off
from benchmarks.corners import corner_errors, photographs, scene, surfaces
from rekindle.imaging.corner_evidence import FEATURES, find_quads
from rekindle.imaging.corner_judge import TREES, read_judge
from rekindle.imaging.corner_lines import find_lines, working_picture

Floats = NDArray[np.float64]

DIRECTIONS = {
    "edge_mean": 1, "edge_least": 1, "edge_second": 1, "step_mean": 1, "step_least": 1, "overrun_mean": -1,
    "overrun_most": -1, "steady_mean": 1, "steady_least": 1, "band_apart": -1, "skew": -1, "uneven": -1,
    "off_centre": -1, "alike_outside": 1, "patchy_outside": -1, "colours_apart": 1, "lines_outside": -1,
}  # fmt: skip
"""The sign with which evidence speaks for a print; what is not here may speak either way."""

RIGHT, WRONG = 1.5, 3.0
"""A quadrilateral is right below the one and wrong above the other: its worst corner's error in % of the diagonal."""


@dataclass(frozen=True, slots=True)
class Case:
    """The quadrilaterals of one picture: evidence (n, features), and the error (n) of the worst corner.

    `error` is measured from the outline of the paper and `printed_error` from that of what is printed on it; both are
    infinite in an ordinary photograph. `half` of the photographs, 0 or 1, is where the picture comes from.
    """

    half: int
    is_print: bool
    evidence: Floats
    error: Floats
    printed_error: Floats


def look(picture: Photo, half: int, truths: Sequence[Floats] = ()) -> Case:
    working = working_picture(picture)
    quads = find_quads(working, *find_lines(working))
    places = (quads.corners + 0.5) / (working.width, working.height)
    errors = [corner_errors(places, true, picture).max(axis=1) for true in truths]
    errors = errors or [np.full(len(places), np.inf)] * 2
    return Case(half, len(truths) > 0, quads.evidence.astype(np.float64), errors[0], errors[1])


def samples(cases: Sequence[Case]) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Evidence, whether it is that of a print, and weights: a scene counts 3, an ordinary photograph 4."""
    evidence, right, weights = list[Floats](), list[NDArray[np.bool_]](), list[Floats]()
    for case in cases:
        good = case.error < RIGHT
        clear = good | ((case.error > WRONG) & (good.any() | (case.printed_error > WRONG)))
        share = np.where(good, 1 / max(1, good.sum()), 2 / max(1, (~good).sum()))
        evidence.append(case.evidence[clear])
        right.append(good[clear])
        weights.append((share if case.is_print else np.full(len(good), 4 / max(1, len(good))))[clear])
    return np.concatenate(evidence), np.concatenate(right), np.concatenate(weights)


def fit(cases: Sequence[Case]) -> dict[str, list[float]]:
    """The judge's trees in their JSON form, without knowledge of how far to trust it: slope 1, shift 0."""
    evidence, right, weights = samples(cases)
    model = HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.08,
        max_leaf_nodes=8,
        l2_regularization=5,
        monotonic_cst=[DIRECTIONS.get(name, 0) for name in FEATURES],
        random_state=0,
    )
    cast("Any", model).fit(evidence, right, sample_weight=weights)
    return _told(model)


def _told(model: HistGradientBoostingClassifier) -> dict[str, list[float]]:
    inner = vars(model)
    told: dict[str, list[float]] = {name: [] for name in ("roots", "feature", "threshold", "left", "right", "value")}
    depth = 0
    for (tree,) in inner["_predictors"]:
        base = len(told["value"])
        told["roots"].append(base)
        depth = max(depth, int(tree.nodes["depth"].max()))
        for place, node in enumerate(tree.nodes):
            leaf = bool(node["is_leaf"])
            told["feature"].append(0 if leaf else int(node["feature_idx"]))
            told["threshold"].append(0.0 if leaf else float(f"{node['num_threshold']:.5g}"))
            told["left"].append(base + (place if leaf else int(node["left"])))
            told["right"].append(base + (place if leaf else int(node["right"])))
            told["value"].append(float(f"{node['value']:.4g}") if leaf else 0.0)
    return {**told, "constants": [float(inner["_baseline_prediction"].ravel()[0]), depth, 1.0, 0.0]}


def out_of_sample(cases: Sequence[Case]) -> list[tuple[Case, float, bool]]:
    """Each case with its highest logit and whether that is right, judged by what the other half taught."""
    judges = [read_judge(fit([case for case in cases if case.half != half])) for half in (0, 1)]
    judged: list[tuple[Case, float, bool]] = []
    for case in (case for case in cases if len(case.evidence)):
        scores = judges[case.half].logits(case.evidence.astype(np.float32))
        best = int(np.argmax(scores))
        judged.append((case, float(scores[best]), bool(min(case.error[best], case.printed_error[best]) < WRONG)))
    return judged


def trusted(judged: Sequence[tuple[Case, float, bool]]) -> tuple[float, float]:
    """Slope and shift that turn a logit into that of being right; prints and ordinary photographs weigh the same.

    Platt, Probabilistic outputs for support vector machines (1999).
    """
    logits = np.array([[logit] for _, logit, _ in judged])
    prints: NDArray[np.bool_] = np.array([case.is_print for case, _, _ in judged])
    share = float(np.mean(prints))
    weights = np.where(prints, 0.5 / share, 0.5 / (1 - share))
    model = cast("Any", LogisticRegression(C=1e3))
    model.fit(logits, [right for _, _, right in judged], sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def report(cases: Sequence[Case], judged: Sequence[tuple[Case, float, bool]], slope: float, shift: float) -> str:
    """What would be used at some confidences, of the prints and of the ordinary photographs, out of sample."""
    lines = [f"{'confidence':>12}{'prints, right':>16}{'prints, wrong':>16}{'ordinary':>12}"]
    total = sum(case.is_print for case in cases)
    for least in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98):
        used = [(case.is_print, right) for case, logit, right in judged if _probability(slope * logit + shift) >= least]
        right, wrong = used.count((True, True)) / total, used.count((True, False)) / total
        ordinary = used.count((False, False)) / (len(cases) - total)
        lines.append(f"{least:12.2f}{right:16.2%}{wrong:16.2%}{ordinary:12.2%}")
    return "\n".join(lines)


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def gather(photos: Sequence[Photo], scenes: int) -> list[Case]:
    """Scenes of both halves of the photographs, the photographs themselves, bare surfaces and prints cut off."""
    halves = [photos[0::2], photos[1::2]]
    cases = [look(photo, i % 2) for i, photo in enumerate(photos)]
    for number in range(scenes):
        made = scene(number, halves[number // 8 % 2])
        cases.append(look(made.picture, number // 8 % 2, (made.corners, made.printed)))
    cases += [look(picture, number % 2) for number, picture in enumerate(without_print(photos, scenes // 3))]
    return cases


def without_print(photos: Sequence[Photo], count: int) -> list[Photo]:
    """As many pictures as asked for that have no print in them, or not the whole of one."""
    rng = np.random.default_rng(0)
    made = [bare(rng, surfaces()) for _ in range(count // 2)]
    return made + [cut_off(scene(3_000_000 + i, photos), rng) for i in range(count - len(made))]


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the judge of corners")
    parser.add_argument("folder", type=Path, help="photographs that are not pictures of prints")
    parser.add_argument("--scenes", type=int, default=800)
    asked = parser.parse_args()
    cases = gather(photographs(asked.folder), asked.scenes)
    judged = out_of_sample(cases)
    slope, shift = trusted(judged)
    print(report(cases, judged, slope, shift))
    told = fit(cases)
    told["constants"][2:] = [slope, shift]
    target = Path(str(resources.files("rekindle.imaging"))) / TREES
    target.write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="ascii")
    print(f"{target}: {len(told['roots'])} trees, slope {slope:.3f}, shift {shift:.3f}")


if __name__ == "__main__":
    main()
