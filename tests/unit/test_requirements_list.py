"""The list of requirements ticks nothing that no test shows."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
ITEM = re.compile(r"^- \[([ x])\] \*\*([A-Z]-?H?\d+)\*\*(.*(?:\n  .*)*)", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_requirement_is_listed_once() -> None:
    names = [name for _, name, _ in ITEM.findall(LIST)]
    counts = {"G": 39, "F": 11, "L": 28, "R": 28, "N": 14, "C": 36, "X": 19}
    wanted = [f"{letter}{number:02}" for letter, count in counts.items() for number in range(1, count + 1)]
    claims = {"G": 5, "F": 1, "L": 3, "R": 2, "N": 1}
    wanted += [f"{letter}-H{number}" for letter, count in claims.items() for number in range(1, count + 1)]
    assert sorted(names) == sorted(wanted)


def test_every_tick_names_a_test_that_exists() -> None:
    empty: list[str] = []
    for tick, name, text in ITEM.findall(LIST):
        shown = TEST.findall(text)
        missing = [test for file, test in shown if f"def {test}(" not in read(file)]
        if missing or (tick == "x") != bool(shown):
            empty.append(f"{name}: {missing or 'a tick and a test belong together'}")
    assert empty == []


def read(file: str) -> str:
    path = ROOT / file
    return path.read_text(encoding="utf-8") if path.exists() else ""
