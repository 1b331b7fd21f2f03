"""Downloads over HTTP: formats, metadata, caching, and signed links."""

import io
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from PIL import ExifTags, Image

from tests.api.conftest import API, Visitor, refused
from tests.factories import faded, tagged_jpeg


@pytest.fixture(scope="module")
def restored(shared_server: Any) -> dict[str, Any]:
    """A photo with a place, a date, a profile and a resolution, and its restored version."""
    visitor = Visitor(shared_server)
    photo = visitor.upload(tagged_jpeg(faded(seed=51)), quote("Großmutter – 祖母.jpeg"))
    return {"photo": photo, **visitor.restored(photo["id"], enlarge=2)["result"]}


def download(visitor: Visitor, restored: dict[str, Any], **wanted: Any) -> httpx2.Response:
    return visitor.http.get(f"{API}/renditions/{restored['rendition_id']}/download", params=wanted)


def opened(answer: httpx2.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def tags(picture: Image.Image) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    """EXIF: of the picture, of the taking, of the place."""
    exif = picture.getexif()
    return dict(exif), exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)


@pytest.mark.parametrize(
    ("kind", "media_type", "end"),
    [
        ("jpeg", "image/jpeg", ".jpg"),
        ("png", "image/png", ".png"),
        ("webp", "image/webp", ".webp"),
        ("tiff", "image/tiff", ".tif"),
    ],
)
def test_a_version_comes_in_every_format(
    visitor: Visitor, restored: dict[str, Any], kind: str, media_type: str, end: str
) -> None:
    answer = download(visitor, restored, format=kind)
    picture = opened(answer)
    assert answer.headers["content-type"] == media_type
    assert (picture.format or "").lower() == kind
    assert picture.size == (restored["width"], restored["height"]) == (640, 480)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-disposition"].endswith(f"-restored{end}")


def test_without_wishes_a_version_is_a_jpeg(visitor: Visitor, restored: dict[str, Any]) -> None:
    assert opened(download(visitor, restored)).format == "JPEG"


@pytest.mark.parametrize("kind", ["tiff", "png"])
def test_16_bits_are_16_bits(visitor: Visitor, restored: dict[str, Any], kind: str) -> None:
    deep, flat = (download(visitor, restored, format=kind, depth=depth) for depth in (16, 8))
    if kind == "png":
        assert (deep.content[24], flat.content[24]) == (16, 8)
    else:
        assert opened(deep).tag_v2[ExifTags.Base.BitsPerSample][0] == 16  # type: ignore[attr-defined]
        assert opened(flat).tag_v2[ExifTags.Base.BitsPerSample][0] == 8  # type: ignore[attr-defined]


def test_lower_quality_makes_a_smaller_file(visitor: Visitor, restored: dict[str, Any]) -> None:
    sizes = [len(download(visitor, restored, quality=quality).content) for quality in (30, 92, 100)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize(
    "wish", [{"quality": 0}, {"quality": 101}, {"depth": 12}, {"format": "gif"}, {"metadata": "some"}, {"more": 1}]
)
def test_a_wish_that_cannot_be_fulfilled_is_refused(
    visitor: Visitor, restored: dict[str, Any], wish: dict[str, Any]
) -> None:
    problem = refused(download(visitor, restored, **wish), 422, "invalid_request")
    assert problem["errors"][0]["pointer"] == next(iter(wish))


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_metadata_is_kept_unless_it_is_not_wanted(visitor: Visitor, restored: dict[str, Any], kind: str) -> None:
    picture, taking, place = tags(opened(download(visitor, restored, format=kind, metadata="keep")))
    assert picture[ExifTags.Base.Make] == "Old Camera Works"
    assert taking[ExifTags.Base.DateTimeOriginal] == "2004:05:17 09:30:00"
    assert place[ExifTags.GPS.GPSLatitudeRef] == "N"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_the_place_can_be_left_out_and_the_rest_kept(visitor: Visitor, restored: dict[str, Any], kind: str) -> None:
    picture, taking, place = tags(opened(download(visitor, restored, format=kind, metadata="no_location")))
    assert picture[ExifTags.Base.Make] == "Old Camera Works"
    assert taking[ExifTags.Base.DateTimeOriginal] == "2004:05:17 09:30:00"
    assert place == {}


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_everything_about_people_can_be_left_out(visitor: Visitor, restored: dict[str, Any], kind: str) -> None:
    answer = download(visitor, restored, format=kind, metadata="strip")
    assert b"Old Camera Works" not in answer.content
    assert b"2004:05:17" not in answer.content
    _, taking, place = tags(opened(answer))
    assert (taking, place) == ({}, {})


@pytest.mark.parametrize("metadata", ["keep", "no_location", "strip"])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_colour_profile_and_resolution_are_always_kept(
    visitor: Visitor, restored: dict[str, Any], kind: str, metadata: str
) -> None:
    picture = opened(download(visitor, restored, format=kind, metadata=metadata))
    assert picture.info.get("icc_profile")
    if kind != "webp":
        assert [round(float(value)) for value in picture.info["dpi"]] == [300, 300]


def test_the_name_of_a_download_may_have_any_letters(visitor: Visitor, restored: dict[str, Any]) -> None:
    disposition = download(visitor, restored).headers["content-disposition"]
    assert disposition == ("attachment; filename*=utf-8''Gro%C3%9Fmutter%20%E2%80%93%20%E7%A5%96%E6%AF%8D-restored.jpg")


# ── caching ──


def test_who_has_a_file_already_is_told_so(visitor: Visitor, restored: dict[str, Any]) -> None:
    addresses = (
        f"{API}/renditions/{restored['rendition_id']}/download?format=png",
        restored["photo"]["original_url"],
        restored["preview_url"],
    )
    for address in addresses:
        first = visitor.http.get(address)
        etag = first.headers["etag"]
        assert first.headers["cache-control"].startswith("private")
        for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            again = visitor.http.get(address, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == etag
        assert visitor.http.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_different_wishes_have_different_etags(visitor: Visitor, restored: dict[str, Any]) -> None:
    wishes: list[dict[str, Any]] = [{}, {"quality": 80}, {"format": "png"}, {"metadata": "strip"}]
    assert len({download(visitor, restored, **wish).headers["etag"] for wish in wishes}) == len(wishes)


def test_the_same_wish_gives_the_same_bytes(visitor: Visitor, restored: dict[str, Any]) -> None:
    first, second = (download(visitor, restored, quality=81) for _ in range(2))
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]


@pytest.mark.parametrize("asked", ["bytes=0-99", "bytes=99999999-", "bytes=x", "bytes=0-1,3-4"])
def test_a_part_of_a_file_is_either_that_part_or_the_whole_and_never_a_bare_error(
    visitor: Visitor, restored: dict[str, Any], asked: str
) -> None:
    answer = visitor.http.get(restored["photo"]["original_url"], headers={"Range": asked})
    assert answer.status_code == 200
    assert len(answer.content) == restored["photo"]["bytes"]


# ── signed links ──


def test_a_link_holds_for_its_file_alone(visitor: Visitor, restored: dict[str, Any]) -> None:
    preview, thumbnail = restored["photo"]["preview_url"], restored["photo"]["thumbnail_url"]
    signed = preview.partition("?")[2]
    assert visitor.http.get(preview).status_code == 200
    refused(visitor.http.get(f"{thumbnail.partition('?')[0]}?{signed}"), 403, "link_invalid")


def tampered(url: str) -> list[str]:
    path, _, query = url.partition("?")
    expires, signature = (pair.partition("=")[2] for pair in query.split("&"))
    last = "0" if signature[-1] != "0" else "1"
    return [
        f"{path}?expires={expires}&signature={signature[:-1]}{last}",
        f"{path}?expires={int(expires) + 86400}&signature={signature}",
        f"{path}?expires=never&signature={signature}",
        f"{path}?expires={expires}&signature=",
        f"{path}?expires={expires}&signature=%00%ff%F0%9F%98%80",
        f"{path}x?expires={expires}&signature={signature}",
        f"{API}/files/..%2f..%2frekindle.db?expires={expires}&signature={signature}",
        f"{API}/files/%ff?expires={expires}&signature={signature}",
    ]


@pytest.mark.parametrize("number", range(8))
def test_a_link_that_was_altered_opens_nothing(visitor: Visitor, restored: dict[str, Any], number: int) -> None:
    refused(visitor.http.get(tampered(restored["preview_url"])[number]), 403, "link_invalid")


def test_a_link_without_its_signature_is_not_complete(visitor: Visitor, restored: dict[str, Any]) -> None:
    bare = restored["preview_url"].partition("?")[0]
    refused(visitor.http.get(bare), 422, "invalid_request")


def test_files_cannot_run_anything_in_a_browser(visitor: Visitor, restored: dict[str, Any]) -> None:
    for address in (restored["photo"]["original_url"], restored["preview_url"]):
        headers = visitor.http.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("sandbox")


def test_a_version_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    nobody = f"{API}/renditions/01a1fd5e-ecab-7943-a490-4dd6262620ba"
    refused(visitor.http.get(nobody), 404, "rendition_not_found")
    refused(visitor.http.get(f"{nobody}/download"), 404, "rendition_not_found")
