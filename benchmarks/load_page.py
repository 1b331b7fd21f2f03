"""Measures the product under load and keeps what came of it in docs/reference/load.md: `make bench-load`."""

import os
import platform
import subprocess
import sys

from benchmarks.__main__ import ROOT

TARGET = ROOT / "docs/reference/load.md"
HEAD = """# Load

Made by `make bench-load`. The product and a backend of another design take turns with the same photo of 12 megapixels,
the same users and the same stand-in for Gemini, which runs on this machine, as the users do. That backend holds each
request open until the picture is there, and keeps nothing. What it does not do is part of what the product takes: an
examination of the upload, previews, a diagnosis from the pixels, a look at whether the result shows the same, laying it
on the frame of the photo at full size, and writing all of it to the disk.

Look at the ratios: seconds differ from machine to machine, and on a busy one from run to run. This was {machine}.
"""


def main() -> int:
    """Run it with the arguments of this program, and write the page. Returns its exit status."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    command = [sys.executable, "-m", "benchmarks.load", *sys.argv[1:]]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if running.returncode in (0, 1):
        TARGET.write_text(HEAD.format(machine=machine) + "".join(lines).replace("\n### ", "\n## "))
        print(f"\nkept in {TARGET.relative_to(ROOT)}")
    return running.returncode


if __name__ == "__main__":
    sys.exit(main())
