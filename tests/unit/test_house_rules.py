"""The rules of the house that no linter knows: sizes, opening sentences, annotations, locks, clean text."""

import ast
import re
import statistics
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ("billing", "cloud", "moderation", "postgres", "redis", "sentry", "tracing")
"""The extras of a service, as its image has them."""
LOCKS = sorted(ROOT.glob("requirements*.lock"))
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.match_case)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Module:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> int:
        return self.text.count("\n") + 1


@dataclass(frozen=True, slots=True)
class Function:
    where: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def lines(self) -> int:
        return (self.node.end_lineno or 0) - self.node.lineno + 1

    @property
    def branches(self) -> int:
        inside = list(ast.walk(self.node))
        chained = sum(len(node.values) - 1 for node in inside if isinstance(node, ast.BoolOp))
        conditions = sum(len(node.ifs) for node in inside if isinstance(node, ast.comprehension))
        return 1 + chained + conditions + sum(isinstance(node, BRANCHES) for node in inside)

    @property
    def annotated(self) -> bool:
        parameters = self.node.args
        named = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs, parameters.vararg, parameters.kwarg]
        free = [each for each in named if each and each.annotation is None and each.arg not in {"self", "cls"}]
        return not free and (self.node.returns is not None or self.node.name == "__init__")


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module of the folders that has something in it; database migrations are written by a tool and left out."""
    found: list[Module] = []
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        if tree.body and "versions" not in path.parts and "node_modules" not in path.parts:
            found.append(Module(path, text, tree))
    return tuple(found)


def product() -> tuple[Module, ...]:
    return modules("src/rekindle")


def all_code() -> tuple[Module, ...]:
    return modules("src/rekindle", "benchmarks", "scripts")


def functions(*, of: tuple[Module, ...]) -> list[Function]:
    nodes = ((module, node) for module in of for node in ast.walk(module.tree))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [Function(f"{module.name}:{node.name}", node) for module, node in nodes if isinstance(node, kinds)]


def public_names(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Classes, functions and methods that others may use: what is inside a function is its own business."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, DEFINITIONS):
            if not node.name.startswith("_"):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from public_names(node)


@cache
def tracked_text() -> dict[str, str]:
    """What would be committed, by name: everything in the folder that git does not ignore and that is text."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    texts: dict[str, str] = {}
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content[:8000]:
            texts[name] = content.decode("utf-8", errors="replace")
    return texts


def test_no_module_is_longer_than_400_lines() -> None:
    assert [f"{module.name}: {module.lines}" for module in all_code() if module.lines > 400] == []


def test_half_of_the_modules_have_120_lines_or_fewer() -> None:
    assert statistics.median(module.lines for module in product()) <= 120


def test_no_function_is_longer_than_50_lines() -> None:
    assert [f"{each.where}: {each.lines}" for each in functions(of=all_code()) if each.lines > 50] == []


def test_nine_of_ten_functions_have_30_lines_or_fewer() -> None:
    lengths = sorted(each.lines for each in functions(of=product()))
    assert lengths[int(0.9 * len(lengths))] <= 30


def test_no_function_takes_more_than_12_turns() -> None:
    assert [f"{each.where}: {each.branches}" for each in functions(of=all_code()) if each.branches > 12] == []


def test_every_function_is_annotated() -> None:
    assert [each.where for each in functions(of=all_code()) if not each.annotated] == []


def test_every_module_begins_with_a_sentence() -> None:
    openings = {module.name: ast.get_docstring(module.tree) or "" for module in (*all_code(), *modules("tests"))}
    assert [name for name, text in openings.items() if not re.match(r"[A-Z0-9`].*[.:]", text, re.DOTALL)] == []


def test_six_of_ten_public_names_say_what_they_are_for() -> None:
    documented = [ast.get_docstring(node) is not None for module in product() for node in public_names(module.tree)]
    assert sum(documented) >= 0.6 * len(documented)


def test_imports_stand_at_the_top() -> None:
    late = [
        each.where
        for each in functions(of=product())
        for node in ast.walk(each.node)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert len(late) <= 0.02 * len(product()), late


def test_nothing_in_the_code_is_left_for_later() -> None:
    marks = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")  # the only module that may name them
    here = Path(__file__)
    code = (*all_code(), *modules("tests"))
    assert [module.name for module in code if marks.search(module.text) and module.path != here] == []


def test_no_component_of_the_pages_is_longer_than_250_lines() -> None:
    lengths = {path.name: path.read_text().count("\n") + 1 for path in (ROOT / "web/src").rglob("*.tsx")}
    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_python_lock_has_hashes_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    assert "--hash=sha256:" in text
    assert re.search(r"://|index-url|find-links|pypi|pythonhosted", text) is None


def test_the_lock_of_the_pages_names_no_registry() -> None:
    text = (ROOT / "web/package-lock.json").read_text()
    assert re.search(r'"resolved"|registry\.', text) is None


def test_every_direct_dependency_is_locked() -> None:
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = facts["dependency-groups"]
    tests = groups["test"] + groups["check"] + groups["docs"]
    asked = {
        "requirements.lock": facts["project"]["dependencies"],
        "requirements-dev.lock": facts["project"]["dependencies"] + tests,
        "requirements-build.lock": groups["build"],
        "requirements-node.lock": groups["node"],
        "requirements-service.lock": [
            each for name in SERVICE for each in facts["project"]["optional-dependencies"][name]
        ],
    }
    for lock, wanted in asked.items():
        locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
        names = {re.split(r"[^A-Za-z0-9._-]", each)[0].lower() for each in wanted}
        assert names <= locked, f"run `make lock`: {lock} lacks {names - locked}"


def test_locks_that_are_installed_together_agree() -> None:
    versions: dict[str, set[str]] = {}
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-build.lock", "requirements-service.lock"):
        for name, version in re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE):
            versions.setdefault(name, set()).add(version)
    dev = (ROOT / "requirements-dev.lock").read_text()
    forked = set(re.findall(r"^([a-z0-9._-]+)==[^ ;]+ ;", dev, re.MULTILINE))
    assert {name: found for name, found in versions.items() if len(found) > 1 and name not in forked} == {}


def test_no_file_knows_a_folder_of_somebodys_machine() -> None:
    private = re.compile(r"(?<![\w.~/])/(?:home/[a-z]+|Users/[A-Za-z]+|root|work)/")
    here = Path(__file__).relative_to(ROOT).as_posix()
    assert [name for name, text in tracked_text().items() if name != here and private.search(text)] == []


def test_tests_are_at_least_four_fifths_as_long_as_the_code() -> None:
    assert sum(module.lines for module in modules("tests")) >= 0.8 * sum(module.lines for module in product())
