"""Runs the whole chain once on made-up pictures: train, resume, draw, export, compare. Weights are thrown away.

Usage: python -m training.networks.smoke
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from training.made_up import write_photos


def call(module: str, *arguments: str) -> str:
    """Run one command of the chain as a person would; its output is shown and returned."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=True, text=True, stdout=subprocess.PIPE)
    print(f"$ python -m {module} {' '.join(arguments)}\n{done.stdout}", end="", flush=True)
    return done.stdout


def restorer(photos: Path, folder: Path) -> None:
    """Two short runs, the second going on where the first stopped, and both ONNX files."""
    run = folder / "restorer"
    quick = ("--batch", "4", "--every", "0.1")
    call("training.networks.restorer", str(photos), str(run), "--minutes", "0.15", *quick)
    call("training.networks.restorer", str(photos), str(run), "--minutes", "0.3", *quick)
    history = json.loads((run / "history.json").read_text())
    steps = [row["step"] for row in history]
    assert steps == sorted(set(steps)), "the second run began again"
    call("training.networks.curves", str(run / "history.json"), str(run / "curves.png"))
    call("training.networks.export", str(run), str(photos), str(folder / "weights"))


def filler(photos: Path, folder: Path) -> None:
    """A short run that begins with that restorer, and its file."""
    run = folder / "filler"
    quick = ("--minutes", "0.1", "--every", "0.1", "--batch", "4")
    call("training.networks.filler", str(photos), str(run), "--start", str(folder / "restorer"), *quick)
    call("training.networks.export_filler", str(run), str(photos), str(folder / "weights"))


def colourizer(photos: Path, folder: Path) -> None:
    """A short run of the other network, and its file."""
    run, target = folder / "colourizer", folder / "weights" / "colourizer.onnx"
    quick = ("--minutes", "0.05", "--every", "0.05", "--batch", "4", "--side", "64")
    call("training.networks.colourizer", str(photos), str(run), *quick)
    call("training.networks.export_colourizer", str(run), str(photos), str(target), "--last")


def main() -> None:
    """All of it in a folder that goes away."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = write_photos(folder / "photos")
        restorer(photos, folder)
        filler(photos, folder)
        colourizer(photos, folder)
        made = sorted(path.name for path in (folder / "weights").glob("*.onnx"))
    assert made == ["colourizer.onnx", "filler.onnx", "restorer.int8.onnx", "restorer.onnx"], made
    print(f"The whole chain ran in {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    main()
