"""Results are put in place whole, once, on the disk, and never over something else."""

import hashlib
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from rekindle.batch.discovery import BadPlaces, Source
from rekindle.batch.manifest import NAME, Record
from rekindle.batch.options import Options
from rekindle.batch.placing import place
from rekindle.batch.planning import Finished, Planner, Task
from rekindle.batch.results import UNFINISHED, OutsideResults, Results, ResultsInUse, open_results, sha256_of
from rekindle.imaging.formats import Format

JPEG = b"\xff\xd8\xff\xe0 a photo"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.fixture
def photo(tmp_path: Path) -> Source:
    path = tmp_path / "in" / "a.jpg"
    path.parent.mkdir()
    path.write_bytes(JPEG)
    return Source(path, PurePosixPath("a.jpg"))


def record_of(source: Source, output: str, content: bytes, options: Options | None = None) -> Record:
    stat = source.path.stat()
    return Record(
        source=str(source.path), label=str(source.label), size=stat.st_size, modified_ns=stat.st_mtime_ns,
        input_sha256=sha256_of(source.path), options=(options or Options()).digest(), output=output,
        result_sha256=hashlib.sha256(content).hexdigest(), outcome="restored", version="0",
    )  # fmt: skip


def finish(results: Results, source: Source, output: str, content: bytes = b"better") -> Record:
    unfinished = results.unfinished / "x"
    unfinished.write_bytes(content)
    record = record_of(source, output, content)
    results.finish(unfinished, record, replace=False)
    return record


def test_a_finished_file_has_its_name_and_the_time_of_the_original(tmp_path: Path, photo: Source) -> None:
    with open_results(tmp_path / "out") as results:
        record = finish(results, photo, "sub/a.jpg")
    made = tmp_path / "out/sub/a.jpg"
    assert made.read_bytes() == b"better"
    assert made.stat().st_mtime_ns == record.modified_ns


def test_a_file_that_is_there_is_never_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        place(tmp_path / "new", tmp_path / "old", replace=False)
    assert (tmp_path / "old").read_bytes() == b"old"
    place(tmp_path / "new", tmp_path / "old", replace=True)
    assert (tmp_path / "old").read_bytes() == b"new"
    assert not (tmp_path / "new").exists()


def test_a_broken_link_counts_as_something_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        place(tmp_path / "new", tmp_path / "link", replace=False)


def test_what_a_killed_run_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED / "bench-1").mkdir(parents=True)
    (tmp_path / UNFINISHED / "half.jpg").write_bytes(b"half")
    (tmp_path / "mine.jpg").write_bytes(b"mine")
    with open_results(tmp_path) as results:
        assert [path.name for path in results.unfinished.iterdir()] == ["lock"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jpg"]


def test_a_folder_that_was_made_for_nothing_goes_again(tmp_path: Path, photo: Source) -> None:
    with open_results(tmp_path / "out"):
        pass
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    with open_results(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine").exists()
    with open_results(tmp_path / "out") as results:
        finish(results, photo, "b.jpg")
    assert (tmp_path / "out" / "b.jpg").exists()


def test_two_runs_cannot_share_a_results_folder(tmp_path: Path) -> None:
    with open_results(tmp_path), pytest.raises(ResultsInUse, match="choose another folder"), open_results(tmp_path):
        pass


def test_results_cannot_be_put_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadPlaces), open_results(tmp_path / "file" / "out"):
        pass


def test_a_result_never_leaves_the_results_folder(tmp_path: Path, photo: Source) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(photo.path.parent)
    with open_results(tmp_path / "out") as results, pytest.raises(OutsideResults):
        finish(results, photo, "sub/b.jpg")
    assert [path.name for path in photo.path.parent.iterdir()] == ["a.jpg"]


def test_a_photo_is_finished_when_its_result_is_there(tmp_path: Path, photo: Source) -> None:
    with open_results(tmp_path / "out") as results:
        record = finish(results, photo, "a.jpg")
        assert Planner(results, Options()).plan(photo) == Finished(photo, record)


def test_a_photo_whose_result_is_gone_gets_it_again_under_the_same_name(tmp_path: Path, photo: Source) -> None:
    """Also what a crash between the line of the manifest and the renaming leaves."""
    with open_results(tmp_path / "out") as results:
        results.manifest.add(record_of(photo, "a.jpg", b"never placed"))
        plan = Planner(results, Options()).plan(photo)
    assert isinstance(plan, Task)
    assert (plan.result, plan.replace) == (PurePosixPath("a.jpg"), None)


def test_with_other_options_our_own_result_is_replaced(tmp_path: Path, photo: Source) -> None:
    with open_results(tmp_path / "out") as results:
        finish(results, photo, "a.jpg")
        plan = Planner(results, Options(quality=50)).plan(photo)
    assert isinstance(plan, Task)
    assert plan.replace == plan.result == PurePosixPath("a.jpg")


def test_with_another_format_the_older_result_stays(tmp_path: Path, photo: Source) -> None:
    with open_results(tmp_path / "out") as results:
        finish(results, photo, "a.jpg")
        plan = Planner(results, Options(format=Format.PNG)).plan(photo)
    assert isinstance(plan, Task)
    assert (plan.result, plan.replace) == (PurePosixPath("a.png"), None)


def test_the_result_of_another_photo_is_never_replaced(tmp_path: Path, photo: Source) -> None:
    other = Source(tmp_path / "other" / "a.jpg", photo.label)
    other.path.parent.mkdir()
    other.path.write_bytes(JPEG + b" of something else")
    with open_results(tmp_path / "out") as results:
        finish(results, photo, "a.jpg")
        plan = Planner(results, Options()).plan(other)
    assert isinstance(plan, Task)
    assert (plan.result, plan.replace) == (PurePosixPath("a-restored.jpg"), None)


def test_a_heic_has_one_name_for_a_result_and_one_for_a_copy(tmp_path: Path, photo: Source) -> None:
    source = Source(photo.path.with_name("b.HEIC"), PurePosixPath("b.HEIC"))
    source.path.write_bytes(HEIC)
    with open_results(tmp_path / "out") as results:
        plan = Planner(results, Options()).plan(source)
        converted = Planner(results, Options(format=Format.JPEG)).plan(source)
    assert isinstance(plan, Task)
    assert isinstance(converted, Task)
    assert (str(plan.result), str(plan.copy)) == ("b.jpg", "b.HEIC")
    assert converted.copy == converted.result


def test_a_photo_without_less_metadata_and_another_format_may_be_copied() -> None:
    assert Options().copy_allowed(Format.HEIC)
    assert Options(format=Format.PNG).copy_allowed(Format.PNG)
    assert not Options(format=Format.PNG).copy_allowed(Format.JPEG)
    assert not Options(metadata="strip").copy_allowed(Format.JPEG)


def test_every_option_counts_for_whether_a_photo_is_finished() -> None:
    changed = [
        {"quality": 80}, {"crop": False}, {"keep_tone": True}, {"enlarge": 2}, {"format": Format.PNG}, {"depth": 16},
        {"metadata": "strip"}, {"strength": "strong"}, {"colorize": True}, {"save_mask": True}, {"mask_sha256": "a"},
    ]  # fmt: skip
    digests = {replace(Options(), **change).digest() for change in changed}
    assert len(digests | {Options().digest()}) == len(changed) + 1


def test_results_of_before_there_were_masks_and_colours_stay_finished() -> None:
    assert Options().digest() == "120baff9bb5c215c"
    assert (
        Options(mask=Path("a.png"), mask_sha256="1").digest() == Options(mask=Path("b.png"), mask_sha256="1").digest()
    )


def test_a_mask_goes_beside_its_result_and_one_that_somebody_painted_in_is_left_alone(
    tmp_path: Path, photo: Source
) -> None:
    with open_results(tmp_path / "out") as results:
        planner = Planner(results, Options(save_mask=True))
        plan = planner.plan(photo)
        assert isinstance(plan, Task)
        assert (plan.mask, plan.replace_mask) == (PurePosixPath("a-mask.png"), False)
        record = replace(record_of(photo, "a.jpg", b"result"), mask="a-mask.png", mask_sha256=SHA_OF_MASK)
        for name in ("result", "mask"):
            (results.unfinished / name).write_bytes(name.encode())
        results.finish(results.unfinished / "result", record, replace=False, mask=results.unfinished / "mask")
        assert (tmp_path / "out" / "a-mask.png").read_bytes() == b"mask"
        again = Planner(results, Options(save_mask=True)).plan(photo)
        assert isinstance(again, Task)
        assert (again.mask, again.replace_mask) == (PurePosixPath("a-mask.png"), True)
        (tmp_path / "out" / "a-mask.png").write_bytes(b"painted")
        careful = Planner(results, Options(save_mask=True)).plan(photo)
    assert isinstance(careful, Task)
    assert (careful.mask, careful.replace_mask) == (PurePosixPath("a-mask-restored.png"), False)


SHA_OF_MASK = hashlib.sha256(b"mask").hexdigest()


def test_the_manifest_is_hidden_and_only_there_when_something_was_done(tmp_path: Path) -> None:
    with open_results(tmp_path):
        pass
    assert not (tmp_path / NAME).exists()
