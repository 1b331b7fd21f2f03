"""Writes down the size and the SHA-256 of every file of weights in the package.

Usage: python -m training.networks.list_weights
"""

import hashlib
import json
from pathlib import Path

WEIGHTS = Path("src/rekindle/imaging/weights")


def main() -> None:
    """Renew weights.json beside the files."""
    listed = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(WEIGHTS.glob("*.onnx"))
    }
    (WEIGHTS / "weights.json").write_text(json.dumps(listed, indent=2) + "\n")


if __name__ == "__main__":
    main()
