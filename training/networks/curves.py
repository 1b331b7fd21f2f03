"""Draws how a training run went: loss and validation figures over minutes, as a picture.

Usage: python -m training.networks.curves RUN/history.json TARGET.png|svg
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt


def draw(history: list[dict[str, float]], target: Path) -> None:
    """One panel for each group of figures: the loss, gains in dB, and shares."""
    names = [name for name in history[0] if name not in {"step", "minutes"}]
    groups = {
        "loss": [name for name in names if name == "loss"],
        "dB": [name for name in names if name.endswith("_db")],
        "overlap of the mask": [name for name in names if name.endswith("_iou")],
    }
    rest = [name for name in names if not any(name in group for group in groups.values())]
    shown = {title: group for title, group in {**groups, "other": rest}.items() if group}
    figure, panels = plt.subplots(1, len(shown), figsize=(4.5 * len(shown), 3.4), squeeze=False, layout="constrained")
    minutes = [row["minutes"] for row in history]
    for panel, (title, group) in zip(panels[0], shown.items(), strict=True):
        for name in group:
            panel.plot(minutes, [row[name] for row in history], marker="o", markersize=2.5, label=name)
        panel.set(title=title, xlabel="minutes of training")
        panel.grid(visible=True, alpha=0.3)
        panel.legend(fontsize=8)
    figure.savefig(target, dpi=110)
    plt.close(figure)


def main() -> None:
    """Read the history that the training loop wrote and draw it."""
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
