"""The command line as people use it: real processes, real files, real kills."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from skimage import data

from rekindle.batch.manifest import NAME
from rekindle.cli.checks.samples import HEIC
from rekindle.cli.main import COMMANDS
from rekindle.imaging.vips import built_in_profile

SECONDS = 120
TAKEN = "1974:05:12 14:30:00"
MOMENT = 1_000_000_000_123_456_789
BROKEN = {
    "cut-short.jpg": "damaged_file",
    "sub/not-a-photo.png": "unsupported_format",
    "empty.webp": "empty_file",
}
PHOTOS = ("a.jpg", "b.JPEG", "c.png", "d.webp", "e.tif", "sub/f.jpg", "sub/deep/g.jpg", "sub/deep/h.png", "i.jpg")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict:
        return json.loads(self.out)


def rekindle(*arguments: str | Path, **environment: str) -> Ran:
    """Run the command line to its end."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "rekindle", *map(str, arguments)]


def scene(number: int) -> np.ndarray:
    """A faded and noisy picture, 320 x 240, a part of a photograph that is different for every number."""
    part = data.astronaut()[20 * (number % 10) : 20 * (number % 10) + 240, 30 : 30 + 320]
    noise = np.random.default_rng(number).normal(0, 6, part.shape)
    return np.clip(part * 0.55 + 70 + noise, 0, 255).astype(np.uint8)


def write(path: Path, number: int = 1, **options: object) -> None:
    """A photo with a date, a resolution and a profile, an hour that is long ago, and a format by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0132] = TAKEN
    exif.get_ifd(0x8769)[0x9003] = TAKEN
    profile = built_in_profile("p3" if number % 2 else "srgb")
    Image.fromarray(scene(number)).save(path, exif=exif, dpi=(300, 300), icc_profile=profile, **options)
    os.utime(path, ns=(MOMENT, MOMENT + number))


def make_album(folder: Path) -> Path:
    """Nine photos in four formats, three broken ones, and what else lies around."""
    for number, name in enumerate(PHOTOS):
        write(folder / name, number)
    whole = (folder / "a.jpg").read_bytes()
    (folder / "cut-short.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "sub/not-a-photo.png").write_text("this was never a photo")
    (folder / "empty.webp").touch()
    (folder / "notes.txt").write_text("bought in Vienna")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    return folder


def state(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file of a folder with its content and time."""
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def results(folder: Path) -> set[str]:
    return set(state(folder)) - {NAME}


@dataclass(frozen=True)
class Finished:
    """An album, what it was before, and the first run over it."""

    album: Path
    out: Path
    before: dict[str, tuple[str, int]]
    ran: Ran


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("finished")
    album, out = make_album(folder / "album"), folder / "out"
    before = state(album)
    return Finished(album, out, before, rekindle("restore", album, "-o", out, "--json"))


def test_every_good_photo_has_a_result_in_the_same_folder(finished: Finished) -> None:
    assert results(finished.out) == set(PHOTOS)


def test_every_broken_file_is_named_with_its_reason(finished: Finished) -> None:
    failed = {photo["source"]: photo for photo in finished.ran.report["photos"] if photo["ending"] == "failed"}
    assert {
        Path(source).relative_to(finished.album).as_posix(): each["code"] for source, each in failed.items()
    } == BROKEN
    assert all(each["reason"] for each in failed.values())
    assert finished.ran.code == 1


def test_the_report_counts_everything(finished: Finished) -> None:
    counts = finished.ran.report["counts"]
    assert counts["restored"] + counts["unchanged"] == len(PHOTOS)
    assert counts["failed"] == len(BROKEN)
    assert finished.ran.report["left_alone"] == {".txt": 1}


def test_faded_photos_are_made_better_and_not_only_copied(finished: Finished) -> None:
    restored = [photo for photo in finished.ran.report["photos"] if photo["ending"] == "restored"]
    assert len(restored) >= len(PHOTOS) // 2
    assert all(photo["steps"] and photo["input_sha256"] != photo["result_sha256"] for photo in restored)


def test_originals_are_what_they_were(finished: Finished) -> None:
    assert state(finished.album) == finished.before


@pytest.mark.parametrize("name", PHOTOS)
def test_date_resolution_profile_and_time_are_those_of_the_original(finished: Finished, name: str) -> None:
    original, result = (Image.open(folder / name) for folder in (finished.album, finished.out))
    assert result.format == original.format
    assert result.size == original.size
    assert result.getexif().get(0x0132) == TAKEN
    assert result.getexif().get_ifd(0x8769).get(0x9003) == original.getexif().get_ifd(0x8769).get(0x9003)
    assert result.info["icc_profile"] == original.info["icc_profile"]
    assert dpi(result) == pytest.approx(dpi(original), rel=1e-3)
    assert (finished.out / name).stat().st_mtime_ns == (finished.album / name).stat().st_mtime_ns


def dpi(picture: Image.Image) -> list[float]:
    return [float(side) for side in picture.info.get("dpi", ())]


def test_nothing_unfinished_is_left_behind(finished: Finished) -> None:
    assert {path.name for path in finished.out.iterdir()} == {NAME, "sub"} | {
        name for name in PHOTOS if "/" not in name
    }  # fmt: skip


def test_a_second_run_does_nothing(finished: Finished) -> None:
    before = state(finished.out)
    again = rekindle("restore", finished.album, "-o", finished.out, "--json")
    assert state(finished.out) == before
    assert again.report["counts"]["skipped"] == len(PHOTOS)
    assert again.report["counts"]["failed"] == len(BROKEN)


def test_kill_9_in_the_middle_costs_nothing_and_the_next_run_finishes(tmp_path: Path) -> None:
    album, out = make_album(tmp_path / "album"), tmp_path / "out"
    before = state(album)
    running = subprocess.Popen(command("restore", album, "-o", out, "-j", "1"), stdout=subprocess.DEVNULL)
    children = wait_for_results(running, out, 2)
    running.kill()
    running.wait()
    psutil.wait_procs(children, timeout=10)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    finished_before = state(out)

    ran = rekindle("restore", album, "-o", out, "--json")
    assert results(out) == set(PHOTOS)
    skipped = ran.report["counts"]["skipped"]
    assert 1 <= skipped < len(PHOTOS), "the last line may be of a result that the kill kept from its place"
    assert {name: found for name, found in state(out).items() if name in results(out) & set(finished_before)} == {
        name: found for name, found in finished_before.items() if name in PHOTOS
    }  # fmt: skip
    assert state(album) == before
    assert len(ran.report["photos"]) == len(PHOTOS) + len(BROKEN)


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(tmp_path: Path) -> None:
    album, out = make_album(tmp_path / "album"), tmp_path / "out"
    # A shell that runs in the background has its children ignore Ctrl+C; here it must count wherever the tests run.
    running = subprocess.Popen(
        command("restore", album, "-o", out, "-j", "1"), stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    wait_for_results(running, out, 1)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=SECONDS)
    assert running.returncode == 130
    assert "Run the same command again to go on." in said
    assert results(out) <= set(PHOTOS)
    assert rekindle("restore", album, "-o", out).code == 1
    assert results(out) == set(PHOTOS)


def wait_for_results(running: subprocess.Popen, out: Path, number: int) -> list[psutil.Process]:
    """Until so many photos are finished. Gives the child processes of the run."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and running.poll() is None:
        if (out / NAME).exists() and (out / NAME).read_bytes().count(b"\n") >= number:
            return psutil.Process(running.pid).children(recursive=True)
        time.sleep(0.005)
    raise AssertionError("the run ended before it could be stopped")


def test_other_options_make_a_photo_anew_in_its_place(tmp_path: Path) -> None:
    write(tmp_path / "in/a.jpg")
    rekindle("restore", tmp_path / "in", "-o", tmp_path / "out")
    first = state(tmp_path / "out")["a.jpg"]
    ran = rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--quality", "50", "--json")
    assert ran.report["counts"]["restored"] == 1
    assert results(tmp_path / "out") == {"a.jpg"}
    assert state(tmp_path / "out")["a.jpg"] != first


def test_a_result_that_someone_changed_is_not_replaced(tmp_path: Path) -> None:
    write(tmp_path / "in/a.jpg")
    rekindle("restore", tmp_path / "in", "-o", tmp_path / "out")
    (tmp_path / "out/a.jpg").write_bytes(b"retouched by hand")
    assert rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--json").report["counts"]["skipped"] == 1
    rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--quality", "50")
    assert (tmp_path / "out/a.jpg").read_bytes() == b"retouched by hand"
    assert results(tmp_path / "out") == {"a.jpg", "a-restored.jpg"}


def test_a_photo_that_was_edited_is_restored_anew(tmp_path: Path) -> None:
    write(tmp_path / "in/a.jpg", 1)
    rekindle("restore", tmp_path / "in", "-o", tmp_path / "out")
    first = state(tmp_path / "out")["a.jpg"]
    write(tmp_path / "in/a.jpg", 2)
    assert rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--json").report["counts"]["restored"] == 1
    assert results(tmp_path / "out") == {"a.jpg"}
    assert state(tmp_path / "out")["a.jpg"] != first


def test_a_folder_that_was_touched_or_moved_is_not_done_again(tmp_path: Path) -> None:
    write(tmp_path / "in/a.jpg")
    rekindle("restore", tmp_path / "in", "-o", tmp_path / "out")
    (tmp_path / "in/a.jpg").touch()
    (tmp_path / "in").rename(tmp_path / "moved")
    ran = rekindle("restore", tmp_path / "moved", "-o", tmp_path / "out", "--json")
    assert ran.report["counts"]["skipped"] == 1


def test_photos_of_one_name_get_results_of_two(tmp_path: Path) -> None:
    write(tmp_path / "in/a.jpg", 1)
    write(tmp_path / "in/a.png", 2)
    rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--format", "jpeg")
    assert results(tmp_path / "out") == {"a.jpg", "a-png.jpg"}


def test_another_photo_of_the_same_name_does_not_replace_an_earlier_result(tmp_path: Path) -> None:
    write(tmp_path / "one/a.jpg", 1)
    write(tmp_path / "two/a.jpg", 2)
    for folder in ("one", "two"):
        rekindle("restore", tmp_path / folder / "a.jpg", "-o", tmp_path / "out")
    assert results(tmp_path / "out") == {"a.jpg", "a-restored.jpg"}


def test_a_file_of_someone_else_among_the_results_is_left_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "in/a.jpg")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.jpg").write_bytes(b"somebody's")
    rekindle("restore", tmp_path / "in", "-o", tmp_path / "out")
    assert (tmp_path / "out/a.jpg").read_bytes() == b"somebody's"
    assert results(tmp_path / "out") == {"a.jpg", "a-restored.jpg"}


def test_a_result_beside_its_original_gets_a_name_of_its_own_and_is_no_original_later(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg")
    before = state(tmp_path)["a.jpg"]
    for _ in range(2):
        assert rekindle("restore", *sorted(tmp_path.glob("*.jpg")), "-o", tmp_path).code == 0
    assert results(tmp_path) == {"a.jpg", "a-restored.jpg"}
    assert state(tmp_path)["a.jpg"] == before


def test_results_inside_of_the_folder_of_originals_are_not_restored_again(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg")
    for _ in range(2):
        rekindle("restore", tmp_path, "-o", tmp_path / "restored")
    assert results(tmp_path / "restored") == {"a.jpg"}


def test_the_folder_of_originals_cannot_be_that_of_the_results(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg")
    before = state(tmp_path)
    ran = rekindle("restore", tmp_path, "-o", tmp_path)
    assert ran.code == 2
    assert "a folder of its own" in ran.err
    assert state(tmp_path) == before


def test_a_link_out_of_the_results_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "in/sub/a.jpg")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/sub").symlink_to(tmp_path / "in/sub")
    ran = rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--json")
    assert [photo["code"] for photo in ran.report["photos"]] == ["outside_results"]
    assert results(tmp_path / "in") == {"sub/a.jpg"}


def test_heic_becomes_jpeg_and_a_heic_that_needs_nothing_stays_one(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(HEIC)
    rekindle("restore", tmp_path / "a.heic", "-o", tmp_path / "same")
    rekindle("restore", tmp_path / "a.heic", "-o", tmp_path / "other", "--format", "jpeg")
    assert results(tmp_path / "same") in ({"a.heic"}, {"a.jpg"})
    assert results(tmp_path / "other") == {"a.jpg"}
    assert Image.open(tmp_path / "other/a.jpg").format == "JPEG"


def test_the_place_is_taken_out_on_request(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0132] = TAKEN
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    Image.fromarray(scene(1)).save(tmp_path / "a.jpg", exif=exif)
    for choice in ("keep", "no-location", "strip"):
        rekindle("restore", tmp_path / "a.jpg", "-o", tmp_path / choice, "--metadata", choice)
    kept, without, stripped = (Image.open(tmp_path / c / "a.jpg").getexif() for c in ("keep", "no-location", "strip"))
    assert kept.get_ifd(0x8825)
    assert not without.get_ifd(0x8825)
    assert without[0x0132] == TAKEN
    assert not stripped


def test_enlarging_makes_every_side_longer(tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    rekindle(
        "restore", tmp_path / "a.png", "-o", tmp_path / "out", "--enlarge", "2", "--depth", "16", "--format", "tiff"
    )
    result = Image.open(tmp_path / "out/a.tif")
    assert result.size == (640, 480)


def torn(path: Path) -> np.ndarray:
    """Write a photo with a white line across; returns where that is."""
    pixels, line = data.astronaut()[:240, 100:420].copy(), np.zeros((240, 320), bool)
    line[118:122, 40:280] = True
    pixels[line] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return line


def test_what_a_mask_marks_is_filled_and_the_mask_saved_can_be_used_again(tmp_path: Path) -> None:
    line, out = torn(tmp_path / "in/torn.png"), tmp_path / "out"
    Image.fromarray(np.where(line, np.uint8(255), np.uint8(0))).save(tmp_path / "mine.png")
    ran = rekindle(
        "restore", tmp_path / "in/torn.png", "-o", out, "--mask", tmp_path / "mine.png", "--save-mask", "--json"
    )  # fmt: skip
    assert ran.code == 0, ran.err
    (photo,) = ran.report["photos"]
    assert photo["mask"] == str(out / "torn-mask.png")
    assert photo["mask_share"] == pytest.approx(line.mean(), rel=0.01)
    assert "repair" in [step["name"] for step in photo["steps"]]
    assert results(out) == {"torn.png", "torn-mask.png"}
    assert (np.asarray(Image.open(out / "torn-mask.png")) == np.where(line, 255, 0)).all()
    first = (out / "torn.png").read_bytes()
    again = rekindle("restore", tmp_path / "in/torn.png", "-o", out, "--mask", out / "torn-mask.png", "--json")
    assert again.report["counts"]["restored"] == 1
    assert (out / "torn.png").read_bytes() == first


def test_another_mask_makes_a_photo_anew_and_the_same_one_does_not(tmp_path: Path) -> None:
    line, out = torn(tmp_path / "in/torn.png"), tmp_path / "out"
    for name, marked in (("one.png", line), ("same.png", line), ("other.png", np.roll(line, 10, axis=0))):
        Image.fromarray(np.where(marked, np.uint8(255), np.uint8(0))).save(tmp_path / name)
    counts = [
        rekindle("restore", tmp_path / "in/torn.png", "-o", out, "--mask", tmp_path / name, "--json").report["counts"]
        for name in ("one.png", "same.png", "other.png")
    ]
    assert [each["skipped"] for each in counts] == [0, 1, 0]


def test_a_saved_mask_in_a_folder_of_results_is_never_taken_for_a_photo(tmp_path: Path) -> None:
    line = torn(tmp_path / "torn.png")
    Image.fromarray(np.where(line, np.uint8(255), np.uint8(0))).save(tmp_path / "mine.png")
    rekindle("restore", tmp_path / "torn.png", "-o", tmp_path, "--mask", tmp_path / "mine.png", "--save-mask")
    (tmp_path / "mine.png").unlink()
    saved = [path.name for path in tmp_path.glob("*mask*.png")]
    assert saved == ["torn-restored-mask.png"]
    ran = rekindle("restore", tmp_path / "torn.png", tmp_path / saved[0], "-o", tmp_path, "--json")
    assert [Path(photo["source"]).name for photo in ran.report["photos"]] == ["torn.png"]


def test_a_mask_is_for_one_photo_that_it_fits(tmp_path: Path) -> None:
    torn(tmp_path / "in/torn.png")
    Image.new("L", (240, 320)).save(tmp_path / "other.png")
    (tmp_path / "text.png").write_text("no mask")
    ran = rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--mask", tmp_path / "other.png")
    assert (ran.code, "one photo" in ran.err) == (2, True)
    for name, code in (("other.png", "mask_does_not_fit"), ("text.png", "bad_mask")):
        ran = rekindle("restore", tmp_path / "in/torn.png", "-o", tmp_path / "out", "--mask", tmp_path / name, "--json")
        assert (ran.code, ran.report["photos"][0]["code"]) == (1, code)


def test_a_grey_photo_gets_colours_on_request(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(data.astronaut()[:240, 100:420]).convert("L").save(tmp_path / "in/grey.png")
    ran = rekindle("restore", tmp_path / "in", "-o", tmp_path / "out", "--colorize", "--json")
    assert ran.code == 0, ran.err
    (photo,) = ran.report["photos"]
    assert (photo["ending"], photo["steps"][-1]["name"]) == ("restored", "colorize")
    pixels = np.asarray(Image.open(tmp_path / "out/grey.png").convert("RGB")).astype(int)
    assert np.ptp(pixels, axis=2).max() > 8


def test_what_is_not_there_is_a_failure_and_not_the_end(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg")
    ran = rekindle("restore", tmp_path / "missing.jpg", tmp_path / "a.jpg", "-o", tmp_path / "out", "--json")
    assert ran.code == 1
    assert [photo.get("code") for photo in ran.report["photos"]] == [None, "not_found"]


def test_a_wrong_option_is_explained(tmp_path: Path) -> None:
    assert rekindle("restore", tmp_path, "-o", tmp_path / "out", "--format", "gif").code == 2
    assert rekindle("restore", tmp_path).code == 2
    assert rekindle("nonsense").code == 2


def test_diagnose_says_what_is_wrong_and_changes_nothing(finished: Finished) -> None:
    ran = rekindle("diagnose", finished.album, "--json")
    photos = {Path(photo["source"]).name: photo for photo in ran.report["photos"]}
    assert len(photos) == len(PHOTOS) + len(BROKEN)
    assert all(0 <= finding["confidence"] <= 1 for finding in photos["a.jpg"]["findings"])
    assert photos["cut-short.jpg"]["code"] == "damaged_file"
    assert ran.code == 1
    assert state(finished.album) == finished.before


def test_diagnose_speaks_to_people(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg")
    ran = rekindle("diagnose", tmp_path / "a.jpg")
    assert ran.code == 0
    assert "%" in ran.out


def test_the_doctor_finds_every_part_working(tmp_path: Path) -> None:
    ran = rekindle("doctor", "--json", REKINDLE_DATA_FOLDER=str(tmp_path), REKINDLE_SERVER__PORT="0")
    broken = [check for check in ran.report["checks"] if check["state"] == "broken" and check["name"] != "Pages"]
    assert broken == []
    assert len(ran.report["checks"]) == 17


def test_the_doctor_says_what_is_broken_and_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "rekindle.db").write_bytes(b"this is no database" * 100)
    ran = rekindle("doctor", REKINDLE_DATA_FOLDER=str(tmp_path / "file"), REKINDLE_SERVER__PORT="0")
    assert ran.code == 1
    assert "Data folder" in ran.out
    assert "REKINDLE_DATA_FOLDER" in ran.out
    ran = rekindle("doctor", "--json", REKINDLE_DATA_FOLDER=str(tmp_path), REKINDLE_SERVER__PORT="0")
    assert [each["state"] for each in ran.report["checks"] if each["name"] == "Database"] == ["broken"]


def test_wrong_settings_are_named_by_doctor_and_serve() -> None:
    assert "REKINDLE_SERVER__PORT" in rekindle("doctor", REKINDLE_SERVER__PORT="high").out
    ran = rekindle("serve", REKINDLE_SERVER__PORT="high")
    assert ran.code == 2
    assert "REKINDLE_SERVER__PORT" in ran.err


@pytest.mark.parametrize("name", ["restore", "diagnose"])
def test_work_on_files_loads_neither_server_nor_database_nor_pixels(name: str) -> None:
    where = COMMANDS[name][0]
    script = f"import pkgutil, sys; pkgutil.resolve_name({where!r}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"fastapi", "starlette", "sqlalchemy", "alembic", "pydantic", "pydantic_settings", "numpy", "cv2", "pyvips"}
    assert heavy.isdisjoint(loaded)


def test_importing_the_package_is_light() -> None:
    script = "import rekindle, sys; print(rekindle.__version__, *sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {"numpy", "cv2", "rekindle.library", "click"}.isdisjoint(loaded)


def test_the_help_names_every_command_by_the_first_sentence_of_its_own_help() -> None:
    overview = " ".join(rekindle("--help").out.split())
    for name in ("restore", "diagnose", "serve", "doctor"):
        own = " ".join(rekindle(name, "--help").out.split())
        sentence = own.split("... " if "... " in own else "] ", 1)[-1].split(". ")[0]
        assert sentence.split(" Options:")[0].removeprefix("PATH… ").strip(". ") in overview
