"""Finds a Python that is new enough and lets it install the rest: the one script here that any Python 3 can read."""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NAMES = ["python3.14", "python3.13", "python3.12", "python3.11"]
INSTALL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "install.py")  # noqa: PTH100, PTH118, PTH120


def new_enough(python: str) -> bool:
    """Whether the command starts, which a shim on PATH may not, and is at least as new as we need."""
    question = "import sys; sys.exit(sys.version_info < {})".format(OLDEST)  # noqa: UP032
    return subprocess.call([python, "-c", question], stderr=subprocess.DEVNULL) == 0


def find_python() -> str:
    """This Python when it will do, else another one on PATH, else nothing."""
    if sys.version_info >= OLDEST:
        return sys.executable
    found = [path for path in map(shutil.which, NAMES) if path]
    return next(filter(new_enough, found), "")


def main() -> int:
    python = find_python()
    if not python:
        have = ".".join(map(str, sys.version_info[:3]))
        print("Rekindle needs Python 3.11 or newer, and the python3 here is " + have + ".")
        print("Install one (Debian, Ubuntu: sudo apt install python3.11 python3.11-venv; macOS: brew install python),")
        print("or say where it is:  make run PYTHON=/path/to/python3.12")
        return 1
    os.execv(python, [python, INSTALL] + sys.argv[1:])  # noqa: RUF005
    return 0


if __name__ == "__main__":
    sys.exit(main())
