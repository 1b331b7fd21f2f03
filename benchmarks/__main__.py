"""Runs every benchmark, prints its tables, and keeps them in docs/reference/benchmarks.md: `make bench`."""

import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.photographs import CREDITS
from benchmarks.sheets import markdown

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs/reference/benchmarks.md"
PARTS = {
    "Quality of repair": (
        "benchmarks.quality",
        (
            "Known damage on photographs that no training saw, against the truth. *Gain* is that over the input, "
            "*worst photo* the least of it. Rows with the *true mask* know where the damage is: they are a ceiling."
        ),
    ),
    "Thin lines on faded prints": (
        "benchmarks.ruled_lines",
        (
            "Seven white lines two pixels wide on each photo, which is faded and grainy: the share of their length "
            "along which they stand out from both sides by ten levels more than the photo itself does there."
        ),
    ),
    "Corners of prints": (
        "benchmarks.corners",
        "Prints laid onto surfaces, and photos that hold no print.",
    ),
    "Taking in a photo": ("benchmarks.preprocess", "Upright, at most 2000 pixels, JPEG, and a thumbnail, from a JPEG."),
    "The whole job": ("benchmarks.whole_job", "`rekindle restore` on one photo, with the start of the program."),
    "The ledger of credits": (
        "benchmarks.ledger",
        "Holds and captures through the product, beside the same statements through bare drivers, and pgbench.",
    ),
    "Many calls at once": (
        "benchmarks.many_calls",
        "1,000 edits at a provider that takes ten seconds for each, in one process, beside blocking calls in threads.",
    ),
    "The limiter of several processes": (
        "benchmarks.limiter",
        "Tokens taken through the product, beside redis-benchmark with the same script on the same server.",
    ),
    "Beside an upscaler": (
        "benchmarks.upscaler_peer",
        "Seconds a megapixel on the same processor; the upscaler is no part of the product.",
    ),
}
HEAD = """# Benchmarks

Made by `make bench`; every comparison is with a named peer in the same run. Look at the ratios: seconds differ from
machine to machine, and on a busy one from run to run. This was {machine}.
"""

SHEETS = """
### As pictures

The same places of four photographs, at full size, with the damage of the benchmark; `python -m benchmarks.sheets` makes
them. Photographs: {credits}.

{pictures}
"""


def run(module: str) -> tuple[str, int]:
    """What a benchmark prints, shown while it does so, and its exit status."""
    command = [sys.executable, "-m", module]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return "".join(lines).strip(), running.returncode


def main() -> int:
    """Run all, or those whose modules are named; all together write the page. Returns 1 when a limit is broken."""
    named = set(sys.argv[1:])
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    sections: list[str] = []
    worst = 0
    for title, (module, about) in PARTS.items():
        if named and module.rpartition(".")[2] not in named:
            continue
        print(f"\n## {title}\n\n{about}\n", flush=True)
        printed, status = run(module)
        shown = printed if "|" in printed else f"```text\n{printed}\n```"
        sections.append(f"\n## {title}\n\n{about}\n\n{shown}\n")
        if module == "benchmarks.quality":
            run("benchmarks.sheets")
            sections.append(SHEETS.format(pictures=markdown(), credits=CREDITS))
        worst = max(worst, abs(status))
    if not named:
        TARGET.write_text(HEAD.format(machine=machine) + "".join(sections))
        print(f"\nkept in {TARGET.relative_to(ROOT)}")
    return min(worst, 1)


if __name__ == "__main__":
    sys.exit(main())
