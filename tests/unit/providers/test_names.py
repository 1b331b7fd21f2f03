"""The names of providers stand where they must, and nowhere else: what is true of one is not written anywhere else."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "src/rekindle"

NAMES = re.compile(
    r"""\b(?:gemini|nano-?banana|runpod|open_?ai|kie|fal|fal\.ai|kie\.ai)\b|["']replicate["']|\bReplicate\b""",
    re.IGNORECASE,
)
"""`replicate` is a word of its own, too: of borders of pictures, for one."""

BORDERS = re.compile(r"BORDER_REPLICATE|replicated?\b(?!['\"])")

ALLOWED = ("providers/adapters/", "providers/catalogue.toml", "wiring/", "config_")
PRICE_LISTS = {"config.py", "credits/prices.py"}
"""One of the lists of prices that come with the product has the name of a provider."""


def test_names_of_providers_are_in_adapters_wiring_settings_and_the_catalogue_alone() -> None:
    found: list[str] = []
    for path in sorted(path for path in SOURCES.rglob("*") if path.suffix in (".py", ".toml", ".txt")):
        name = path.relative_to(SOURCES).as_posix()
        if name.startswith(ALLOWED):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            hits = {hit.lower() for hit in NAMES.findall(BORDERS.sub("", line))}
            if hits - ({"nanobanana"} if name in PRICE_LISTS else set()):
                found.append(f"{name}:{number}: {line.strip()}")
    assert found == []


def test_the_search_finds_a_name_where_there_is_one() -> None:
    for line in ('if provider == "gemini":', "# as RunPod does", '"replicate"', "Replicate is slow", "kie.ai", "fal"):
        assert NAMES.search(BORDERS.sub("", line)), line
    for line in ("cv2.BORDER_REPLICATE", "falls", "the edge is replicated", "cookie"):
        assert not NAMES.search(BORDERS.sub("", line)), line
