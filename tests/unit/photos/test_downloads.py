"""Names and cache keys of downloads."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from rekindle.imaging.encode import Encoding, Keep
from rekindle.imaging.formats import Format
from rekindle.photos.downloads import download_key, download_name
from rekindle.photos.receive import clean_name
from tests.factories import HeldClock, photo_row


def test_a_download_is_called_like_the_photo() -> None:
    assert download_name("Oma 1951.heic", Encoding(format=Format.JPEG)) == "Oma 1951-restored.jpg"
    assert download_name("Oma 1951.heic", Encoding(format=Format.TIFF)) == "Oma 1951-restored.tif"
    assert download_name("祖母", Encoding(format=Format.WEBP)) == "祖母-restored.webp"


@given(st.text(max_size=50))
def test_whatever_a_photo_is_called_its_download_has_a_name_with_the_right_end(name: str) -> None:
    made = download_name(clean_name(name), Encoding(format=Format.PNG))
    assert made.endswith("-restored.png")
    assert len(made) > len("-restored.png")
    assert "/" not in made


def test_every_way_to_ask_has_a_cache_key_of_its_own() -> None:
    photo = photo_row(HeldClock())
    without_original = photo_row(HeldClock(), original_key=None)
    wanted = [
        Encoding(format=format_, quality=quality, depth=depth, keep=keep)
        for format_, quality, depth, keep in itertools.product(
            (Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF), (80, 92), (8, 16), Keep
        )
    ]
    keys = [download_key("results/a/1/master.tif", photo, each) for each in wanted]
    keys += [download_key("results/b/1/master.tif", photo, each) for each in wanted]
    keys += [download_key("results/a/1/master.tif", without_original, each) for each in wanted]
    assert len(set(keys)) == len(keys)
