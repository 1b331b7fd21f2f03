"""Forms of requests, filled in with what an edit brings."""

from pathlib import Path

import pytest

from rekindle.providers.catalogue import models_of
from rekindle.providers.forms import WORDS, Enclosed, filled
from rekindle.providers.protocol import MASK_TYPE, SENT_TYPE, Edit, Picture
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, Wishes


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return made(tmp_path)


def made(folder: Path, *, links: tuple[str, ...] = (), mask: bool = False) -> Edit:
    (folder / "one.jpg").write_bytes(b"one")
    (folder / "two.jpg").write_bytes(b"two")
    (folder / "mask.png").write_bytes(b"mask")
    return Edit(
        key="job/1", operation=Operation.RESTORE, model="m", folder=folder, links=links, seed=42,
        images=[Picture(folder / "one.jpg", SENT_TYPE, 40, 30), Picture(folder / "two.jpg", SENT_TYPE, 8, 9)],
        treatment=Treatment((), "Mend this photo."), wishes=Wishes(amount=0.25),
        mask=Picture(folder / "mask.png", MASK_TYPE, 40, 30) if mask else None,
    )  # fmt: skip


def data(kind: str, path: Path) -> Enclosed:
    return Enclosed(path, f"data:{kind};base64,")


def test_plain_values_stay_as_they_are(edit: Edit) -> None:
    form = {"steps": 30, "fast": True, "format": "png", "list": ["a", "$image"], "nothing": None, "price": "5$"}
    assert filled(form, edit) == form


def test_words_become_what_the_edit_brings(edit: Edit) -> None:
    form = {"p": "$prompt", "s": "$seed", "a": "$amount", "size": "$size", "w": "$width", "h": "$height"}
    assert filled(form, edit) == {
        "p": "Mend this photo.", "s": 42, "a": 0.25, "size": "40*30", "w": 40, "h": 30,
    }  # fmt: skip


def test_pictures_are_data_where_there_are_no_links(edit: Edit) -> None:
    one, two = (data("image/jpeg", image.path) for image in edit.images)
    assert filled({"first": "$image", "all": "$images"}, edit) == {"first": one, "all": [one, two]}


def test_pictures_are_links_where_there_are_some(tmp_path: Path) -> None:
    links = ("https://a.example/1", "https://a.example/2")
    linked = made(tmp_path, links=links)
    assert filled({"first": "$image", "all": "$images"}, linked) == {"first": links[0], "all": list(links)}


def test_a_field_for_which_there_is_nothing_is_left_out(tmp_path: Path) -> None:
    form = {"mask": "$mask", "seed": "$seed"}
    assert filled(form, made(tmp_path)) == {"seed": 42}
    assert filled(form, made(tmp_path, mask=True)) == {"mask": data("image/png", tmp_path / "mask.png"), "seed": 42}


def test_forms_in_forms_are_filled_too(edit: Edit) -> None:
    assert filled({"input": {"text": {"prompt": "$prompt"}, "mask": "$mask"}}, edit) == {
        "input": {"text": {"prompt": "Mend this photo."}}
    }


@pytest.mark.parametrize("word", ["$", "$Prompt", "$prompts", "$key", "${prompt}", "$prompt and more"])
def test_an_unknown_word_is_a_mistake_of_the_catalogue(edit: Edit, word: str) -> None:
    with pytest.raises(ValueError, match="unknown word"):
        filled({"a": word}, edit)


def test_what_the_edit_says_is_never_read_as_a_word(tmp_path: Path) -> None:
    asked = made(tmp_path)
    sly = Edit(**{**{name: getattr(asked, name) for name in Edit.__slots__}, "treatment": Treatment((), "$mask")})
    assert filled({"p": "$prompt"}, sly) == {"p": "$mask"}


def test_every_form_of_the_catalogue_can_be_filled(tmp_path: Path) -> None:
    for models in models_of().values():
        for model in models:
            filled(model.input, made(tmp_path, mask=True))


def test_every_word_is_explained() -> None:
    assert filled.__doc__ is not None
    assert all(f"`{word}`" in filled.__doc__ for word in WORDS)
