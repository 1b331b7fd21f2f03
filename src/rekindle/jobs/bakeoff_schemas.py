"""Bodies of requests and responses about bake-offs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from rekindle.jobs.schemas import JobOptions, JobOut, OperationName, PriceOut
from rekindle.photos.schemas import Body

SingleName = Literal["restore", "colorize", "restore_colorize", "restyle", "enhance", "animate"]
"""What is done to one photo."""

Letter = Literal["A", "B", "C", "D", "E", "F"]
MOST_CANDIDATES = 6


class CandidateBody(Body):
    """Who shall do it, and with what."""

    provider: str = Field(max_length=60)
    model: str = Field(max_length=120)


def _distinct(candidates: list[CandidateBody]) -> list[CandidateBody]:
    if len({(each.provider, each.model) for each in candidates}) < len(candidates):
        raise ValueError("Each candidate can be asked only once.")
    return candidates


class QuoteBakeoff(Body):
    """What shall be done to a photo, by several. Whom `options` name counts for nothing."""

    photo_id: UUID
    operation: SingleName = "restore"
    options: JobOptions = Field(default_factory=JobOptions)
    candidates: Annotated[list[CandidateBody], AfterValidator(_distinct)] = Field(
        min_length=2, max_length=MOST_CANDIDATES
    )
    blind: bool = Field(default=False, strict=True, description="Who made what is told only after the choice.")


class StartBakeoff(QuoteBakeoff):
    """A job is made for each candidate, or none at all."""

    max_price: int | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=2**53,
        description="The most that all may cost together, in thousandths of a credit; where they would cost more, no "
        "job is made.",
    )


class CandidateOut(Body):
    """Somebody who can do it."""

    provider: str
    provider_title: str
    model: str
    price: int | None = Field(
        description="The most that it costs you, in thousandths of a credit; null where nothing is ever charged."
    )
    estimate: int | None = Field(
        description="What the provider charges for it, in millionths of a dollar; null where nobody knows."
    )
    seconds: float = Field(description="How long it takes for a photo of usual size.")
    sends: bool = Field(description="The photo leaves this machine for it.")
    marks: str | None
    note: str | None
    experimental: bool
    available: bool = Field(description="Whether it may be asked for this photo.")
    refused: str | None = Field(description="Why not, or why not at present.")


class CandidatesOut(Body):
    """Everybody who can do an operation to a photo."""

    items: list[CandidateOut]


class BakeoffQuoteOut(Body):
    """What a bake-off costs at most: `most` is what all candidates cost together."""

    most: int | None = Field(description="In thousandths of a credit; null where nothing is ever charged.")
    items: list[CandidateOut]


class BakeoffJobOut(Body):
    """A contender. Of a blind bake-off nothing tells who it is until `revealed`, in the job neither."""

    letter: Letter
    provider: str | None
    provider_title: str | None
    model: str | None
    cost: int | None = Field(description="Millionths of a dollar that it cost in the end; null before.")
    job: JobOut


class BakeoffOut(Body):
    """A bake-off, its contenders in the order of their letters."""

    id: UUID
    photo_id: UUID
    operation: OperationName
    options: JobOptions
    blind: bool
    revealed: bool = Field(description="Whether it is told who made what: from the choice on if it is blind.")
    created_at: datetime
    chosen_at: datetime | None
    chosen: Letter | None
    chosen_job_id: UUID | None
    none_better: bool = Field(description="Whether the choice was that none of them is better than the photo.")
    price: PriceOut | None = Field(
        description="Of all together; `charged` is null until all have ended. Null where nothing is ever charged."
    )
    jobs: list[BakeoffJobOut]


class BakeoffPage(Body):
    """The bake-offs of a photo, newest first."""

    items: list[BakeoffOut]


class ChooseResult(Body):
    """Which result is the best: by its job or by its letter; or that none of them is better than the photo."""

    job_id: UUID | None = None
    letter: Letter | None = None
    none_better: bool = Field(default=False, strict=True)

    @model_validator(mode="after")
    def _one(self) -> "ChooseResult":
        if [self.job_id is not None, self.letter is not None, self.none_better].count(True) != 1:
            raise ValueError("Name either a job or a letter, or say that none of them is better.")
        return self


class FavouriteOut(Body):
    """Whom you chose for an operation: asked first when you have no choice of your own."""

    operation: OperationName
    provider: str
    provider_title: str
    model: str
    chosen_at: datetime
    on_offer: bool = Field(description="Whether it still does this here.")


class FavouritesOut(Body):
    """One for each operation that there was a choice for."""

    items: list[FavouriteOut]
