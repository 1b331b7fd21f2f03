"""No result takes the name of another, of an original, or of anything that is there already."""

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.batch.naming import Names, candidates, suits
from rekindle.batch.options import WRITABLE
from rekindle.imaging.formats import Format

STEMS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=12).filter(
    lambda stem: stem.strip(".") != ""
)
SUFFIXES = st.sampled_from(["", ".jpg", ".JPG", ".jpeg", ".png", ".webp", ".tif", ".heic", ".avif", ".txt"])
LABELS = st.builds(
    lambda folders, stem, suffix: PurePosixPath(*folders, stem + suffix),
    st.lists(st.sampled_from(["a", "A", "b"]), max_size=2), STEMS, SUFFIXES,
)  # fmt: skip
KINDS = st.sampled_from(WRITABLE)


def as_one(place: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(place)).casefold()


def nothing_there(_: PurePosixPath) -> bool:
    return False


@given(st.lists(st.tuples(LABELS, KINDS), max_size=30))
def test_no_two_results_ever_get_the_same_name(asked: list[tuple[PurePosixPath, Format]]) -> None:
    names = Names(nothing_there)
    given_out = [as_one(names.give(label, kind)) for label, kind in asked]
    assert len(set(given_out)) == len(asked)


@given(st.lists(LABELS, max_size=15), st.lists(st.tuples(LABELS, KINDS), max_size=15))
def test_no_result_gets_the_name_of_something_that_is_there(
    there: list[PurePosixPath], asked: list[tuple[PurePosixPath, Format]]
) -> None:
    names = Names(lambda place: place in there)
    assert not any(names.give(label, kind) in there for label, kind in asked)


@given(st.lists(st.tuples(LABELS, KINDS), max_size=15))
def test_no_result_gets_the_name_of_an_earlier_one(asked: list[tuple[PurePosixPath, Format]]) -> None:
    first = Names(nothing_there)
    earlier = [first.give(label, kind) for label, kind in asked]
    second = Names(nothing_there, taken=earlier)
    again = [second.give(label, kind) for label, kind in asked]
    assert {as_one(place) for place in earlier}.isdisjoint(as_one(place) for place in again)


@given(LABELS, KINDS)
def test_a_name_stays_in_its_folder_and_says_its_format(label: PurePosixPath, kind: Format) -> None:
    place = Names(nothing_there).give(label, kind)
    assert place.parent == label.parent
    assert suits(place, kind)


@pytest.mark.parametrize(
    ("label", "kind", "name"),
    [
        ("a.jpg", Format.JPEG, "a.jpg"),
        ("a.JPEG", Format.JPEG, "a.JPEG"),
        ("a.heic", Format.JPEG, "a.jpg"),
        ("a.png", Format.TIFF, "a.tif"),
        ("1974/a.b.png", Format.PNG, "1974/a.b.png"),
        ("scan", Format.PNG, "scan.png"),
        ("really-a-png.jpg", Format.PNG, "really-a-png.png"),
    ],
)
def test_a_result_keeps_the_name_of_its_photo_as_far_as_the_format_lets_it(label: str, kind: Format, name: str) -> None:
    assert Names(nothing_there).give(PurePosixPath(label), kind) == PurePosixPath(name)


def test_photos_that_differ_only_in_their_ending_get_names_that_tell_them_apart() -> None:
    names = Names(nothing_there)
    labels = [PurePosixPath(name) for name in ("a.jpg", "a.png", "a.heic", "A.tif")]
    assert [str(names.give(label, Format.JPEG)) for label in labels] == [
        "a.jpg",
        "a-png.jpg",
        "a-heic.jpg",
        "A-tif.jpg",
    ]


def test_a_result_beside_its_original_is_marked_as_restored() -> None:
    names = Names(lambda place: str(place) in {"a.jpg", "a-restored.jpg"})
    assert str(names.give(PurePosixPath("a.jpg"), Format.JPEG)) == "a-restored-2.jpg"


def test_the_same_name_in_other_accents_is_the_same_name() -> None:
    names = Names(nothing_there)
    composed, decomposed = (unicodedata.normalize(form, "Zoë.jpg") for form in ("NFC", "NFD"))
    first = names.give(PurePosixPath(composed), Format.JPEG)
    second = names.give(PurePosixPath(decomposed), Format.JPEG)
    assert as_one(first) != as_one(second)


@pytest.mark.parametrize("letter", ["x", "ä", "写"])
def test_a_name_never_gets_longer_than_a_file_system_takes(letter: str) -> None:
    stem = letter * (250 // len(letter.encode()))
    tries = candidates(PurePosixPath(f"{stem}.png"), Format.JPEG)
    assert all(len(next(tries).name.encode()) <= 255 for _ in range(12))
