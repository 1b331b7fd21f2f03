"""Everything about photos and their files, from the settings."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rekindle.accounts.plans import Plans
from rekindle.config import Settings
from rekindle.imaging.formats import Format
from rekindle.photos.arrivals import Arrivals, Leaves
from rekindle.photos.cache import FileCache
from rekindle.photos.downloads import Downloads
from rekindle.photos.masks import Masks, Painting
from rekindle.photos.preparing import Preparing
from rekindle.photos.present import Presenter
from rekindle.photos.retention import Policy, Retention, Sweeper
from rekindle.photos.service import Photos, Reception
from rekindle.safety.uploads import UploadLimits
from rekindle.wiring.ground import Ground, secret_for
from rekindle.wiring.schedules import Deed


@dataclass(frozen=True, slots=True)
class PhotoWork:
    """What works on photos before and after a job."""

    photos: Photos
    masks: Masks
    presenter: Presenter
    preparing: Preparing
    downloads: Downloads
    arrivals: Arrivals
    retention: Retention
    sweeper: Sweeper

    @property
    def actions(self) -> Mapping[str, Deed]:
        """What is done by the clock."""
        return {"sweep-photos": self.sweeper.tidy, "sweep-files": self.sweeper.orphans}

    @property
    def services(self) -> Sequence[object]:
        """What routes ask for."""
        return self.photos, self.masks, self.presenter, self.preparing, self.downloads, self.arrivals


def photo_work(settings: Settings, on: Ground, plans: Plans) -> PhotoWork:
    """What takes photos in, keeps them, shows them, and hands out what was made of them."""
    seconds = settings.work.restore_seconds
    kept = settings.retention
    retention = Retention(Policy(kept.policy), timedelta(hours=kept.hours), timedelta(hours=kept.finished_hours))
    cache = FileCache(
        on.db, on.storage, scratch=on.scratch, clock=on.clock, max_bytes=settings.retention.cache_bytes
    )  # fmt: skip
    photos = Photos(
        on.db, on.storage, bench=on.intake, scratch=on.scratch, clock=on.clock, reception=_reception(settings)
    )  # fmt: skip
    return PhotoWork(
        photos,
        Masks(on.db, on.storage, bench=on.intake, scratch=on.scratch, clock=on.clock, painting=_painting(settings)),
        Presenter(on.storage, clock=on.clock, by_plan=settings.accounts.enabled),
        Preparing(on.db, on.storage, bench=on.restoring, cache=cache, seconds=seconds),
        Downloads(on.db, on.storage, bench=on.restoring, cache=cache, plans=plans, seconds=seconds),
        _arrivals(settings, on, photos),
        retention,
        Sweeper(on.db, on.storage, photos=photos, cache=cache, clock=on.clock, retention=retention),
    )


def _arrivals(settings: Settings, on: Ground, photos: Photos) -> Arrivals:
    chosen = settings.storage
    # Where no leave is given, none is read either.
    secret = secret_for(settings, "uploads") if chosen.direct else secrets.token_bytes(32)
    return Arrivals(
        photos, on.storage, clock=on.clock, limits=upload_limits(settings), leaves=Leaves(secret),
        seconds=chosen.upload_seconds,
    )  # fmt: skip


def _reception(settings: Settings) -> Reception:
    return Reception(
        upload_limits(settings), settings.server.stream_timeout, settings.uploads.decode_seconds,
        least_rate=settings.server.stream_rate, most_at_once=settings.uploads.most_at_once,
    )  # fmt: skip


def _painting(settings: Settings) -> Painting:
    return Painting(
        settings.server.stream_timeout, settings.uploads.decode_seconds, least_rate=settings.server.stream_rate
    )  # fmt: skip


def upload_limits(settings: Settings) -> UploadLimits:
    """What may come in, from the settings."""
    uploads = settings.uploads
    return UploadLimits(
        max_bytes=uploads.max_bytes,
        max_pixels_jpeg=uploads.max_pixels_jpeg,
        max_pixels=uploads.max_pixels,
        max_side=uploads.max_side,
        max_aspect=uploads.max_aspect,
        max_scans=uploads.max_scans,
        formats=frozenset(Format(name) for name in uploads.formats),
    )
