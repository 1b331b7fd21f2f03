"""Workflows as data, and the places of what an edit brings."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from rekindle.providers.forms import Enclosed
from rekindle.providers.protocol import SENT_TYPE, Edit, Picture
from rekindle.providers.workflows.graph import PHOTO, filled_graph
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes

SHIPPED = sorted(
    path.name.removesuffix(".json")
    for path in resources.files("rekindle.providers.workflows").iterdir()
    if path.name.endswith(".json")
)
SMALL: dict[str, Any] = {
    "places": {"photo": "1.image"},
    "workflow": {"1": {"class_type": "LoadImage", "inputs": {"image": "?"}}},
}


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    picture = Picture(tmp_path / "photo.jpg", SENT_TYPE, 8, 8)
    return Edit("job/1", Operation.RESTORE, "own", [picture], Treatment((), "Mend it."), Wishes(), tmp_path, seed=11)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_workflow_of_the_product_has_no_loose_ends_and_takes_what_an_edit_brings(name: str, edit: Edit) -> None:
    sent = filled_graph(name, edit)
    nodes = sent["workflow"]
    for node in nodes.values():
        assert node["class_type"].isidentifier()
        links = [value for value in node["inputs"].values() if isinstance(value, list)]
        assert all(link[0] in nodes for link in links)
    kinds = [node["class_type"] for node in nodes.values()]
    assert {"LoadImage", "SaveImage"} <= set(kinds)
    text = json.dumps(nodes)
    assert all(what in text for what in ("Mend it.", PHOTO, ": 11"))
    assert sent["images"] == [{"name": PHOTO, "image": Enclosed(edit.images[0].path, "data:image/jpeg;base64,")}]


def test_filling_one_in_leaves_the_next_as_it_was(edit: Edit) -> None:
    filled_graph("qwen_image_edit", edit)["workflow"]["5"]["inputs"]["prompt"] = "spoilt"
    assert filled_graph("qwen_image_edit", edit)["workflow"]["5"]["inputs"]["prompt"] == "Mend it."


def test_a_file_of_the_operator_is_used_and_may_do_without_a_prompt(edit: Edit, tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps(SMALL))
    assert filled_graph(str(own), edit)["workflow"]["1"]["inputs"]["image"] == PHOTO


@pytest.mark.parametrize(
    "broken",
    [
        {"workflow": SMALL["workflow"]},
        {**SMALL, "places": {}},
        {**SMALL, "places": {"photo": "2.image"}},
        {**SMALL, "places": {"photo": "1.picture"}},
        {**SMALL, "places": {"photo": "1.image", "sampler": "1.image"}},
        [],
    ],
)
def test_a_workflow_without_a_place_for_the_photo_is_not_used(edit: Edit, tmp_path: Path, broken: object) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps(broken))
    with pytest.raises(ValueError, match="the workflow"):
        filled_graph(str(own), edit)


@pytest.mark.parametrize("name", ["no_such_workflow", "/nowhere/own.json"])
def test_one_that_is_not_there_is_named(edit: Edit, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        filled_graph(name, edit)
