"""The dashboard: every query asks for figures that there are, by labels that they have."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram, Info

from rekindle.infra.observing import metrics

ROOT = Path(__file__).resolve().parents[3]
DASHBOARD = json.loads((ROOT / "deploy/dashboards/rekindle.json").read_text(encoding="utf-8"))
OF_THE_SCRAPER = frozenset({"job", "instance"})
OF_THE_LIBRARY = frozenset({"process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"})
WORDS = re.compile(r"\b[a-z][a-z0-9_]*\b")
FUNCTIONS = frozenset({"sum", "max", "count", "rate", "increase", "histogram_quantile", "vector", "by", "or"})


def figures() -> Mapping[str, frozenset[str]]:
    """Every sample that our figures have, with the labels that it has."""
    known: dict[str, frozenset[str]] = dict.fromkeys(OF_THE_LIBRARY, frozenset())
    for figure in vars(metrics).values():
        if not isinstance(figure, Counter | Gauge | Histogram | Info):
            continue
        labels = frozenset(figure._labelnames)
        name = figure._name
        if isinstance(figure, Counter):
            known[f"{name}_total"] = labels
        elif isinstance(figure, Gauge):
            known[name] = labels
        elif isinstance(figure, Info):
            known[f"{name}_info"] = frozenset({"version", "role"})
        else:
            known |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
    return known


def panels() -> Iterator[dict[str, Any]]:
    return (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def queries() -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]


def named(query: str) -> list[tuple[str, frozenset[str]]]:
    """The figures that a query names, each with the labels that it is chosen by."""
    found = re.findall(r"\b((?:rekindle|process)_[a-z_]+)\s*(?:\{([^}]*)\})?", query)
    return [(name, frozenset(re.findall(r"([a-z_]+)\s*=~?\s*\"", chosen))) for name, chosen in found]


@pytest.mark.parametrize(("title", "query"), queries())
def test_every_query_names_figures_and_labels_that_there_are(title: str, query: str) -> None:
    known = figures()
    asked = named(query)
    assert asked, f"{title} asks for nothing"
    for name, labels in asked:
        assert name in known, f"{title}: there is no {name}"
        assert labels <= known[name] | OF_THE_SCRAPER, f"{title}: {name} has no {labels - known[name]}"
        assert "job" in labels, f"{title}: {name} is of every Rekindle that there is"


@pytest.mark.parametrize(("title", "query"), queries())
def test_every_sum_is_by_labels_that_there_are(title: str, query: str) -> None:
    known = figures()
    labels = frozenset[str]().union(*(known[name] for name, _ in named(query)))
    for group in re.findall(r"\bby\s*\(([^)]*)\)", query):
        assert {each.strip() for each in group.split(",")} <= labels, f"{title}: {query}"


@pytest.mark.parametrize(("title", "query"), queries())
def test_every_query_is_whole(title: str, query: str) -> None:
    for left, right in ("()", "{}", "[]"):
        assert query.count(left) == query.count(right), title
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\bby\s*\([^)]*\)|\b(?:rekindle|process)_[a-z_]+", "", query)
    assert set(WORDS.findall(bare)) <= FUNCTIONS, f"{title}: {bare}"


def test_totals_are_only_looked_at_as_they_rise() -> None:
    for title, query in queries():
        for name in re.findall(r"\brekindle_[a-z_]+_(?:total|bucket)\b", query):
            assert re.search(rf"(?:rate|increase)\({name}\b", query), f"{title}: {query}"


def test_what_the_labels_say_is_what_the_legends_show() -> None:
    for panel in panels():
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            known = frozenset[str]().union(*(figures()[name] for name, _ in named(target["expr"])))
            assert shown <= known | OF_THE_SCRAPER, panel["title"]


def test_panels_stand_side_by_side_and_each_says_what_it_shows() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        cells = {(place["x"] + right, place["y"] + down) for right in range(place["w"]) for down in range(place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["type"] == "row" or panel["description"].endswith("."), panel["title"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_figure_of_ours_is_on_the_dashboard() -> None:
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for _, query in queries() for name, _ in named(query)}
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in figures() if name.startswith("rekindle")}
    assert ours - shown == set()
