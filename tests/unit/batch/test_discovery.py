"""Which files of a folder are taken for photos, and which are passed over."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest

from rekindle.batch.discovery import BadPlaces, Found, check_places, discover

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
NOBODY = 65534


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder as people have them."""
    folder = tmp_path / "album"
    for name in ("a.jpg", "sub/b.PNG", "sub/deep/c.heic", "z.tiff"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(JPEG)
    return folder


def labels(found: Found) -> list[str]:
    return [str(source.label) for source in found.sources]


def test_a_folder_is_searched_with_all_that_is_in_it(album: Path) -> None:
    found = discover([album])
    assert labels(found) == ["a.jpg", "z.tiff", "sub/b.PNG", "sub/deep/c.heic"]
    assert all(source.path == album / source.label for source in found.sources)


def test_hidden_files_and_folders_of_thumbnails_are_passed_over(album: Path) -> None:
    for name in (".DS_Store", "._a.jpg", ".thumbs/x.jpg", "@eaDir/y.jpg", "__MACOSX/z.jpg"):
        (album / name).parent.mkdir(exist_ok=True)
        (album / name).write_bytes(JPEG)
    found = discover([album])
    assert len(found.sources) == 4
    assert found.left_alone == {}


def test_other_kinds_of_files_are_counted_and_left_alone(album: Path) -> None:
    for name in ("notes.txt", "more.TXT", "movie.mp4", "Makefile"):
        (album / name).write_text("no photo")
    found = discover([album])
    assert len(found.sources) == 4
    assert found.left_alone == {".txt": 2, ".mp4": 1, "Makefile": 1}


def test_a_file_without_an_ending_is_judged_by_its_content(album: Path) -> None:
    (album / "scan0001").write_bytes(JPEG)
    (album / "README").write_text("no photo")
    assert "scan0001" in labels(discover([album]))
    assert "README" not in labels(discover([album]))


def test_a_file_that_was_named_is_taken_whatever_it_is(album: Path) -> None:
    notes = album / "notes.txt"
    notes.write_text("no photo")
    assert labels(discover([notes])) == ["notes.txt"]


def test_several_folders_keep_their_names(tmp_path: Path) -> None:
    for name in ("one/a.jpg", "two/a.jpg"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(JPEG)
    assert labels(discover([tmp_path / "one", tmp_path / "two"])) == ["one/a.jpg", "two/a.jpg"]


def test_a_photo_that_was_named_twice_is_taken_once(album: Path) -> None:
    assert len(discover([album, album / "a.jpg", album / "sub"]).sources) == 4


def test_the_results_folder_is_never_looked_into(album: Path) -> None:
    out = album / "sub" / "restored"
    out.mkdir()
    (out / "b.PNG").write_bytes(JPEG)
    (album / "link").symlink_to(out)
    assert len(discover([album], beside=out).sources) == 4


def test_earlier_results_are_no_originals(album: Path) -> None:
    found = discover([album / "a.jpg", album / "z.tiff"], leave_out=frozenset({str(album / "z.tiff")}))
    assert labels(found) == ["a.jpg"]


def test_links_in_a_circle_end(album: Path) -> None:
    (album / "sub" / "again").symlink_to(album)
    (album / "itself").symlink_to("itself")
    found = discover([album])
    assert len(found.sources) == 4


def test_a_link_to_another_folder_is_followed_once(album: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "d.jpg").write_bytes(JPEG)
    for name in ("first", "second"):
        (album / name).symlink_to(other)
    found = labels(discover([album]))
    assert [label for label in found if label.endswith("d.jpg")] == ["first/d.jpg"]


def test_a_broken_link_that_looks_like_a_photo_is_taken_so_that_it_gets_reported(album: Path) -> None:
    (album / "gone.jpg").symlink_to("nowhere.jpg")
    assert "gone.jpg" in labels(discover([album]))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    (missing,) = discover([tmp_path / "nothing.jpg"]).unreadable
    assert missing.code == "not_found"


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert discover([tmp_path]).sources == ()
    assert [each.code for each in discover([tmp_path / "pipe.jpg"]).unreadable] == ["not_a_file"]


@contextmanager
def nobody_special() -> Iterator[None]:
    """Root may read everything, so that it is somebody else for as long."""
    if root := os.geteuid() == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_folder_that_may_not_be_read_is_named() -> None:
    # Not below the folder of the tests, which is closed to everybody else.
    with tempfile.TemporaryDirectory() as name:
        album = Path(name)
        album.chmod(0o755)
        (album / "photo.jpg").write_bytes(JPEG)
        (album / "sub").mkdir(mode=0)
        with nobody_special():
            found = discover([album])
        (album / "sub").chmod(0o755)
    assert [each.code for each in found.unreadable] == ["unreadable_folder"]


def test_results_among_the_originals_are_refused(album: Path) -> None:
    for out in (album, album.parent, album / "sub" / ".."):
        with pytest.raises(BadPlaces, match="a folder of its own"):
            check_places([album], out)


def test_a_link_to_the_originals_does_not_hide_that_they_are_the_same(album: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(album)
    with pytest.raises(BadPlaces):
        check_places([album], tmp_path / "link")


def test_a_results_folder_inside_of_the_originals_and_beside_one_file_is_fine(album: Path) -> None:
    check_places([album], album / "restored")
    check_places([album / "a.jpg"], album)


def test_a_file_cannot_be_the_results_folder(album: Path) -> None:
    with pytest.raises(BadPlaces, match="is a file"):
        check_places([album / "sub"], album / "a.jpg")


def test_a_path_with_dots_in_it_is_the_same_path(album: Path) -> None:
    found = discover([album / "sub" / ".." / "a.jpg", album / "a.jpg"])
    assert [source.path for source in found.sources] == [album / "a.jpg"]
    assert found.sources[0].label == PurePosixPath("a.jpg")
