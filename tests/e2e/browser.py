"""A browser for the tests of the page: which one, at which sizes, and what hands and eyes do with it."""

import base64
import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

SIZES: Mapping[str, Mapping[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}

# A file comes out of the operating system as a DataTransfer; this makes the same one inside the page.
HAND_OVER = """
async ({kind, files}) => {
    const data = new DataTransfer();
    for (const {name, type, bytes} of files) {
        const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
        data.items.add(new File([content], name, {type}));
    }
    if (kind === 'paste') {
        document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        return;
    }
    for (const name of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true}));
    }
}
"""


def chromium() -> str | None:
    """The path of the browser to use: `$REKINDLE_CHROMIUM`, or one that is installed; None when there is none."""
    return os.environ.get("REKINDLE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def hand_over(page: Page, kind: str, files: Sequence[tuple[str, bytes]], media_type: str = "image/jpeg") -> None:
    """Drop files on the page, or paste them into it (`kind` is "drop" or "paste")."""
    packed = [{"name": name, "type": media_type, "bytes": base64.b64encode(data).decode()} for name, data in files]
    page.evaluate(HAND_OVER, {"kind": kind, "files": packed})


def faults(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is now: one line for each rule that is broken."""
    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']]}" for one in violations]
