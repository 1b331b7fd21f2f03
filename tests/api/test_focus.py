"""Where the faces of a photo are, for whoever crops its preview."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from tests.api.conftest import API, Visitor
from tests.factories import WHOLE, png, scene


def test_the_focus_is_on_the_faces_and_follows_the_corners(visitor: Visitor) -> None:
    photo = visitor.upload(png(Image.fromarray(np.asarray(data.astronaut()))))
    assert photo["focus"] is None
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": WHOLE})
    visitor.get(f"/photos/{photo['id']}/diagnosis")
    focus = visitor.photo(photo["id"])["focus"]
    assert (focus["x"], focus["y"]) == (pytest.approx(0.44, abs=0.1), pytest.approx(0.22, abs=0.1))
    left = [{"x": x * 0.6, "y": y * 0.6} for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    visitor.http.put(f"{API}/photos/{photo['id']}/corners", json={"corners": left})
    assert visitor.photo(photo["id"])["focus"] is None
    visitor.get(f"/photos/{photo['id']}/diagnosis")
    assert visitor.photo(photo["id"])["focus"]["x"] > focus["x"]


def test_a_photo_without_faces_has_no_focus(visitor: Visitor) -> None:
    photo = visitor.upload(png(scene(seed=91)))
    visitor.get(f"/photos/{photo['id']}/diagnosis")
    assert visitor.photo(photo["id"])["focus"] is None
