"""Routes of photos, their corners and diagnosis, their versions and downloads, and signed links to files."""

from contextlib import AsyncExitStack
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import RedirectResponse

from rekindle.accounts.asking import asks, open_to_all
from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.errors import NotFound, Overloaded, TooLarge, UnsupportedFormat
from rekindle.imaging.encode import Encoding, Keep
from rekindle.imaging.formats import Format
from rekindle.imaging.marks import BadMask, MaskDoesNotFit
from rekindle.imaging.output import CannotMark
from rekindle.imaging.quadrilateral import BadCorners, Corners
from rekindle.infra.http import API, BadCursor, encode_cursor, problems, send_file, service
from rekindle.infra.ranges import Conditions, RangeNotSatisfiable, send_parts
from rekindle.infra.storage.port import FileMissing, Storage, StorageAway, StorageFull
from rekindle.infra.storage.signing import LinkInvalid
from rekindle.photos.downloads import Downloads, IsAFilm, IsAPicture, RenditionNotFound
from rekindle.photos.films import FILM_TYPE, film_of
from rekindle.photos.masks import MaskNotFound, Masks, MaskTooLarge
from rekindle.photos.preparing import Preparing, public_diagnosis
from rekindle.photos.present import Presenter, corners_out
from rekindle.photos.receive import FORM_OVERHEAD, Received, Receiver, UploadTimedOut, name_from_header
from rekindle.photos.schemas import (
    ChangedPhoto,
    CornersOut,
    DiagnosisOut,
    MaskOut,
    PhotoOut,
    PhotoPage,
    RenditionList,
    RenditionOut,
    SetCorners,
    SignedLink,
    WantedFile,
)
from rekindle.photos.service import OriginalGone, PhotoNotFound, Photos

router = APIRouter(prefix=API, tags=["photos"])

Asker = Annotated[User, asks()]
PhotoService = Annotated[Photos, service(Photos)]
Presenting = Annotated[Presenter, service(Presenter)]
Diagnosing = Annotated[Preparing, service(Preparing)]
Masking = Annotated[Masks, service(Masks)]
Downloading = Annotated[Downloads, service(Downloads)]
Files = Annotated[Storage, service(Storage)]
Time = Annotated[Clock, service(Clock)]
NoneMatch = Annotated[str | None, Header(alias="If-None-Match", include_in_schema=False)]
FetchMode = Annotated[str | None, Header(alias="Sec-Fetch-Mode", include_in_schema=False)]
"""What a browser says of a request by itself. Pictures and films on a page are `no-cors`, and follow wherever they are
sent. Programs may not, and a script that reads pixels would need the consent of the store.
"""


async def conditions(
    none_match: NoneMatch = None,
    part: Annotated[str | None, Header(alias="Range", include_in_schema=False)] = None,
    if_range: Annotated[str | None, Header(alias="If-Range", include_in_schema=False)] = None,
) -> Conditions:
    """What a request says of the file that it wants."""
    return Conditions(none_match, part, if_range)


Asked = Annotated[Conditions, Depends(conditions)]
Limit = Annotated[int, Query(ge=1, le=200)]

BINARY = {"schema": {"type": "string", "format": "binary"}}
UPLOAD_BODY = {
    "required": True,
    "content": {
        "image/*": BINARY,
        "application/octet-stream": BINARY,
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
    },
}
MASK_BODY = {"required": True, "content": {"image/png": BINARY}}
FOLLOWS_THE_PLAN = "private, no-cache"
"""How long a result is kept by a browser: another plan gives other bytes at the same address."""

ELSEWHERE_SECONDS = 3600
"""How long an address of the store holds to which a picture on a page is sent on."""
ELSEWHERE = {"Cache-Control": f"private, max-age={ELSEWHERE_SECONDS // 2}", "Vary": "Sec-Fetch-Mode"}

FILE = {200: {"description": "The file", "content": {"image/*": BINARY}}, 304: {"description": "Not modified"}}

PART = {206: {"description": "A part of the film", "content": {"video/mp4": BINARY}}} | problems(RangeNotSatisfiable)


@router.post(
    "/photos",
    status_code=201,
    responses=problems(UploadTimedOut, TooLarge, UnsupportedFormat, Overloaded, StorageAway, StorageFull),
    openapi_extra={"requestBody": UPLOAD_BODY},
)
async def upload(
    request: Request,
    response: Response,
    user: Asker,
    photos: PhotoService,
    presenter: Presenting,
    filename: Annotated[str | None, Header(alias="X-Filename", description="Percent-encoded UTF-8.")] = None,
) -> PhotoOut:
    """Take a photo in: as the raw body, which is the fast way, or as the part `file` of a form."""
    content_type = request.headers.get("content-type", "")

    async def incoming(receiver: Receiver) -> Received:
        declared = request.headers.get("content-length")
        if content_type.lower().startswith("multipart/form-data"):
            receiver.expect(declared, overhead=FORM_OVERHEAD)
            return await receiver.form(request.stream(), content_type)
        receiver.expect(declared)
        return await receiver.raw(request.stream(), name_from_header(filename))

    photo = await photos.receive(user.id, incoming)
    response.headers["Location"] = f"{API}/photos/{photo.id}"
    return presenter.photo(photo, [])


@router.get("/photos", responses=problems(BadCursor))
async def list_photos(
    user: Asker, photos: PhotoService, presenter: Presenting, limit: Limit = 50, cursor: str | None = None
) -> PhotoPage:
    """Photos, newest first."""
    rows = await photos.page(user.id, limit, cursor)
    results = await photos.results(user.id, [row.id for row in rows])
    more = encode_cursor(rows[-1].created_at, rows[-1].id) if len(rows) == limit else None
    return PhotoPage(items=[presenter.photo(row, results) for row in rows], next_cursor=more)


@router.get("/photos/{photo_id}", responses=problems(PhotoNotFound))
async def get_photo(photo_id: UUID, user: Asker, photos: PhotoService, presenter: Presenting) -> PhotoOut:
    """One photo."""
    return presenter.photo(await photos.get(user.id, photo_id), await photos.results(user.id, [photo_id]))


@router.patch("/photos/{photo_id}", responses=problems(PhotoNotFound))
async def change_photo(
    photo_id: UUID, body: ChangedPhoto, user: Asker, photos: PhotoService, presenter: Presenting
) -> PhotoOut:
    """Keep a photo on this machine, or let it leave again. It counts from now on, also for a job that is under way."""
    photo = await photos.keep_here(user.id, photo_id, body.local_only)
    return presenter.photo(photo, await photos.results(user.id, [photo_id]))


@router.delete("/photos/{photo_id}", status_code=204, responses=problems(PhotoNotFound))
async def delete_photo(photo_id: UUID, user: Asker, photos: PhotoService) -> None:
    """Delete a photo and everything that was made of it. Its running job is stopped."""
    await photos.delete(user.id, photo_id)


@router.get(
    "/photos/{photo_id}/original", response_class=Response, responses=FILE | problems(PhotoNotFound, OriginalGone)
)
async def get_original(photo_id: UUID, user: Asker, downloads: Downloading, none_match: NoneMatch = None) -> Response:
    """The bytes as they were uploaded."""
    async with AsyncExitStack() as stack:
        photo, path = await stack.enter_async_context(downloads.original(user.id, photo_id))
        media_type = Format(photo.format).media_type
        return send_file(path, media_type, etag=photo.sha256, none_match=none_match, name=photo.filename, stack=stack)


@router.get("/photos/{photo_id}/diagnosis", responses=problems(PhotoNotFound, OriginalGone))
async def get_diagnosis(photo_id: UUID, user: Asker, preparing: Diagnosing) -> DiagnosisOut:
    """What is wrong with the photo: measured at the first call, then remembered. It follows the corners."""
    return DiagnosisOut.model_validate(public_diagnosis(await preparing.diagnosis(user.id, photo_id)))


@router.get("/photos/{photo_id}/corners", responses=problems(PhotoNotFound))
async def get_corners(photo_id: UUID, user: Asker, photos: PhotoService) -> CornersOut:
    """The corners of the print within the picture."""
    return corners_out(await photos.get(user.id, photo_id))


@router.put("/photos/{photo_id}/corners", responses=problems(PhotoNotFound, BadCorners))
async def set_corners(photo_id: UUID, body: SetCorners, user: Asker, photos: PhotoService) -> CornersOut:
    """Correct the corners; the next job uses them."""
    corners = Corners.from_json([point.model_dump() for point in body.corners])
    return corners_out(await photos.set_corners(user.id, photo_id, corners))


@router.delete("/photos/{photo_id}/corners", responses=problems(PhotoNotFound))
async def reset_corners(photo_id: UUID, user: Asker, photos: PhotoService) -> CornersOut:
    """Go back to the corners that were found automatically."""
    return corners_out(await photos.set_corners(user.id, photo_id, None))


@router.get("/photos/{photo_id}/renditions", responses=problems(PhotoNotFound))
async def list_renditions(photo_id: UUID, user: Asker, photos: PhotoService, presenter: Presenting) -> RenditionList:
    """The restored versions of a photo, newest first."""
    await photos.get(user.id, photo_id)
    return RenditionList(items=[presenter.rendition(row) for row in await photos.results(user.id, [photo_id])])


@router.post(
    "/photos/{photo_id}/masks",
    status_code=201,
    responses=problems(PhotoNotFound, MaskDoesNotFit, MaskTooLarge, BadMask, UploadTimedOut, StorageFull),
    openapi_extra={"requestBody": MASK_BODY},
)
async def upload_mask(
    photo_id: UUID, request: Request, response: Response, user: Asker, masks: Masking, presenter: Presenting
) -> MaskOut:
    """Take in a mask: a PNG in the proportions of the straightened photo, bright (and opaque) where there is damage.

    A job with this mask fills exactly what it marks.
    """

    async def incoming(receiver: Receiver) -> Received:
        receiver.expect(request.headers.get("content-length"))
        return await receiver.raw(request.stream(), "mask.png")

    mask = await masks.receive(user.id, photo_id, incoming)
    response.headers["Location"] = f"{API}/masks/{mask.id}"
    return presenter.mask(mask)


@router.get("/masks/{mask_id}", responses=problems(MaskNotFound))
async def get_mask(mask_id: UUID, user: Asker, masks: Masking, presenter: Presenting) -> MaskOut:
    """A mask that was uploaded, or that a job found."""
    return presenter.mask(await masks.get(user.id, mask_id))


@router.get("/renditions/{rendition_id}", responses=problems(RenditionNotFound))
async def get_rendition(rendition_id: UUID, user: Asker, downloads: Downloading, presenter: Presenting) -> RenditionOut:
    """One restored version."""
    return presenter.rendition(await downloads.rendition(user.id, rendition_id))


@router.get(
    "/renditions/{rendition_id}/download",
    response_class=Response,
    responses=FILE | PART | problems(RenditionNotFound, FileMissing, IsAFilm, IsAPicture, CannotMark),
)
async def download(
    rendition_id: UUID,
    user: Asker,
    downloads: Downloading,
    wanted: Annotated[WantedFile, Query()],
    asked: Asked,
) -> Response:
    """A version as a file. Of a film a part can be asked for."""
    film = wanted.format == "mp4"
    if wanted.format is None:
        film = film_of(await downloads.rendition(user.id, rendition_id)) is not None
    async with AsyncExitStack() as stack:
        if film:
            file = await stack.enter_async_context(downloads.film(user.id, rendition_id))
            return send_parts(
                file.path, file.media_type, etag=file.etag, asked=asked, name=file.filename, stack=stack
            )  # fmt: skip
        file = await stack.enter_async_context(downloads.open(user.id, rendition_id, encoding_of(wanted)))
        answer = send_file(
            file.path, file.media_type, etag=file.etag, none_match=asked.none_match, name=file.filename, stack=stack
        )
        answer.headers["Cache-Control"] = FOLLOWS_THE_PLAN
        return answer


@router.get(
    "/renditions/{rendition_id}/preview",
    response_class=Response,
    responses=FILE | problems(RenditionNotFound, FileMissing, CannotMark),
)
async def get_preview(
    rendition_id: UUID, user: Asker, downloads: Downloading, none_match: NoneMatch = None
) -> Response:
    """The preview of a restored version, as the plan of its owner lets it out."""
    async with AsyncExitStack() as stack:
        file = await stack.enter_async_context(downloads.preview(user.id, rendition_id))
        answer = send_file(file.path, file.media_type, etag=file.etag, none_match=none_match, stack=stack)
        answer.headers["Cache-Control"] = FOLLOWS_THE_PLAN
        return answer


@router.get(
    "/files/{key:path}",
    response_class=Response,
    responses=FILE | PART | problems(LinkInvalid, NotFound),
    dependencies=[open_to_all()],
)
async def get_file(
    key: str, files: Files, clock: Time, link: Annotated[SignedLink, Query()], asked: Asked, mode: FetchMode = None
) -> Response:
    """A file by a signed link, as the other answers contain them: whoever has the link may see it until it ends."""
    files.verify(key, link.expires, link.signature, clock.now())
    if mode == "no-cors" and (address := await files.elsewhere(key, seconds=ELSEWHERE_SECONDS)) is not None:
        return RedirectResponse(address, headers=ELSEWHERE)
    async with AsyncExitStack() as stack:
        path, etag = await stack.enter_async_context(files.local(key)), key.replace("/", "-")
        if key.endswith(".mp4"):
            return send_parts(path, FILM_TYPE, etag=etag, asked=asked, stack=stack)
        media_type = "image/png" if key.endswith(".png") else "image/jpeg"
        return send_file(path, media_type, etag=etag, none_match=asked.none_match, stack=stack)


def encoding_of(wanted: WantedFile) -> Encoding:
    """The encoding that a request for a picture asks for."""
    keep = {"keep": Keep.ALL, "no_location": Keep.NO_LOCATION, "strip": Keep.NOTHING}[wanted.metadata]
    return Encoding(format=Format(wanted.format or Format.JPEG), quality=wanted.quality, depth=wanted.depth, keep=keep)
