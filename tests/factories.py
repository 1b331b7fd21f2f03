"""How to make a valid one of anything: settings, clocks, pictures, a running server."""

import asyncio
import atexit
import io
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import numpy as np
import pytest
import uvicorn
from PIL import ExifTags, Image, ImageCms

from rekindle.accounts.asking import HOME_ID
from rekindle.accounts.plans import PRESETS, Plans, Preset
from rekindle.cli.serve import work
from rekindle.clock import Clock, uuid7
from rekindle.config import Settings
from rekindle.credits.prices import REKINDLE
from rekindle.credits.service import Credits
from rekindle.infra.db.database import Database
from rekindle.infra.db.embedded import open_database
from rekindle.infra.db.migrate import upgrade
from rekindle.infra.http import Services
from rekindle.jobs.charges import Charges, Tariff
from rekindle.jobs.endings import Endings
from rekindle.photos.tables import PhotoRow
from rekindle.server.app import create_app

T = TypeVar("T")

NOON = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)
WHOLE = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 0.0}, {"x": 1.0, "y": 1.0}, {"x": 0.0, "y": 1.0}]


class HeldClock(Clock):
    """A clock that stands still until it is told; its identifiers are in the order in which they were made."""

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__()
        self._now = now
        self._made = 0

    def now(self) -> datetime:
        return self._now

    def new_id(self) -> uuid.UUID:
        self._made += 1
        return uuid7(int(self._now.timestamp() * 1000), self._made.to_bytes(10, "big"))

    def advance(self, **duration: float) -> None:
        self._now += timedelta(**duration)


# ── settings and databases ──


def settings(folder: Path, **groups: Any) -> Settings:
    """Settings for one small server in `folder`; a group given by name replaces some of its values."""
    values: dict[str, Any] = {"data_folder": folder, "work": {"restore_processes": 1, "intake_processes": 1}}
    for name, changes in groups.items():
        values[name] = {**values.get(name, {}), **changes} if isinstance(changes, dict) else changes
    return Settings(**values)


@cache
def newest_tables() -> Path:
    """An empty database with every migration applied, made once for all tests of a process."""
    path = Path(tempfile.mkdtemp(prefix="rekindle-tables-")) / "newest.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@asynccontextmanager
async def database(folder: Path) -> AsyncGenerator[Database]:
    """A fresh database with the newest tables."""
    path = folder / "test.db"
    await asyncio.to_thread(shutil.copyfile, newest_tables(), path)
    db = open_database(f"sqlite+aiosqlite:///{path}")
    try:
        yield db
    finally:
        await db.aclose()


def photo_row(clock: Clock, **changes: Any) -> PhotoRow:
    """A photo that is in no storage."""
    photo_id = clock.new_id()
    values: dict[str, Any] = {
        "id": photo_id, "owner_id": HOME_ID, "created_at": clock.now(), "filename": "photo.jpg", "format": "jpeg",
        "sha256": "0" * 64,
        "bytes": 1000, "width": 64, "height": 48, "captured_at": None, "has_location": False,
        "original_key": "originals/00/" + "0" * 64, "preview_key": f"previews/{photo_id}/preview.jpg",
        "thumbnail_key": f"previews/{photo_id}/thumbnail.jpg",
        "found_corners": {"corners": WHOLE, "confidence": 0.0}, "user_corners": None, "diagnosis": None,
        "latest_job": None, "local_only": False,
    }  # fmt: skip
    return PhotoRow(**{**values, **changes})


@contextmanager
def small_disk(folder: Path, *, size: str, inodes: int = 0) -> Generator[Path]:
    """A file system with little room (and, if given, for so many files); skips the test where none can be made."""
    disk = folder / "disk"
    disk.mkdir()
    options = f"size={size}" + (f",nr_inodes={inodes}" if inodes else "")
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    may = os.name == "posix" and os.geteuid() == 0 and shutil.which("mount") is not None
    if not may or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be made by root, where mounting is allowed")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def leave(disk: Path, room: int) -> Path:
    """Fill the disk up until no more than `room` bytes are free."""
    filler = disk / "filler"
    state = os.statvfs(disk)
    # Others may write at the same time, and then there is less room than there was.
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        file.write(bytes(max(state.f_bavail * state.f_frsize - room, 0)))
    return filler


def endings(clock: Clock) -> Endings:
    """What ends jobs, with the usual prices."""
    tariff = Tariff(REKINDLE, Plans(PRESETS[Preset.REKINDLE]), timedelta(hours=24))
    return Endings(Charges(Credits(clock=clock), tariff, clock=clock), clock=clock)


# ── pictures ──


def scene(width: int = 320, height: int = 240, seed: int = 1) -> Image.Image:
    """A clean picture of the whole range of tones: soft hills of colour with a few hard edges."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    layers = [
        0.5 + 0.5 * np.sin(2 * np.pi * (random.uniform(0.6, 1.6) * x + random.uniform(0.6, 1.6) * y + random.random()))
        for _ in range(3)
    ]
    pixels = np.stack(layers, axis=-1)
    for _ in range(6):
        top, left = int(random.integers(0, height * 3 // 4)), int(random.integers(0, width * 3 // 4))
        pixels[top : top + height // 5, left : left + width // 6] = random.random(3)
    pixels[:12, :12], pixels[:12, -12:] = 0.0, 1.0
    return Image.fromarray((pixels * 255 + 0.5).astype(np.uint8))


def faded(width: int = 320, height: int = 240, seed: int = 1) -> Image.Image:
    """A picture that needs work: noisy, and its tones fill a third of the range."""
    clean = np.asarray(scene(width, height, seed), dtype=np.float64)
    noise = np.random.default_rng(seed).normal(0.0, 10.0, clean.shape)
    return Image.fromarray(np.clip(clean * 0.35 + 90.0 + noise, 0, 255).astype(np.uint8))


def jpeg(picture: Image.Image | None = None, **options: Any) -> bytes:
    """A picture as JPEG."""
    return encoded(picture or faded(), "JPEG", **{"quality": 90, **options})


def png(picture: Image.Image | None = None, **options: Any) -> bytes:
    """A picture as PNG."""
    return encoded(picture or faded(), "PNG", **options)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def tagged_jpeg(picture: Image.Image | None = None) -> bytes:
    """A JPEG with a place, a date, a camera, a colour profile and 300 dots per inch."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Old Camera Works"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2004:05:17 09:30:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (48.0, 12.0, 30.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (16.0, 22.0, 5.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return jpeg(picture or faded(), exif=exif, icc_profile=profile, dpi=(300, 300))


# ── a running server ──


class Live:
    """A real server, in a thread with an event loop of its own, and a client for it."""

    def __init__(self, server: uvicorn.Server, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self.url = f"http://127.0.0.1:{port}"
        self.client = httpx2.Client(base_url=self.url, timeout=60.0)

    @property
    def services(self) -> Services:
        return self._server.config.app.state.services  # type: ignore[union-attr]

    def inside(self, make: Callable[[], Awaitable[T]]) -> T:
        """What a coroutine gives that runs in the event loop of the server."""

        async def run() -> T:
            return await make()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(60.0)


@contextmanager
def live(chosen: Settings, *, worker: bool = True) -> Generator[Live]:
    """A server with these settings, until the end of the block. A new one begins with its tables made."""
    tables = chosen.data_folder / "rekindle.db"
    if chosen.database.url is None and not tables.exists():
        tables.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(newest_tables(), tables)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    app = create_app(chosen, work if worker else None)
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, timeout_graceful_shutdown=1, proxy_headers=False
    )
    server = uvicorn.Server(config)
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve(sockets=[listener])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    assert server.started, "the server did not start"
    running = Live(server, listener.getsockname()[1], loops[0])
    try:
        yield running
    finally:
        running.client.close()
        server.should_exit = True
        thread.join(20.0)
