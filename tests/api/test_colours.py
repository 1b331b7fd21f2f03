"""Colours over HTTP: the operations that give them, and the dabs that say what they were."""

import io
import uuid
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rekindle.treatments.operations import Operation
from tests.api.conftest import API, Visitor, refused
from tests.factories import WHOLE, faded, png, scene

DAB = {"x": 0.25, "y": 0.5, "radius": 0.05, "color": "#AA3311"}


def grey(seed: int = 81) -> bytes:
    return png(scene(seed=seed).convert("L"))


@pytest.mark.parametrize("operation", ["colorize", "restore_colorize"])
def test_a_grey_photo_gets_colours_and_counts_as_changed(visitor: Visitor, operation: str) -> None:
    photo = visitor.upload(grey())
    job = visitor.restored(photo["id"], operation=operation, enlarge=1)
    result = job["result"]
    assert (job["operation"], result["unchanged"], result["provider"]) == (operation, False, "embedded")
    assert "colorize" in {step["name"] for step in result["steps"]}
    assert result["version"] == 1
    answer = visitor.http.get(f"{API}/renditions/{result['rendition_id']}/download", params={"format": "png"})
    pixels = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB")).astype(int)
    assert np.abs(pixels[..., 0] - pixels[..., 2]).max() > 4
    assert visitor.photo(photo["id"])["results"][0]["operation"] == operation


def test_colouring_alone_mends_nothing(visitor: Visitor) -> None:
    photo = visitor.upload(png(faded(seed=82).convert("L")))
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": WHOLE})
    steps = visitor.restored(photo["id"], operation="colorize", enlarge=1)["result"]["steps"]
    assert [step["name"] for step in steps] == ["colorize"]


def test_dabs_are_kept_with_the_job_as_they_were_sent(visitor: Visitor) -> None:
    photo = visitor.upload(grey())
    job = visitor.restored(photo["id"], operation="colorize", hints=[DAB], enlarge=1)
    assert job["options"]["hints"] == [{**DAB, "color": "#aa3311"}]
    assert visitor.restored(photo["id"], operation="colorize", enlarge=1)["options"]["hints"] == []


def test_dabs_without_an_operation_that_gives_colours_are_refused(visitor: Visitor) -> None:
    photo = visitor.upload(grey())
    problem = refused(visitor.try_submit(photo["id"], hints=[DAB]), 422, "hints_without_colour")
    assert "restore_colorize" in problem["detail"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"x": 1.5}, "/options/hints/0/x"),
        ({"y": -0.1}, "/options/hints/0/y"),
        ({"radius": 0.3}, "/options/hints/0/radius"),
        ({"color": "red"}, "/options/hints/0/color"),
        ({"color": "#12345"}, "/options/hints/0/color"),
        ({"size": 1}, "/options/hints/0/size"),
    ],
)
def test_what_is_wrong_with_a_dab_is_pointed_at(visitor: Visitor, change: dict[str, Any], pointer: str) -> None:
    answer = visitor.try_submit(visitor.upload(grey())["id"], operation="colorize", hints=[{**DAB, **change}])
    problem = refused(answer, 422, "invalid_request")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_200_dabs_are_taken_and_no_more(idle: Visitor) -> None:
    photo = idle.upload(grey())
    assert idle.try_submit(photo["id"], operation="colorize", hints=[DAB] * 200).status_code == 202
    refused(idle.try_submit(photo["id"], operation="colorize", hints=[DAB] * 201), 422, "invalid_request")


def test_a_key_cannot_be_used_for_other_dabs_or_another_operation(idle: Visitor) -> None:
    photo, key = idle.upload(grey()), uuid.uuid4().hex
    job = idle.submit(photo["id"], key=key, operation="colorize", hints=[DAB])
    assert idle.submit(photo["id"], key=key, operation="colorize", hints=[{**DAB, "color": "#aa3311"}]) == job
    for other in ({"hints": []}, {"hints": [DAB, DAB]}, {"hints": [DAB], "operation": "restore_colorize"}):
        answer = idle.try_submit(photo["id"], key=key, **{"operation": "colorize", **other})
        refused(answer, 422, "idempotency_key_reused")


def test_the_server_says_what_it_makes_of_each_operation(visitor: Visitor) -> None:
    told = visitor.get("/capabilities")
    assert told["operations"] == [operation.value for operation in Operation]
    assert set(told["operation_notes"]) == set(told["operations"])
    assert all(note.endswith(".") for note in told["operation_notes"].values())
