"""The catalogue of models that comes with the product, and what an operator changes in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rekindle.providers.catalogue import BadCatalogue, models_of
from rekindle.providers.protocol import Model, Price, Takes
from rekindle.treatments.operations import Operation

EVERY = [(provider, model) for provider, models in models_of().items() for model in models]
names = pytest.mark.parametrize(("provider", "model"), EVERY, ids=[f"{name}:{model.id}" for name, model in EVERY])

Write = Callable[[str], Path]


@pytest.fixture
def own(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        (tmp_path / "own.toml").write_text(text)
        return tmp_path / "own.toml"

    return write


NEW = """
[[models]]
provider = "mine"
id = "one"
operations = ["restore", "animate"]
max_pixels = 1_000_000
typical = 2.0
quality = 0.5
"""

CHANGE = """
[[models]]
provider = "gemini"
id = "gemini-nano-banana-2.1"
"""


@names
def test_every_model_says_what_it_makes_of_each_operation(provider: str, model: Model) -> None:
    assert set(model.notes) == set(model.operations)
    for note in model.notes.values():
        assert note.endswith("."), note
        assert 20 < len(note) < 200, note
        assert note[0].isupper(), note


@names
def test_every_price_has_a_date_and_is_none_by_mistake(provider: str, model: Model) -> None:
    if model.price is None:
        return
    assert model.price.dated >= "2026-01-01"
    prices = (model.price.image, model.price.megapixel, model.price.second, *model.price.by_size.values())
    assert any(prices), "free, or forgotten?"
    assert all(price < 5_000_000 for price in prices), "five dollars for a picture"
    if model.price.by_size:
        assert model.sizes, "no size is asked for"
        assert model.sizes[0] in model.price.by_size
        assert set(model.sizes) <= set(model.price.by_size)


@names
def test_nothing_is_the_engine_of_this_machine(provider: str, model: Model) -> None:
    assert provider != "embedded"
    assert model.takes is not Takes.WORKING
    assert model.upstream


@names
def test_what_takes_one_photo_does_nothing_with_several(provider: str, model: Model) -> None:
    several = model.operations & {Operation.FUSE, Operation.BRING_TOGETHER}
    assert not several or model.max_inputs >= 2


def test_an_operator_adds_a_model_without_a_price(own: Write) -> None:
    (model,) = models_of(own(NEW))["mine"]
    assert (model.id, model.upstream, model.price) == ("one", "one", None)
    assert model.operations == {Operation.RESTORE, Operation.ANIMATE}


def test_an_operator_changes_one_thing_and_the_rest_stays(own: Write) -> None:
    before = models_of()["gemini"][0]
    after = models_of(own(CHANGE + 'quality = 0.1\nsizes = ["2K"]\nupstream = "gemini-next"\n'))["gemini"][0]
    assert (after.quality, after.sizes, after.upstream, after.id) == (0.1, ("2K",), "gemini-next", before.id)
    assert (after.operations, after.price, after.notes) == (before.operations, before.price, before.notes)


def test_an_operator_gives_a_price_of_their_own(own: Write) -> None:
    text = CHANGE + 'price = { image = 20_000, dated = "2026-11-30" }\n'
    assert models_of(own(text))["gemini"][0].price == Price(image=20_000, dated="2026-11-30")


def test_an_operator_takes_a_model_away(own: Write) -> None:
    kept = [model.id for model in models_of(own(CHANGE + "offered = false\n"))["gemini"]]
    assert kept == [model.id for model in models_of()["gemini"][1:]]


@pytest.mark.parametrize(
    "text",
    [
        "models = 3", "[[models]]\nid = 'a'", "[models]\nprovider = 'a'", "models = ['a']", "not toml at all [",
        NEW + "speed = 3", NEW.replace("0.5", "1.5"), NEW.replace('"restore"', '"repair"'),
        NEW.replace("2.0", "0"), NEW + "price = { image = 3 }", NEW + 'price = { image = -3, dated = "2026-11-21" }',
        NEW + 'price = { by_size = { a = -1 }, dated = "2026-11-21" }', NEW + 'price = { dated = "yesterday" }',
        NEW.replace('["restore", "animate"]', "[]"), NEW + 'takes = "disks"', NEW.replace('"one"', '""'),
    ],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_told_by_its_place(own: Write, text: str) -> None:
    with pytest.raises(BadCatalogue) as told:
        models_of(own(text))
    assert "own.toml" in told.value.message or "mine" in told.value.message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadCatalogue, match="cannot be read"):
        models_of(tmp_path / "none.toml")
