"""Films: the camera stays on the photo and ends at faces, and any decoder reads what the encoder writes."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from rekindle.imaging.films import read_film
from rekindle.imaging.header import read_header
from rekindle.imaging.image import Image, Samples
from rekindle.imaging.making.filming import RATE, animate_file, cameras, film_size
from rekindle.imaging.making.h264 import tables
from rekindle.imaging.making.h264.entropy import unit
from rekindle.imaging.making.h264.film import Move, write_film
from rekindle.imaging.making.h264.residual import Quantizer, forward, inverse
from rekindle.imaging.working import save_working


def decoded(path: Path) -> list[Samples]:
    film = cv2.VideoCapture(str(path))
    pictures: list[Samples] = []
    while True:
        there, picture = film.read()
        if not there:
            return pictures
        pictures.append(np.ascontiguousarray(picture[..., ::-1]))


def likeness(one: Samples, other: Samples) -> float:
    """PSNR in dB."""
    return float(10 * np.log10(255**2 / np.square(one.astype(float) - other).mean()))


def test_a_film_has_the_proportions_of_its_photo_within_those_of_a_screen() -> None:
    assert film_size(1000, 1000) == (720, 720)
    assert film_size(3000, 2000) == (1088, 720)
    assert film_size(1600, 900) == film_size(9000, 900) == (1280, 720)
    assert film_size(300, 4000) == (720, 1280)


def test_faces_are_seen_from_the_first_picture_on() -> None:
    first = cameras((1000, 3000), (0.5, 0.1), 10)[0]
    assert first.y - first.scale * 1280 / 2 <= 0.1 * 3000


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(40, 6000), st.integers(40, 6000), st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.integers(2, 60),
)  # fmt: skip
def test_the_camera_never_leaves_the_photo(
    width: int, height: int, focus: tuple[float, float] | None, count: int
) -> None:
    wide, high = film_size(width, height)
    path = cameras((width, height), focus, count)
    assert len(path) == count
    for camera in path:
        assert camera.x - camera.scale * wide / 2 >= -1e-6
        assert camera.x + camera.scale * wide / 2 <= width + 1e-6
        assert camera.y - camera.scale * high / 2 >= -1e-6
        assert camera.y + camera.scale * high / 2 <= height + 1e-6
    assert path[-1].scale < path[0].scale


@pytest.mark.parametrize(
    ("lengths", "bits"),
    [(tables.TOKEN_LENGTHS[each], tables.TOKEN_BITS[each]) for each in range(5)]
    + [(tables.ZEROS_LENGTHS[each], tables.ZEROS_BITS[each]) for each in range(15)]
    + [(tables.FEW_ZEROS_LENGTHS[each], tables.FEW_ZEROS_BITS[each]) for each in range(3)]
    + [(tables.RUN_LENGTHS[each], tables.RUN_BITS[each]) for each in range(7)],
)
def test_no_code_begins_another(lengths: np.ndarray, bits: np.ndarray) -> None:
    pairs = zip(lengths.ravel().tolist(), bits.ravel().tolist(), strict=True)
    codes = [f"{value:0{length}b}" for length, value in pairs if length]
    assert len(set(codes)) == len(codes)
    assert not [(one, two) for one in codes for two in codes if one != two and two.startswith(one)]
    assert sum(2.0 ** -len(code) for code in codes) <= 1


def test_coefficients_come_back_as_differences() -> None:
    differences = np.random.default_rng(1).integers(-255, 256, (400, 4, 4)).astype(np.int32)
    quantizer = Quantizer(8)
    back = inverse(quantizer.scaled(quantizer.levels(forward(differences))))
    assert np.abs(back - differences).max() <= 3


def test_no_start_code_appears_within_a_unit() -> None:
    body = bytes([0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4])
    made = unit(0x65, body)
    assert not [code for code in (b"\0\0\0", b"\0\0\1", b"\0\0\2") if code in made]
    assert made.count(b"\0\0\3") >= 4


@pytest.mark.parametrize("move", [Move(1.0, 0.0, 0.0), Move(0.995, 1.3, -0.6), Move(1.004, -2.2, 1.7)])
def test_a_film_shows_what_was_filmed(tmp_path: Path, move: Move) -> None:
    photo = cv2.resize(data.astronaut(), (640, 640), interpolation=cv2.INTER_CUBIC)
    size, matrix, wanted = (320, 192), np.array([[1.0, 0, 100], [0, 1.0, 120]]), list[Samples]()
    step = np.array([[move.zoom, 0, move.across], [0, move.zoom, move.down], [0, 0, 1]])
    for _ in range(12):
        wanted.append(cv2.warpAffine(photo, matrix, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP))
        matrix = matrix @ step
    write_film(tmp_path / "film.mp4", wanted, [move] * 11, size, 12)
    shown = decoded(tmp_path / "film.mp4")
    assert len(shown) == 12
    assert min(likeness(one, two) for one, two in zip(shown, wanted, strict=True)) > 34


def test_movement_that_was_not_told_costs_size_and_not_the_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (5, 96, 96, 3), np.uint8)
    wanted = [cv2.GaussianBlur(each, (0, 0), 3) for each in noise]
    write_film(tmp_path / "film.mp4", wanted, [Move(1.0, 0.0, 0.0)] * 4, (96, 96), 24)
    shown = decoded(tmp_path / "film.mp4")
    assert min(likeness(one, two) for one, two in zip(shown, wanted, strict=True)) > 32


def test_a_photo_becomes_a_film_of_720p_with_a_poster(tmp_path: Path) -> None:
    source, film, poster = tmp_path / "source.tif", tmp_path / "film.mp4", tmp_path / "poster.jpg"
    save_working(Image(data.astronaut()[:, 80:400].copy()), source)
    told: list[float] = []
    report = animate_file(source, film, poster, 2, progress=lambda _, share: told.append(share))
    header, shown = read_film(film), read_header(poster)
    assert (header.width, header.height) == (shown.width, shown.height) == (720, 1152)
    assert (report.width, report.height) == (720, 1152)
    assert header.seconds == pytest.approx(2, abs=0.01)
    assert told == sorted(told)
    assert report.facts["faces"] == 1
    pictures = decoded(film)
    assert len(pictures) == 2 * RATE
    assert likeness(pictures[-1], cv2.imread(str(poster))[..., ::-1]) > 32
    assert film.stat().st_size < 4_000_000
