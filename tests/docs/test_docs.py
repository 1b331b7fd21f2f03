"""The docs are current, build without a warning, load nothing from elsewhere, and name commands that exist."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rekindle.accounts.plans import PRESETS, Plan, Plans, Preset
from rekindle.billing.catalogue import offers_of
from rekindle.cli.main import main as commands
from rekindle.credits.prices import CATALOGUES
from rekindle.treatments.operations import Operation
from rekindle.treatments.styles import Enhancement, Style

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The docs, built with every warning taken as an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return folder


def test_the_docs_build_without_a_warning(site: Path) -> None:
    assert (site / "index.html").exists()
    assert (site / "search/search_index.json").exists()


def test_the_docs_load_nothing_from_elsewhere(site: Path) -> None:
    loaded = re.compile(
        r"<(?:script|img|iframe)[^>]+src=\"?https?://|<link[^>]+(?:stylesheet|preconnect|icon)[^>]+https?://"
    )
    assert [page.name for page in site.rglob("*.html") if loaded.search(page.read_text())] == []


def test_the_reference_is_what_the_code_says() -> None:
    command = [sys.executable, "scripts/generate_reference.py", "--check"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def written_commands() -> Iterator[tuple[str, str]]:
    """Every `rekindle …` that stands in a block of shell, with the page that it stands on."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                words = re.sub(r"^(?:[A-Z_]+=\S+ +)*(?:\.venv/bin/)?", "", line.strip())
                if words.startswith("rekindle "):
                    yield page.relative_to(ROOT).as_posix(), words.partition(" #")[0]


@pytest.mark.parametrize(("page", "line"), sorted(set(written_commands())))
def test_a_command_in_the_docs_is_understood(page: str, line: str) -> None:
    command: click.Command = commands
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, f"{page}: {line}"
        command = found
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= known | {"--help"}, f"{page}: {line}"


def test_every_make_target_in_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"(?:^|`)make ([a-z-]+)\b", page.read_text(), re.MULTILINE)
    }
    assert named <= targets


def row_of(preset: Preset, plan: Plan) -> str:
    """A plan as the guide for services has it."""
    offers = offers_of(Plans(PRESETS[preset]), "usd", {})
    monthly = [each.price.amount for each in offers if each.plan == plan.name and each.interval == "month"]
    credited = plan.monthly_credits is not None
    cells = (
        f"`{preset}`",
        plan.title,
        str((plan.monthly_credits or 0) // 1000) if credited else "not needed",
        ("yes" if plan.carry_over else "no") if credited else "",
        str(plan.daily_limit or "no limit"),
        str(plan.short_side or "whole"),
        "yes" if plan.watermark else "no",
        f"{monthly[0] / 100:.2f}" if monthly else "",
    )
    return f"| {' | '.join(cells)} |"


def test_the_guide_for_services_shows_every_plan_as_it_is() -> None:
    guide = (ROOT / "docs/guides/service.md").read_text()
    rows = {row_of(preset, plan) for preset, plans in PRESETS.items() for plan in plans}
    assert rows == {line for line in guide.splitlines() if re.match(rf"\| `({'|'.join(Preset)})` \|", line)}


def test_the_guide_for_services_shows_every_price_as_it_is() -> None:
    lines = (ROOT / "docs/guides/service.md").read_text().splitlines()
    head = f"| operation | {' | '.join(f'`{name}`' for name in CATALOGUES)} |"
    shown = lines[lines.index(head) + 2 :]
    operations = dict.fromkeys(operation for each in CATALOGUES.values() for operation in each.operations)
    for operation, line in zip(operations, shown, strict=False):
        prices = [each.operations.get(operation) for each in CATALOGUES.values()]
        cells = ["" if price is None else f"{price / 1000:g}" for price in prices]
        assert line == f"| `{operation}` | {' | '.join(cells)} |"
    assert not shown[len(operations)]


def test_the_guide_for_services_lists_every_operation_and_what_it_takes() -> None:
    guide = (ROOT / "docs/guides/service.md").read_text()
    table = guide.partition("| operation | what it does |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", table, re.MULTILINE))
    assert list(rows) == list(Operation)
    assert re.findall(r"`(\w+)`", rows["restyle"]) == [each.value for each in Style]
    assert set(re.findall(r"`(\w+)`", rows["enhance"])) == {each.value for each in Enhancement}
