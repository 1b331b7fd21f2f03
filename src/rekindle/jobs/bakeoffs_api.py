"""Routes of bake-offs: who could do it, what it would cost, start, look, choose; and what was chosen before."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from rekindle.accounts.asking import asks
from rekindle.accounts.plans import NotInPlan
from rekindle.accounts.users import User
from rekindle.imaging.marks import MaskDoesNotFit
from rekindle.infra.http import API, problems, service
from rekindle.jobs.api import NOT_ADMITTED, Key
from rekindle.jobs.bakeoff_present import BakeoffPresenter
from rekindle.jobs.bakeoff_schemas import (
    BakeoffOut,
    BakeoffPage,
    BakeoffQuoteOut,
    CandidatesOut,
    ChooseResult,
    FavouritesOut,
    QuoteBakeoff,
    SingleName,
    StartBakeoff,
)
from rekindle.jobs.bakeoffs import BakeoffNotFound, Bakeoffs, CandidateRefused, Contest, NotInBakeoff, ResultNotThere
from rekindle.jobs.candidates import Candidates
from rekindle.jobs.combining import COMBINATIONS
from rekindle.jobs.favourites import Favourites
from rekindle.jobs.options import Options, Quality
from rekindle.jobs.schemas import OperationName
from rekindle.jobs.service import Wanted
from rekindle.photos.masks import MaskNotFound
from rekindle.photos.schemas import Body
from rekindle.photos.service import PhotoNotFound
from rekindle.treatments.operations import Operation

router = APIRouter(prefix=API, tags=["bake-offs"])

Asker = Annotated[User, asks()]
Running = Annotated[Bakeoffs, service(Bakeoffs)]
Listing = Annotated[Candidates, service(Candidates)]
Presenting = Annotated[BakeoffPresenter, service(BakeoffPresenter)]
Remembering = Annotated[Favourites, service(Favourites)]

REFUSALS = (PhotoNotFound, MaskNotFound, MaskDoesNotFit, CandidateRefused, *COMBINATIONS, *NOT_ADMITTED)


class CandidatesQuery(Body):
    """What shall be done to which photo."""

    photo_id: UUID
    operation: SingleName = "restore"
    quality: Quality = "standard"


@router.get("/bakeoffs/candidates", responses=problems(PhotoNotFound, NotInPlan))
async def list_candidates(
    user: Asker, candidates: Listing, presenter: Presenting, wanted: Annotated[CandidatesQuery, Query()]
) -> CandidatesOut:
    """Who could do it, what each would cost, how long it would take, and whether the photo would leave this machine."""
    asked = Wanted(wanted.photo_id, Operation(wanted.operation), Options(quality=wanted.quality))
    return CandidatesOut(items=[presenter.candidate(each) for each in await candidates.of(user, asked)])


@router.post("/bakeoffs/quote", responses=problems(*REFUSALS))
async def quote_bakeoff(body: QuoteBakeoff, user: Asker, bakeoffs: Running, presenter: Presenting) -> BakeoffQuoteOut:
    """What a bake-off would cost at most. It costs nothing and sends nothing."""
    found = await bakeoffs.quote(user, contest_of(body))
    prices = [each.price for each in found if each.price is not None]
    return BakeoffQuoteOut(
        most=sum(prices) if prices else None, items=[presenter.candidate(each) for each in found]
    )  # fmt: skip


@router.post("/bakeoffs", status_code=202, responses=problems(*REFUSALS))
async def start_bakeoff(
    body: StartBakeoff, key: Key, user: Asker, bakeoffs: Running, presenter: Presenting, response: Response
) -> BakeoffOut:
    """Have several do the same thing to a photo: a job for each, or none at all where one of them cannot be made."""
    bakeoff_id = await bakeoffs.submit(user, contest_of(body, body.max_price), key=key)
    response.headers["Location"] = f"{API}/bakeoffs/{bakeoff_id}"
    return await presenter.bakeoff(await bakeoffs.get(user.id, bakeoff_id))


@router.get("/bakeoffs", responses=problems(PhotoNotFound))
async def list_bakeoffs(photo_id: UUID, user: Asker, bakeoffs: Running, presenter: Presenting) -> BakeoffPage:
    """The bake-offs of a photo, newest first."""
    found = await bakeoffs.of_photo(user.id, photo_id)
    return BakeoffPage(items=[await presenter.bakeoff(each) for each in found])


@router.get("/bakeoffs/{bakeoff_id:uuid}", responses=problems(BakeoffNotFound))
async def get_bakeoff(bakeoff_id: UUID, user: Asker, bakeoffs: Running, presenter: Presenting) -> BakeoffOut:
    """One bake-off."""
    return await presenter.bakeoff(await bakeoffs.get(user.id, bakeoff_id))


@router.post("/bakeoffs/{bakeoff_id}/choice", responses=problems(BakeoffNotFound, NotInBakeoff, ResultNotThere))
async def choose_result(
    bakeoff_id: UUID, body: ChooseResult, user: Asker, bakeoffs: Running, presenter: Presenting
) -> BakeoffOut:
    """Choose the best result, or none. Whoever made it is asked first for this operation from now on, as long as it is
    there. Where none is better nobody is.
    """
    if body.none_better:
        await bakeoffs.choose_none(user.id, bakeoff_id)
    else:
        await bakeoffs.choose(user.id, bakeoff_id, body.job_id or body.letter or "")
    return await presenter.bakeoff(await bakeoffs.get(user.id, bakeoff_id))


@router.get("/account/favourites")
async def list_favourites(user: Asker, favourites: Remembering, presenter: Presenting) -> FavouritesOut:
    """Whom you chose in bake-offs, for each operation."""
    return FavouritesOut(items=[presenter.favourite(row) for row in await favourites.all(user.id)])


@router.delete("/account/favourites", status_code=204)
async def forget_favourites(user: Asker, favourites: Remembering, operation: OperationName | None = None) -> None:
    """Forget whom you chose, for one operation or for all."""
    await favourites.forget(user.id, None if operation is None else Operation(operation))


def contest_of(body: QuoteBakeoff, max_price: int | None = None) -> Contest:
    """What a request asks for."""
    written = body.options.model_dump(mode="json") | {"provider": None, "model": None}
    wanted = Wanted(body.photo_id, Operation(body.operation), Options.from_json(written), max_price)
    return Contest(wanted, tuple((each.provider, each.model) for each in body.candidates), body.blind)
