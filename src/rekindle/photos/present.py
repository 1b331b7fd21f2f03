"""Photos and their files as the API shows them."""

from collections.abc import Sequence

from rekindle.clock import Clock
from rekindle.imaging.formats import Format
from rekindle.imaging.quadrilateral import FULL_FRAME, Corners
from rekindle.infra.http import API
from rekindle.infra.storage.port import Storage
from rekindle.photos.films import film_of
from rekindle.photos.preparing import prepared_key, public_diagnosis
from rekindle.photos.schemas import (
    CornersOut,
    DiagnosisOut,
    LatestJob,
    MaskOut,
    PhotoOut,
    PointBody,
    RenditionOut,
)
from rekindle.photos.service import corners_of
from rekindle.photos.tables import PhotoRow, RenditionRow


class Presenter:
    """Turns rows into response bodies, with fresh links to their files."""

    def __init__(self, storage: Storage, *, clock: Clock, by_plan: bool = False) -> None:
        """`by_plan`: how the preview of a result looks depends on who it belongs to, so that it is no stored file."""
        self._storage = storage
        self._clock = clock
        self._by_plan = by_plan

    def link(self, key: str) -> str:
        """A signed address of a stored file."""
        return self._storage.url(key, self._clock.now())

    def photo(self, row: PhotoRow, results: Sequence[RenditionRow]) -> PhotoOut:
        """A photo with its own among `results`."""
        original = f"{API}/photos/{row.id}/original"
        diagnosis = current_diagnosis(row)
        return PhotoOut.model_validate(
            {
                **{name: getattr(row, name) for name in PLAIN_FIELDS},
                "media_type": Format(row.format).media_type,
                "preview_url": self.link(row.preview_key),
                "thumbnail_url": self.link(row.thumbnail_key),
                "original_url": original if row.original_key is not None else None,
                "corners": corners_out(row),
                "diagnosis": diagnosis,
                "focus": focus_of(diagnosis),
                "chosen_rendition_id": row.chosen_id,
                "latest_job": LatestJob.model_validate(row.latest_job) if row.latest_job is not None else None,
                "results": [self.rendition(result) for result in results if result.photo_id == row.id],
            }
        )

    def rendition(self, row: RenditionRow) -> RenditionOut:
        """A result."""
        film = film_of(row)
        return RenditionOut.model_validate(
            {
                **{name: getattr(row, name) for name in RENDITION_FIELDS},
                "preview_url": self.preview(row),
                "thumbnail_url": self.link(row.thumbnail_key),
                "before_preview_url": self.link(row.before_key),
                "download_url": f"{API}/renditions/{row.id}/download",
                "media": "picture" if film is None else "film",
                "film_url": self.film(row),
                "seconds": None if film is None else film.seconds,
            }
        )

    def preview(self, row: RenditionRow) -> str:
        """The address of the preview of a result."""
        return f"{API}/renditions/{row.id}/preview" if self._by_plan else self.link(row.preview_key)

    def film(self, row: RenditionRow) -> str | None:
        """The address at which a player finds the film that a result is; None for a picture."""
        return None if film_of(row) is None else self.link(row.master_key)

    def mask(self, row: RenditionRow) -> MaskOut:
        """A mask."""
        details = row.details or {}
        return MaskOut(
            id=row.id, photo_id=row.photo_id, job_id=row.job_id, source=details["source"], width=row.width,
            height=row.height, share=details["share"], url=self.link(row.master_key), created_at=row.created_at,
        )  # fmt: skip


RENDITION_FIELDS = ("id", "photo_id", "job_id", "operation", "version", "width", "height", "created_at")

PLAIN_FIELDS = (
    "id", "filename", "format", "bytes", "sha256", "width", "height", "created_at", "captured_at", "has_location",
    "local_only",
)  # fmt: skip


def corners_out(row: PhotoRow) -> CornersOut:
    """The corners in use and what was suggested."""
    corners, found = corners_of(row), Corners.from_json(row.found_corners["corners"])
    source = "user" if row.user_corners is not None else "full_frame" if corners == FULL_FRAME else "automatic"
    return CornersOut(
        corners=_points(corners),
        source=source,
        confidence=row.found_corners["confidence"],
        suggested=None if found == FULL_FRAME else _points(found),
    )


def current_diagnosis(row: PhotoRow) -> DiagnosisOut | None:
    """The diagnosis, if it holds for the present corners."""
    if row.diagnosis is None or row.diagnosis["prepared"] != prepared_key(row.sha256, corners_of(row)):
        return None
    return DiagnosisOut.model_validate(public_diagnosis(row.diagnosis))


def focus_of(diagnosis: DiagnosisOut | None) -> PointBody | None:
    """The middle of the faces that were measured, if there are any."""
    measured = None if diagnosis is None else diagnosis.measures.get("focus")
    if not isinstance(measured, list):
        return None
    x, y = measured
    return PointBody(x=x, y=y)


def _points(corners: Corners) -> list[PointBody]:
    return [PointBody(x=point.x, y=point.y) for point in corners.points()]
