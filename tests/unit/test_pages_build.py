"""When the web pages are built, and with which Node."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small copy of what matters here: sources of pages, and a place for built ones."""
    for name, text in {
        "web/package.json": '{"engines": {"node": ">=22.18"}}',
        "web/src/main.tsx": "render()",
        "src/rekindle/web/index.html": "<html>",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "src/rekindle/web/.stamp").write_text(pages.digest(tmp_path))
    return tmp_path


def command(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_built_pages_are_current_until_a_source_changes(tree: Path) -> None:
    assert pages.are_current(tree)
    (tree / "web/src/main.tsx").write_text("render(2)")
    assert not pages.are_current(tree)


def test_a_renamed_source_makes_pages_stale(tree: Path) -> None:
    (tree / "web/src/main.tsx").rename(tree / "web/src/start.tsx")
    assert not pages.are_current(tree)


def test_what_is_installed_or_tested_does_not_make_pages_stale(tree: Path) -> None:
    (tree / "web/node_modules/react").mkdir(parents=True)
    (tree / "web/node_modules/react/index.js").write_text("")
    (tree / "web/src/main.test.ts").write_text("")
    assert pages.are_current(tree)


def test_a_source_archive_carries_its_pages(tree: Path) -> None:
    (tree / "src/rekindle/web/.stamp").unlink()
    (tree / "PKG-INFO").write_text("")
    assert pages.are_current(tree)


def test_pages_that_were_never_built_are_stale(tree: Path) -> None:
    (tree / "src/rekindle/web/.stamp").unlink()
    assert not pages.are_current(tree)


@pytest.mark.parametrize(
    ("version", "will_do"), [("v20.20.2", False), ("v22.17.9", False), ("v22.18.0", True), ("v24.1.0", True)]
)
def test_the_node_on_path_must_be_new_enough(
    tree: Path, monkeypatch: pytest.MonkeyPatch, version: str, will_do: bool
) -> None:
    command(tree / "node", f"echo {version}")
    command(tree / "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tree), prepend=":")
    assert pages.system_node(tree) == (tree if will_do else None)


def test_a_node_without_npm_will_not_do(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(tree / "node", "echo v24.1.0")
    monkeypatch.setenv("PATH", str(tree), prepend=":")
    assert pages.system_node(tree) is None


def test_a_registry_that_does_not_answer_is_told_in_a_sentence(tree: Path) -> None:
    command(tree / "node", "echo v24.1.0")
    command(tree / "npm", '[ "$1" != view ]')
    (tree / "web/package-lock.json").write_text("{}")
    with (tree / "log").open("w") as log, pytest.raises(pages.Trouble, match="registry did not answer"):
        pages.build(tree, tree, log)


def test_packages_are_installed_once_for_each_lock(tree: Path) -> None:
    command(tree / "node", "echo v24.1.0")
    command(tree / "npm", f'echo "$1 $2" >> {tree}/calls')
    (tree / "web/package-lock.json").write_text("{}")
    (tree / "web/node_modules").mkdir()
    for _ in range(2):
        with (tree / "log").open("w") as log:
            pages.build(tree, tree, log)
    assert (tree / "calls").read_text().splitlines() == ["view react", "ci --prefer-offline", "run build", "run build"]
    assert pages.are_current(tree)


def test_an_old_python_is_told_what_to_do(tmp_path: Path) -> None:
    """Only the sentence can be tried here: the script is run with its own minimum raised above this Python."""
    raised = tmp_path / "bootstrap.py"
    raised.write_text((ROOT / "scripts/bootstrap.py").read_text().replace("OLDEST = (3, 11)", "OLDEST = (9, 0)"))
    ended = subprocess.run([sys.executable, str(raised)], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "needs Python 3.11 or newer" in ended.stdout


def test_the_types_of_the_pages_are_those_of_the_api(tmp_path: Path) -> None:
    generator = ROOT / "web" / "node_modules" / ".bin" / "openapi-typescript"
    if not generator.exists():
        pytest.skip("the packages of the pages are not installed: run `make test`")
    fresh = tmp_path / "schema.ts"
    described = ROOT / "docs" / "reference" / "openapi.json"
    subprocess.run([generator, described, "-o", fresh], check=True, capture_output=True, timeout=60)
    assert fresh.read_text() == (ROOT / "web" / "src" / "api" / "schema.gen.ts").read_text(), (
        "run `npm run gen` in web/"
    )
