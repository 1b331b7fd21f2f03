"""Results are written in the colours and with the metadata of their original."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from rekindle.imaging.decode import decode
from rekindle.imaging.encode import CannotEncode, Encoding, encode
from rekindle.imaging.formats import Format
from rekindle.imaging.image import Image, Metadata, Space
from rekindle.imaging.metadata import Keep, captured_at, has_location, read_metadata
from tests import pictures

WRITTEN = [Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF]
LOSSLESS = [Format.PNG, Format.TIFF]
IPTC = b"\x1c\x02\x78\x00\x08Aunt May"
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" exif:GPSLatitude="48,51.5N" dc:source="attic"/></rdf:RDF></x:xmpmeta>'
    b'<?xpacket end="w"?>'
)
FULL = Metadata(
    exif=pictures.exif(orientation=6, location=True, maker_note=b"Maker\0note").tobytes().removeprefix(b"Exif\0\0"),
    xmp=XMP,
    iptc=IPTC,
    icc=pictures.display_p3(),
    dpi=(300.0, 240.0),
)


def saved(folder: Path, image: Image, metadata: Metadata, encoding: Encoding) -> Path:
    target = folder / f"result.{encoding.format.extension}"
    encode(image, metadata, target, options=encoding)
    assert [path.name for path in folder.iterdir() if path.name.startswith("result")] == [target.name]
    return target


def opened(path: Path) -> Pillow.Image:
    picture = Pillow.open(path)
    picture.load()
    return picture


def drawing(dtype: type = np.uint8) -> Image:
    pixels = pictures.photo(90, 60)
    return Image(pixels if dtype is np.uint8 else pixels.astype(np.uint16) * 257 + 3)


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize("depth", [8, 16])
def test_lossless_formats_give_the_samples_back(tmp_path: Path, kind: Format, depth: int) -> None:
    image = drawing(np.uint16 if depth == 16 else np.uint8)
    path = saved(tmp_path, image, Metadata(), Encoding(kind, depth=depth))  # type: ignore[arg-type]
    assert np.array_equal(decode(path)[0].pixels, image.pixels)


@pytest.mark.parametrize("kind", WRITTEN)
def test_other_programs_open_what_is_written(tmp_path: Path, kind: Format) -> None:
    picture = opened(saved(tmp_path, drawing(), FULL, Encoding(kind)))
    assert (picture.format, picture.size, picture.mode) == (kind.value.upper(), (90, 60), "RGB")


@pytest.mark.parametrize("kind", WRITTEN)
def test_all_metadata_stays_and_tells_the_truth_about_the_result(tmp_path: Path, kind: Format) -> None:
    path = saved(tmp_path, drawing(), FULL, Encoding(kind))
    kept = read_metadata(path)
    assert captured_at(kept) == "1987-06-05T14:03:02+02:00"
    assert has_location(kept)
    assert kept.icc == FULL.icc
    assert kept.dpi == pytest.approx((300.0, 240.0), abs=0.02)
    assert kept.xmp is not None
    assert b"attic" in kept.xmp
    block = opened(path).getexif()
    assert block[0x010F] == "Kodak"
    assert block.get(0x0112, 1) == 1
    assert block.get_ifd(0x8769)[0xA002] == 90
    assert block.get_ifd(0x8769)[0x927C] == b"Maker\0note"
    assert block.get_ifd(0x8825)[2] == (48.0, 51.0, 30.0)


@pytest.mark.parametrize("kind", [Format.JPEG, Format.TIFF])
def test_iptc_records_stay_where_the_format_has_a_place_for_them(tmp_path: Path, kind: Format) -> None:
    assert read_metadata(saved(tmp_path, drawing(), FULL, Encoding(kind))).iptc == IPTC


@pytest.mark.parametrize("kind", WRITTEN)
def test_only_the_location_goes_when_asked(tmp_path: Path, kind: Format) -> None:
    path = saved(tmp_path, drawing(), FULL, Encoding(kind, keep=Keep.NO_LOCATION))
    kept = read_metadata(path)
    assert not has_location(kept)
    assert b"GPS" not in path.read_bytes()
    assert captured_at(kept) == "1987-06-05T14:03:02+02:00"
    assert kept.xmp is not None
    assert b"attic" in kept.xmp


@pytest.mark.parametrize("kind", WRITTEN)
def test_everything_goes_but_colours_and_resolution_when_asked(tmp_path: Path, kind: Format) -> None:
    path = saved(tmp_path, drawing(), FULL, Encoding(kind, keep=Keep.NOTHING))
    kept = read_metadata(path)
    assert (kept.xmp, kept.iptc, captured_at(kept), has_location(kept)) == (None, None, None, False)
    assert kept.icc == FULL.icc
    assert kept.dpi == pytest.approx((300.0, 240.0), abs=0.02)
    content = path.read_bytes()
    assert not any(trace in content for trace in (b"Kodak", b"attic", b"Aunt May", b"Maker", b"1987"))


@pytest.mark.parametrize("kind", WRITTEN)
def test_nothing_is_made_up_about_a_picture_that_says_nothing(tmp_path: Path, kind: Format) -> None:
    kept = read_metadata(saved(tmp_path, drawing(), Metadata(), Encoding(kind)))
    assert kept == Metadata()


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("order", ["<", ">"])
def test_blocks_of_either_byte_order_survive_in_every_format(tmp_path: Path, kind: Format, order: str) -> None:
    block = pictures.exif(location=True)
    block.endian = order
    content = block.tobytes().removeprefix(b"Exif\0\0")
    assert content[:2] == (b"II" if order == "<" else b"MM")
    path = saved(tmp_path, drawing(), Metadata(exif=content), Encoding(kind))
    assert captured_at(read_metadata(path)) == "1987-06-05T14:03:02+02:00"
    assert opened(path).getexif().get_ifd(0x8825)[2] == (48.0, 51.0, 30.0)


def test_display_p3_pixels_go_out_as_they_are(tmp_path: Path) -> None:
    image = Image(pictures.flat(), Space.DISPLAY_P3)
    picture = opened(saved(tmp_path, image, Metadata(icc=pictures.display_p3()), Encoding(Format.PNG)))
    assert np.array_equal(np.asarray(picture), pictures.flat())
    assert picture.info["icc_profile"] == pictures.display_p3()


@pytest.mark.parametrize("kind", LOSSLESS)
def test_another_profile_gets_its_own_pixels_back(tmp_path: Path, kind: Format) -> None:
    source = pictures.written(tmp_path, "source", pictures.encoded("PNG", icc_profile=pictures.wide_gamma_22()))
    image, metadata = decode(source)
    picture = opened(saved(tmp_path, image, metadata, Encoding(kind)))
    assert picture.info["icc_profile"] == pictures.wide_gamma_22()
    assert np.abs(np.asarray(picture).astype(int) - pictures.flat()).max() <= 1


def test_a_grey_profile_gets_its_own_samples_back(tmp_path: Path) -> None:
    grey = np.arange(200, dtype=np.uint8).reshape(10, 20) + 40
    source = pictures.written(tmp_path, "source", pictures.encoded("PNG", grey, icc_profile=pictures.grey_profile(1.8)))
    image, metadata = decode(source)
    picture = opened(saved(tmp_path, image, metadata, Encoding(Format.PNG)))
    assert (picture.mode, picture.info["icc_profile"]) == ("L", pictures.grey_profile(1.8))
    assert np.abs(np.asarray(picture).astype(int) - grey).max() <= 1


def test_cmyk_comes_back_as_p3_that_looks_the_same(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Pillow.fromarray(pictures.flat()).convert("CMYK").save(buffer, "JPEG", quality=95)
    image, metadata = decode(pictures.written(tmp_path, "source", buffer.getvalue()))
    picture = opened(saved(tmp_path, image, metadata, Encoding(Format.PNG)))
    named = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"])))
    assert (picture.mode, named.strip()) == ("RGB", "sP3C")


def test_a_grey_picture_that_was_coloured_goes_out_in_colour(tmp_path: Path) -> None:
    grey = np.repeat(pictures.photo(90, 60)[:, :, :1], 3, axis=2)
    for pixels, mode in ((grey, "L"), (pictures.photo(90, 60), "RGB")):
        metadata = Metadata(icc=pictures.grey_profile(2.2))
        picture = opened(saved(tmp_path, Image(pixels, grey=True), metadata, Encoding(Format.PNG)))
        assert picture.mode == mode


def test_alpha_is_kept_where_it_can_be_and_white_elsewhere(tmp_path: Path) -> None:
    alpha = np.zeros((64, 96), np.uint8)
    image = Image(pictures.flat(), alpha=alpha)
    for kind in (Format.PNG, Format.WEBP, Format.TIFF):
        picture = opened(saved(tmp_path, image, Metadata(), Encoding(kind)))
        assert picture.mode == "RGBA"
        assert np.array_equal(np.asarray(picture)[:, :, 3], alpha)
        (tmp_path / f"result.{kind.extension}").unlink()
    assert np.asarray(opened(saved(tmp_path, image, Metadata(), Encoding(Format.JPEG)))).min() == 255


def test_quality_changes_the_size(tmp_path: Path) -> None:
    for kind in (Format.JPEG, Format.WEBP):
        room = tmp_path / kind.value
        room.mkdir()
        low, high = (
            saved(room, drawing(), Metadata(), Encoding(kind, quality=quality)).stat().st_size for quality in (20, 95)
        )
        assert low * 2 < high


@pytest.mark.parametrize("kind", [Format.HEIC, Format.AVIF])
def test_formats_that_are_only_read_are_refused_with_a_way_out(tmp_path: Path, kind: Format) -> None:
    with pytest.raises(CannotEncode, match="Choose JPEG, PNG, WebP or TIFF"):
        encode(drawing(), Metadata(), tmp_path / "result", options=Encoding(kind))
    assert not list(tmp_path.iterdir())


def test_a_side_that_is_too_long_for_webp_is_refused_with_a_way_out(tmp_path: Path) -> None:
    image = Image(np.zeros((4, 16_384, 3), np.uint8))
    with pytest.raises(CannotEncode, match="Choose TIFF or PNG"):
        encode(image, Metadata(), tmp_path / "result", options=Encoding(Format.WEBP))
