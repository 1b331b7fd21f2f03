"""Means and worst cases are those of the rows, and the limits judge them."""

import json

import pytest

from benchmarks.damage import Kind
from benchmarks.quality_limits import GAIN, HARM, Limit, limits, told
from benchmarks.quality_table import Row, plain, summarize, table
from benchmarks.scores import Overlap


def row(method: str, gain: float, photo: str = "a", *, kind: Kind = Kind.SCRATCHES, iou: float | None = None) -> Row:
    mask = None if iou is None else Overlap(iou, 0.8, 0.6)
    return Row(kind, method, photo, 0, 20 + gain, gain, 0.9, None, mask, 1.5)


def test_a_summary_has_the_mean_and_the_worst_photo() -> None:
    (found,) = summarize([row("ours", 8, "a", iou=0.5), row("ours", -2, "b", iou=0.7), row("ours", 6, "c")])
    assert (found.gain, found.psnr, found.worst, found.worst_photo, found.least) == (4, 24, -2, "b", 18)
    assert found.mask is not None
    assert found.mask.iou == pytest.approx(0.6)
    assert found.inside is None


def test_methods_and_classes_are_kept_apart_in_their_order() -> None:
    rows = [row("input", 0), row("ours", 1), row("input", 0, kind=Kind.FADING), row("ours", 3)]
    found = summarize(rows)
    assert [(each.kind, each.method) for each in found] == [("E", "input"), ("E", "ours"), ("D", "input")]
    assert found[1].gain == 2


def test_the_table_has_a_line_for_each_method_of_its_class() -> None:
    rows = [row("input", 0), row("ours", 6.25, iou=0.5), row("ours", 1, kind=Kind.FADING)]
    lines = table(summarize(rows), Kind.SCRATCHES).splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("### E")
    assert "+6.25 a" in lines[-1]
    assert len({line.count("|") for line in lines[2:]}) == 1


def test_the_values_can_be_written_as_json() -> None:
    rows = [row("input", 0), row("ours", 6, iou=0.5)]
    read = json.loads(json.dumps(plain(summarize(rows), rows)))
    assert read["summaries"][1]["mask"]["iou"] == 0.5
    assert read["rows"][1]["kind"] == "E"


@pytest.mark.parametrize("kind", list(GAIN))
def test_a_gain_that_is_too_small_breaks_its_limit(kind: Kind) -> None:
    for gain, kept in ((GAIN[kind] + 0.01, True), (GAIN[kind] - 0.01, False)):
        rows = [row("non-local means, OpenCV", 0, kind=kind), row("ours", gain, kind=kind, iou=0.6)]
        assert limits(summarize(rows), [])[0].kept is kept


def test_one_photo_that_got_worse_breaks_a_limit_whatever_the_mean() -> None:
    found = limits(summarize([row("ours", 20, iou=0.9), row("ours", HARM - 0.01, "b", iou=0.9)]), [99.0])
    assert [limit.name for limit in found if not limit.kept] == ["E: worst photo (b), dB"]


def test_undamaged_photos_and_masks_have_limits_of_their_own() -> None:
    found = limits(summarize([row("ours", 20, iou=0.5)]), [99.0, 44.0])
    assert [limit.name for limit in found if not limit.kept] == ["E: IoU of the mask", "undamaged: least PSNR, dB"]


def test_the_best_filter_of_others_sets_the_lead_and_our_own_step_does_not() -> None:
    kind = Kind.LOW_QUALITY
    methods = {"non-local means, OpenCV": 0.2, "bilateral, OpenCV": 0.5, "sliding DCT alone": 1.2, "ours": 1.5}
    found = limits(summarize([row(name, gain, kind=kind) for name, gain in methods.items()]), [])
    (lead,) = [limit for limit in found if "lead" in limit.name]
    assert "bilateral" in lead.name
    assert lead.value == pytest.approx(1.0)


def test_limits_are_told_as_a_table() -> None:
    assert told([Limit("x", 1.0, 2.0)]).splitlines()[-1] == "| x | 1.00 | 2.00 | **no** |"
