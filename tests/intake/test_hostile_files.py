"""Every file, however made, is taken in or refused with a sentence: within 3 seconds and 512 MB."""

import asyncio
import gzip
import io
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rekindle.errors import RekindleError
from rekindle.infra.workbench import Workbench, WorkCrashed, WorkError, WorkOutgrew, WorkTimedOut
from rekindle.safety.uploads import UploadLimits, inspect_upload
from tests import pictures

CORPUS = Path(__file__).parents[3] / "shared" / "kits" / "badimages"
SECONDS = 3.0
MEMORY = 512 << 20
SEED = 42

Verdicts = dict[str, str]


async def judge(files: Sequence[Path], folder: Path) -> Verdicts:
    """What becomes of each file: "ok", or the code of its refusal."""
    bench = Workbench(workers=2, memory_bytes=MEMORY, folder=folder / "bench", preload=("rekindle.safety.uploads",))
    verdicts: Verdicts = {}

    async def work(number: int, mine: Iterable[Path]) -> None:
        room = folder / f"room-{number}"
        room.mkdir()
        for path in mine:
            began = time.monotonic()
            verdicts[str(path)] = await verdict(bench, path, room)
            assert time.monotonic() - began < SECONDS + 1, f"{path} took too long"

    await asyncio.gather(*(work(number, files[number::2]) for number in range(2)))
    await bench.aclose()
    return verdicts


async def verdict(bench: Workbench, path: Path, room: Path) -> str:
    try:
        await bench.run(inspect_upload, path, room, UploadLimits(), seconds=SECONDS)
    except WorkError as error:
        pytest.fail(f"{path}: {error.__notes__}")
    except RekindleError as error:
        return judged(error, path)
    return "ok"


def judged(error: RekindleError, path: Path) -> str:
    """The code of a refusal, which must be one, and must not tell where things lie on our disk."""
    assert 400 <= error.status < 500
    assert error.message.endswith(".")
    assert str(path.parent) not in error.message
    return error.code


def unexpected(verdicts: Verdicts) -> Verdicts:
    """Those that only the walls of the workbench have stopped."""
    walls = {kind.code for kind in (WorkCrashed, WorkOutgrew, WorkTimedOut)}
    return {path: code for path, code in verdicts.items() if code in walls}


MADE: dict[str, tuple[bytes, str]] = {
    "empty.jpg": (b"", "empty_file"),
    "one_byte.jpg": (b"\xff", "unsupported_format"),
    "only_a_start.jpg": (b"\xff\xd8\xff", "damaged_file"),
    "postscript.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file\nshowpage\n", "unsupported_format"),
    "drawing.jpg": (b'<svg><image href="file:///etc/passwd"/></svg>', "unsupported_format"),
    "page.png": (b"<html><script>alert(1)</script></html>", "unsupported_format"),
    "script.jpg": (b"push graphic-context\nfill 'url(https://127.0.0.1/x.jpg\"|id\")'\n", "unsupported_format"),
    "zip_bomb.png": (gzip.compress(bytes(8 << 20)), "unsupported_format"),
    "picture.gif": (pictures.encoded("GIF"), "unsupported_format"),
    "huge_claim.jpg": (pictures.with_size(pictures.encoded("JPEG"), 65500, 65500), "side_too_long"),
    "large_claim.jpg": (pictures.with_size(pictures.encoded("JPEG"), 9000, 9000), "ok"),
    "2000_scans.jpg": (pictures.many_scans(2000, 512), "too_many_scans"),
    "cut.jpg": (pictures.encoded("JPEG", pictures.photo(600, 400))[:9000], "damaged_file"),
    "only_fill.jpg": (b"\xff\xd8" + b"\xff" * 2_000_000, "damaged_file"),
    "only_comments.jpg": (b"\xff\xd8" + b"\xff\xfe\0\2" * 500_000, "damaged_file"),
    "php_in_a_comment.jpg": (pictures.encoded("JPEG", comment=b"<?php system($_GET[0]); ?>"), "ok"),
    "900_megapixels.png": (pictures.png(30000, 30000, bits=1, colour=0, data=b"\0"), "side_too_long"),
    "81_megapixels.png": (pictures.png(9000, 9000, bits=1, colour=0), "too_many_pixels"),
    "60_megapixels.png": (pictures.png(8000, 7500), "ok"),
    "60_megapixels_at_16_bits.png": (pictures.png(8000, 7500, bits=16, colour=6, data=b"\0"), "damaged_file"),
    "line.png": (pictures.png(1, 20000), "aspect_too_extreme"),
    "2_gigapixel_claim.png": (pictures.png(0x7FFFFFFF, 0x7FFFFFFF, data=b""), "side_too_long"),
    "no_pixels.png": (pictures.png(0, 8, data=b""), "damaged_file"),
    "text_bomb.png": (
        pictures.png(8, 8, extra=pictures.chunk(b"zTXt", b"c\0\0" + pictures.packed_zeros(200 << 20))),
        "damaged_file",
    ),
    "profile_bomb.png": (
        pictures.png(8, 8, extra=pictures.chunk(b"iCCP", b"c\0\0" + pictures.packed_zeros(200 << 20))),
        "damaged_file",
    ),
    "international_text_bomb.png": (
        pictures.png(8, 8, extra=pictures.chunk(b"iTXt", b"c\0\1\0\0\0" + pictures.packed_zeros(200 << 20))),
        "damaged_file",
    ),
    "many_chunks.png": (pictures.png(8, 8, extra=pictures.chunk(b"prVt", b"") * 150_000), "damaged_file"),
    "animation.png": (pictures.animated_png(5000), "animated"),
    "polyglot.png": (pictures.encoded("PNG") + b"<html><script>alert(document.domain)</script></html>", "ok"),
    "4_gigabyte_strip.tif": (pictures.tiff(60000, 60000, extra={279: (4, 0xFFFFFFFF)}), "damaged_file"),
    "loop.tif": (pictures.tiff(8, 8, following=8), "damaged_file"),
    "wild_offset.tif": (b"II*\0\xf0\xff\xff\xff", "damaged_file"),
    "absurd_tiles.tif": (pictures.tiff(8, 8, extra={322: (4, 60000), 323: (4, 60000)}), "damaged_file"),
    "no_data.heic": (pictures.phone_header(4032, 3024), "damaged_file"),
    "huge_claim.heic": (pictures.phone_header(65000, 65000), "side_too_long"),
    "vvc.heic": (pictures.phone_header(4032, 3024, coding=b"vvc1"), "unsupported_format"),
}  # fmt: skip


async def test_files_made_to_hurt_are_refused_for_the_right_reason(tmp_path: Path) -> None:
    for name, (content, _) in MADE.items():
        pictures.written(tmp_path, name, content)
    verdicts = await judge([tmp_path / name for name in MADE], tmp_path)
    assert {Path(path).name: code for path, code in verdicts.items()} == {
        name: code for name, (_, code) in MADE.items()
    }


def good_files() -> dict[str, bytes]:
    """Small good files of every kind that can be taken in."""
    drawing, block = pictures.photo(160, 120), pictures.exif(orientation=6, location=True)
    buffer = io.BytesIO()
    Pillow.fromarray((drawing.astype(np.uint16) * 257)[:, :, 0]).save(buffer, "TIFF")
    return {
        "plain.jpg": pictures.encoded("JPEG", drawing, quality=90, exif=block, icc_profile=pictures.display_p3()),
        "progressive.jpg": pictures.encoded("JPEG", drawing, progressive=True, exif=block),
        "plain.png": pictures.encoded("PNG", drawing, exif=block, icc_profile=pictures.wide_gamma_22()),
        "lossy.webp": pictures.encoded("WEBP", drawing, exif=block),
        "lossless.webp": pictures.encoded("WEBP", drawing, lossless=True),
        "plain.avif": pictures.encoded("AVIF", drawing, exif=block),
        "plain.tif": pictures.encoded("TIFF", drawing, exif=block, compression="tiff_lzw"),
        "jpeg.tif": pictures.encoded("TIFF", drawing, compression="jpeg"),
        "deep.tif": buffer.getvalue(),
        **{path.name: path.read_bytes() for path in sorted(pictures.DATA.glob("*.heic"))},
    }


async def test_good_files_of_every_kind_are_taken_in(tmp_path: Path) -> None:
    paths = [pictures.written(tmp_path, name, content) for name, content in good_files().items()]
    assert Counter((await judge(paths, tmp_path)).values()) == {"ok": len(paths)}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
async def test_good_files_cut_short_are_refused(tmp_path: Path, share: float) -> None:
    whole = {name: content for name, content in good_files().items() if name != "two_items.heic"}
    paths = [pictures.written(tmp_path, name, content[: int(len(content) * share)]) for name, content in whole.items()]
    assert set((await judge(paths, tmp_path)).values()) <= {"damaged_file", "unsupported_format"}


@pytest.mark.slow
async def test_two_thousand_mutations_of_good_files_hurt_nobody(tmp_path: Path) -> None:
    random = np.random.default_rng(SEED)
    names, contents = zip(*good_files().items(), strict=True)
    paths: list[Path] = []
    for number in range(2000):
        kind = int(random.integers(0, len(names)))
        paths.append(pictures.written(tmp_path, f"{number}-{names[kind]}", pictures.mutated(contents[kind], random)))
    verdicts = await judge(paths, tmp_path)
    assert len(verdicts) == 2000
    assert not unexpected(verdicts)


@pytest.mark.slow
async def test_a_corpus_of_broken_files_hurts_nobody(tmp_path: Path) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of broken files is not beside this clone")
    files = [path for path in sorted(CORPUS.rglob("*")) if path.is_file() and path.suffix != ".tsv"]
    verdicts = await judge(files, tmp_path)
    assert len(verdicts) == len(files) > 1900
    assert not unexpected(verdicts)
    assert Counter(verdicts.values())["ok"] > 300
