"""Films among the results: the master of such a version is an MP4 file, and its previews are of one picture of it."""

from dataclasses import dataclass

from rekindle.infra.db.base import Json
from rekindle.photos.tables import RESULT, RenditionRow

FILM_TYPE = "video/mp4"


@dataclass(frozen=True, slots=True)
class Film:
    """How long a film lasts, as far as that is known."""

    seconds: float | None


def film_of(row: RenditionRow) -> Film | None:
    """The film that a version is; None for a picture, and for a mask."""
    if row.kind != RESULT or row.details is None or row.details.get("media_type") != FILM_TYPE:
        return None
    return Film(row.details.get("seconds"))


def film_details(seconds: float | None) -> Json:
    """What is written down with a version that is a film."""
    return {"media_type": FILM_TYPE, "seconds": seconds}
