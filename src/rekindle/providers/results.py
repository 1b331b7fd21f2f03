"""A look at what a provider sends: it is believed only as far as it can be seen."""

import filecmp

from rekindle.errors import RekindleError
from rekindle.imaging.films import read_film
from rekindle.imaging.header import read_header
from rekindle.providers.errors import BadResult
from rekindle.providers.protocol import VIDEO_TYPE, Done, Edit, Picture


def accept(done: Done, edit: Edit) -> None:
    """Raise BadResult unless there is a picture, of the size that it is said to have, and not the input again.

    Reads files, so it is not for the event loop.
    """
    if done.unchanged:
        return
    if not done.images:
        raise BadResult("No picture came back.")
    for picture in done.images:
        _check_file(picture)
        if any(_same_bytes(picture, given) for given in edit.images):
            raise BadResult("The photo came back as it was.")


def _check_file(picture: Picture) -> None:
    if picture.media_type == VIDEO_TYPE:
        _check_film(picture)
        return
    try:
        header = read_header(picture.path)
    except (OSError, RekindleError) as error:
        raise BadResult("What came back is not a picture.") from error
    size = (header.height, header.width) if header.orientation >= 5 else (header.width, header.height)
    if size != (picture.width, picture.height):
        raise BadResult("The picture that came back has another size than it should have.")


def _check_film(picture: Picture) -> None:
    try:
        read_film(picture.path)
    except (OSError, RekindleError) as error:
        raise BadResult("What came back is not a film.") from error


def _same_bytes(one: Picture, other: Picture) -> bool:
    # What was sent is gone by the time when an answer comes to a receipt.
    return other.path.is_file() and filecmp.cmp(one.path, other.path, shallow=False)
