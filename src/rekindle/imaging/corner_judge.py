"""How probable it is that a quadrilateral is the outline of a paper print, given the evidence for it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from rekindle.imaging.corner_lines import Floats, Whole

TREES = "corner_trees.json"
"""The judge's trees, made by `python -m training.corner_trees`."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Decision trees whose leaves add up to the logit of a probability: additive logistic regression (Friedman, Hastie
    and Tibshirani, Annals of Statistics 28, 2000).

    The nodes of all trees stand in one list. At a node, evidence number `feature` of at most `threshold` leads to the
    node `left`, else to `right`; a leaf leads to itself. `slope` and `shift` turn the logit of a picture's best
    quadrilateral into that of being right about the picture.
    """

    roots: Whole
    feature: Whole
    threshold: NDArray[np.float64]
    left: Whole
    right: Whole
    value: NDArray[np.float64]
    base: float
    depth: int
    slope: float
    shift: float

    def logits(self, evidence: Floats) -> NDArray[np.float64]:
        """The logit (n) for each row of the evidence (n, features)."""
        at = np.broadcast_to(self.roots, (len(evidence), len(self.roots)))
        rows = np.arange(len(evidence))[:, None]
        for _ in range(self.depth):
            lower = evidence[rows, self.feature[at]] <= self.threshold[at]
            at = np.where(lower, self.left[at], self.right[at])
        return self.base + self.value[at].sum(axis=1)

    def confidence(self, logit: float) -> float:
        """The probability, 0..1, that the best quadrilateral of a picture, which has this logit, outlines a print."""
        return float(1 / (1 + np.exp(-np.clip(self.slope * logit + self.shift, -50, 50))))


@cache
def judge() -> Judge:
    """The judge that is part of the product."""
    told = json.loads(resources.files("rekindle.imaging").joinpath(TREES).read_text(encoding="ascii"))
    return read_judge(told)


def read_judge(told: dict[str, list[float]]) -> Judge:
    """A judge from its JSON form: five lists of nodes, `roots`, and `constants`: base, depth, slope, shift."""
    base, depth, slope, shift = told["constants"]
    roots, feature, left, right = (np.array(told[name], np.int64) for name in ("roots", "feature", "left", "right"))
    threshold, value = np.array(told["threshold"]), np.array(told["value"])
    return Judge(roots, feature, threshold, left, right, value, base, int(depth), slope, shift)
