"""What every service stands on: the embedded implementations of the ports, from the settings."""

import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.infra.db.database import Database
from rekindle.infra.events.port import Events
from rekindle.infra.machine import usable_cores
from rekindle.infra.queue.port import Queue
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.port import Storage
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.workbench import Workbench
from rekindle.wiring.events import events_of
from rekindle.wiring.queues import queue_of
from rekindle.wiring.storage import open_storage

CHILD_MODULES = ("rekindle.photos.pixels", "rekindle.imaging.restoration", "rekindle.providers.engine")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the services stand on."""

    clock: Clock
    db: Database
    storage: Storage
    queue: Queue
    events: Events
    scratch: Scratch
    intake: Workbench
    restoring: Workbench
    concurrency: int


def lay_ground(settings: Settings, db: Database, *, scratch_folder: Path | None = None) -> Ground:
    """Open everything but the database. `scratch_folder` is for unfinished files, on the disk of the stored ones."""
    clock, work, cores = Clock(), settings.work, usable_cores()
    concurrency = work.restore_processes or max(1, cores // 2)
    scratch_folder = scratch_folder or settings.scratch_folder
    scratch = Scratch(scratch_folder)
    return Ground(
        clock=clock,
        db=db,
        storage=open_storage(settings, scratch=scratch, signer=_signer(settings)),
        queue=queue_of(settings, db, clock=clock),
        events=events_of(settings, db),
        scratch=scratch,
        intake=Workbench(
            workers=work.intake_processes or min(4, cores),
            memory_bytes=work.intake_memory,
            folder=scratch_folder,
            preload=CHILD_MODULES[:1],
        ),
        # One more than there are jobs at a time: a diagnosis or a download that someone waits for finds a place.
        restoring=Workbench(
            workers=concurrency + 1,
            memory_bytes=work.restore_memory,
            folder=scratch_folder,
            preload=CHILD_MODULES,
        ),
        concurrency=concurrency,
    )


def _signer(settings: Settings) -> LinkSigner:
    secret = settings.storage.url_secret
    key = kept_secret(settings.data_folder / "links.key") if secret is None else secret.get_secret_value().encode()
    return LinkSigner(key, seconds=settings.storage.url_seconds)


def secret_for(settings: Settings, purpose: str) -> bytes:
    """A secret for one purpose: the same for all servers that share the secret of links."""
    shared = settings.storage.url_secret
    if shared is None:
        return kept_secret(settings.data_folder / f"{purpose}.key")
    return hmac.digest(shared.get_secret_value().encode(), purpose.encode(), "sha256")


def kept_secret(path: Path) -> bytes:
    """The secret in this file, made first when there is none; whole, also for two who start at once."""
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
        unfinished.unlink()
    return path.read_bytes()
