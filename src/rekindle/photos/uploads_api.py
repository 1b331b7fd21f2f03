"""Routes of photos that browsers send straight to the store, where the server offers that."""

from typing import Annotated

from fastapi import APIRouter, Response

from rekindle.accounts.asking import asks
from rekindle.accounts.users import User
from rekindle.errors import Overloaded, TooLarge, UnsupportedFormat
from rekindle.infra.http import API, problems, service
from rekindle.infra.storage.port import Announced, StorageAway, StorageFull
from rekindle.photos.arrivals import Arrivals, NoDirectUploads, UploadChanged, UploadNotKnown, UploadNotThere
from rekindle.photos.present import Presenter
from rekindle.photos.schemas import AnnounceUpload, DoneUpload, PhotoOut, UploadOut

router = APIRouter(prefix=API, tags=["photos"])

Asker = Annotated[User, asks()]
Arriving = Annotated[Arrivals, service(Arrivals)]
Presenting = Annotated[Presenter, service(Presenter)]


@router.post("/uploads", status_code=201, responses=problems(NoDirectUploads, TooLarge, StorageAway))
async def announce_upload(body: AnnounceUpload, user: Asker, arrivals: Arriving) -> UploadOut:
    """Ask where to send a photo, where `direct_uploads` of the capabilities is true: the server is spared the bytes."""
    word, slot = await arrivals.announce(user.id, body.filename, Announced(body.bytes, body.media_type))
    return UploadOut(
        upload=word, method="PUT", url=slot.url, headers=dict(slot.headers), expires_at=slot.expires
    )  # fmt: skip


@router.post(
    "/uploads/done",
    status_code=201,
    responses=problems(
        UploadNotKnown, UploadNotThere, UploadChanged, TooLarge, UnsupportedFormat, Overloaded, StorageAway, StorageFull
    ),
)
async def finish_upload(
    body: DoneUpload, response: Response, user: Asker, arrivals: Arriving, presenter: Presenting
) -> PhotoOut:
    """Take in a photo that was sent to the store. However often this is asked, it is one photo."""
    photo = await arrivals.take_in(user.id, body.upload)
    response.headers["Location"] = f"{API}/photos/{photo.id}"
    return presenter.photo(photo, [])
