"""Runs the server with reload and the pages with hot replacement, side by side, until Ctrl+C."""

import subprocess
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from rekindle.cli.serve import work
from rekindle.config import Settings
from rekindle.server.app import create_app

ROOT = Path(__file__).resolve().parent.parent


def app() -> FastAPI:
    """The application with the worker inside, as `rekindle serve` has it."""
    return create_app(Settings(), work)


def main() -> None:
    with subprocess.Popen(["npm", "run", "dev", "--", "--host", "127.0.0.1"], cwd=ROOT / "web") as pages:
        try:
            uvicorn.run(
                "dev:app",
                factory=True,
                reload=True,
                reload_dirs=[str(ROOT / "src")],
                app_dir=str(ROOT / "scripts"),
                port=8000,
            )
        finally:
            pages.terminate()


if __name__ == "__main__":
    main()
