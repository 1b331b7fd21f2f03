"""Faces are found where they are, in every kind of picture, and nowhere else."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from rekindle.imaging.faces import Face, find_faces, focus_of, weight_of
from rekindle.imaging.image import Image
from rekindle.imaging.measures import measure

ASTRONAUT = np.ascontiguousarray(data.astronaut())


def middle(face):
    return face.x + face.width / 2, face.y + face.height / 2


def the_astronaut(faces):
    """Her face is in the upper left, a fifth of the picture high, and it is the only one."""
    assert len(faces) == 1
    assert middle(faces[0]) == pytest.approx((0.44, 0.225), abs=0.03)
    assert faces[0].height == pytest.approx(0.22, abs=0.06)
    return True


def faded(picture):
    return np.round(picture * np.array([0.4, 0.3, 0.2]) + np.array([110, 90, 70])).astype(np.uint8)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda picture: picture, id="as it is"),
        pytest.param(lambda picture: cv2.resize(picture, (2600, 2600)), id="large"),
        pytest.param(lambda picture: cv2.resize(picture, (200, 200), interpolation=cv2.INTER_AREA), id="small"),
        pytest.param(lambda picture: picture.astype(np.uint16) * 257, id="16 bits"),
        pytest.param(lambda picture: np.repeat(picture[..., 1:2], 3, axis=2), id="grey"),
        pytest.param(faded, id="faded"),
        pytest.param(lambda picture: np.repeat(faded(picture)[..., 1:2], 3, axis=2), id="grey and faded"),
        pytest.param(lambda picture: np.ascontiguousarray(picture[:, ::-1])[:, ::-1], id="a view"),
    ],
)
def test_a_face_is_found_in_every_kind_of_picture(change):
    assert the_astronaut(find_faces(change(ASTRONAUT)))


def test_each_of_two_people_is_found_and_the_larger_face_comes_first():
    smaller = cv2.resize(ASTRONAUT, (360, 360), interpolation=cv2.INTER_AREA)
    both = np.zeros((512, 872, 3), np.uint8)
    both[:360, :360], both[:, 360:] = smaller, ASTRONAUT
    faces = find_faces(both)
    assert len(faces) == 2
    assert middle(faces[0])[0] == pytest.approx((360 + 0.44 * 512) / 872, abs=0.03)
    assert middle(faces[1])[0] == pytest.approx(0.44 * 360 / 872, abs=0.03)
    assert faces[0].height > faces[1].height


def test_a_small_face_is_found_in_a_wide_panorama():
    wide = np.full((500, 5000, 3), 120, np.uint8)
    wide[100:400, 3000:3300] = cv2.resize(ASTRONAUT, (300, 300), interpolation=cv2.INTER_AREA)
    faces = find_faces(wide)
    assert [middle(face) for face in faces] == [pytest.approx((0.6264, 0.335), abs=0.02)]


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(np.full((300, 400, 3), 128, np.uint8), id="flat"),
        pytest.param(np.zeros((300, 400, 3), np.uint8), id="black"),
        pytest.param(np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8), id="noise"),
        pytest.param(np.random.default_rng(1).integers(100, 110, (300, 400, 3), np.uint16), id="dark noise in 16 bits"),
        pytest.param(np.ascontiguousarray(data.coffee()), id="a cup of coffee"),
        pytest.param(np.ascontiguousarray(data.chelsea()), id="a cat"),
    ],
)
def test_there_are_no_faces_where_nobody_is(picture):
    assert find_faces(picture) == ()
    assert focus_of(()) is None


@pytest.mark.parametrize("shape", [(1, 1), (11, 11), (12, 12), (13, 40), (3, 4000), (4000, 3), (25, 1250)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiny_or_narrow_picture_does_no_harm(shape, dtype):
    random = np.random.default_rng(3)
    assert isinstance(find_faces(random.integers(0, 256, (*shape, 3)).astype(dtype)), tuple)


def test_the_same_picture_always_gives_the_same_faces():
    assert find_faces(ASTRONAUT) == find_faces(ASTRONAUT.copy())


def test_a_face_that_is_cut_off_stays_within_the_picture():
    for face in find_faces(np.ascontiguousarray(ASTRONAUT[90:, 200:])):
        assert face.x >= 0
        assert face.y >= 0
        assert face.x + face.width <= 1 + 1e-9
        assert face.y + face.height <= 1 + 1e-9


def test_the_focus_is_the_middle_of_the_faces_and_larger_ones_weigh_more():
    large, small = Face(0.0, 0.0, 0.4, 0.4, 1.0), Face(0.8, 0.8, 0.2, 0.2, 1.0)
    assert focus_of((large,)) == pytest.approx((0.2, 0.2))
    assert focus_of((large, small)) == pytest.approx((0.2 + 0.7 / 5, 0.2 + 0.7 / 5))


def test_measuring_tells_the_focus():
    assert measure(Image(ASTRONAUT)).focus == pytest.approx((0.44, 0.225), abs=0.03)
    assert measure(Image(np.ascontiguousarray(data.coffee()))).focus is None


# The weight

part = st.floats(0, 1)
some_faces = st.lists(st.builds(Face, part, part, st.floats(0.02, 0.6), st.floats(0.02, 0.6), part), max_size=4)


@settings(max_examples=60, deadline=None)
@given(some_faces, st.integers(1, 60), st.integers(1, 60))
def test_weights_are_between_0_and_1_and_there_are_none_without_faces(faces, height, width):
    weight = weight_of(faces, (height, width))
    assert weight.shape == (height, width)
    assert weight.dtype == np.float32
    assert weight.min() >= 0
    assert weight.max() <= 1
    assert faces or not weight.any()


@settings(max_examples=60, deadline=None)
@given(some_faces, st.integers(0, 40), st.integers(0, 40))
def test_a_part_of_the_weights_is_the_same_as_the_whole_there(faces, top, left):
    rows, columns = slice(top, top + 23), slice(left, left + 17)
    whole = weight_of(faces, (63, 57))
    assert np.array_equal(weight_of(faces, (63, 57), (rows, columns)), whole[rows, columns])


@settings(max_examples=40, deadline=None)
@given(some_faces, some_faces)
def test_more_faces_never_weigh_less(some, others):
    assert (weight_of([*some, *others], (40, 50)) >= weight_of(some, (40, 50))).all()


def test_a_face_weighs_fully_in_its_middle_nothing_afar_and_changes_smoothly_between():
    weight = weight_of([Face(0.4, 0.3, 0.2, 0.3, 1.0)], (400, 500))
    assert weight[180, 250] == 1
    assert weight[130:230, 210:290].min() > 0.9
    assert weight[:40].max() == 0
    assert weight[:, :150].max() == 0
    assert np.abs(np.diff(weight, axis=0)).max() < 0.06
    assert np.abs(np.diff(weight, axis=1)).max() < 0.06


def test_weights_of_a_large_picture_are_the_small_ones_enlarged():
    faces = find_faces(ASTRONAUT)
    large = weight_of(faces, (1536, 1536))
    small = cv2.resize(large, (512, 512), interpolation=cv2.INTER_AREA)
    assert small == pytest.approx(weight_of(faces, (512, 512)), abs=0.02)
