"""Write the description of the API to docs/reference/openapi.json, or check with --check that the file is current."""

import argparse
import json
import sys
from pathlib import Path

from rekindle.config import Settings
from rekindle.server.app import create_app

FILE = Path(__file__).parent.parent / "docs" / "reference" / "openapi.json"


def described() -> str:
    """The description as it is committed."""
    return json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is not current")
    current = described()
    if parser.parse_args().check:
        if not FILE.is_file() or FILE.read_text() != current:
            sys.exit(f"{FILE.name} is not current: run scripts/export_openapi.py")
        return
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(current)


if __name__ == "__main__":
    main()
