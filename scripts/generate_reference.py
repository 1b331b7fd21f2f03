"""Writes docs/reference from the code: settings, command line, API, errors. With --check it only says what is stale."""

import ast
import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import rekindle
from rekindle.cli.main import main as commands
from rekindle.config import Settings
from rekindle.errors import RekindleError
from rekindle.server.app import create_app

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/reference"
SOURCES = ROOT / "src/rekindle"
INTERNAL = 500
HINTS = {
    "conflict": (409, "What was asked for clashes with what is there."),
    "internal_error": (500, "Our mistake. Say the `request_id` when you report it; the log has the rest under it."),
    "not_found": (404, "There is nothing at this address."),
    "overloaded": (503, "Too much is going on. Try again after the seconds in `Retry-After`."),
    "method_not_allowed": (405, "The address is right and the method is not."),
    "invalid_request": (422, "Parts of the request are missing or wrong; `errors` lists each with a JSON Pointer."),
    "unknown_host": (
        421,
        "The server was asked by a name that it does not know: see `REKINDLE_SERVER__ALLOWED_HOSTS`.",
    ),
    "foreign_origin": (403, "A page of another site tried to change something."),
}


def settings_page() -> str:
    lines = [
        "# Settings",
        "",
        "Set them in the environment. Every one has a default under which the product runs.",
    ]
    top = [field for field in fields(Settings) if not is_group(field[1])]
    lines += ["", *table(top, "REKINDLE_")]
    for name, field in fields(Settings):
        if is_group(field):
            lines += ["", f"## {name}", "", first_line(field.annotation), *group_tables(field, name)]
    return "\n".join(lines) + "\n"


def group_tables(field: FieldInfo, name: str) -> list[str]:
    """The settings of a group; groups inside of it that are alike are told once, with all their names."""
    inside = fields(field.annotation)
    alike: dict[object, list[str]] = {}
    for each, nested in inside:
        if is_group(nested):
            alike.setdefault(nested.annotation, []).append(each)
    plain = [each for each in inside if not is_group(each[1])]
    lines = ["", *table(plain, f"REKINDLE_{name.upper()}__")] if plain else []
    for group, names in alike.items():
        listed = ", ".join(f"`{each.upper()}`" for each in names)
        lines += ["", f"`…` is one of {listed}.", "", *table(fields(group), f"REKINDLE_{name.upper()}__…__")]
    return lines


def fields(model: object) -> list[tuple[str, FieldInfo]]:
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return list(model.model_fields.items())


def is_group(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def table(rows: list[tuple[str, FieldInfo]], prefix: str) -> list[str]:
    lines = [
        f"| `{prefix}{name.upper()}` | {default(field)} | {cell(field.description or '')} |" for name, field in rows
    ]
    return ["| name | default | what it is |", "| --- | --- | --- |", *lines]


def default(field: FieldInfo) -> str:
    """The default as one writes it in the environment; nothing where it depends on the machine."""
    value = field.default
    if field.is_required() or field.default_factory is not None or value is None:
        return ""
    return f"`{json.dumps(value)}`" if isinstance(value, list) else f"`{value}`"


def cli_page() -> str:
    lines = ["# Command line", "", "The same as `--help` says."]
    for path, command in walk(commands, "rekindle"):
        context = click.Context(command, info_name=path, terminal_width=96, max_content_width=96)
        lines += ["", f"## {path}", "", "```text", command.get_help(context).strip(), "```"]
    return "\n".join(lines) + "\n"


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from walk(child, f"{path} {name}")


FOR_WHOM = {
    "public": "everybody",
    "anybody": "guests, users and API keys, each with what is theirs",
    "person": "users in a browser: no guests, and no API keys",
    "operator": "operators",
}


def api_page() -> str:
    description = create_app(Settings()).openapi()
    lines = [
        "# HTTP API",
        "",
        "The base address is that of the page. JSON throughout; errors are problem details (RFC 9457) with a stable",
        "`code`, listed under [errors](errors.md). The full description is in [openapi.json](openapi.json), which a",
        "running server has at `/api/v1/openapi.json`.",
    ]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            lines += ["", f"## {method.upper()} {path}", "", cell(operation.get("description") or operation["summary"])]
            lines += ["", f"For {FOR_WHOM[operation['x-access']]}."]
            lines += parameters(operation) + responses(operation)
    return "\n".join(lines) + "\n"


def parameters(operation: dict[str, Any]) -> list[str]:
    rows = [
        f"| `{each['name']}` | {each['in']} | {shape(each['schema'])} | {cell(each.get('description', ''))} |"
        for each in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {})
    rows += [f"| body | {kind} | {shape(content.get('schema', {}))} | |" for kind, content in body.items()]
    return ["", "| takes | where | type | |", "| --- | --- | --- | --- |", *rows] if rows else []


def responses(operation: dict[str, Any]) -> list[str]:
    rows: list[str] = []
    for status, each in sorted(operation["responses"].items()):
        kinds = [shape(content["schema"]) for content in each.get("content", {}).values() if content.get("schema")]
        rows.append(f"| {status} | {', '.join(kinds) if status < '300' and kinds else cell(each['description'])} |")
    return ["", "| answers | |", "| --- | --- |", *rows]


def shape(schema: dict[str, Any]) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(shape(each) for each in schema["anyOf"] if each.get("type") != "null")
    words = ", ".join(f"`{value}`" for value in schema.get("enum", [])) or str(schema.get("type", "bytes"))
    return words + (f", default `{schema['default']}`" if schema.get("default") is not None else "")


def errors_page() -> str:
    for module in pkgutil.walk_packages(rekindle.__path__, "rekindle."):
        if not re.search(r"__main__|migrations", module.name):
            importlib.import_module(module.name)
    said = messages()
    rows = {code: f"| `{code}` | {status} | | {text} |" for code, (status, text) in HINTS.items()}
    for error in sorted(set(subclasses(RekindleError)), key=lambda each: (each.code, each.__name__)):
        drawn = re.search(
            rf"[├└]── {error.__name__} +(?:\d+ +)?([a-zA-Z].*)$",
            sys.modules[error.__module__].__doc__ or "",
            re.MULTILINE,
        )
        why = "<br>".join(said.get(error.__name__, [])) or (cell(drawn[1]) if drawn else "")
        if error.status != INTERNAL and (why or error.code not in rows):
            rows[error.code] = f"| `{error.code}` | {error.status} | {error.title} | {why} |"
    lines = [
        "# Errors",
        "",
        "Every error that is raised on purpose has a code that never changes, and a sentence that says what to do. `…`",
        "stands for what differs from case to case. The API sends them as problem details with the status beside the",
        "code; the command line prints the sentence.",
        "",
        "| code | status | title | what it says |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *(rows[code] for code in sorted(rows))]) + "\n"


def subclasses(error: type[RekindleError]) -> Iterator[type[RekindleError]]:
    yield error
    for child in error.__subclasses__():
        yield from subclasses(child)


def messages() -> dict[str, list[str]]:
    """The sentences that each error is raised with, by the name of its class, as they stand in the code."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name):
                sentence = cell(text(node.args[0]))
                known = found.setdefault(node.func.id, [])
                if sentence and sentence not in known:
                    known.append(sentence)
    return found


def text(node: ast.expr) -> str:
    """A string as it stands in the code, `…` for what is filled in; nothing for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def first_line(thing: object) -> str:
    return (thing.__doc__ or "").strip().split("\n")[0]


def cell(words: str) -> str:
    """Words that fit into a cell of a table."""
    return " ".join(words.replace("|", r"\|").replace("<", "&lt;").split())


PAGES = {"settings.md": settings_page, "cli.md": cli_page, "api.md": api_page, "errors.md": errors_page}


def main() -> int:
    stale = [name for name, page in PAGES.items() if not is_same(FOLDER / name, page())]
    if "--check" in sys.argv:
        print(f"stale: {', '.join(stale)}; run scripts/generate_reference.py" if stale else "the reference is current")
        return bool(stale)
    for name in stale:
        (FOLDER / name).write_text(PAGES[name]())
        print(f"wrote {(FOLDER / name).relative_to(ROOT)}")
    return 0


def is_same(path: Path, content: str) -> bool:
    return path.exists() and path.read_text() == content


if __name__ == "__main__":
    sys.exit(main())
